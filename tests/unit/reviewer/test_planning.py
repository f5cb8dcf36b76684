"""What a request for a review comes to."""

from atelier.reviewer.v1 import review_service_pb2 as pb

from jobs.job import Lane
from services.reviewer.limits import FileLimits
from services.reviewer.models.prompt import Task
from services.reviewer.models.tokens import most_tokens, most_tokens_of_size
from services.reviewer.parts import Inputs
from services.reviewer.paths import redacted_paths
from services.reviewer.planning import Estimating, fingerprint_of, planned_review, planned_stored_file
from services.reviewer.source import Lines
from tests.invented_secrets import invented_secrets

ESTIMATING = Estimating(limits=FileLimits(file_bytes=1_000), answer_tokens=500)


def request(*files: pb.SourceFile, request_id: str = "r") -> pb.CreateReviewRequest:
    """A request for these files, or for one."""
    one = pb.SourceFile(path="a.py", content=b"x = 1\n")
    return pb.CreateReviewRequest(request_id=request_id, review=pb.FileTarget(files=files or [one]))


def test_each_file_is_a_part_with_what_changed_of_it() -> None:
    changed = [pb.LineRange(start_line=2, end_line=3), pb.LineRange(start_line=9, end_line=9)]

    new = planned_review(
        request(pb.SourceFile(path="b.py", content=b"y", changed=changed), pb.SourceFile(path="a.py", content=b"x")),
        ESTIMATING,
    )

    assert [(part.task, part.path) for part in new.parts] == [(Task.REVIEW, "b.py"), (Task.REVIEW, "a.py")]
    assert new.parts[0].inputs.files[0].changed == (Lines(2, 3), Lines(9, 9))
    assert {part.inputs.files[0].sha256 for part in new.parts} == set(new.contents)


def test_what_was_left_open_has_its_defaults() -> None:
    new = planned_review(request(), ESTIMATING)

    assert (new.kind, new.secret_policy, new.lane, new.snapshot_id) == (Task.REVIEW, "REDACT", Lane.NORMAL, None)


def test_inputs_are_read_as_they_were_written() -> None:
    changed = [pb.LineRange(start_line=2, end_line=3)]
    part = planned_review(request(pb.SourceFile(path="b.py", content=b"y", changed=changed)), ESTIMATING).parts[0]

    assert Inputs.from_document(part.inputs.to_document()).to_document() == part.inputs.to_document()


def test_no_tokens_are_planned_where_no_model_is_asked() -> None:
    without = Estimating(limits=ESTIMATING.limits, answer_tokens=None)
    large = pb.SourceFile(path="b.py", content=b"x" * 1_001)

    assert [part.tokens for part in planned_review(request(), without).parts] == [0]
    assert [part.tokens for part in planned_review(request(large), ESTIMATING).parts] == [0]
    assert planned_stored_file("a.py", "0", 10, without).tokens == 0
    assert planned_stored_file("a.py", "0", 1_001, ESTIMATING).tokens == 0


def test_what_is_planned_for_a_file_that_nobody_has_read_is_no_less_than_for_one_that_was_read() -> None:
    text = "    return value\n" * 50

    assert most_tokens_of_size(len(text)) >= most_tokens(text)


def test_the_fingerprint_is_that_of_everything_but_the_request_id() -> None:
    same = fingerprint_of(request(request_id="one")) == fingerprint_of(request(request_id="two"))
    policy = request()
    policy.secret_policy = pb.SECRET_POLICY_WITHHOLD

    assert same
    assert fingerprint_of(policy) != fingerprint_of(request())


def test_an_identity_is_that_of_all_that_a_result_depends_on_and_of_nothing_else() -> None:
    one, other = (planned_review(request(request_id=name), ESTIMATING) for name in ("one", "two"))

    assert one.identity_of(one.parts[0], "e1") == other.identity_of(other.parts[0], "e1")
    assert one.identity_of(one.parts[0], "e1") != one.identity_of(one.parts[0], "e2")


def test_a_secret_in_paths_gets_one_mark_whatever_their_order() -> None:
    one, other = invented_secrets()["aws-access-key"], invented_secrets()["github-token"]
    paths = [f"x/{one}.py", f"y/{one}.py", f"{other}.py", "plain.py"]

    kept = redacted_paths(paths)

    assert kept == ["x/<aws-access-key-1>.py", "y/<aws-access-key-1>.py", "<github-token-1>.py", "plain.py"]
    assert redacted_paths(paths[::-1]) == kept[::-1]
