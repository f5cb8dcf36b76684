"""All linters over one file: those that are meant for its language look at once, and each says how that went."""

import asyncio
import importlib
import pkgutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.reviewer import linters as linters_package
from services.reviewer.bounds import first_told
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.finding import Finding
from services.reviewer.linters.linter import Failed, Linter, Missing
from services.reviewer.linters.places import within
from services.reviewer.linters.sandbox import CutOff, Limits, Sandbox, SandboxLost
from services.reviewer.source import Source


@dataclass(frozen=True, slots=True)
class Linted:
    """What the linters of a file had to say, by line, and how each of them went."""

    findings: list[Finding]
    runs: list[ToolRun]


class Linting:
    """The linters and the sandboxes that they run in, with `places` runs at once in each; others may use `sandbox` too.

    Programs have one of their own, without the modules: forking those takes longer than many a program runs.
    """

    def __init__(self, linters: Sequence[Linter], *, places: int, limits: Limits) -> None:
        self._linters = linters
        modules = [linter.warm for linter in linters if linter.warm]
        self.sandbox = Sandbox(places=places, limits=limits, modules=modules)
        self._programs = Sandbox(places=places, limits=limits)

    async def look(self, source: Source, *, files: int = 1) -> Linted:
        """Let all linters of the file's language look at it, one of so many of a part.

        Never raises for what a file or a tool does.
        """
        meant = [linter for linter in self._linters if source.language in linter.languages]
        looks = await asyncio.gather(*(self._look(linter, source, files) for linter in meant))
        told = [
            (findings, run)
            for linter, (findings, run) in zip(meant, looks, strict=True)
            if not (linter.optional and run.status is ToolStatus.MISSING)
        ]
        findings = sorted((finding for found, _ in told for finding in found), key=_line)
        return Linted(findings, [run for _, run in told])

    async def close(self) -> None:
        """End the sandboxes. Closing twice is legal."""
        await asyncio.gather(self.sandbox.close(), self._programs.close())

    async def _look(self, linter: Linter, source: Source, files: int) -> tuple[list[Finding], ToolRun]:
        began = time.monotonic()
        sandbox = self.sandbox if linter.warm else self._programs
        version, findings, status, message = "", list[Finding](), ToolStatus.RAN, ""
        try:
            version = await linter.version(sandbox)
            findings = _in_file(await linter.look(source, sandbox), source.lines)
        except Missing as error:
            status, message = ToolStatus.MISSING, str(error)
        except CutOff as error:
            status, message = ToolStatus.CUT_OFF, str(error)
        except (Failed, SandboxLost) as error:
            status, message = ToolStatus.FAILED, str(error)
        except (ValueError, KeyError, TypeError, IndexError):
            status, message = ToolStatus.FAILED, "Its answer can't be read."
        seconds = time.monotonic() - began
        run = ToolRun(tool=linter.name, version=version, status=status, message=message, seconds=seconds)
        return first_told(findings, run, files=files)


def known_linters() -> list[Linter]:
    """Each `LINTER` of the modules beside this one."""
    names = [module.name for module in pkgutil.iter_modules(linters_package.__path__)]
    modules = [importlib.import_module(f"{linters_package.__name__}.{name}") for name in names if "process" not in name]
    return [module.LINTER for module in modules if hasattr(module, "LINTER")]


def _in_file(findings: list[Finding], lines: list[str]) -> list[Finding]:
    """The findings by line, at places that these lines have."""
    placed = [
        finding if finding.place is None else replace(finding, place=within(finding.place, lines))
        for finding in findings
    ]
    return sorted(placed, key=_line)


def _line(finding: Finding) -> tuple[int, int]:
    return (finding.place.start_line, finding.place.start_column) if finding.place else (0, 0)
