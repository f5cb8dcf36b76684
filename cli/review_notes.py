"""What didn't look at a file, and why, as a person reads it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from atelier.reviewer.v1.review_service_pb2 import FileReview, ModelRun, ReviewState, ToolRun

from cli.documents import word
from cli.job_documents import error_text

MOST_NOTES = 10
TOOLS = {
    ToolRun.STATUS_MISSING: "is missing",
    ToolRun.STATUS_FAILED: "failed",
    ToolRun.STATUS_CUT_OFF: "was cut off",
}
MODELS = {
    ModelRun.STATUS_WITHHELD: "the model didn't see it",
    ModelRun.STATUS_FAILED: "the model failed",
}


class NoteBook:
    """What didn't look, over all files of a command."""

    def __init__(self) -> None:
        self._files: Counter[str] = Counter()
        self.without_model = False

    def add(self, found: FileReview) -> None:
        """Take in what is to say of a file."""
        self._files.update(notes_of(found))
        self.without_model |= found.coverage.model.status == ModelRun.STATUS_NONE

    def lines(self) -> Iterator[str]:
        """Each note with how many files it is about, the most frequent first; of very many the first."""
        for note, files in self._files.most_common(MOST_NOTES):
            yield note if files == 1 else f"{note} ({files:,} files)"
        if len(self._files) > MOST_NOTES:
            yield f"and {len(self._files) - MOST_NOTES:,} more"


def notes_of(found: FileReview) -> list[str]:
    """What didn't look at a file."""
    cancelled = ["cancelled"] if found.state == ReviewState.REVIEW_STATE_CANCELLED else []
    return [*cancelled, *_of_file(found), *_of_tools(found.coverage.tools), *_of_model(found.coverage.model)]


def own_notes(found: FileReview) -> list[str]:
    """Those that are about this very file: not that a tool isn't there or all was cancelled, as for many others."""
    tools = [one for one in found.coverage.tools if one.status != ToolRun.STATUS_MISSING]
    return [*_of_file(found), *_of_tools(tools), *_of_model(found.coverage.model)]


def _of_file(found: FileReview) -> Iterator[str]:
    if found.coverage.skipped:
        yield f"not looked at: {found.coverage.skipped}"
    if found.HasField("error"):
        yield error_text(found) or "failed"


def _of_tools(tools: Iterable[ToolRun]) -> Iterator[str]:
    for run in tools:
        if run.status != ToolRun.STATUS_RAN:
            said = TOOLS.get(run.status) or f"ended {word(ToolRun.Status, run.status)}"
            yield _with_reason(f"{run.tool} {said}", run.message)


def _of_model(run: ModelRun) -> Iterator[str]:
    if run.status in MODELS:
        yield _with_reason(MODELS[run.status], run.message)


def _with_reason(what: str, why: str) -> str:
    return f"{what}: {why.strip().rstrip('.')}" if why.strip() else what
