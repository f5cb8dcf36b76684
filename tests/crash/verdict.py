"""What a storm has cost: read from the tables, and kept. Nothing is taken from what processes say of themselves."""

import json
import os
import platform
import statistics
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from tests.crash.ground import Ground
from tests.crash.work import LEAVING, OWNER
from tests.shared_data import REPOSITORY

# Rows that outlive their job's next claim: who lost it and when it was queued again, and when it ran again.
WATCH = """
CREATE TABLE handovers (
    job_id uuid NOT NULL, worker_id uuid NOT NULL, lost boolean NOT NULL, left_at timestamptz NOT NULL,
    resumed_at timestamptz
);
CREATE INDEX ON handovers (job_id) WHERE resumed_at IS NULL;
CREATE TABLE kills (worker_id uuid NOT NULL, at timestamptz NOT NULL, began double precision NOT NULL);
CREATE FUNCTION note_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.state = 'QUEUED' THEN
        INSERT INTO handovers VALUES (old.id, old.worker_id, new.losses > old.losses, clock_timestamp());
    ELSE
        UPDATE handovers SET resumed_at = clock_timestamp() WHERE job_id = old.id AND resumed_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_handover AFTER UPDATE OF state ON jobs FOR EACH ROW
WHEN ((old.state = 'RUNNING' AND new.state = 'QUEUED') OR (old.state = 'QUEUED' AND new.state = 'RUNNING'))
EXECUTE FUNCTION note_handover();
"""
RESCUES = """
SELECT
    kills.began,
    extract(EPOCH FROM left_at - kills.at)::double precision AS queued_seconds,
    extract(EPOCH FROM resumed_at - kills.at)::double precision AS resumed_seconds
FROM handovers INNER JOIN kills USING (worker_id) WHERE lost AND left_at > kills.at
"""
RELEASES = """
SELECT extract(EPOCH FROM resumed_at - left_at)::double precision AS seconds
FROM handovers WHERE NOT lost AND resumed_at IS NOT NULL
"""

RESULTS = REPOSITORY / "bench" / "chaos.json"
# A restart of PostgreSQL takes about two seconds, and a reaper then gives the living time to renew.
DISTURBED_SECONDS = 6.0


@dataclass
class Story:
    """What the storm's own side knows: the job of each key as callers were told, and what was done to some of them."""

    accepted: dict[str, UUID] = field(default_factory=dict)
    cancelled: set[UUID] = field(default_factory=set)
    given_up: set[UUID] = field(default_factory=set)
    postgres_hit: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Spread:
    """Seconds that many things took."""

    count: int
    median: float | None
    p99: float | None
    longest: float | None

    @classmethod
    def of(cls, seconds: Collection[float]) -> "Spread":
        """That of these."""
        ordered = sorted(seconds)
        if not ordered:
            return cls(0, None, None, None)
        p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        return cls(len(ordered), round(statistics.median(ordered), 3), round(p99, 3), round(ordered[-1], 3))

    def told(self, lease_seconds: float) -> str:
        """For a person to read, beside the lease."""
        if self.median is None or self.p99 is None:
            return "none"
        return (
            f"median {self.median:.2f} s, p99 {self.p99:.2f} s ({self.p99 / lease_seconds:.2f} leases), "
            f"longest {self.longest:.2f} s, of {self.count}"
        )


@dataclass(frozen=True)
class Verdict:
    """The counts. `given_up`: innocent jobs that lost three workers, the last one alone; an operator retried them."""

    accepted: int
    finished: int
    lost: int
    duplicate_effects: int
    stuck: int
    wrong_sums: int
    given_up: int
    cancelled: int
    rescues: int
    releases: int
    kill_to_queued: Spread
    kill_to_queued_with_postgres_there: Spread
    kill_to_running: Spread
    release_to_running: Spread

    @property
    def passed(self) -> bool:
        """Whether all that was accepted was done once."""
        return not (self.lost or self.duplicate_effects or self.stuck or self.wrong_sums)

    def lines(self, lease_seconds: float) -> list[str]:
        """For a person to read."""
        counts = {name.replace("_", " "): value for name, value in asdict(self).items() if not isinstance(value, dict)}
        spreads = {
            name.replace("_", " "): getattr(self, name)
            for name, value in asdict(self).items()
            if isinstance(value, dict)
        }
        return [
            ", ".join(f"{name} {value}" for name, value in counts.items()),
            *(f"{name}: {spread.told(lease_seconds)}" for name, spread in spreads.items()),
        ]


