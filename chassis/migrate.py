"""Applies a service's migrations: plain SQL files, forward only, by yoyo, one process at a time."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
import yoyo
from pydantic import SecretStr

ADVISORY_LOCK = 0x61746C72  # "atlr"; taken in the service's own database, so any number of its own would do


def migrate(*, url: SecretStr, schema: str, folders: Sequence[Path]) -> list[str]:
    """Apply what isn't applied yet and return the names. Waits while another process migrates.

    No two files of the folders may have one name.

    Raises `psycopg.Error` when the server is away, the role has no right to, or a migration is wrong; what was applied
    before it stays. Raises ValueError for an address that isn't PostgreSQL's.
    """
    plain = url.get_secret_value()
    if urlsplit(plain).scheme not in {"postgresql", "postgres"}:
        raise ValueError("the database's address must begin with postgresql://")  # psycopg would repeat all of it.
    with psycopg.connect(plain, autocommit=True) as guard:
        _check_rights(guard, schema)
        guard.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (ADVISORY_LOCK, schema))
        backend = yoyo.get_backend(yoyo_url(plain, schema))
        try:
            # Its lock is a row that a killed process leaves behind; ours ends with the connection.
            backend.break_lock()
            pending = backend.to_apply(yoyo.read_migrations(*map(str, folders)))
            backend.apply_migrations(pending)
            return [migration.id for migration in pending]
        finally:
            backend.connection.close()


def _check_rights(connection: psycopg.Connection, schema: str) -> None:
    """yoyo would go on and complain of tables of its own that aren't there."""
    row = connection.execute("SELECT has_schema_privilege(%s, 'CREATE'), current_user", (schema,)).fetchone()
    if row is not None and not row[0]:
        raise psycopg.errors.InsufficientPrivilege(f"permission denied: {row[1]} may not create in the schema {schema}")


def yoyo_url(url: str, schema: str) -> str:
    """The same address for yoyo: its scheme, and the search path that the service's pool has."""
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query), ("schema", f"{schema},public")])
    return urlunsplit(("postgresql+psycopg", parts.netloc, parts.path, query, ""))
