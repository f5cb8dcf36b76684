"""Cards are drawn once, shown from memory without a query, and never stale, whichever process imported."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import structlog

from chassis.errors import Unavailable
from services.generator.cardart import identity
from services.generator.cardart.players import Kind
from services.generator.cardart.tiers import Tier
from services.generator.errors import CareerMissing, PlayerNotFound
from tests.conftest import Schema, Servers
from tests.crash.crew import until
from tests.crash.servers import OwnRedis
from tests.integration.generator.studio import HITTER, Process, Studio, digest, open_studio

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


async def test_a_card_is_drawn_once_and_then_shown_without_a_query(studio: Studio, process: Process) -> None:
    first = await process.render()
    before = studio.database.used
    again = [await process.render() for _ in range(20)]

    assert (first.cached, {view.cached for view in again}) == (False, {True})
    assert {view.drawn for view in again} == {first.drawn}
    assert (studio.database.used - before, studio.rasteriser.drawn) == (0, 1)
    (path,) = studio.objects().values()
    assert path.relative_to(studio.folder).parts == ("images", path.stem[:2], f"{path.stem}.png")
    assert digest(path) == first.drawn.picture.sha256


async def test_a_card_drawn_by_another_process_is_found_in_the_tables(studio: Studio, process: Process) -> None:
    first = await process.render()

    async with studio.process() as other:
        found = await other.render()

    assert (found.cached, found.drawn, studio.rasteriser.drawn) == (True, first.drawn, 1)


async def test_two_equal_requests_at_once_draw_once(studio: Studio, process: Process) -> None:
    studio.rasteriser.draw_anew()

    views = await asyncio.gather(*(process.render() for _ in range(5)))

    assert (studio.rasteriser.drawn, len({view.drawn for view in views})) == (1, 1)


async def test_who_gives_up_does_not_stop_who_waits_for_the_same(studio: Studio, process: Process) -> None:
    studio.rasteriser.draw_anew()
    first, second = (asyncio.create_task(process.render()) for _ in range(2))
    await studio.rasteriser.begun(1)

    first.cancel()
    view = await second

    assert (studio.rasteriser.drawn, view.drawn.picture.sha256) == (1, next(iter(studio.objects())))
    assert first.cancelled()


async def test_an_import_in_another_process_is_seen_by_the_next_call(studio: Studio, process: Process) -> None:
    old = await process.render()

    async with studio.process() as other:
        await other.import_players(vega=CHANGED)
    new = await process.render()

    assert (new.cached, new.drawn.picture.sha256 != old.drawn.picture.sha256) == (False, True)


async def test_an_import_that_changes_nothing_leaves_the_picture(studio: Studio, process: Process) -> None:
    old = await process.render()

    done = await process.import_players(vega=HITTER)
    new = await process.render()

    assert (done.unchanged, new.drawn, new.cached, studio.rasteriser.drawn) == (1, old.drawn, True, 1)


async def test_without_redis_a_hit_costs_one_query_and_is_never_stale(studio: Studio, process: Process) -> None:
    async with studio.process(redis_url=None) as alone, studio.process(redis_url=None) as other:
        old = await alone.render()
        before = studio.database.used
        hit = await alone.render()
        queries = studio.database.used - before
        await other.import_players(vega=CHANGED)
        new = await alone.render()

    assert (hit.drawn, queries) == (old.drawn, 1)
    assert new.drawn.picture != old.drawn.picture


async def test_what_redis_forgets_is_read_again(studio: Studio, process: Process) -> None:
    old = await process.render()
    await studio.let_redis_forget()

    before = studio.database.used
    views = [await process.render() for _ in range(3)]

    assert {view.drawn for view in views} == {old.drawn}
    assert studio.database.used - before == 1


async def test_an_import_that_cannot_tell_redis_is_answered_when_nobody_trusts_the_old_any_longer(
    studio: Studio, process: Process
) -> None:
    # Nobody listens there: the importer is cut off from the Redis that the reader goes on asking.
    nowhere = studio.process(redis_url="redis://127.0.0.1:1", trusted_seconds=0.5)
    async with studio.process(trusted_seconds=0.5) as reader, nowhere as cut_off:
        await studio.let_redis_forget()
        old = await reader.render()

        await cut_off.import_players(vega=CHANGED)
        new = await reader.render()

    assert new.drawn.picture != old.drawn.picture


async def test_an_older_reading_never_lowers_what_redis_holds(studio: Studio, process: Process) -> None:
    async with studio.process() as slow:
        await process.import_players(vega=CHANGED)

        await slow.revision.tell(1)

        assert await slow.revision.current() == 2


async def test_redis_may_go_and_come_back(studio: Studio, own_redis: OwnRedis) -> None:
    async with studio.process(redis_url=own_redis.url, trusted_seconds=0.2) as process:
        await process.import_players(vega=HITTER)
        old = await process.render()
        await own_redis.stop()
        away = await process.render()
        await process.import_players(vega=CHANGED)
        changed = await process.render()
        await own_redis.start()
        back = await process.render()

    assert (away.drawn, changed.drawn) == (old.drawn, back.drawn)
    assert changed.drawn.picture != old.drawn.picture


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def redraw(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes this process one of other templates."""

    def change() -> None:
        monkeypatch.setattr(identity, "drawing_digest", lambda: b"other templates")

    return change


