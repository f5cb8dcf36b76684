"""Names that mean secrets: `db_password`, `API_TOKEN`, `clientSecret`; not `token_url`, `cache_key`."""

import re
from collections.abc import Callable

from services.reviewer.secrets.plausibility import is_key, is_password, is_phrase

# `dbpassword`, `clientsecret`: the noun isn't set apart.
_RUN_TOGETHER = re.compile(r"(?<=[a-z])(password|passwd|passphrase|secret|token)(?![a-z])")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = frozenset(
    {
        "password",
        "passwd",
        "passwort",
        "pwd",
        "pass",
        "passphrase",
        "passcode",
        "psw",
        "contrasena",
        "motdepasse",
    }
)
_SECRETS = frozenset({"secret", "secrets", "credential", "credentials"})
_TOKENS = frozenset({"token", "tokens", "apikey", "authkey", "secretkey", "accesskey", "privatekey", "bearer", "jwt"})
# What a key must be called to be one that opens something: a cache has keys, too.
_KEYS = frozenset({"key", "keys"})
_OPENING = frozenset(
    {
        "api",
        "access",
        "auth",
        "secret",
        "private",
        "priv",
        "signing",
        "sign",
        "encryption",
        "encrypt",
        "crypto",
        "master",
        "account",
        "service",
        "db",
        "database",
        "storage",
        "shared",
        "client",
        "app",
        "application",
        "license",
        "session",
        "hmac",
        "jwt",
        "webhook",
        "deploy",
        "admin",
        "server",
        "aes",
        "rsa",
        "subscription",
        "consumer",
    }
)
# Words after the noun that leave it what it is; any other, as in `password_field` or `token_url`, makes it another.
_NEUTRAL = frozenset(
    {
        "prod",
        "production",
        "dev",
        "development",
        "test",
        "staging",
        "stage",
        "live",
        "local",
        "default",
        "value",
        "val",
        "string",
        "str",
        "text",
        "plain",
        "raw",
        "old",
        "new",
        "current",
        "base64",
        "b64",
        "hex",
        "env",
        "main",
        "primary",
        "secondary",
        "backup",
    }
)


def judge_of(name: str) -> Callable[[str], bool] | None:
    """Return what tells whether a value is one of such a name; none for a name that means no secret."""
    words = _noun(name)
    if not words:
        return None
    if words[-1] in _PASSWORDS:
        return is_password
    if words[-1] in _SECRETS:
        return lambda value: is_key(value) or is_phrase(value)
    if words[-1] in _TOKENS or (words[-1] in _KEYS and len(words) > 1 and words[-2] in _OPENING):
        return is_key
    return None


def kind_of(name: str) -> str:
    """Return the kind of secret that a name means; it has to mean one."""
    last = _noun(name)[-1]
    if last in _PASSWORDS:
        return "password"
    return {"key": "key", "keys": "key", "apikey": "key"}.get(last, "secret" if last in _SECRETS else "token")


def _noun(name: str) -> list[str]:
    """Return a name's words up to its noun: `db`, `password` of `DB_PASSWORD_PROD_2`."""
    words = [word.lower() for word in _PARTS.findall(_RUN_TOGETHER.sub(r"_\1", name))]
    while words and (words[-1] in _NEUTRAL or words[-1].isdigit()):
        words.pop()
    return words
