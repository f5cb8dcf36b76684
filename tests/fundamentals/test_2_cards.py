"""The resolver: many ids, one card. It remembers what it found, keeps what it didn't, and never guesses silently."""

from collections.abc import AsyncIterator, Sequence

from atelier.resolver.v1 import resolver_service_pb2 as pb
from atelier.resolver.v1.resolver_service_pb2_grpc import ResolverServiceStub

from tests.contract.conftest import item
from tests.shared_data import card_record, direction, embedding_record


async def import_cards(stub: ResolverServiceStub, *records: pb.CardRecord) -> None:
    async def messages() -> AsyncIterator[pb.ImportCardsRequest]:
        yield pb.ImportCardsRequest(records=records)

    await stub.ImportCards(messages())


async def resolve(stub: ResolverServiceStub, *external_ids: str, dry_run: bool = False) -> Sequence[pb.Resolution]:
    items = [item("shop", external_id) for external_id in external_ids]
    response: pb.ResolveCardsResponse = await stub.ResolveCards(pb.ResolveCardsRequest(items=items, dry_run=dry_run))
    return response.resolutions


async def test_a_catalogue_id_leads_to_its_card(stub: ResolverServiceStub) -> None:
    await import_cards(stub, card_record("base1-58", "Pikachu"))

    (found,) = await resolve(stub, "base1-58")

    assert (found.tier, found.name) == (pb.TIER_CATALOG, "Pikachu")


async def test_a_key_is_remembered(stub: ResolverServiceStub) -> None:
    # The first time the catalogue had to be asked. From then on the shop's id is a key of the card: one look-up.
    await import_cards(stub, card_record("base1-58"))

    (first,) = await resolve(stub, "base1-58")
    (second,) = await resolve(stub, "base1-58")

    assert (first.tier, second.tier) == (pb.TIER_CATALOG, pb.TIER_KEY)
    assert first.card_id == second.card_id


async def test_an_embedding_makes_the_card_that_the_catalogue_lacks(stub: ResolverServiceStub) -> None:
    # Some cards are known only by their picture. The first who asks creates the card and its key together.
    async def messages() -> AsyncIterator[pb.ImportEmbeddingsRequest]:
        yield pb.ImportEmbeddingsRequest(records=[embedding_record("promo-1", direction(0), name="Mew")])

    await stub.ImportEmbeddings(messages())

    (found,) = await resolve(stub, "promo-1")
    card = (await stub.GetCard(pb.GetCardRequest(card_id=found.card_id))).card

    assert (found.tier, card.details.name) == (pb.TIER_EMBEDDING, "Mew")


async def test_a_batch_answers_in_order(stub: ResolverServiceStub) -> None:
    # Up to a thousand ids a call, each answered in its place. One that isn't found doesn't fail the others, and one
    # that is asked for twice is answered twice.
    await import_cards(stub, card_record("base1-4", "Charizard"), card_record("base1-58", "Pikachu"))

    found = await resolve(stub, "base1-58", "nothing", "base1-4", "base1-58")

    assert [one.external_id for one in found] == ["base1-58", "nothing", "base1-4", "base1-58"]
    assert [one.name for one in found] == ["Pikachu", "", "Charizard", "Pikachu"]


async def test_a_gap_is_kept(stub: ResolverServiceStub) -> None:
    # What nobody could resolve is worth knowing: it is kept and counted, and closed when the card comes.
    await resolve(stub, "base1-58")
    await resolve(stub, "base1-58")
    (gap,) = (await stub.ListGaps(pb.ListGapsRequest())).gaps

    await import_cards(stub, card_record("base1-58"))
    await resolve(stub, "base1-58")
    left = (await stub.ListGaps(pb.ListGapsRequest())).gaps

    assert (gap.source, gap.external_id, gap.count) == ("shop", "base1-58", 2)
    assert list(left) == []


async def test_a_dry_run_writes_nothing(stub: ResolverServiceStub) -> None:
    await import_cards(stub, card_record("base1-58"))

    (tried,) = await resolve(stub, "base1-58", dry_run=True)
    await resolve(stub, "nothing", dry_run=True)
    coverage = await stub.GetCoverage(pb.GetCoverageRequest())

    assert tried.name == "Pikachu"
    assert (coverage.keys, coverage.gaps) == (0, 0)


async def test_a_misread_name_is_still_found(stub: ResolverServiceStub) -> None:
    # Scans read an O for a 0 and a c for an a. Number and set count for more than the name.
    await import_cards(stub, card_record("base1-4", "Charizard", "4"), card_record("base1-58", "Pikachu", "58"))
    scanned = pb.ScannedText(name="Charizcrd", number="4/1O2")

    answer = await stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[pb.IdentifyQuery(text=scanned)]))

    (found,) = answer.identifications
    assert found.candidates[0].catalog_id == "base1-4"
    assert not found.needs_review


async def test_what_cannot_be_told_apart_is_for_a_person_to_see(stub: ResolverServiceStub) -> None:
    # Two cards of one name, and nothing else was read: the answer has both, and says that it doesn't know.
    await import_cards(stub, card_record("base1-58", "Pikachu", "58"), card_record("base1-59", "Pikachu", "59"))
    scanned = pb.ScannedText(name="Pikachu")

    answer = await stub.IdentifyCards(pb.IdentifyCardsRequest(queries=[pb.IdentifyQuery(text=scanned)]))

    (found,) = answer.identifications
    assert {one.catalog_id for one in found.candidates} == {"base1-58", "base1-59"}
    assert found.needs_review


async def test_a_list_is_read_page_by_page(stub: ResolverServiceStub) -> None:
    # A token is the place after the last row, so that rows added meanwhile neither repeat nor hide others.
    await import_cards(stub, *(card_record(f"base1-{number}") for number in range(3)))

    first = await stub.SearchCards(pb.SearchCardsRequest(page_size=2))
    rest = await stub.SearchCards(pb.SearchCardsRequest(page_size=2, page_token=first.next_page_token))

    assert [card.catalog_id for card in [*first.cards, *rest.cards]] == ["base1-0", "base1-1", "base1-2"]
    assert rest.next_page_token == ""
