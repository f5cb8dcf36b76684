"""Invented secrets of every kind that the scan knows, made anew from parts, so that none stands in the repository."""

import base64
import json
import random
import string
from collections.abc import Mapping

_LOWER, _UPPER, _DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
_WORD = _LOWER + _UPPER + _DIGITS
_HEX = _DIGITS + "abcdef"


def letters(seed: str, size: int, alphabet: str = _WORD) -> str:
    """Characters without a meaning, the same for the same seed."""
    return "".join(random.Random(seed).choices(alphabet, k=size))


def _jwt() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "invented"})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, letters("jwt", 43)))


def _private_key() -> str:
    kind = "RSA " + "PRIVATE KEY"
    body = "\n".join(letters(f"private-key-{line}", 64) for line in range(6))
    return f"-----BEGIN {kind}-----\n{body}\n{letters('private-key', 30)}==\n-----END {kind}-----"


def invented_secrets() -> Mapping[str, str]:
    """A secret of each kind, by kind."""
    return {
        "age-secret-key": "AGE-SECRET-" + "KEY-1" + letters("age", 58, _UPPER + _DIGITS),
        "anthropic-key": "sk-" + "ant-api03-" + letters("anthropic", 80),
        "artifactory-token": "AKC" + "p8" + letters("artifactory", 62),
        "atlassian-token": "ATA" + "TT3x" + letters("atlassian", 120),
        "authorization-header": letters("authorization", 32),
        "aws-access-key": "AK" + "IA" + letters("aws", 16, _UPPER + _DIGITS),
        "azure-client-secret": letters("az", 3) + "8Q" + "~" + letters("azure", 34),
        "azure-storage-key": letters("storage", 86) + "==",
        "cloudant-key": letters("cloudant", 64, _HEX),
        "databricks-token": "da" + "pi" + letters("databricks", 32, _HEX),
        "digitalocean-token": "dop" + "_v1_" + letters("digitalocean", 64, _HEX),
        "discord-bot-token": "M" + ".".join((letters("discord", 23), letters("di", 6), letters("cord", 27))),
        "discord-webhook": letters("webhook", 68),
        "docker-token": "dckr" + "_pat_" + letters("docker", 27),
        "doppler-token": "dp" + ".pt." + letters("doppler", 43),
        "github-token": "gh" + "p_" + letters("github", 36),
        "gitlab-token": "gl" + "pat-" + letters("gitlab", 20),
        "google-api-key": "AI" + "za" + letters("google", 35),
        "google-client-secret": "GOC" + "SPX-" + letters("client", 28),
        "google-oauth-token": "ya" + "29." + letters("oauth", 60),
        "grafana-token": "gl" + "sa_" + letters("grafana", 32) + "_" + letters("grafana", 8, _HEX),
        "huggingface-token": "h" + "f_" + letters("huggingface", 34),
        "ibm-cloud-key": letters("ibm", 44),
        "ibm-cos-key": letters("cos", 48, _HEX),
        "json-web-token": _jwt(),
        "key": letters("key", 24),
        "linear-key": "lin" + "_api_" + letters("linear", 40),
        "mailchimp-key": letters("mailchimp", 32, _HEX) + "-us" + "12",
        "mailgun-key": "ke" + "y-" + letters("mailgun", 32, _HEX),
        "new-relic-key": "NR" + "AK-" + letters("newrelic", 27, _UPPER + _DIGITS),
        "npm-token": "np" + "m_" + letters("npm", 36),
        "openai-key": "sk-" + letters("open", 20) + "T3Blbk" + "FJ" + letters("ai", 20),
        "password": "correct-" + "horse7",
        "postman-key": "PM" + "AK-" + letters("postman", 24, _HEX) + "-" + letters("post", 34, _HEX),
        "private-key": _private_key(),
        "pypi-token": "pypi-" + "AgEIcHlwaS5vcmc" + letters("pypi", 80),
        "random-string": letters("random", 44),
        "rubygems-key": "ruby" + "gems_" + letters("ruby", 48, _HEX),
        "secret": letters("secret", 24),
        "sendgrid-key": "SG" + "." + letters("send", 22) + "." + letters("grid", 43),
        "sentry-token": "snt" + "rys_" + letters("sentry", 80),
        "shopify-token": "shp" + "at_" + letters("shopify", 32, _HEX),
        "signed-url": letters("sig", 43) + "%3D",
        "slack-token": "xo" + "xb-" + letters("sl", 12, _DIGITS) + "-" + letters("slack", 24),
        "softlayer-key": letters("softlayer", 64, _LOWER + _DIGITS),
        "square-token": "sq0" + "csp-" + letters("square", 43),
        "stripe-key": "sk" + "_live_" + letters("stripe", 24),
        "stripe-webhook-secret": "wh" + "sec_" + letters("webhook", 32),
        "teams-webhook": letters("teams", 36, _HEX) + "@" + letters("office", 36, _HEX),
        "telegram-bot-token": letters("tele", 10, "123456789") + ":" + "AA" + letters("gram", 33),
        "token": letters("token", 24),
        "twilio-key": "S" + "K" + letters("twilio", 32, _HEX),
        "url-password": "hunter" + "2-of-the-db",
        "vault-token": "hv" + "s." + letters("vault", 90),
    }


# How a secret stands in code, where its kind is known by what is around it; the others stand in a bare string.
_SURROUNDINGS = {
    "artifactory-token": 'headers = {{"X-JFrog-Art-Api": "{}"}}',
    "authorization-header": 'headers = {{"Authorization": "Bearer {}"}}',
    "azure-storage-key": 'connection = "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={}"',
    "cloudant-key": 'cloudant_password = "{}"',
    "discord-webhook": 'url = "https://discord.com/api/webhooks/123456789012345678/{}"',
    "ibm-cloud-key": 'ibm_cloud_api_key = "{}"',
    "ibm-cos-key": 'cos_secret_access_key = "{}"',
    "key": 'api_key = "{}"',
    "npm-token": 'line = "//registry.npmjs.org/:_authToken={}"',
    "password": 'db_password = "{}"',
    "private-key": 'KEY = """{}\n"""',
    "random-string": 'seasoning = "{}"',
    "secret": 'client_secret = "{}"',
    "signed-url": 'url = "https://shop.blob.core.windows.net/in/box?sv=2024-01-01&sig={}"',
    "softlayer-key": 'softlayer_api_key = "{}"',
    "teams-webhook": 'url = "https://example.webhook.office.com/webhookb2/{}"',
    "token": 'refresh_token = "{}"',
    "url-password": 'url = "postgresql://app:{}@db.internal/shop"',
}


def in_code(kind: str, secret: str) -> str:
    """A line of Python that holds a secret of such a kind."""
    return _SURROUNDINGS.get(kind, 'x = call("{}")').format(secret)


def plant(text: str) -> str:
    """A sample's text with an invented secret in the place of each `@@kind@@`."""
    for kind, secret in invented_secrets().items():
        text = text.replace(f"@@{kind}@@", secret)
    return text
