"""The address of a variant's picture: filled whichever way the image came, once, and only when the picture is there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.image_url_sweeper import ImageUrlSweeper
from services.generator.image_urls import VariantName
from tests.conftest import Schema, Servers
from tests.integration.generator.studio import HITTER, Process, Studio, digest, open_studio

JOBS = "SELECT state, idempotency_key FROM jobs ORDER BY id"
ROWS = "SELECT player_id, kind, variant, sha256, image_url FROM card_variants ORDER BY player_id, kind, variant"
CHANGED = HITTER | {"last": "Vega-Ruiz"}


@pytest.fixture
async def studio(
    schema: Schema, servers: Servers, tmp_path: Path, log: structlog.stdlib.BoundLogger
) -> AsyncIterator[Studio]:
    async with open_studio(schema=schema, folder=tmp_path, log=log, redis_url=servers.stack.redis_url) as made:
        yield made


@pytest.fixture
async def process(studio: Studio) -> AsyncIterator[Process]:
    async with studio.process() as one:
        await one.import_players(vega=HITTER)
        yield one


async def jobs(studio: Studio) -> list[dict[str, Any]]:
    return await studio.fetch(JOBS)


async def only_row(studio: Studio) -> dict[str, Any]:
    (row,) = await studio.fetch(ROWS)
    return row


async def test_a_full_render_of_a_variant_gets_one_backfill_job_that_fills_its_row(
    studio: Studio, process: Process
) -> None:
    view = await process.render(variant=2)
    waiting = await jobs(studio)
    await process.work()
    filled = await process.render(variant=2)

    path = f"/media/{view.drawn.picture.sha256}.png"
    assert (view.image_url, [job["state"] for job in waiting]) == ("", ["QUEUED"])
    assert (filled.image_url, (await only_row(studio))["image_url"]) == (path, path)
    assert [job["state"] for job in await jobs(studio)] == ["SUCCEEDED"]
    assert studio.rasteriser.drawn == 1


async def test_a_cache_hit_on_a_variant_without_an_address_gets_one_backfill_job_too(
    studio: Studio, process: Process
) -> None:
    # Drawn as what has no row, so that the row is still to come when the picture is there.
    override = await process.render(variant=2, tier=Tier.UNCOMMON)
    before = await jobs(studio)

    async with studio.process() as other:
        hit = await other.render(variant=2)
        again = await asyncio.gather(*(one.render(variant=2) for one in (other, process, other, process)))
        asked = await jobs(studio)
        await other.work()
        filled = await other.render(variant=2)

    assert (before, hit.cached, hit.drawn) == ([], True, override.drawn)
    assert {view.image_url for view in (hit, *again)} == {""}
    assert (len(asked), studio.rasteriser.drawn) == (1, 1)
    assert filled.image_url == (await only_row(studio))["image_url"] == f"/media/{hit.drawn.picture.sha256}.png"


async def test_base_cards_and_tier_overrides_never_get_one(studio: Studio, process: Process) -> None:
    for _ in range(2):
        base = await process.render()
        override = await process.render(variant=1, tier=Tier.EPIC)
        deserved = await process.render(variant=1, tier=Tier.UNCOMMON)

    assert (await jobs(studio), await studio.fetch(ROWS)) == ([], [])
    assert {view.image_url for view in (base, override, deserved)} == {""}


async def test_a_row_that_is_gone_is_no_error(studio: Studio, process: Process) -> None:
    await process.render(variant=1)
    await studio.fetch("DELETE FROM card_variants")

    await process.work()

    assert [job["state"] for job in await jobs(studio)] == ["SUCCEEDED"]
    assert await studio.fetch(ROWS) == []


async def test_a_row_that_goes_while_its_job_runs_is_no_error_either(studio: Studio, process: Process) -> None:
    view = await process.render(variant=1)
    for path in studio.objects().values():
        path.unlink()
    studio.rasteriser.draw_anew()  # The job has to draw, and so takes a while.

    working = asyncio.create_task(process.work())
    await studio.rasteriser.begun(2)
    await studio.fetch("DELETE FROM card_variants")
    await working

    assert [job["state"] for job in await jobs(studio)] == ["SUCCEEDED"]
    assert (await studio.fetch(ROWS), list(studio.objects())) == ([], [view.drawn.picture.sha256])


async def test_a_row_known_to_be_filled_costs_no_query_and_no_log_line(studio: Studio, process: Process) -> None:
    await process.render(variant=3)
    await process.work()
    await process.render(variant=3)

    before = studio.database.used
    with capture_logs() as lines:
        views = [await process.render(variant=3) for _ in range(5)]

    assert (studio.database.used - before, lines) == (0, [])
    assert all(view.image_url and view.cached for view in views)


async def test_the_sweeper_finds_a_row_that_still_lacks_its_address(studio: Studio, process: Process) -> None:
    view = await process.render(variant=1)
    await studio.fetch("UPDATE jobs SET state = 'FAILED', ended_at = now()")
    stuck = await process.render(variant=1)

    swept = await process.sweeper.sweep()
    await process.work()

    assert (stuck.image_url, swept) == ("", 1)
    assert [job["state"] for job in await jobs(studio)] == ["FAILED", "SUCCEEDED"]
    assert (await only_row(studio))["image_url"] == f"/media/{view.drawn.picture.sha256}.png"
    assert await process.sweeper.sweep() == 0


async def test_the_sweeper_leaves_alone_what_was_asked_for_a_moment_ago(studio: Studio, process: Process) -> None:
    await process.render(variant=1)

    patient = ImageUrlSweeper(transactions=process.jobs.transactions, log=studio.log)

    assert await patient.sweep() == 0
    assert len(await jobs(studio)) == 1


async def test_the_sweeper_waits_longer_after_each_time(studio: Studio, process: Process) -> None:
    await process.render(variant=1)
    await studio.fetch("UPDATE card_variants SET asked_at = now() - interval '25 minutes', sweeps = 2")
    patient = ImageUrlSweeper(transactions=process.jobs.transactions, log=studio.log)

    early = await patient.sweep()
    await studio.fetch("UPDATE card_variants SET asked_at = now() - interval '45 minutes'")
    due = await patient.sweep()

    assert (early, due) == (0, 1)


@pytest.mark.parametrize("harm", ["lost", "cut short", "other bytes of that size", "no picture"])
async def test_what_is_stored_is_checked_before_its_address_is(studio: Studio, process: Process, harm: str) -> None:
    view = await process.render(variant=1)
    (path,) = studio.objects().values()
    content = path.read_bytes()
    match harm:
        case "lost":
            path.unlink()
        case "cut short":
            path.write_bytes(content[:-1])
        case "no picture":
            path.write_bytes(b"<svg>".ljust(len(content)))
        case _:
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    await process.work()

    assert digest(path) == view.drawn.picture.sha256
    assert (await only_row(studio))["image_url"] == f"/media/{view.drawn.picture.sha256}.png"
    assert studio.rasteriser.drawn == 2


async def test_new_data_take_the_old_address_away_and_give_the_new_one(studio: Studio, process: Process) -> None:
    old = await process.render(variant=1)
    await process.work()
    await process.import_players(vega=CHANGED)

    new = await process.render(variant=1)
    row = await only_row(studio)
    await process.work()

    assert new.drawn.picture != old.drawn.picture
    assert (new.image_url, row["sha256"], row["image_url"]) == ("", new.drawn.picture.sha256, None)
    assert (await only_row(studio))["image_url"] == f"/media/{new.drawn.picture.sha256}.png"
    listed = await process.browsing.list_card_images(player_id="vega", size=0, token="")
    assert [bool(view.image_url) for view in listed.rows] == [True, False]


async def test_a_job_that_comes_after_new_data_fills_the_row_with_the_new_picture(
    studio: Studio, process: Process
) -> None:
    old = await process.render(variant=1)
    await process.import_players(vega=CHANGED)

    await process.work()
    row = await only_row(studio)
    new = await process.render(variant=1)

    assert row["sha256"] == new.drawn.picture.sha256 != old.drawn.picture.sha256
    assert new.image_url == row["image_url"] == f"/media/{row['sha256']}.png"


async def test_an_older_picture_never_replaces_a_newer_one_in_the_row(studio: Studio, process: Process) -> None:
    old = await process.render(variant=1)
    await process.import_players(vega=CHANGED)
    new = await process.render(variant=1)
    before = await jobs(studio)

    # A call that read the player before the import, and comes to the row only now.
    name = VariantName("vega", Kind.BATTING, 1)
    late = await process.image_urls.note(name, old.drawn.picture, revision=1)

    assert (late, (await only_row(studio))["sha256"]) == ("", new.drawn.picture.sha256)
    assert await jobs(studio) == before
