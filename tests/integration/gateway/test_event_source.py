"""A real browser's EventSource: shows its token by the cookie, sees every message, and stops at the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from atelier.resolver.v1 import scan_service_pb2 as pb
from playwright.sync_api import sync_playwright

from gateway.pages import read_pages
from tests.chromium import CHROMIUM, MISSING, OPTIONS
from tests.integration.gateway.rig import Gateway, StandIn, run_gateway, within

WATCH = "/atelier.resolver.v1.ScanService/WatchScan"
LISTEN = """async ([token, path]) => {
  const session = await fetch("/session", {method: "POST", headers: {authorization: `Bearer ${token}`}});
  const told = [session.status, document.cookie];
  const source = new EventSource(`${path}?message=${encodeURIComponent("{}")}`);
  const closed = new Promise((resolve) => {
    source.onerror = () => source.readyState === EventSource.CLOSED && resolve();
  });
  source.addEventListener("message", (event) => told.push(JSON.parse(event.data).scan.owner));
  source.addEventListener("failure", (event) => told.push(JSON.parse(event.data).code));
  source.addEventListener("end", (event) => told.push(event.lastEventId));
  await closed;
  return told;
}"""


@pytest.fixture
async def console(stand_in: StandIn, secret_file: Path, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with a page that may call it."""
    (tmp_path / "index.html").write_text("<!doctype html><title>a page</title>")
    with mock.patch("gateway.process.read_pages", return_value=read_pages(tmp_path)):
        async with run_gateway(secret_file, stand_in.port) as running:
            yield running


@pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
async def test_a_browser_follows_a_stream_to_its_end(console: Gateway, stand_in: StandIn) -> None:
    calls: list[Any] = []

    async def watch(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        calls.append(dict(context.invocation_metadata())["authorization"])
        for owner in ("ash", "misty"):
            yield pb.WatchScanResponse(scan=pb.Scan(owner=owner)).SerializeToString()

    stand_in.stream(WATCH, watch)

    told = await within(60, asyncio.to_thread(listen, console))

    assert told == [204, "", "ash", "misty", "end"]
    assert calls == [console.authorization[1]]


def listen(gateway: Gateway) -> Any:
    """What a page is told, up to where its EventSource closes by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{gateway.http_port}/")
        told = page.evaluate(LISTEN, [gateway.token, WATCH])
        browser.close()
        return told
