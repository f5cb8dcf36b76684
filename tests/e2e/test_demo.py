"""The first thing a newcomer types."""

import json
import os
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.e2e.conftest import SCRIPTS, run


async def test_the_demo_shows_every_tier_and_ends_well_leaving_nothing_behind(tmp_path: Path) -> None:
    environment = os.environ | {"ATELIER_CLI_STATE_DIR": str(tmp_path / "state")}
    images = tmp_path / "images"

    ended = await run(SCRIPTS / "atelier", "demo", "--out", str(images), "--json", environment=environment)

    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    shown = json.dumps(found)
    assert all(f'"{tier}"' in shown for tier in ("KEY", "CATALOG", "EMBEDDING"))
    assert (found["scan"]["resolved"], found["scan"]["auto_created"], found["collection"]["total_cards"]) == (9, 1, 9)
    assert {file["path"] for file in found["files"]} == {str(path) for path in images.iterdir()}
    assert len(found["files"]) == 16
    first, again = found["review"], found["review_again"]
    assert {file["path"].split("/")[0] for file in first["files"]} == {"chassis", "cli"}
    assert first["outcome"] == "COMPLETE"
    assert first["counts"]["new"] == sum(len(file["findings"]) for file in first["files"])
    assert (again["counts"]["new"], again["counts"]["persisting"]) == (0, first["counts"]["new"])
    assert (found["quota"]["requests"]["used"], found["quota"]["tokens"]["used"]) == (2, 0)
    assert [one["state"] for one in found["activities"]] == ["SUCCEEDED"] * 5
    kinds = ["scan", "generation", *["card"] * 4, "review", "activities"]
    assert [(one["kind"], one["state"]) for one in found["batch"]] == [(kind, "SUCCEEDED") for kind in kinds]
    assert "The console is at http://127.0.0.1:7401/ once `atelier up` runs." in ended.err
    assert [path for path in (tmp_path / "state").rglob("*") if path.is_file()] == []


async def test_make_alone_prints_its_targets() -> None:
    ended = await run("make", "--no-print-directory", "-C", str(REPOSITORY))

    assert ended.code == 0
    assert all(f"make {target} " in ended.out for target in ("demo", "test", "check", "bench", "up"))
