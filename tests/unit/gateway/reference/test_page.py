"""The reference page: whole, without dead ends, and safe against what stands in a comment."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from google.protobuf.descriptor import MethodDescriptor

from gateway.reference.curl import curl_of
from gateway.reference.page import Page, prose


class Reader(HTMLParser):
    """Collects where the page's anchors are, where its links lead, and what tags it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: Counter[str] = Counter()
        self.links: set[str] = set()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        self.attributes |= found.keys()
        if found.get("id"):
            self.anchors[str(found["id"])] += 1
        if found.get("href"):
            self.links.add(str(found["href"]))


@pytest.fixture(scope="module")
def html(methods: Mapping[str, MethodDescriptor], comments: Mapping[str, str]) -> str:
    return Page(methods, comments).html()


def test_every_method_has_an_anchor_and_every_link_leads_somewhere(
    html: str, methods: Mapping[str, MethodDescriptor]
) -> None:
    reader = Reader(html)

    assert {f"{one.containing_service.name}.{one.name}" for one in methods.values()} <= reader.anchors.keys()
    assert [name for name, count in reader.anchors.items() if count > 1] == []
    assert {link[1:] for link in reader.links if link.startswith("#")} <= reader.anchors.keys()


def test_the_page_needs_no_script_and_no_style_of_its_own(html: str) -> None:
    reader = Reader(html)

    assert reader.tags["script"] == reader.tags["style"] == 0
    assert not {name for name in reader.attributes if name == "style" or name.startswith("on")}


def test_every_method_has_a_call_to_try(html: str, methods: Mapping[str, MethodDescriptor]) -> None:
    for path in methods:
        assert f"$ATELIER{path} " in html


def test_a_comment_is_text_whatever_stands_in_it() -> None:
    shown = prose("Less `a<b` & <script>more</script>\n\nand again")

    assert shown == ("<p>Less <code>a&lt;b</code> &amp; &lt;script&gt;more&lt;/script&gt;</p><p>and again</p>")


def test_a_call_is_safe_in_a_shell(methods: Mapping[str, MethodDescriptor]) -> None:
    path = "/atelier.resolver.v1.ScanService/GetScan"

    command = curl_of(path, methods[path], {"scanId": "it's $HOME `id`"})

    assert shlex.split(command.replace("\\\n", " "))[-1] == '{"scanId": "it\'s $HOME `id`"}'


def test_a_stream_to_send_is_enveloped(methods: Mapping[str, MethodDescriptor]) -> None:
    path = "/atelier.resolver.v1.ResolverService/ImportCards"

    command = curl_of(path, methods[path], {"records": []})

    assert re.match(r"printf '\\000\\000\\000\\000\\017%s' '\{\"records\": \[\]\}' \|\s+curl ", command)
