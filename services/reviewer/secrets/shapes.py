"""Secrets that are known by their shape alone: prefixes, checksums, armour."""

import re

from detect_secrets.plugins.jwt import JwtTokenDetector

from services.reviewer.finding import Severity
from services.reviewer.secrets.plausibility import is_filled_in
from services.reviewer.secrets.rule import Rule

# Shapes that detect-secrets lacks, or of which it takes a part only: issuers' own documentation gives them.
_PREFIXES = {
    "age-secret-key": r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
    "anthropic-key": r"sk-ant-[\w-]{16,}",
    "atlassian-token": r"ATATT3[\w=-]{50,}",
    "azure-client-secret": r"[\w~.-]{3}8Q~[\w~.-]{31,34}",
    "databricks-token": r"dapi[0-9a-f]{32}",
    "digitalocean-token": r"do[opr]_v1_[0-9a-f]{64}",
    "discord-webhook": r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/(?P<value>[\w-]{40,})",
    "docker-token": r"dckr_pat_[\w-]{20,}",
    "doppler-token": r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}",
    "github-token": r"github_pat_\w{22,}",
    "google-api-key": r"AIza[\w-]{35}",
    "google-client-secret": r"GOCSPX-[\w-]{28}",
    "google-oauth-token": r"ya29\.[\w-]{20,}",
    "grafana-token": r"gl(?:sa|c)_[A-Za-z0-9+/=_]{32,}",
    "huggingface-token": r"hf_[A-Za-z0-9]{30,}",
    "linear-key": r"lin_api_[A-Za-z0-9]{32,}",
    "mailgun-key": r"key-[0-9a-f]{32}",
    "new-relic-key": r"NRAK-[A-Z0-9]{27}",
    "npm-token": r"npm_[A-Za-z0-9]{36}",
    "openai-key": r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,}|sk-[A-Za-z0-9]{32,}",
    "postman-key": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "rubygems-key": r"rubygems_[0-9a-f]{48}",
    "sentry-token": r"sntry[su]_[\w+/=-]{40,}",
    "shopify-token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "slack-token": r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{16,}|xapp-\d-[A-Za-z0-9-]{16,}",
    "square-token": r"sq0atp-[\w-]{22}|EAAA[\w-]{60}",
    "stripe-key": r"[srp]k_(?:live|test)_[0-9a-zA-Z]{16,}",
    "stripe-webhook-secret": r"whsec_[A-Za-z0-9+/=]{24,}",
    "teams-webhook": r"https://[\w.-]+\.webhook\.office\.com/webhookb2/(?P<value>[\w@/-]{40,})",
    "telegram-bot-token": r"\d{8,10}:AA[\w-]{32,34}",
    "vault-token": r"hv[sbr]\.[\w-]{20,}",
}
_ARMOUR = r"-{5}BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-{5}"
_PRIVATE_KEY = re.compile(
    # Whole; cut off: what looks like its lines; and PuTTY's form.
    rf"{_ARMOUR}(?:(?:(?!-{{5}}BEGIN)[\s\S]){{0,20000}}?-{{5}}END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-{{5}}"
    r"|(?:[^\w\n]{0,12}(?:n[^\w\n]{0,8})?\n?[^\w\n]{0,12}[A-Za-z0-9+/=]{16,})+)"
    r"|PuTTY-User-Key-File-[23]:(?:[^\n]*\n){1,200}?Private-MAC: ?[0-9a-f]+"
    r"|PuTTY-User-Key-File-[23]:[^\n]*(?:\n[^\n]+){0,200}"
)
_JWT = re.compile(r"(?<![\w.])eyJ[\w=-]{8,}\.[\w=-]{8,}(?:\.[\w=-]*)?(?:\.[\w=-]*){0,2}")
_CREDENTIALS_URL = re.compile(
    r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'`<>{}]{0,100}:(?P<value>[^\s@\"'`<>/]{1,200})@(?=[\w\[])"
)
_AUTHORIZATION = re.compile(
    r"(?i)\b(?:authorization[\"']?[ \t]*[\])]?[ \t]*(?:=>|[:=,])[ \t]*[bfru]?[\"'`]?[ \t]*)"
    r"(?:bearer|basic|token|apikey)[ \t]+"
    r"(?P<value>[\w.~+/=-]{8,})"
)
_CONNECTION = re.compile(r"(?i)(?<![\w-])(?:AccountKey|SharedAccessKey)=(?P<value>[A-Za-z0-9+/]{40,}={0,2})")
_NPM = re.compile(r":_(?:authToken|auth|password)[ \t]*=[ \t]*[\"']?(?P<value>[\w+/=-]{16,})")
_SIGNED_URL = re.compile(r"[?&](?:sig|X-Amz-Signature|Signature)=(?P<value>[A-Za-z0-9%+/=_-]{40,})")


def _is_real(value: str) -> bool:
    return not is_filled_in(value) and value.lower() not in {"password", "pass", "pwd", "pw", "secret"}


def _is_url_password(value: str) -> bool:
    # The placeholder test wants 4 characters; a password of a URL is one at any length.
    return _is_real(value if len(value) >= 4 else value * 4) and not value.startswith(("$", "%"))


def _is_jwt(value: str) -> bool:
    return bool(JwtTokenDetector.is_formally_valid(".".join(value.split(".")[:3])))


SHAPES = (
    Rule("private-key", _PRIVATE_KEY, Severity.CRITICAL),
    *(
        Rule(kind, re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})[\w-]*"), Severity.CRITICAL)
        for kind, pattern in _PREFIXES.items()
    ),
    Rule("azure-storage-key", _CONNECTION, Severity.CRITICAL),
    Rule("json-web-token", _JWT, plausible=_is_jwt),
    Rule("url-password", _CREDENTIALS_URL, confidence=0.9, plausible=_is_url_password),
    Rule("authorization-header", _AUTHORIZATION, confidence=0.9, plausible=_is_real),
    Rule("npm-token", _NPM),
    Rule("signed-url", _SIGNED_URL, confidence=0.8),
)
