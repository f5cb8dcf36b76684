"""Who gets into the console, and what others are told."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from chassis.auth import Role, sign_token
from tests.e2e.console.visitor import Visitor


async def test_a_token_opens_the_console_and_signing_out_leaves_nothing_behind(user: Visitor) -> None:
    await expect(user.page.get_by_role("banner")).to_contain_text(f"{user.name} user")
    await expect(user.page.get_by_text("All services serve")).to_be_visible()

    await user.page.reload()
    await expect(user.heading("Overview")).to_be_visible()
    await user.press("Sign out")

    await expect(user.heading("Sign in to Atelier")).to_be_visible()
    assert await user.page.evaluate("sessionStorage.length") == 0


async def test_a_token_that_is_none_is_told_without_asking_anybody(stranger: Visitor) -> None:
    await stranger.page.goto(stranger.system.stack.http_url)

    await stranger.offer("open sesame")

    await expect(stranger.page.get_by_role("alert")).to_contain_text("This is no token")


async def test_enter_offers_the_token(stranger: Visitor) -> None:
    await stranger.page.goto(stranger.system.stack.http_url)

    await stranger.page.get_by_label("Token").fill("open sesame")
    await stranger.page.keyboard.press("Enter")

    await expect(stranger.page.get_by_role("alert")).to_contain_text("This is no token")


@pytest.mark.parametrize("kind", ["expired", "forged"])
async def test_a_token_that_the_gateway_refuses_is_told_in_its_words(stranger: Visitor, kind: str) -> None:
    expired = stranger.system.stack.token(Role.USER, subject=stranger.name, lifetime=timedelta(seconds=-60))
    forged = sign_token("x" * 64, subject=stranger.name, role=Role.OPERATOR, lifetime=timedelta(hours=1))
    await stranger.page.goto(stranger.system.stack.http_url)

    await stranger.offer({"expired": expired, "forged": forged}[kind])

    await expect(stranger.page.get_by_role("alert")).to_contain_text("token")
    await expect(stranger.heading("Sign in to Atelier")).to_be_visible()


async def test_a_token_that_has_expired_meanwhile_leads_back_with_the_reason(user: Visitor) -> None:
    expired = user.system.stack.token(Role.USER, subject=user.name, lifetime=timedelta(seconds=-60))

    await user.page.evaluate("token => sessionStorage.setItem('atelier.token', token)", expired)
    await user.page.reload()

    await expect(user.heading("Sign in to Atelier")).to_be_visible()
    await expect(user.page.get_by_role("alert")).to_contain_text("expired")
    assert await user.page.evaluate("sessionStorage.length") == 0