async def judge(ground: Ground, story: Story) -> Verdict:
    """Count."""
    jobs = {row["id"]: row for row in await ground.fetch("SELECT id, kind, state, ended_at FROM jobs")}
    effects = await ground.fetch("SELECT job_id, parent FROM effects")
    (balance,) = await ground.fetch("SELECT amount FROM balances WHERE owner = $1", OWNER)
    ends = Counter(row["job_id"] for row in await ground.fetch("SELECT job_id FROM ends"))
    succeeded = {job_id: row["kind"] for job_id, row in jobs.items() if row["state"] == "SUCCEEDED"}
    parents = Counter({job_id: 2 for job_id, kind in succeeded.items() if kind == "parent"})
    # What there should be of each thing, and what there is.
    due = Counter(job_id for job_id, kind in succeeded.items() if kind in LEAVING), parents
    done = Counter(row["job_id"] for row in effects), Counter(row["parent"] for row in effects if row["parent"])
    told = Counter(job_id for job_id, row in jobs.items() if row["state"] in {"FAILED", "CANCELLED"})
    told.update(story.given_up)
    surplus = len(jobs) - len(set(story.accepted.values())) - parents.total()
    times = await _times(ground, story)
    return Verdict(
        accepted=len(story.accepted),
        finished=sum(row["ended_at"] is not None for row in jobs.values()),
        lost=sum(job_id not in jobs for job_id in story.accepted.values())
        + sum(_went_wrong(row, story) for row in jobs.values())
        + sum((wanted - found).total() for wanted, found in zip(due, done, strict=True)),
        duplicate_effects=sum((found - wanted).total() for wanted, found in zip(due, done, strict=True))
        + max(0, surplus),
        stuck=sum(row["ended_at"] is None for row in jobs.values()),
        wrong_sums=abs(balance["amount"] - len(effects)) + (ends - told).total() + (told - ends).total(),
        given_up=len(story.given_up),
        cancelled=sum(row["state"] == "CANCELLED" for row in jobs.values()),
        **times,
    )


def keep(verdict: Verdict, **conditions: object) -> None:
    """Replace what `bench/chaos.json` holds."""
    machine = {"system": platform.system(), "cores": os.cpu_count() or 0}
    RESULTS.write_text(json.dumps({**conditions, "machine": machine, **asdict(verdict)}, indent=1) + "\n")


def _went_wrong(row: asyncpg.Record, story: Story) -> bool:
    """Whether a job has ended as nobody wanted it to."""
    if row["ended_at"] is None:
        return False
    if row["state"] == "CANCELLED":
        return row["id"] not in story.cancelled
    return bool((row["state"] == "FAILED") != (row["kind"] == "poison"))


async def _times(ground: Ground, story: Story) -> dict[str, Any]:
    rescues = await ground.fetch(RESCUES)
    calm = [row for row in rescues if all(abs(at - row["began"]) > DISTURBED_SECONDS for at in story.postgres_hit)]
    releases = await ground.fetch(RELEASES)
    return {
        "rescues": (await ground.fetch("SELECT count(*) FROM handovers WHERE lost"))[0]["count"],
        "releases": len(releases),
        "kill_to_queued": Spread.of([row["queued_seconds"] for row in rescues]),
        "kill_to_queued_with_postgres_there": Spread.of([row["queued_seconds"] for row in calm]),
        "kill_to_running": Spread.of([row["resumed_seconds"] for row in calm if row["resumed_seconds"] is not None]),
        "release_to_running": Spread.of([row["seconds"] for row in releases]),
    }
