"""What a file's findings may take."""

from services.reviewer.bounds import MESSAGE_CHARACTERS, PATCH_BYTES, bounded
from tests.unit.reviewer.findings import finding


def test_a_long_message_is_cut_and_says_so() -> None:
    short, long = bounded([finding(message="m" * MESSAGE_CHARACTERS), finding(message="m" * (MESSAGE_CHARACTERS + 1))])

    assert short.message == "m" * MESSAGE_CHARACTERS
    assert (len(long.message), long.message[-1]) == (MESSAGE_CHARACTERS, "…")


def test_patches_that_there_is_no_room_for_are_left_out_and_the_findings_stay() -> None:
    large, small = finding(line=1, patch="é" * (PATCH_BYTES // 3)), finding(line=3, patch="+1")

    kept = bounded([large, finding(line=2, patch=large.patch), small])
    beside_another = bounded([large, small], files=2)

    assert [one.patch for one in beside_another] == ["", "+1"]
    assert [one.patch for one in kept] == [large.patch, "", "+1"]
    assert [one.place for one in kept] == [one.place for one in (large, finding(line=2), small)]
