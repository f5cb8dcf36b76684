"""What a request for images comes to."""

from atelier.generator.v1 import generation_service_pb2 as pb

from services.generator.backends.backend import Limits, Mode
from services.generator.plans import filled_in, fingerprint_of, plan_violations, planned_variations, seed_of

POSES_ONLY = Limits(
    modes=frozenset({Mode.POSE}), smallest_side=256, largest_side=1024, concurrency=1, styles=("clay", "ink"),
    size_step=64, longest_prompt=10,
)  # fmt: skip


def plan(request: pb.CreateGenerationRequest) -> pb.CreateGenerationRequest:
    return filled_in(request, limits=POSES_ONLY, base_seed=9)


def test_keys_go_by_pose_and_number_and_seeds_by_base_seed_and_key() -> None:
    asked = plan(pb.CreateGenerationRequest(gallery=pb.GallerySource(pose_ids=["b", "a"]), variations=2, base_seed=4))

    planned = planned_variations(asked)

    assert [(one.key, one.pose_id) for one in planned] == [("b-v1", "b"), ("b-v2", "b"), ("a-v1", "a"), ("a-v2", "a")]
    assert [one.seed for one in planned] == [seed_of(4, one.key) for one in planned]
    assert len({one.seed for one in planned}) == 4


def test_a_seed_is_the_same_for_ever() -> None:
    # printf '7:text-v1' | sha256sum | head -c 8
    assert seed_of(7, "text-v1") == 0x178599BE


def test_a_chosen_seed_of_zero_is_kept_and_a_missing_one_chosen() -> None:
    text = pb.TextSource(prompt="x")

    assert plan(pb.CreateGenerationRequest(text=text, base_seed=0)).base_seed == 0
    assert plan(pb.CreateGenerationRequest(text=text)).base_seed == 9


def test_all_that_the_backend_cannot_do_is_told_at_once() -> None:
    twice = [
        pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE),
        pb.ExportSpec(preset=pb.EXPORT_PRESET_SQUARE, format="IMAGE_FORMAT_PNG"),
    ]
    asked = pb.CreateGenerationRequest(
        text=pb.TextSource(prompt="x" * 11), width=128, height=328, style="oil", exports=twice
    )

    broken = plan_violations(plan(asked), POSES_ONLY)

    assert [one.field for one in broken] == ["width", "height", "text", "text.prompt", "style", "exports[1]"]


def test_a_fingerprint_is_of_the_content_and_not_of_its_id() -> None:
    first = pb.CreateGenerationRequest(request_id="a", variations=2)

    assert fingerprint_of(first) == fingerprint_of(pb.CreateGenerationRequest(request_id="b", variations=2))
    assert fingerprint_of(first) != fingerprint_of(pb.CreateGenerationRequest(request_id="a", variations=3))
