"""The reviewer's sample files, reviewed without a model: what of the faults in them is told, and what else is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atelier.reviewer.v1 import review_service_pb2 as pb

from bench.figures import Figure
from cli.stack.programs import REPOSITORY
from tests.invented_secrets import plant

SAMPLES = REPOSITORY / "tests" / "samples" / "reviewer"
Sample = dict[str, Any]


@dataclass(frozen=True)
class _Kind:
    """Faults of one kind that tools can see, and what was told of that kind, by whether it is about one."""

    name: str
    planted: int
    found: int
    right: int
    told: int

    def figures(self) -> Iterator[Figure]:
        """Recall and precision."""
        yield _figure(f"{self.name}: recall", "found", self.found / self.planted, f"{self.found} of {self.planted}")
        yield _figure(f"{self.name}: precision", "right", self.right / self.told, f"{self.right} of {self.told}")


def read_samples() -> list[Sample]:
    """What the index says of each."""
    samples: list[Sample] = json.loads((SAMPLES / "index.json").read_text())
    return samples


def source_files(samples: Sequence[Sample]) -> list[pb.SourceFile]:
    """The samples as they are sent, with their secrets."""
    return [
        pb.SourceFile(path=one["path"], content=plant((SAMPLES / one["path"]).read_text()).encode()) for one in samples
    ]


def judge(samples: Sequence[Sample], files: Sequence[pb.FileReview]) -> list[Figure]:
    """What the review of all samples comes to."""
    pairs = list(zip(samples, files, strict=True))
    assert all(sample["path"] == file.path for sample, file in pairs)
    planted = [file for sample, file in pairs if sample["planted"]]
    clean = [file for sample, file in pairs if not sample["planted"]]
    by_model = [(one, file) for sample, file in pairs for one in sample["planted"] if one["by"] == "model"]
    seen = sum(_is_found(one, file.findings) for one, file in by_model)
    return [
        *_kind("defects", pairs, secrets=False).figures(),
        *_kind("secrets", pairs, secrets=True).figures(),
        _figure("defects that take a model: recall", "found", seen / len(by_model), f"{seen} of {len(by_model)}"),
        _per_file("files with a fault: findings", planted),
        _per_file("clean twins: findings", clean),
    ]


def _kind(name: str, pairs: Sequence[tuple[Sample, pb.FileReview]], *, secrets: bool) -> _Kind:
    planted = found = right = told = 0
    for sample, file in pairs:
        findings = [one for one in file.findings if (one.category == pb.CATEGORY_SECRET) is secrets]
        faults = [one for one in sample["planted"] if (one["category"] == "SECRET") is secrets]
        visible = [one for one in faults if one["by"] == "tool"]
        planted += len(visible)
        found += sum(_is_found(one, findings) for one in visible)
        right += sum(any(_touches(finding, one["line"]) for one in faults) for finding in findings)
        told += len(findings)
    return _Kind(name, planted, found, right, told)


def _is_found(fault: Sample, findings: Sequence[pb.Finding]) -> bool:
    return any(_touches(finding, fault["line"]) for finding in findings)


def _touches(finding: pb.Finding, line: int) -> bool:
    return finding.range.start_line <= line <= finding.range.end_line


def _per_file(name: str, files: Sequence[pb.FileReview]) -> Figure:
    findings = sum(len(file.findings) for file in files)
    return _figure(name, "per file", findings / len(files), f"{findings} in {len(files)}")


def _figure(name: str, unit: str, value: float, of: str) -> Figure:
    return Figure("reviews", f"samples, {name}", unit, value, of)
