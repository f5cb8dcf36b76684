"""The kinds of work as items of a batch: protobuf's JSON, and what stands in it for people, such as a file's name.

Every reader is given what stands behind the item's kind, and the folder that the names of files in it begin from; it
gives one item, or several where a file holds more than one takes. Raises BadField and CliError.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atelier.engager.v1.engagement_service_pb2 import ScheduleActivitiesRequest
from atelier.gateway.v1.gateway_service_pb2 import BatchItem
from atelier.generator.v1.card_art_service_pb2 import RenderCardRequest
from atelier.generator.v1.generation_service_pb2 import CreateGenerationRequest
from atelier.resolver.v1.scan_service_pb2 import CreateScanRequest
from atelier.reviewer.v1.review_service_pb2 import CreateReviewRequest, FileTarget

from cli.activity_files import open_activities
from cli.answers import MAX_BYTES, checked
from cli.engaging import AT_ONCE
from cli.fields import BadField, Fields
from cli.generation_request import read_size
from cli.local_sources import LocalSources
from cli.pipeline import batches
from cli.proto_json import read_message
from cli.records import BadRecord
from cli.review_files import Gathered, gather_diff, gather_paths
from cli.review_upload import REVIEW_FILES
from cli.scan_files import open_detections
from cli.scan_upload import SCAN_SIZE
from cli.text_files import STDIN

Found = Iterator[BatchItem | BadRecord]


def scan_items(content: Any, folder: Path) -> Found:
    """`{"file": "cards.csv"}` is read as `atelier scan` reads it."""
    given = _object("scan", content)
    path = _file("scan", given, folder)
    asked = read_message(given, CreateScanRequest(), "scan")
    if path is None:
        yield BatchItem(scan=asked)
        return
    _at_most_one("scan", file=path, detections=asked.detections)
    for batch in batches(checked(open_detections(path)), max_records=SCAN_SIZE, max_bytes=MAX_BYTES):
        yield from batch.bad
        if batch.messages:
            request = CreateScanRequest(detections=batch.messages)
            request.MergeFrom(asked)
            yield BatchItem(scan=request)


def generation_items(content: Any, _: Path) -> Found:
    """`{"poses": […], "prompt": "…", "size": "512x768"}` say it as `atelier generate` does."""
    given = _object("generation", content)
    fields = Fields(given, "generation.")
    poses, prompt, size = fields.texts("poses"), fields.text("prompt"), fields.text("size")
    asked = read_message(_without(given, "poses", "prompt", "size"), CreateGenerationRequest(), "generation")
    _at_most_one("generation", poses=poses or prompt, source=asked.WhichOneof("source"))
    if poses:
        asked.gallery.pose_ids.extend(poses)
        asked.gallery.prompt = prompt
    elif prompt:
        asked.text.prompt = prompt
    if size:
        asked.width, asked.height = read_size("generation.size", size)
    yield BatchItem(generation=asked)


def card_items(content: Any, _: Path) -> Found:
    """The career is batting unless `kind` says otherwise, as for `atelier render`."""
    given = {"kind": "batting", **_object("card", content)}
    yield BatchItem(card=read_message(given, RenderCardRequest(), "card"))


def review_items(content: Any, folder: Path) -> Found:
    """`{"paths": ["src"]}` and `{"diff": "main"}` are collected as `atelier review` collects them."""
    given = _object("review", content)
    fields = Fields(given, "review.")
    paths, revision = fields.texts("paths"), fields.text("diff")
    asked = read_message(_without(given, "paths", "diff"), CreateReviewRequest(), "review")
    if not (paths or revision):
        yield BatchItem(review=asked)
        return
    _at_most_one("review", paths=paths, diff=revision, target=asked.WhichOneof("target"))
    gathered = gather_paths([folder / one for one in paths]) if paths else gather_diff(folder, revision)[0]
    yield from _reviews(gathered, asked)


def activity_items(content: Any, folder: Path) -> Found:
    """A bare list is one of activities; `{"file": "a.csv", "pod_id": "…", "account_id": "…"}` is read as
    `atelier engage schedule` reads it.
    """
    given = {"activities": content} if isinstance(content, list) else _object("activities", content)
    path = _file("activities", given, folder)
    if path is None:
        yield BatchItem(activities=read_message(given, ScheduleActivitiesRequest(), "activities"))
        return
    fields = Fields(given, "activities.")
    pod, account = fields.text("pod_id", "podId"), fields.text("account_id", "accountId")
    rest = _without(given, "pod_id", "podId", "account_id", "accountId")
    asked = read_message(rest, ScheduleActivitiesRequest(), "activities")
    _at_most_one("activities", file=path, activities=asked.activities)
    records = open_activities(path, pod_id=pod, account_id=account)
    for batch in batches(records, max_records=AT_ONCE, max_bytes=MAX_BYTES):
        yield from batch.bad
        if batch.messages:
            yield BatchItem(activities=ScheduleActivitiesRequest(activities=batch.messages))


def _reviews(gathered: Gathered, asked: CreateReviewRequest) -> Found:
    """Reviews of what was collected, a hundred files each."""
    if not gathered.files:
        raise BadField("review", "names nothing that can be reviewed")
    asked.project = asked.project or gathered.root.name
    for batch in batches(checked(LocalSources().read(gathered.files)), max_records=REVIEW_FILES, max_bytes=MAX_BYTES):
        yield from batch.bad
        if batch.messages:
            request = CreateReviewRequest(review=FileTarget(files=batch.messages))
            request.MergeFrom(asked)
            yield BatchItem(review=request)


def _object(kind: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise BadField(kind, "must be a JSON object")
    return dict(content)


def _file(kind: str, given: dict[str, Any], folder: Path) -> str | None:
    """The path that is taken out of what is given; None where there is none."""
    name = Fields(given, f"{kind}.").text("file")
    if name == STDIN:
        raise BadField(f"{kind}.file", "must be a file")
    given.pop("file", None)
    return str(folder / name) if name else None


def _without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


def _at_most_one(kind: str, **given: object) -> None:
    if sum(bool(one) for one in given.values()) > 1:
        raise BadField(kind, f"takes just one of {', '.join(given)}")
