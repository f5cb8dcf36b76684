"""Work from its first line to its end, as a person watches it: sent, followed, saved, and told of."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atelier.gateway.v1.gateway_service_pb2 import WatchedWork

from cli.connection import Gateway
from cli.image_files import ImageFiles
from cli.lasting import LossNotice
from cli.live_board import showing
from cli.output import flush, say, write_json
from cli.render import save_card
from cli.showing import Telling
from cli.submit_files import Items
from cli.submit_results import SUCCEEDED, item_document, item_state, refusals
from cli.submit_upload import BatchUpload, Sent
from cli.work_board import WorkBoard
from cli.work_documents import work_line
from cli.work_watch import follow_work


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How work is submitted and shown. Pictures are saved where there is a `folder`; `address` is for sentences."""

    prefix: str
    folder: Path | None
    watch: bool
    telling: Telling
    address: str


@dataclass(slots=True)
class Submission:
    """What was sent so far, and how the work of it gets on. `rejected` counts lines that couldn't be sent."""

    sent: list[Sent] = field(default_factory=list)
    board: WorkBoard = field(default_factory=WorkBoard)
    rejected: int = 0

    def all_is_well(self, *, watched: bool) -> bool:
        """Whether every line was accepted whole and, where it was watched, carried out."""
        refused = any(sent.error or sent.refused_activities for sent in self.sent)
        states = {state for _, state in self.states()}
        return not (self.rejected or refused or (watched and states - {SUCCEEDED}))

    def states(self) -> list[tuple[Sent, str]]:
        """Each item with its state."""
        return [(sent, item_state(sent, self.board)) for sent in self.sent]


async def submit_items(gateway: Gateway, items: Items, course: Course, found: Submission) -> None:
    """Send the items and, unless it is not to be watched, follow their work to its end; all of it in `found`.

    Raises CliError and `grpc.aio.AioRpcError`.
    """
    upload = BatchUpload(gateway, course.prefix)
    async for sent in upload.send(items):
        found.sent.append(sent)
        for sentence in refusals(sent, address=course.address):
            say(sentence)
        if course.folder and sent.accepted and sent.accepted.HasField("card"):
            card = sent.accepted.card
            sent.files[str(await save_card(gateway, card, course.folder))] = card.image
        if course.telling is Telling.JSON and not (course.watch and sent.names):
            write_json(item_document(sent, found.board))
            flush()
    found.rejected = upload.rejected
    if course.watch:
        await _watch(gateway, course, found)


async def _watch(gateway: Gateway, course: Course, found: Submission) -> None:
    board, waiting = found.board, [sent for sent in found.sent if sent.names]
    names = [name for sent in waiting for name in sent.names]
    saving = _Saving(gateway, course.folder, {name: sent for sent in waiting for name in sent.names})

    def document(sent: Sent) -> dict[str, Any]:
        return item_document(sent, board)

    with showing(board.table, document, work_line, course.telling) as show:
        async for told, changed in follow_work(gateway, names, board, is_there=True):
            for work in told:
                await saving.take(work)
            ended = [sent for sent in waiting if board.have_ended(sent.names)]
            waiting = [sent for sent in waiting if not board.have_ended(sent.names)]
            show(ended if course.telling is Telling.JSON else changed)


@dataclass(frozen=True, slots=True)
class _Saving:
    """The images of generations, saved as they come, under the line that asked for them."""

    gateway: Gateway
    folder: Path | None
    items: dict[str, Sent]
    notice: LossNotice = field(default_factory=LossNotice)

    async def take(self, work: WatchedWork) -> None:
        if self.folder is None or not work.HasField("generation"):
            return
        sent = self.items[work.name]
        generation_id = work.generation.generation_id
        files = ImageFiles(self.gateway, generation_id, self.folder, self.notice, f"{sent.place.line}-")
        for variation in work.generation.variations:
            sent.files.update(await files.save_all(variation))
