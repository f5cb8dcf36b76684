"""The documents that tell the methods: `/openapi.json`, `/reference` and its stylesheet."""

import json
from collections.abc import Callable, Mapping

from google.protobuf.descriptor import MethodDescriptor

from gateway.documents import Document
from gateway.reference.comments import read_comments
from gateway.reference.openapi import openapi_document
from gateway.reference.page import TEMPLATES, Page

OPENAPI_PATH = "/openapi.json"
PAGE_PATH = "/reference"
STYLE_PATH = "/reference.css"
PATHS = (OPENAPI_PATH, PAGE_PATH, STYLE_PATH)
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def reference_of(methods: Mapping[str, MethodDescriptor]) -> Callable[[], dict[str, Document]]:
    """What makes the documents of the methods, by their paths, in some tenths of a second."""

    def make() -> dict[str, Document]:
        comments = read_comments()
        document = json.dumps(openapi_document(methods, comments), ensure_ascii=False).encode()
        page = Page(methods, comments).html().encode()
        style = (TEMPLATES / "reference.css").read_bytes()
        return {
            OPENAPI_PATH: Document(document, "application/json"),
            PAGE_PATH: Document(page, "text/html; charset=utf-8", policy=POLICY),
            STYLE_PATH: Document(style, "text/css; charset=utf-8"),
        }

    return make
