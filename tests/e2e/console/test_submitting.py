"""Work of each kind, submitted in the console and seen as it comes."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.callers import operator as operator_caller
from tests.e2e.callers import user as user_caller
from tests.e2e.conftest import System
from tests.e2e.console.contrast import all_faint_texts
from tests.e2e.console.visitor import Visitor

CARDS = "/atelier.resolver.v1.ResolverService/ImportCards"
GRANT = "/atelier.generator.v1.CreditService/GrantCredits"
# What would show itself if anything that services tell were taken for more than text.
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><b>Bold</b>"
CODE = f"import os\n\n\ndef answer(question):\n    # {HOSTILE}\n    return eval(question)\n"


@pytest.fixture(scope="session")
async def cards(system: System) -> None:
    """Two cards, one of them with a name that is meant to do harm."""
    records = [
        {"catalogId": "console-1", "details": {"name": "Cartographer"}},
        {"catalogId": "console-2", "details": {"name": HOSTILE}},
    ]
    async with httpx.AsyncClient(base_url=system.stack.http_url, timeout=60) as http:
        await operator_caller(system, http).stream(CARDS, {"records": records})


@pytest.mark.usefixtures("cards")
async def test_a_pasted_scan_comes_to_cards_and_a_bad_line_is_told_before(user: Visitor) -> None:
    rows = [
        'pokemontcg,"console-1,4.50,USD',
        "pokemontcg,console-1,4.50,USD",
        "pokemontcg,console-2,,",
        "pokemontcg,nowhere,,",
        "pokemontcg,console-1,much,USD",
    ]
    await user.go("Scans")

    await user.page.get_by_label("Detections").fill("\n".join(["source,external_id,estimated_value,currency", *rows]))
    problems = user.page.get_by_role("status").get_by_role("listitem")
    await expect(problems).to_contain_text(["Line 2: a quote is never closed", "Line 6: estimated_value"])
    await user.press("Scan 3 cards")
    detections = user.page.get_by_role("list", name="detections").get_by_role("listitem")
    await expect(detections.nth(0)).to_contain_text("Cartographer")
    await expect(detections.nth(1)).to_contain_text(HOSTILE)
    await expect(detections.nth(2)).to_contain_text("not in catalog")
    await user.go("Collection")

    await expect(user.page.get_by_role("list", name="cards")).to_contain_text("4.50 USD")
    await expect(user.page.get_by_role("list", name="cards")).to_contain_text(HOSTILE)
    assert "broken" not in await user.page.title()


@pytest.mark.usefixtures("cards")
async def test_a_scan_of_a_file_of_json_lines_is_the_same(user: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "scan.jsonl"
    file.write_text('{"external": {"source": "pokemontcg", "externalId": "console-1"}}\n{"name": "Cartographer"}\n')
    await user.go("Scans")

    await user.page.get_by_label("or a file").set_input_files(file)
    await user.press("Scan 2 cards")

    detections = user.page.get_by_role("list", name="detections").get_by_role("listitem")
    await expect(detections).to_contain_text(["Cartographer", "Cartographer"])


async def test_images_are_ordered_by_poses_paid_and_shown_and_the_account_tells(
    user: Visitor, http: httpx.AsyncClient
) -> None:
    grant = {"owner": user.name, "amount": "5", "requestId": "first"}
    await operator_caller(user.system, http).post(GRANT, grant)
    await user.go("Images")

    await user.page.get_by_role("checkbox", name="Arabesque").check()
    await user.page.get_by_label("Variations of each").select_option("2")
    await user.page.get_by_label("Size").select_option("256x256")
    await user.page.get_by_role("checkbox", name="square").check()
    await expect(user.page.get_by_text("2 credits of the 5 that you have.")).to_be_visible()
    await user.press("Order 2 images")
    pictures = user.page.get_by_role("list", name="images").get_by_role("img")
    await expect(pictures).to_have_count(2)
    await expect(user.page.get_by_role("link", name="arabesque-v2 as square")).to_be_visible()
    loaded = (
        "images => Promise.all(images.map(image => image.decode())).then(() => images.map(one => one.naturalWidth))"
    )
    assert min(await pictures.evaluate_all(loaded)) > 0
    assert await all_faint_texts(user.page) == []
    await user.go("Budgets")

    await expect(user.page.get_by_role("img", name=re.compile("Credits over time"))).to_be_visible()
    await user.page.get_by_text("Credits over time as a table").click()
    values = user.region("Credits over time").get_by_role("cell")
    await expect(values).to_have_text(["3", "4", "5"])
    assert await all_faint_texts(user.page) == []


async def test_images_without_credits_are_refused_with_the_reason(user: Visitor) -> None:
    await user.go("Images")

    await user.page.get_by_role("radio", name="a prompt").check()
    await user.page.get_by_label("Prompt", exact=True).fill("a lake")
    await user.press("Order 1 image")

    await expect(user.page.get_by_role("alert")).to_contain_text("credit")


async def test_findings_stand_in_the_code_they_are_about_and_can_be_dismissed(user: Visitor) -> None:
    await user.go("Reviews")

    await user.page.get_by_label("or paste code").fill(CODE)
    await user.page.get_by_label("Its path").fill("shop/answer.py")
    await user.press("Review 1 file")
    code = user.page.get_by_role("group", name="Code of shop/answer.py")
    marked = code.get_by_role("listitem").filter(has=user.page.get_by_role("note", name=re.compile("eval-used|S307")))
    await expect(marked).to_contain_text("return eval(question)")
    await expect(code).to_contain_text(HOSTILE)
    before = await user.page.get_by_role("button", name=re.compile("^Dismiss ")).count()
    await marked.get_by_role("button", name=re.compile("^Dismiss ")).first.click()
    await user.page.get_by_role("dialog").get_by_label("Why").fill("it is fed by us alone")
    await user.page.get_by_role("dialog").get_by_role("button", name="Dismiss", exact=True).click()

    await expect(marked).to_contain_text("Dismissed: it is fed by us alone")
    await expect(user.page.get_by_role("button", name=re.compile("^Dismiss "))).to_have_count(before - 1)
    await expect(user.page.get_by_text("1 dismissed")).to_be_visible()
    assert await all_faint_texts(user.page) == []
    assert "broken" not in await user.page.title()


async def test_picked_and_dropped_files_are_reviewed_together(user: Visitor, tmp_path: Path) -> None:
    picked = tmp_path / "picked.py"
    picked.write_text("import os\n")
    drop = """zone => {
        const data = new DataTransfer();
        data.items.add(new File(["import sys\\n"], "dropped.py"));
        zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    await user.go("Reviews")

    await user.page.get_by_label("Files, picked or dropped here").set_input_files(picked)
    await user.page.locator(".drop").evaluate(drop)
    await user.press("Review 2 files")

    for name, name_of_module in (("picked.py", "os"), ("dropped.py", "sys")):
        await expect(user.page.get_by_role("group", name=f"Code of {name}")).to_contain_text(f"import {name_of_module}")


async def test_what_can_t_be_read_or_is_too_large_is_told_and_the_rest_is_reviewed(user: Visitor) -> None:
    # A folder that is dropped looks like a file until it is read.
    drop = """zone => {
        const read = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = function () {
            return this.name === "folder" ? Promise.reject(new DOMException("", "NotFoundError")) : read.call(this);
        };
        const data = new DataTransfer();
        data.items.add(new File([], "folder"));
        data.items.add(new File([new Uint8Array((1 << 20) + 1)], "large.py"));
        data.items.add(new File(["import sys\\n"], "good.py"));
        zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    await user.go("Reviews")

    await user.page.locator(".drop").evaluate(drop)

    problems = user.page.get_by_role("alert")
    await expect(problems).to_contain_text(["folder can’t be read", "large.py has 1,048,577 bytes"])
    await expect(user.page.get_by_role("button", name="Review 1 file")).to_be_enabled()


async def test_another_s_work_is_not_there(user: Visitor, http: httpx.AsyncClient) -> None:
    scan = {"requestId": "first", "detections": [{"detectionId": "1"}]}
    created = await user_caller(user.system, http, "somebody-else").post(
        "/atelier.resolver.v1.ScanService/CreateScan", scan
    )
    scan_id = created.json()["scan"]["scanId"]

    await user.page.goto(f"{user.system.stack.http_url}/#/scans/{scan_id}")

    await expect(user.page.get_by_role("alert")).to_contain_text("NOT_FOUND")
    await expect(user.page.get_by_role("list", name="detections")).to_have_count(0)
