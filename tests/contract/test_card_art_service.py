"""Each RPC of card art: what it gives, and what it says to each kind of bad request."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from atelier.generator.v1 import card_art_service_pb2 as pb
from atelier.generator.v1.card_art_service_pb2_grpc import CardArtServiceStub
from atelier.jobs.v1 import jobs_service_pb2 as jobs_pb
from atelier.jobs.v1.jobs_service_pb2_grpc import JobsServiceStub

from chassis.auth import Role, sign_token
from chassis.client import open_channel, token_interceptors
from chassis.media import MediaSigner
from tests.contract.conftest import MEDIA_SECRET, SECRET, Served, refusal
from tests.shared_data import REPOSITORY

BATTING, PITCHING = pb.CARD_KIND_BATTING, pb.CARD_KIND_PITCHING
INVALID, MISSING = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
CHUNK_BYTES = 64 * 1024
MINIMAL = {"last": "Vega", "teams": ["Cóndores"], "years": [2009, 2024], "batting": {"H": 3, "AB": 10}}

BAD = [
    (pb.RenderCardRequest(kind=BATTING), "player_id"),
    (pb.RenderCardRequest(player_id="x" * 101, kind=BATTING), "player_id"),
    (pb.RenderCardRequest(player_id="a\0b", kind=BATTING), "player_id"),
    (pb.RenderCardRequest(player_id="vega-rocio"), "kind"),
    (pb.RenderCardRequest(player_id="vega-rocio", kind=9), "kind"),  # type: ignore[arg-type]
    (pb.RenderCardRequest(player_id="vega-rocio", kind=BATTING, variant=-1), "variant"),
    (pb.RenderCardRequest(player_id="vega-rocio", kind=BATTING, variant=10), "variant"),
    (pb.RenderCardRequest(player_id="vega-rocio", kind=BATTING, tier=9), "tier"),  # type: ignore[arg-type]
]
NAMES = ["<script>alert(1)</script>", "\u202eageV\u2066", "&amp;{{7*7}}", "ベガ"]


@pytest.fixture
async def channel(made: Served) -> AsyncIterator[Any]:
    """An operator's."""
    async with _channel(made, Role.OPERATOR) as opened:
        yield opened


@pytest.fixture
async def stub(channel: Any) -> CardArtServiceStub:
    """An operator's, who has imported the players of the examples."""
    stub = CardArtServiceStub(channel)
    lines = (REPOSITORY / "examples" / "players.jsonl").read_text().splitlines()
    await imported(stub, [record(json.loads(line)) for line in lines])
    return stub


def _channel(made: Served, role: Role) -> Any:
    token = sign_token(SECRET, subject="somebody", role=role, lifetime=timedelta(hours=1))
    return open_channel(made.address, package="atelier.generator.v1", interceptors=token_interceptors(token))


def record(details: dict[str, Any], player_id: str | None = None) -> pb.PlayerRecord:
    """A record as callers send it."""
    message = pb.PlayerRecord(player_id=details.get("id", "") if player_id is None else player_id)
    message.details.update(details)
    return message


async def imported(
    stub: CardArtServiceStub, records: Sequence[pb.PlayerRecord], size: int = 1000
) -> pb.ImportPlayersResponse:
    """What an import comes to."""

    async def send() -> AsyncIterator[pb.ImportPlayersRequest]:
        for start in range(0, len(records), size):
            part = pb.ImportPlayersRequest.Records(records=records[start : start + size])
            yield pb.ImportPlayersRequest(records=part)

    return await stub.ImportPlayers(send())  # type: ignore[no-any-return]


async def rendered(stub: CardArtServiceStub, player_id: str, kind: Any = BATTING, **more: Any) -> pb.CardImage:
    """A card."""
    answer = await stub.RenderCard(pb.RenderCardRequest(player_id=player_id, kind=kind, **more))
    return answer.card_image  # type: ignore[no-any-return]


async def downloaded(stub: CardArtServiceStub, sha256: str) -> list[pb.GetCardImageResponse]:
    """The chunks of a picture."""
    return [chunk async for chunk in stub.GetCardImage(pb.GetCardImageRequest(sha256=sha256))]


def verify(url: str) -> str:
    """The name in an address that is signed well."""
    path, _, query = url.partition("?")
    told = dict(part.split("=") for part in query.split("&"))
    MediaSigner(MEDIA_SECRET).verify(path, **told)
    return path.removeprefix("/media/")


