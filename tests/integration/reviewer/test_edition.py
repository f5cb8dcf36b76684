"""The edition of what looks at files: the same for the same tools, models and limits."""

from pathlib import Path
from typing import Any

import pytest

from services.reviewer.config import ReviewerSettings
from services.reviewer.edition import Edition
from services.reviewer.linters.linter import Linter, Missing
from services.reviewer.linters.linting import known_linters
from services.reviewer.linters.sandbox import Sandbox
from services.reviewer.linters.shellcheck import ShellCheck


class Newer(ShellCheck):
    """Another version of a linter."""

    async def version(self, sandbox: Sandbox) -> str:
        return "999.0"


class Gone(ShellCheck):
    """A linter that isn't installed."""

    async def version(self, sandbox: Sandbox) -> str:
        raise Missing("It isn't installed.")


async def edition(folder: Path, *linters: Linter, **asked: Any) -> str:
    """The edition of these linters under these settings."""
    secret = folder / "jwt"
    secret.write_text("s" * 64)
    given = {"database_url": "postgresql://x", "blobs_url": "file:///x", "jwt_secret_file": secret, **asked}
    return await Edition(settings=ReviewerSettings.model_validate(given), linters=linters).read()


async def test_the_same_tools_models_and_limits_are_one_edition(tmp_path: Path) -> None:
    linters = known_linters()

    assert await edition(tmp_path, *linters) == await edition(tmp_path, *known_linters())


@pytest.mark.parametrize(
    "asked",
    [{"models": "local:m"}, {"max_file_bytes": 7}, {"model_thinking": "low"}, {"model_max_output_tokens": 999}],
    ids=lambda asked: next(iter(asked)),
)
async def test_another_model_or_limit_is_another_edition(tmp_path: Path, asked: dict[str, Any]) -> None:
    assert await edition(tmp_path, ShellCheck(), **asked) != await edition(tmp_path, ShellCheck())


async def test_another_version_of_a_tool_is_another_edition_and_so_is_none(tmp_path: Path) -> None:
    editions = [await edition(tmp_path, linter) for linter in (ShellCheck(), Newer(), Gone())]

    assert len(set(editions)) == 3
