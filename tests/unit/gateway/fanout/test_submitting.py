"""Items' request ids follow from their batch's and their place alone."""

from gateway.fanout.submitting import derived_id


def test_the_same_place_of_the_same_batch_has_the_same_id_always() -> None:
    # Written down, as a change of it would double what was accepted before.
    assert derived_id("order-1", 3) == "batch-824783b9-04ec-5aaf-8093-ec5eee720229"


def test_no_two_places_or_batches_share_an_id() -> None:
    ids = [derived_id(batch, place) for batch in ("a", "a/1", "b", "b/", "") for place in range(200)]

    assert len(set(ids)) == len(ids)


def test_an_id_is_short_enough_for_every_service() -> None:
    assert len(derived_id("x" * 100, 199)) <= 100