async def test_a_card_is_rendered_shown_again_and_downloaded(stub: CardArtServiceStub) -> None:
    first = await rendered(stub, "vega-rocio")
    again = await rendered(stub, "vega-rocio")
    chunks = await downloaded(stub, first.image.sha256)

    data = b"".join(chunk.data for chunk in chunks)
    assert (first.name, first.player_id, first.kind) == ("vega-rocio/batting/0", "vega-rocio", BATTING)
    assert (first.image.width, first.image.height, first.image.bytes) == (750, 1050, len(data))
    assert (first.cached, again.cached, again.image.sha256) == (False, True, first.image.sha256)
    assert first.seconds > 0
    assert first.HasField("create_time")
    assert (hashlib.sha256(data).hexdigest(), data[1:4]) == (first.image.sha256, b"PNG")
    assert verify(first.image.url) == f"{first.image.sha256}.png"
    assert [chunk.HasField("image") for chunk in chunks] == [True] + [False] * (len(chunks) - 1)
    assert {len(chunk.data) for chunk in chunks[:-1]} == {CHUNK_BYTES}


async def test_a_variant_gets_its_address_from_a_job_and_is_listed_with_it(
    stub: CardArtServiceStub, channel: Any
) -> None:
    asked = await rendered(stub, "vega-rocio", variant=2)
    jobs = JobsServiceStub(channel)
    listed = (await jobs.ListJobs(jobs_pb.ListJobsRequest(parent="generator"))).jobs
    watch = jobs_pb.WatchJobsRequest(parent="generator", names=[one.name for one in listed])
    async for _ in jobs.WatchJobs(watch, timeout=60):
        pass
    filled = await rendered(stub, "vega-rocio", variant=2)
    (shown,) = (await stub.ListCardImages(pb.ListCardImagesRequest(player_id="vega-rocio"))).card_images

    assert (asked.image_url, [one.kind for one in listed]) == ("", ["image_url"])
    assert verify(filled.image_url) == verify(shown.image_url) == f"{asked.image.sha256}.png"
    assert (shown.name, shown.variant, shown.image.sha256) == ("vega-rocio/batting/2", 2, asked.image.sha256)


async def test_a_tier_that_was_asked_for_is_in_the_name(stub: CardArtServiceStub) -> None:
    card = await rendered(stub, "vega-rocio", variant=1, tier=pb.CARD_TIER_LEGENDARY)

    assert (card.name, card.tier, card.image_url) == (
        "vega-rocio/batting/1/legendary",
        pb.CARD_TIER_LEGENDARY,
        "",
    )


async def test_a_bad_request_for_a_card_names_its_field(stub: CardArtServiceStub) -> None:
    errors = [await refusal(stub.RenderCard(bad)) for bad, _ in BAD]

    assert [error.fields for error in errors] == [[field] for _, field in BAD]
    assert {(error.code, error.domain) for error in errors} == {(INVALID, "generator.atelier")}


