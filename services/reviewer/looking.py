"""The steps that need no model: what can be looked at, the secrets in it, what linters find, and what may leave."""

import asyncio
import time
from dataclasses import replace

from services.reviewer.bounds import first_told
from services.reviewer.context import Context, Looked
from services.reviewer.coverage import ToolRun, ToolStatus
from services.reviewer.limits import FileLimits, Skip, admit
from services.reviewer.linters.linting import Linting
from services.reviewer.parts import FileInput
from services.reviewer.secrets import scan
from services.reviewer.secrets.redactor import Redactor
from services.reviewer.secrets.secret import TOOL as SECRET_SCAN


class Admitting:
    """Parts files that can be looked at from those that can't."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits

    async def __call__(self, context: Context) -> Context:
        """Each input is one of `files` or `skipped` then."""
        return await asyncio.to_thread(self._admit, context)

    def _admit(self, context: Context) -> Context:
        files, skipped = list[Looked](), list[tuple[FileInput, Skip]]()
        for file, content in context.inputs:
            admitted = admit(file.path, content, changed=file.changed, limits=self._limits)
            if isinstance(admitted, Skip):
                skipped.append((file, admitted))
            else:
                files.append(Looked(source=admitted, content=content))
        return replace(context, files=files, skipped=skipped)


async def find_secrets(context: Context) -> Context:
    """Have the redactor learn all that was sent, before anything of it leaves."""
    return await asyncio.to_thread(_find_secrets, context)


def _find_secrets(context: Context) -> Context:
    for file, _ in context.inputs:
        context.redactor.learn(file.path)
    error_secrets = len(context.redactor.learn(context.error))
    files = [_scanned(file, context.redactor, len(context.files)) for file in context.files]
    return replace(context, files=files, error_secrets=error_secrets)


def _scanned(file: Looked, redactor: Redactor, files: int) -> Looked:
    began = time.monotonic()
    secrets = redactor.learn(file.source.text, file.source.language)
    seconds = time.monotonic() - began
    run = ToolRun(tool=SECRET_SCAN, version=scan.VERSION, status=ToolStatus.RAN, seconds=seconds)
    findings, run = first_told([secret.tell() for secret in secrets], run, files=files)
    return replace(file, secrets=len(secrets), findings=findings, runs=[run])


class Linters:
    """Lets linters look, all files at once."""

    def __init__(self, linting: Linting) -> None:
        self._linting = linting

    async def __call__(self, context: Context) -> Context:
        """What they say is learned too: a message may quote what stands in the code in another way."""
        count = len(context.files)
        looks = await asyncio.gather(*(self._linting.look(file.source, files=count) for file in context.files))
        files = [
            replace(file, findings=[*file.findings, *linted.findings], runs=[*file.runs, *linted.runs])
            for file, linted in zip(context.files, looks, strict=True)
        ]
        return replace(context, files=files)


async def redact(context: Context) -> Context:
    """Texts, paths and findings as they may leave. Nothing else of a file is shown, logged or kept from here on."""
    return await asyncio.to_thread(_redact, context)


def _redact(context: Context) -> Context:
    for file in context.files:
        for finding in file.findings:
            context.redactor.learn(finding.message)
    return replace(context, files=[_redacted(file, context.redactor) for file in context.files])


def _redacted(file: Looked, redactor: Redactor) -> Looked:
    return replace(
        file,
        redacted=redactor.redact(file.source.text, file.source.language),
        path=redactor.redact(file.source.path),
        findings=[redactor.clean(finding) for finding in file.findings],
    )
