"""The console for whoever has no mouse, no wide screen, no light, or doesn't see it."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.console.contrast import SCHEMES, Scheme, faint_texts
from tests.e2e.console.visitor import PAGES, Visitor

# Not `group`: a `<details>` is one, and its summary tells what it is.
CONTROL = "button|textbox|searchbox|combobox|checkbox|radio|link|progressbar|meter|region|dialog|img|form|table"
NAMELESS = re.compile(rf"^\s*- ({CONTROL})(?=:|$| \[)", re.MULTILINE)


async def focus_on(visitor: Visitor, name: str) -> None:
    """Tab until something of that name has the focus."""
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? "
    focused += "document.activeElement.textContent"
    for _ in range(60):
        await visitor.page.keyboard.press("Tab")
        if str(await visitor.page.evaluate(focused)).strip().startswith(name):
            return
    raise AssertionError(f"the focus never comes to {name}")


async def test_a_scan_takes_nothing_but_a_keyboard(stranger: Visitor) -> None:
    page = stranger.page
    await page.goto(stranger.system.stack.http_url)

    await focus_on(stranger, "Token")
    await page.keyboard.insert_text(stranger.token())
    await focus_on(stranger, "Sign in")
    await page.keyboard.press("Enter")
    await expect(stranger.heading("Overview")).to_be_visible()
    await focus_on(stranger, "Scans")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await focus_on(stranger, "Detections")
    await page.keyboard.insert_text("source,external_id\nnobody,keyboard")
    await focus_on(stranger, "Scan 1 card")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("list", name="detections")).to_contain_text("not in catalog")
    await expect(page.get_by_role("status").filter(has_text="New scan was accepted")).to_be_attached()


async def test_the_way_past_the_navigation_is_the_first_stop_and_the_focus_is_seen(user: Visitor) -> None:
    await user.page.reload()
    await expect(user.heading("Overview")).to_be_visible()

    await user.page.keyboard.press("Tab")
    skip = user.page.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    outline = await skip.evaluate("one => getComputedStyle(one).outlineStyle")
    await user.page.keyboard.press("Enter")

    assert outline == "solid"
    await expect(user.page.get_by_role("main")).to_be_focused()


async def test_everything_that_can_be_used_has_a_name(operator: Visitor) -> None:
    nameless = {}

    for title in PAGES:
        await operator.go(title)
        await expect(operator.page.get_by_text("Asking")).to_have_count(0)
        tree = await operator.page.locator("body").aria_snapshot()
        nameless[title] = NAMELESS.findall(tree)

    assert nameless == {title: [] for title in PAGES}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_it_looks_as_the_system_does_and_every_text_can_be_read(operator: Visitor, scheme: Scheme) -> None:
    faint = {}

    for title in PAGES:
        await operator.go(title)
        await expect(operator.page.get_by_text("Asking")).to_have_count(0)
        faint[title] = await faint_texts(operator.page, scheme)

    assert faint == {title: [] for title in PAGES}


async def test_dark_can_be_chosen_and_stays(user: Visitor) -> None:
    switch = user.page.get_by_role("button", name="Dark")
    await expect(switch).to_have_attribute("aria-pressed", "false")

    await switch.click()
    await user.page.reload()

    await expect(switch).to_have_attribute("aria-pressed", "true")
    await expect(user.page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_nothing_is_wider_than_a_narrow_screen(operator: Visitor) -> None:
    await operator.page.set_viewport_size({"width": 360, "height": 740})
    widths = {}

    for title in PAGES:
        await operator.go(title)
        await expect(operator.page.get_by_text("Asking")).to_have_count(0)
        widths[title] = await operator.page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(PAGES, 360)