async def test_other_templates_make_a_new_image(studio: Studio, process: Process, redraw: Callable[[], None]) -> None:
    await process.render()

    redraw()
    async with studio.process() as newer:
        view = await newer.render()

    images = await studio.fetch("SELECT count(*) AS images FROM card_images")
    assert (view.cached, studio.rasteriser.drawn, images[0]["images"]) == (False, 2, 2)


@pytest.mark.parametrize("harm", ["lost", "cut short", "other bytes of that size"])
async def test_a_picture_that_the_store_lost_or_broke_is_drawn_again(
    studio: Studio, process: Process, harm: str
) -> None:
    first = await process.render()
    (path,) = studio.objects().values()
    content = path.read_bytes()
    match harm:
        case "lost":
            path.unlink()
        case "cut short":
            path.write_bytes(content[:-1])
        case _:
            path.write_bytes(b"\0" * len(content))

    async with studio.process() as other:
        again = await other.render()

    assert (again.cached, again.drawn.picture, path.read_bytes()) == (False, first.drawn.picture, content)


async def test_a_picture_that_is_lost_under_a_card_in_memory_is_drawn_again(studio: Studio, process: Process) -> None:
    await process.render()
    (path,) = studio.objects().values()
    path.unlink()

    view = await process.render()

    assert (view.cached, digest(path)) == (False, view.drawn.picture.sha256)


async def test_kind_variant_and_tier_are_cards_of_their_own(studio: Studio, process: Process) -> None:
    views = [
        await process.render(),
        await process.render(variant=1),
        await process.render(tier=Tier.LEGENDARY),
    ]

    assert len({view.drawn.picture.sha256 for view in views}) == 3
    assert [view.drawn.tier for view in views] == [Tier.UNCOMMON, Tier.UNCOMMON, Tier.LEGENDARY]


async def test_the_tier_that_the_career_deserves_anyway_is_the_same_picture(studio: Studio, process: Process) -> None:
    plain = await process.render(variant=1)
    asked = await process.render(variant=1, tier=plain.drawn.tier)

    assert (asked.cached, asked.drawn, studio.rasteriser.drawn) == (True, plain.drawn, 1)


async def test_an_unknown_player_and_a_missing_career_are_told_apart(process: Process) -> None:
    with pytest.raises(PlayerNotFound):
        await process.render("nobody")
    with pytest.raises(CareerMissing):
        await process.render(kind=Kind.PITCHING)


async def test_a_drawing_process_that_dies_is_no_bug_of_ours_and_the_next_call_draws(
    studio: Studio, process: Process
) -> None:
    studio.rasteriser.draw_anew()
    rendering = asyncio.create_task(process.render())
    await until(studio.rasteriser.kill, "a drawing process was killed")

    with pytest.raises(Unavailable):
        await rendering
    view = await process.render()

    assert view.drawn.picture.sha256 in studio.objects()


async def test_cards_are_listed_the_newest_first_by_pages(studio: Studio, process: Process) -> None:
    await process.import_players(ruiz=CHANGED)
    for player_id, variant in (("vega", 0), ("ruiz", 1), ("vega", 2)):
        await process.render(player_id, variant=variant)

    first = await process.browsing.list_card_images(player_id="", size=2, token="")
    rest = await process.browsing.list_card_images(player_id="", size=2, token=first.next_token)
    hers = await process.browsing.list_card_images(player_id="vega", size=0, token="")

    names = [(view.asked.player_id, view.asked.variant) for view in (*first.rows, *rest.rows)]
    assert (names, rest.next_token) == ([("vega", 2), ("ruiz", 1), ("vega", 0)], "")
    assert [view.asked.variant for view in hers.rows] == [2, 0]
