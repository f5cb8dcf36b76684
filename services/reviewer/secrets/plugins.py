"""The detectors of detect-secrets: their patterns alone are used, so that nothing is verified over a network."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import cast

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.cloudant import CloudantDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.softlayer import SoftlayerDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from services.reviewer.finding import Severity
from services.reviewer.secrets.plausibility import is_random
from services.reviewer.secrets.rule import Candidate

VERSION = version("detect-secrets")

# Left out, as a rule here takes more of the secret: Azure, basic auth, JWT, keywords and private keys; npm's takes time
# that grows by the square. A public IP address is no secret; the detectors of entropy are used in `entropy.py`.
KINDS: dict[type[RegexBasedDetector], str] = {
    ArtifactoryDetector: "artifactory-token",
    AWSKeyDetector: "aws-access-key",
    CloudantDetector: "cloudant-key",
    DiscordBotTokenDetector: "discord-bot-token",
    GitHubTokenDetector: "github-token",
    GitLabTokenDetector: "gitlab-token",
    IbmCloudIamDetector: "ibm-cloud-key",
    IbmCosHmacDetector: "ibm-cos-key",
    MailchimpDetector: "mailchimp-key",
    OpenAIDetector: "openai-key",
    PypiTokenDetector: "pypi-token",
    SendGridDetector: "sendgrid-key",
    SlackDetector: "slack-token",
    SoftlayerDetector: "softlayer-key",
    SquareOAuthDetector: "square-token",
    StripeDetector: "stripe-key",
    TelegramBotTokenDetector: "telegram-bot-token",
    TwilioKeyDetector: "twilio-key",
}
_DETECTORS = [
    (kind, pattern)
    for detector, kind in KINDS.items()
    for pattern in cast("Iterable[re.Pattern[str]]", detector.denylist)
]
# Letters that any name may have, or a name and then any letters: they have to look random, too.
_VAGUE = {"artifactory-token", "ibm-cloud-key", "cloudant-key"}
# A group that is shorter is a prefix; one as long is the secret, and what stands before it is its name.
_MIN_SECRET = 20
_TOKEN = re.compile(r"[\s=:\"'`]*(?P<token>[^\s\"'`]+)")
_REST = re.compile(r"[\w-]*")


def find(text: str) -> Iterator[Candidate]:
    """Return what the detectors know by its shape."""
    for kind, pattern in _DETECTORS:
        for match in pattern.finditer(text):
            start, end = _token(text, match)
            stands_alone = not (start and text[start - 1].isalnum())
            if stands_alone and (kind not in _VAGUE or is_random(text[start:end])):
                yield Candidate(kind, start, end, Severity.CRITICAL, 0.95)


def _token(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Return the secret alone, and all of it: a detector may take what is around it, or only its beginning."""
    groups = [group for group in range(1, match.re.groups + 1) if len(match[group] or "") >= _MIN_SECRET]
    start, end = match.span(groups[0] if groups else 0)
    token = _TOKEN.match(text, start, end)
    start, end = token.span("token") if token else (start, end)
    rest = _REST.match(text, end)
    return start, rest.end() if rest else end
