"""Finds variants that still lack their picture's address: their job failed, or was cancelled, or never was."""

import asyncio
import random

import structlog

from jobs.job import Lane
from jobs.loops import Loop
from jobs.transactions import Transaction, Transactions
from services.generator import store
from services.generator.cardart.players import Kind
from services.generator.image_urls import VariantName

EVERY_SECONDS = 60.0
# A job that failed in all its attempts has had some minutes for them; what waits longer than this is asked for anew.
LACKING_SECONDS = 600.0
BATCH = 100


class ImageUrlSweeper:
    """Asks again, about once a minute for all that lack it long enough; each process at a moment of its own."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        log: structlog.stdlib.BoundLogger,
        lacking_seconds: float = LACKING_SECONDS,
    ) -> None:
        self._transactions = transactions
        self._log = log
        self._lacking_seconds = lacking_seconds
        self._loop = Loop("sweep card variants", self._wait_and_sweep, log=log)

    async def start(self) -> None:
        """Begin."""
        await self._loop.start()

    async def stop(self) -> None:
        """End."""
        await self._loop.stop()

    async def _wait_and_sweep(self) -> None:
        await asyncio.sleep(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, keeps no secret
        await self.sweep()

    async def sweep(self) -> int:
        """Ask for all that is lacking; how many variants that were."""
        swept = batch = await self._transactions.transact(self._sweep_batch)
        while batch == BATCH:
            batch = await self._transactions.transact(self._sweep_batch)
            swept += batch
        if swept:
            self._log.info("variants lacked their image_url", variants=swept)
        return swept

    async def _sweep_batch(self, transaction: Transaction) -> int:
        rows = await store.sweep_card_variants(
            transaction.connection, lacking_seconds=self._lacking_seconds, limit=BATCH
        )
        names = [VariantName(row["player_id"], Kind[row["kind"]], row["variant"]) for row in rows]
        await transaction.enqueue(
            [
                name.job(row["sha256"], lane=Lane.LOW, sweeps=row["sweeps"])
                for name, row in zip(names, rows, strict=True)
            ]
        )
        return len(rows)
