"""Durable no-op jobs with one worker process, beside the bare statements and other systems on the same servers.

All take turns, run by run, each in processes of its own; a figure is the median of its turns. A peer that can't be
installed, or fails, is named with its reason and left out.
"""

from collections import defaultdict
from collections.abc import Sequence

from bench.contestants import Contestant, RoleFailed, servers
from bench.figures import Figure
from bench.job_figures import Runs, figures_of
from bench.job_peers import PEERS, NotInstalled, Peer, install
from bench.job_system import SCHEMA
from bench.surroundings import Surroundings
from cli.stack.stack import Stack

RUNS = 3
# After all runs, as one turn differs from the next by more than the contestants do: of idle latency, whose p99 is the
# second slowest of 200, by ours and the durable peers; then of the bare loop and ours, which leave much to vacuum.
FURTHER_LATENCIES, FURTHER_TURNS = 4, 9
JOBS, JOBS_WITH_EFFECT = 20_000, 4_000
# So far apart that each single job finds an idle system.
IDLE_RATE, IDLE_JOBS = 40, 200
LOADED_RATE, LOADED_JOBS = 300, 1_500


async def measure(_: Surroundings) -> list[Figure]:
    """Jobs a second, bulk enqueue and latency of all; and ours with effects, and under load."""
    found: dict[str, Runs] = defaultdict(Runs)
    absent: dict[str, str] = {}
    async with servers([SCHEMA, *(peer.name for peer in PEERS if peer.durable)]) as stack:
        ours, bare = own("atelier", "bench.job_system", stack), own("bare", "bench.job_limits", stack)
        await ours.ask("prepare")
        peers = await _installed(stack, absent)
        for _run in range(RUNS):
            await _throughput(bare, JOBS, found["bare"])
            await _throughput(ours, JOBS, found["atelier"])
            await _latency(ours, IDLE_JOBS, found["atelier"])
            await _with_effects(stack, found)
            found["loaded"].add_latencies(await ours.latencies(LOADED_JOBS, LOADED_RATE))
            for peer in peers:
                await _peers_turn(peer, found, absent)
        for _turn in range(FURTHER_LATENCIES):
            await _latency(ours, IDLE_JOBS, found["atelier"])
            for peer in peers:
                if peer[0].durable:
                    await _peers_latency(peer, found, absent)
        for _turn in range(FURTHER_TURNS):
            await _throughput(bare, JOBS, found["bare"])
            await _throughput(ours, JOBS, found["atelier"])
    return figures_of(found, absent)


async def _throughput(contestant: Contestant, count: int, runs: Runs) -> None:
    runs.enqueued.append(await contestant.ask("fill", count))
    runs.done.append(await contestant.ask("drain", count))


async def _latency(contestant: Contestant, count: int, runs: Runs) -> None:
    runs.add_latencies(await contestant.latencies(count, IDLE_RATE))


async def _with_effects(stack: Stack, found: dict[str, Runs]) -> None:
    for name, module in (("bare effects", "bench.job_limits"), ("effects", "bench.job_system")):
        contestant = own(name, module, stack, BENCH_EFFECTS="1")
        await _throughput(contestant, JOBS_WITH_EFFECT, found[name])


async def _peers_turn(peer: tuple[Peer, Contestant], found: dict[str, Runs], absent: dict[str, str]) -> None:
    told, contestant = peer
    if told.name in absent:
        return
    try:
        await _throughput(contestant, told.jobs, found[told.name])
    except RoleFailed as error:
        absent[told.name] = str(error)
    await _peers_latency(peer, found, absent)


async def _peers_latency(peer: tuple[Peer, Contestant], found: dict[str, Runs], absent: dict[str, str]) -> None:
    told, contestant = peer
    if told.name in absent:
        return
    try:
        await _latency(contestant, told.idle_jobs, found[told.name])
    except RoleFailed as error:
        absent[told.name] = str(error)


def own(name: str, module: str, stack: Stack, **environment: str) -> Contestant:
    """One of ours, on the schema of the bench."""
    return Contestant(
        name,
        module,
        {
            "BENCH_DATABASE_URL": stack.database_url(SCHEMA),
            "BENCH_REDIS_URL": stack.redis_url,
            "ATELIER_JWT_SECRET_FILE": str(stack.layout.jwt_secret),
            **environment,
        },
    )


async def _installed(stack: Stack, absent: dict[str, str]) -> Sequence[tuple[Peer, Contestant]]:
    found = []
    for peer in PEERS:
        try:
            found.append((peer, await install(peer, stack)))
        except (NotInstalled, RoleFailed) as error:
            absent[peer.name] = str(error)
    return found
