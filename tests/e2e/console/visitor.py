"""Somebody who uses the console in a browser, and what their browser complains of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from chassis.auth import Role
from tests.e2e.conftest import System

PAGES = ("Overview", "Jobs", "Scans", "Collection", "Images", "Reviews", "Budgets")
PATIENCE_MS = 30_000
# A service that is away answers so; it is no mistake of the page.
NETWORK = "Failed to load resource"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """A tab and its owner. `problems` are errors of the page and breaches of its security policy."""

    page: Page
    system: System
    name: str
    problems: list[str] = field(default_factory=list)

    def token(self, role: Role = Role.USER) -> str:
        """A token of theirs."""
        return self.system.stack.token(role, subject=self.name)

    async def sign_in(self, role: Role = Role.USER) -> None:
        """Open the console and get to the overview."""
        await self.page.goto(self.system.stack.http_url)
        await self.offer(self.token(role))
        await expect(self.heading("Overview")).to_be_visible()

    async def offer(self, token: str) -> None:
        """Paste a token and press the button."""
        await self.page.get_by_label("Token").fill(token)
        await self.page.get_by_role("button", name="Sign in").click()

    async def go(self, title: str) -> None:
        """Go to a page by the navigation."""
        await self.page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
        await expect(self.heading(title)).to_be_visible()

    async def press(self, button: str) -> None:
        """Press the button of that name."""
        await self.page.get_by_role("button", name=button, exact=True).click()

    def heading(self, name: str) -> Locator:
        """The page's heading."""
        return self.page.get_by_role("heading", level=1, name=name)

    def region(self, name: str) -> Locator:
        """A part of the page."""
        return self.page.get_by_role("region", name=name, exact=True)

    def listen(self, message: ConsoleMessage) -> None:
        """Note an error, unless it only tells that a call failed."""
        if message.type == "error" and not message.text.startswith(NETWORK):
            self.problems.append(message.text)


@asynccontextmanager
async def visiting(browser: Browser, system: System) -> AsyncIterator[Visitor]:
    """A visitor with a browser profile of its own; in the end nothing was wrong with the page."""
    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(await context.new_page(), system, name=f"visitor-{uuid4().hex[:8]}")
    visitor.page.on("console", visitor.listen)
    visitor.page.on("pageerror", lambda error: visitor.problems.append(str(error)))
    yield visitor
    await context.close()
    assert visitor.problems == []
