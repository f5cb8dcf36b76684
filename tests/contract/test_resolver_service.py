"""Each RPC of the resolver: what it gives, and what it says to each kind of bad request."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import grpc
import pytest
from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub
from google.protobuf import json_format
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.auth import Role
from tests.conftest import Servers
from tests.contract.conftest import Refusal, Served, item, refusal
from tests.shared_data import DIMENSIONS, card_record, direction, embedding_record

INVALID = grpc.StatusCode.INVALID_ARGUMENT
METHODS = [method.name for method in pb.DESCRIPTOR.services_by_name["ResolverService"].methods]


async def each(*messages: Any) -> AsyncIterator[Any]:
    for message in messages:
        yield message


def cards(records: Iterable[pb.CardRecord]) -> AsyncIterator[pb.ImportCardsRequest]:
    return each(pb.ImportCardsRequest(records=records))


async def test_resolve_cards_answers_every_item_in_order(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record("base1-58")]))
    await stub.ImportEmbeddings(
        each(pb.ImportEmbeddingsRequest(records=[embedding_record("promo-1", direction(0), name="Mew")]))
    )

    first = await stub.ResolveCards(
        pb.ResolveCardsRequest(items=[item("s", "nothing"), item("s", "promo-1"), item("s", "base1-58")])
    )
    second = await stub.ResolveCards(pb.ResolveCardsRequest(items=[item("s", "base1-58")]))

    assert [pb.Tier.Name(one.tier) for one in first.resolutions] == [
        "TIER_UNSPECIFIED",
        "TIER_EMBEDDING",
        "TIER_CATALOG",
    ]
    assert first.resolutions[0].reason == pb.UNRESOLVED_REASON_NOT_IN_CATALOG
    assert [one.name for one in first.resolutions] == ["", "Mew", "Pikachu"]
    assert (second.resolutions[0].tier, second.resolutions[0].card_id) == (pb.TIER_KEY, first.resolutions[2].card_id)


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([item()] * 1001, "items"),
        ([item(), item(source="")], "items[1].source"),
        ([item(external_id="")], "items[0].external_id"),
        ([item(external_id="x" * 201)], "items[0].external_id"),
        ([item(source="a\0b")], "items[0].source"),
    ],
)
async def test_resolve_cards_names_the_field_that_is_wrong(
    stub: ResolverServiceStub, items: list[pb.ExternalId], field: str
) -> None:
    error = await refusal(stub.ResolveCards(pb.ResolveCardsRequest(items=items)))

    assert (error.code, error.domain, error.fields) == (INVALID, "resolver.atelier", [field])
    assert field in error.message


async def test_a_thousand_items_and_odd_but_valid_text_are_taken(stub: ResolverServiceStub) -> None:
    odd = ["'; DROP TABLE cards; --", "%", "é\u0301★♀", "\u202e", "ex5-!", "a" * 200]
    items = [item(external_id=text) for text in odd] + [item(external_id=str(n)) for n in range(1000 - len(odd))]

    response = await stub.ResolveCards(pb.ResolveCardsRequest(items=items))

    assert [one.external_id for one in response.resolutions] == [one.external_id for one in items]


async def test_broken_utf8_is_an_invalid_argument_that_names_the_field(served: Served) -> None:
    good = pb.ResolveCardsRequest(items=[item(), item(external_id="SENTINEL")]).SerializeToString()
    async with served.channel() as channel:
        call: Any = channel.unary_unary("/atelier.resolver.v1.ResolverService/ResolveCards")

        named = await refusal(call(good.replace(b"SENTINEL", b"SENT\xff\xfeEL")))
        cut_off = await refusal(call(good[:-3]))

    assert (named.code, named.fields) == (INVALID, ["items[1].external_id"])
    assert cut_off.code == INVALID


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (pb.IdentifyQuery(), "queries[0].evidence"),
        (pb.IdentifyQuery(text=pb.ScannedText()), "queries[0].text"),
        (pb.IdentifyQuery(text=pb.ScannedText(name="x" * 201)), "queries[0].text.name"),
        (pb.IdentifyQuery(embedding=pb.Embedding()), "queries[0].embedding.values"),
        (pb.IdentifyQuery(embedding=pb.Embedding(values=[0.5] * (DIMENSIONS - 1))), "queries[0].embedding"),
        (pb.IdentifyQuery(embedding=pb.Embedding(values=[0.0] * DIMENSIONS)), "queries[0].embedding"),
        (pb.IdentifyQuery(embedding=pb.Embedding(values=[1.0, float("nan")])), "queries[0].embedding.values[1]"),
        (pb.IdentifyQuery(embedding=pb.Embedding(values=[float("inf")])), "queries[0].embedding.values[0]"),
    ],
)
async def test_identify_cards_names_the_field_that_is_wrong(
    stub: ResolverServiceStub, query: pb.IdentifyQuery, field: str
) -> None:
    error = await refusal(stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[query])))

    assert (error.code, error.fields) == (INVALID, [field])


async def test_identify_cards_bounds_queries_and_candidates(stub: ResolverServiceStub) -> None:
    query = pb.IdentifyQuery(text=pb.ScannedText(name="a"))

    none = await refusal(stub.IdentifyCards(pb.IdentifyCardsRequest()))
    many = await refusal(stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[query] * 1001)))
    greedy = await refusal(stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[query], max_candidates=21)))

    assert [none.fields, many.fields, greedy.fields] == [["queries"], ["queries"], ["max_candidates"]]


async def test_identify_cards_answers_text_and_embeddings_in_the_queries_order(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record("base1-4", "Charizard", "4"), card_record("base1-58")]))
    near = [embedding_record("e-0", direction(0), name="Near"), embedding_record("e-90", direction(90), name="Far")]
    await stub.ImportEmbeddings(each(pb.ImportEmbeddingsRequest(records=near)))
    queries = [
        pb.IdentifyQuery(embedding=pb.Embedding(values=direction(3))),
        pb.IdentifyQuery(text=pb.ScannedText(name="Charizcrd", number="4/1O2")),
        pb.IdentifyQuery(embedding=pb.Embedding(values=direction(45))),
    ]

    answer = await stub.IdentifyCards(pb.IdentifyCardsRequest(queries=queries))

    seen, read, between = answer.identifications
    assert (seen.candidates[0].catalog_id, seen.needs_review) == ("e-0", False)
    assert (read.candidates[0].catalog_id, read.needs_review) == ("base1-4", False)
    assert {one.field for one in read.candidates[0].evidence} >= {"name", "number"}
    assert between.needs_review
    assert all(0 <= one.confidence <= 1 for found in answer.identifications for one in found.candidates)


async def test_identification_sees_a_card_as_soon_as_its_import_is_answered(stub: ResolverServiceStub) -> None:
    query = pb.IdentifyCardsRequest(queries=[pb.IdentifyQuery(text=pb.ScannedText(name="Zubat", number="57"))])
    before = await stub.IdentifyCards(query)

    await stub.ImportCards(cards([card_record("fossil-57", "Zubat", "57")]))
    after = await stub.IdentifyCards(query)

    assert before.identifications[0].review_reason == pb.REVIEW_REASON_NO_CANDIDATE
    assert after.identifications[0].candidates[0].catalog_id == "fossil-57"


async def test_get_card_takes_either_id_and_tells_when_there_is_none(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record("base1-58", rarity="Common", national_pokedex_numbers=[25])]))

    by_catalog_id = await stub.GetCard(pb.GetCardRequest(catalog_id="base1-58"))
    by_id = await stub.GetCard(pb.GetCardRequest(card_id=by_catalog_id.card.card_id))
    missing = await refusal(stub.GetCard(pb.GetCardRequest(catalog_id="base1-59")))
    empty = await refusal(stub.GetCard(pb.GetCardRequest()))
    odd = await refusal(stub.GetCard(pb.GetCardRequest(card_id="not-a-uuid")))

    assert by_id == by_catalog_id
    assert (by_id.card.details.rarity, by_id.card.details.national_pokedex_numbers) == ("Common", [25])
    assert (missing.code, missing.reason) == (grpc.StatusCode.NOT_FOUND, "CARD_NOT_FOUND")
    assert (empty.fields, odd.fields) == (["id"], ["card_id"])


async def test_search_cards_pages_through_every_match_once_in_order(stub: ResolverServiceStub) -> None:
    records = [card_record(f"c-{n:02}", name=f"Pokémon {n % 5}") for n in range(25)] + [card_record("other", "Mew")]
    await stub.ImportCards(cards(records))
    found: list[str] = []
    token = ""

    while True:
        page = await stub.SearchCards(pb.SearchCardsRequest(name="POKEMON", page_size=7, page_token=token))
        found += [card.catalog_id for card in page.cards]
        token = page.next_page_token
        if not token:
            break

    assert sorted(found) == [f"c-{n:02}" for n in range(25)]
    assert found == sorted(found, key=lambda catalog_id: (int(catalog_id[2:]) % 5, catalog_id))


async def test_search_cards_takes_wildcards_literally(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record("a", "Mew"), card_record("b", "Mewtwo")]))

    percent = await stub.SearchCards(pb.SearchCardsRequest(name="M%w"))
    by_set = await stub.SearchCards(pb.SearchCardsRequest(set_id="base1", number="58"))

    assert (len(percent.cards), len(by_set.cards)) == (0, 2)


async def test_a_page_token_of_another_list_or_other_filters_is_refused(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record(f"c-{n}") for n in range(3)]))
    token = (await stub.SearchCards(pb.SearchCardsRequest(page_size=1))).next_page_token

    refusals = [
        await refusal(stub.SearchCards(pb.SearchCardsRequest(name="x", page_token=token))),
        await refusal(stub.ListGaps(pb.ListGapsRequest(page_token=token))),
        await refusal(stub.SearchCards(pb.SearchCardsRequest(page_token="rubbish!"))),
        await refusal(stub.SearchCards(pb.SearchCardsRequest(page_token="W10"))),
        await refusal(stub.SearchCards(pb.SearchCardsRequest(page_size=1001))),
    ]

    assert [one.fields for one in refusals] == [["page_token"]] * 4 + [["page_size"]]
    assert {one.code for one in refusals} == {INVALID}


async def test_list_gaps_pages_through_what_was_missed(stub: ResolverServiceStub) -> None:
    items = [item("a", f"{n}") for n in range(5)] + [item("b", "0")]
    await stub.ResolveCards(pb.ResolveCardsRequest(items=items))

    first = await stub.ListGaps(pb.ListGapsRequest(source="a", page_size=3))
    rest = await stub.ListGaps(pb.ListGapsRequest(source="a", page_size=3, page_token=first.next_page_token))

    assert [gap.external_id for gap in [*first.gaps, *rest.gaps]] == ["0", "1", "2", "3", "4"]
    assert rest.next_page_token == ""
    assert first.gaps[0].reason == pb.UNRESOLVED_REASON_NOT_IN_CATALOG
    assert not first.gaps[0].HasField("resolve_time")


async def test_coverage_counts_what_is_missing_on_each_side(stub: ResolverServiceStub) -> None:
    await stub.ImportCards(cards([card_record("a"), card_record("b")]))
    records = [embedding_record("b", direction(0)), embedding_record("c", direction(9), name="")]
    await stub.ImportEmbeddings(each(pb.ImportEmbeddingsRequest(records=records)))
    await stub.ResolveCards(pb.ResolveCardsRequest(items=[item("s", "a"), item("s", "c")]))

    coverage = await stub.GetCoverage(pb.GetCoverageRequest())

    told = json_format.MessageToDict(coverage, preserving_proto_field_name=True)
    assert told == {
        "cards": "2",
        "embeddings": "2",
        "cards_without_embedding": "1",
        "embeddings_without_card": "1",
        "keys": "1",
        "gaps": "1",
        "resolutions": {"catalog": "1", "embedding_incomplete": "1"},
        "auto_creation_failure_share": 0.5,
        "auto_creation_failure_threshold": 0.05,
        "auto_creation_failure_alert": True,
    }


async def test_imports_bound_their_messages_and_tell_of_bad_records(stub: ResolverServiceStub) -> None:
    empty = await refusal(stub.ImportCards(each(pb.ImportCardsRequest())))
    many = await refusal(stub.ImportCards(cards([card_record("a")] * 1001)))
    partly = await stub.ImportCards(cards([card_record("a"), card_record("")]))
    nothing = await stub.ImportCards(each())

    assert (empty.fields, many.fields) == (["records"], ["records"])
    assert (partly.summary.inserted, partly.summary.rejected) == (1, 1)
    assert [(one.position, one.field) for one in partly.summary.rejections] == [(1, "catalog_id")]
    assert nothing.summary.received == 0


@pytest.mark.parametrize(
    "authorization", ["rubbish", "Bearer rubbish", "Basic Zm9vOmJhcg==", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."]
)
async def test_a_bad_token_is_refused(served: Served, authorization: str) -> None:
    async with served.channel(role=None) as channel:
        call = ResolverServiceStub(channel).GetCoverage(
            pb.GetCoverageRequest(), metadata=(("authorization", authorization),)
        )
        error = await refusal(call)

    assert error.code == grpc.StatusCode.UNAUTHENTICATED
    assert "rubbish" not in error.message


@pytest.mark.parametrize("method", ["ImportCards", "ImportEmbeddings", "ImportKeys"])
async def test_a_user_may_resolve_but_not_import(served: Served, method: str) -> None:
    async with served.channel(role=Role.USER) as channel:
        stub = ResolverServiceStub(channel)
        await stub.ResolveCards(pb.ResolveCardsRequest(items=[item()]))
        error = await refusal(getattr(stub, method)(each()))

    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED")


async def test_a_deadline_that_passes_stops_the_query(
    served: Served, servers: Servers, stub: ResolverServiceStub, schema: Any
) -> None:
    await stub.GetCoverage(pb.GetCoverageRequest())
    blocker = await asyncpg.connect(**servers.superuser)
    watcher = await asyncpg.connect(**servers.superuser)
    try:
        await blocker.execute("BEGIN")
        await blocker.execute(f"LOCK TABLE {schema.name}.cards IN ACCESS EXCLUSIVE MODE")

        error = await refusal(stub.GetCard(pb.GetCardRequest(catalog_id="x"), timeout=0.5))

        async with asyncio.timeout(10):
            while await watcher.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND wait_event_type = 'Lock'"
            ):
                await watcher.fetchval("SELECT pg_sleep(0.02)")
    finally:
        await blocker.close()
        await watcher.close()
    assert error.code == grpc.StatusCode.DEADLINE_EXCEEDED


async def test_the_request_id_comes_back_and_is_made_where_there_is_none(stub: ResolverServiceStub) -> None:
    given = stub.GetCoverage(pb.GetCoverageRequest(), metadata=(("x-request-id", "abc"),))
    made = stub.GetCoverage(pb.GetCoverageRequest())

    assert dict(await given.trailing_metadata())["x-request-id"] == "abc"
    assert len(dict(await made.trailing_metadata())["x-request-id"]) == 32


async def test_health_needs_no_token_and_lists_every_part(served: Served) -> None:
    async with served.channel(role=None) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        listed = await health.List(health_pb2.HealthListRequest())
        unknown = await refusal(health.Check(health_pb2.HealthCheckRequest(service="nobody")))

    states = {name: one.status for name, one in listed.statuses.items()}
    names = (
        *(f"resolver.v1.{name}Service" for name in ("Resolver", "Scan", "ResolverOverview")),
        "jobs.v1.JobsService",
    )
    services = [f"atelier.{name}" for name in names]
    assert states == dict.fromkeys(["", *services, "postgres", "queues", "queue/scan"], 1)
    assert unknown.code == grpc.StatusCode.NOT_FOUND


def retryable(error: Refusal) -> bool:
    return error.code == grpc.StatusCode.UNAVAILABLE and (error.retry_seconds or 0) > 0


async def test_without_postgres_calls_are_unavailable_and_may_be_retried(serve: Any) -> None:
    lost = await serve("postgresql://resolver:x@/atelier?host=/nonexistent")
    async with lost.channel() as channel:
        stub = ResolverServiceStub(channel)
        errors = [
            await refusal(stub.GetCoverage(pb.GetCoverageRequest(), timeout=10)),
            await refusal(stub.ResolveCards(pb.ResolveCardsRequest(items=[item()]), timeout=10)),
        ]
        state = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())

    assert all(retryable(error) and error.reason == "POSTGRES_UNAVAILABLE" for error in errors)
    assert state.status == health_pb2.HealthCheckResponse.NOT_SERVING


def test_the_service_config_names_only_methods_that_exist() -> None:
    from chassis.client import service_config

    named = {
        entry.get("method", "*")
        for config in json.loads(service_config("atelier.resolver.v1"))["methodConfig"]
        for entry in config["name"]
        if entry["service"] == "atelier.resolver.v1.ResolverService"
    }
    assert named - {"*"} <= set(METHODS)