async def test_what_does_not_exist_is_not_found(stub: CardArtServiceStub) -> None:
    unknown = await refusal(rendered(stub, "nobody"))
    careerless = await refusal(rendered(stub, "vega-rocio", PITCHING))
    imageless = await refusal(downloaded(stub, "0" * 64))
    malformed = await refusal(downloaded(stub, "../etc"))

    assert (unknown.code, unknown.reason) == (MISSING, "PLAYER_NOT_FOUND")
    assert (careerless.code, careerless.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CAREER_MISSING")
    assert (imageless.code, imageless.reason) == (MISSING, "CARD_IMAGE_NOT_FOUND")
    assert (malformed.code, malformed.fields) == (INVALID, ["sha256"])


async def test_lists_go_by_pages_and_players(stub: CardArtServiceStub) -> None:
    asked = [("vega-rocio", 0), ("halloran-otis", 0), ("vega-rocio", 0)]
    for player_id, variant in asked:
        await rendered(stub, player_id, variant=variant)
    wanted = pb.ListCardImagesRequest(page_size=1)

    first = await stub.ListCardImages(wanted)
    wanted.page_token = first.next_page_token
    rest = await stub.ListCardImages(wanted)
    wanted.player_id = "vega-rocio"
    foreign = await refusal(stub.ListCardImages(wanted))

    names = [one.name for one in (*first.card_images, *rest.card_images)]
    assert (names, rest.next_page_token) == (["halloran-otis/batting/0", "vega-rocio/batting/0"], "")
    assert (foreign.code, foreign.fields) == (INVALID, ["page_token"])


async def test_importing_again_changes_nothing_and_a_bad_record_stops_nothing(stub: CardArtServiceStub) -> None:
    good = {"batting": {"H": 3, "AB": 10}} | MINIMAL
    sent = [
        record(good, "a"),
        record(good | {"batting": {"H": 11, "AB": 10}}, "b"),
        record({"first": "x"}, "c"),
        record(good, ""),
        record(good, "e" * 101),
        pb.PlayerRecord(player_id="f"),
        record(good | {"years": [1, 2]}, "g"),
        record(good | {"last": "\u202e\u200b"}, "h"),
        record(good | {"batting": {"H": 1.5}}, "i"),
        record(good | {"batting": {"AVG": float("nan")}}, "j"),
        record(good | {"teams": "Cóndores"}, "k"),
        record(good, " "),
        record(good | {"id": 7}, "l"),
    ]

    first = await imported(stub, sent, size=4)
    second = await imported(stub, [sent[0], record(good | {"last": "Ruiz"}, "k")])

    assert (first.received, first.inserted, first.updated, first.unchanged, first.rejected) == (13, 3, 0, 0, 10)
    assert [(one.position, one.field, one.reason) for one in first.rejections] == [
        (1, "details.batting.H", "INCONSISTENT"),
        (2, "details.last", "MISSING"),
        (3, "player_id", "INVALID_FIELD"),
        (4, "player_id", "INVALID_FIELD"),
        (5, "details", "INVALID_FIELD"),
        (6, "details.years", "OUT_OF_RANGE"),
        (7, "details.last", "INVISIBLE"),
        (8, "details.batting.H", "WRONG_TYPE"),
        (9, "details.batting.AVG", "NOT_FINITE"),
        (11, "player_id", "MISSING"),
    ]
    assert all(one.message for one in first.rejections)
    assert (second.received, second.unchanged, second.updated) == (2, 1, 1)


async def test_of_two_records_with_one_id_the_last_counts(stub: CardArtServiceStub) -> None:
    done = await imported(stub, [record(MINIMAL, "a"), record(MINIMAL | {"last": "Ruiz"}, "a")])
    again = await imported(stub, [record(MINIMAL | {"last": "Ruiz"}, "a")])

    assert (done.inserted, done.unchanged, again.unchanged) == (1, 1, 1)


async def test_an_empty_message_names_what_is_missing_and_keeps_what_came_before(stub: CardArtServiceStub) -> None:
    async def send() -> AsyncIterator[pb.ImportPlayersRequest]:
        yield pb.ImportPlayersRequest(records=pb.ImportPlayersRequest.Records(records=[record(MINIMAL, "a")]))
        yield pb.ImportPlayersRequest()

    error = await refusal(stub.ImportPlayers(send()))
    card = await rendered(stub, "a")

    assert (error.code, error.fields, card.player_id) == (INVALID, ["records"], "a")


async def test_users_look_and_may_not_import(made: Served, stub: CardArtServiceStub) -> None:
    async with _channel(made, Role.USER) as channel:
        user = CardArtServiceStub(channel)

        error = await refusal(imported(user, [record(MINIMAL, "a")]))
        card = await rendered(user, "vega-rocio")

    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")
    assert card.image.sha256
    async with _channel(made, Role.SERVICE) as channel:
        assert (await imported(CardArtServiceStub(channel), [record(MINIMAL, "a")])).inserted == 1


async def test_a_name_with_markup_or_marks_of_direction_is_drawn_as_text(stub: CardArtServiceStub) -> None:
    await imported(stub, [record(MINIMAL | {"last": name, "first": name, "teams": [name]}, name) for name in NAMES])

    cards = [await rendered(stub, name) for name in NAMES]

    assert [card.name for card in cards] == [f"{name}/batting/0" for name in NAMES]
    assert {(card.image.width, card.image.height) for card in cards} == {(750, 1050)}


async def test_real_careers_are_imported_and_drawn(stub: CardArtServiceStub, shared_data: Path) -> None:
    with gzip.open(shared_data / "baseball_players.jsonl.gz", "rt", encoding="utf-8") as lines:
        careers = [json.loads(line) for line in lines][::5]
    records = [record(career) for career in careers]

    first = await imported(stub, records, size=150)
    again = await imported(stub, records)
    some = careers[:: len(careers) // 6]
    cards = await asyncio.gather(
        *(rendered(stub, one["id"], PITCHING if "pitching" in one else BATTING) for one in some)
    )

    assert (first.inserted, first.rejected, again.unchanged) == (len(careers), 0, len(careers))
    assert len(careers) >= 300
    assert len({card.image.sha256 for card in cards}) == len(some)
