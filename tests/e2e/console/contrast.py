"""Whether every text of a page can be read, light and dark."""

from typing import Final, Literal

from playwright.async_api import Page, expect

Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
# The texts whose colour is less than 4.5 times lighter or darker than what is behind them (WCAG 2.2, 1.4.3).
FAINT = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const behind = (one) => {
    if (one === null) return [255, 255, 255];
    const colour = read(getComputedStyle(one).backgroundColor);
    return colour[3] === 255 ? colour : behind(one.parentElement);
  };
  const opacity = (one) => (one === null ? 1 : getComputedStyle(one).opacity * opacity(one.parentElement));
  const ratio = (one) => {
    const [ground, share] = [behind(one), opacity(one)];
    const ink = read(getComputedStyle(one).color).map((value, place) => value * share + ground[place] * (1 - share));
    const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.body.querySelectorAll("*")]
    .filter((one) => hasText(one) && one.checkVisibility() && !one.closest("[aria-disabled=true]"))
    .filter((one) => ratio(one) < 4.5)
    .map((one) => one.textContent.slice(0, 30));
}"""


async def faint_texts(page: Page, scheme: Scheme) -> list[str]:
    """The beginnings of those texts that are too faint where the system has this scheme."""
    await page.emulate_media(color_scheme=scheme)
    await expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    found: list[str] = await page.evaluate(FAINT)
    return found


async def all_faint_texts(page: Page) -> list[str]:
    """Those of both schemes."""
    return [text for scheme in SCHEMES for text in await faint_texts(page, scheme)]
