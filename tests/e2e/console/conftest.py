"""A headless Chromium before the running system."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from chassis.auth import Role
from gateway.pages import BUILT
from tests.chromium import CHROMIUM, MISSING, OPTIONS
from tests.e2e.conftest import System
from tests.e2e.console.visitor import Visitor, visiting


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run."""
    if CHROMIUM is None:
        pytest.skip(MISSING)
    if not BUILT.is_dir():
        pytest.skip("the console isn't built; `make console` builds it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        await browser.close()


@pytest.fixture
async def stranger(browser: Browser, system: System) -> AsyncIterator[Visitor]:
    """Somebody who hasn't signed in."""
    async with visiting(browser, system) as visitor:
        yield visitor


@pytest.fixture
async def user(stranger: Visitor) -> Visitor:
    """Somebody who has signed in as a user."""
    await stranger.sign_in()
    return stranger


@pytest.fixture
async def operator(stranger: Visitor) -> Visitor:
    """Somebody who has signed in as an operator."""
    await stranger.sign_in(Role.OPERATOR)
    return stranger
