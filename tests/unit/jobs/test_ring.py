"""Rings that become one on their way, and what a stream's entry says."""

import math
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from jobs.bell import Ring, _ring, entries_of
from jobs.job import NewJob
from jobs.kinds import Kind
from jobs.transactions import Transaction

RINGS = st.builds(Ring, st.integers(0, 1_000), st.one_of(st.just(math.inf), st.floats(0.001, 1e6)))


@given(first=RINGS, second=RINGS, third=RINGS)
def test_it_does_not_matter_in_which_order_rings_become_one(first: Ring, second: Ring, third: Ring) -> None:
    assert first.joined(second) == second.joined(first)
    assert first.joined(second).joined(third) == first.joined(second.joined(third))
    assert first.joined(Ring()) == first


def test_a_ring_for_now_does_not_drown_one_for_soon() -> None:
    assert Ring(3).joined(Ring(1, 0.5)) == Ring(4, 0.5)


@given(ring=RINGS)
def test_a_ring_is_heard_as_it_was_sent(ring: Ring) -> None:
    fields = {b"count": str(ring.count).encode(), b"due": repr(ring.due_seconds).encode()}

    assert _ring(fields) == ring


@given(fields=st.dictionaries(st.sampled_from([b"count", b"due", b"other"]), st.binary(max_size=5), max_size=3))
def test_an_entry_that_cannot_be_read_still_wakes(fields: dict[bytes, bytes]) -> None:
    assert isinstance(_ring(fields), Ring)


def test_entries_are_found_in_the_answers_of_either_protocol() -> None:
    entry = (b"1-0", {b"count": b"1"})

    assert entries_of([[b"stream", [entry]]]) == [entry]
    assert entries_of({b"stream": [[entry]]}) == [entry]
    assert entries_of({b"stream": [(b"1-0", None)]}) == [(b"1-0", {})]
    assert entries_of(None) == entries_of([]) == entries_of({}) == []


def test_one_transaction_rings_once_for_a_kind() -> None:
    transaction = Transaction(None, {"work": Kind(name="work")})  # type: ignore[arg-type]
    rows = [{"id": uuid4(), "created": True, "same": True, "due_seconds": due} for due in (0.0, 5.0, -3.0, 2.0)]

    transaction._note([NewJob(kind="work", owner="ann")] * 4, rows)  # type: ignore[arg-type]

    assert transaction.rings == {"work": Ring(4, 2.0)}
