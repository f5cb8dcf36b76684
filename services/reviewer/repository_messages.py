"""Between repositories and snapshots as they stand in the tables and the proto's messages; nothing is decided here."""

from atelier.reviewer.v1 import repository_service_pb2 as pb

from chassis.times import set_time
from services.reviewer.store import Row


def repository_message(row: Row) -> pb.Repository:
    """A repository."""
    message = pb.Repository(repository_id=str(row["repository_id"]), owner=row["owner"], name=row["name"])
    set_time(message.create_time, row["created_at"])
    return message


def snapshot_message(row: Row) -> pb.Snapshot:
    """A snapshot."""
    message = pb.Snapshot(
        snapshot_id=str(row["snapshot_id"]),
        repository_id=str(row["repository_id"]),
        revision=row["revision"],
        files=row["files"],
        bytes=row["bytes"],
        known=row["known"],
        left_out=row["left_out"],
    )
    set_time(message.create_time, row["created_at"])
    return message
