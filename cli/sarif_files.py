"""Reviews as one file of SARIF. GitHub takes one run of a tool a file, so several reviews become one run."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from atelier.reviewer.v1.review_service_pb2 import ExportSarifRequest, Review

from cli.connection import Gateway
from cli.errors import CliError
from cli.exits import ExitCode
from cli.output import say
from cli.review_documents import SEVERITIES
from cli.whole_files import write_whole

MAX_RESULTS = 5_000  # GitHub drops the others of a run


async def save_sarif(gateway: Gateway, reviews: Sequence[Review], path: Path) -> None:
    """Have the findings of reviews that have ended stand at `path`. Raises CliError and `grpc.aio.AioRpcError`."""
    document, left_out = await fetch_sarif(gateway, reviews)
    write_whole(path, document)
    say(f"SARIF in {path}{f', without {left_out:,} findings for which there was no room' if left_out else ''}.")


async def fetch_sarif(gateway: Gateway, reviews: Sequence[Review]) -> tuple[bytes, int]:
    """The document, and how many findings it has no room for. Raises CliError and `grpc.aio.AioRpcError`."""
    answers = [await gateway.reviews.ExportSarif(ExportSarifRequest(review_id=one.review_id)) for one in reviews]
    left_out = sum(answer.left_out for answer in answers)
    if len(answers) == 1:
        return answers[0].sarif, left_out
    try:
        joined, more = join_runs([json.loads(answer.sarif) for answer in answers])
    except (ValueError, KeyError, TypeError, IndexError):
        raise CliError("The gateway sent SARIF that can't be read; see its version.", ExitCode.SOFTWARE) from None
    return json.dumps(joined, ensure_ascii=False, separators=(",", ":")).encode(), left_out + more


def join_runs(documents: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """The documents' runs as one: each rule once, the worst results first; and how many there was no room for."""
    runs = [document["runs"][0] for document in documents]
    rules = {rule["id"]: rule for run in runs for rule in run["tool"]["driver"]["rules"]}
    numbers = {name: number for number, name in enumerate(rules)}
    results = sorted((result for run in runs for result in run["results"]), key=_badness, reverse=True)
    for result in results:
        result["ruleIndex"] = numbers[result["ruleId"]]
    joined = documents[0]
    run = joined["runs"][0]
    run["tool"]["driver"]["rules"] = list(rules.values())
    run["results"] = results[:MAX_RESULTS]
    run["invocations"] = [invocation for one in runs for invocation in one.get("invocations", [])]
    return joined, max(0, len(results) - MAX_RESULTS)


def _badness(result: dict[str, Any]) -> int:
    return -SEVERITIES.index(result["properties"]["severity"].lower())
