"""The system's own methods and comments, and the OpenAPI document of them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor
from jsonschema import Draft202012Validator

from gateway.reference.comments import read_comments
from gateway.reference.openapi import openapi_document
from gateway.schema import load_services, methods_of

Validators = Callable[[str], Draft202012Validator]


@pytest.fixture(scope="session")
def methods() -> Mapping[str, MethodDescriptor]:
    return methods_of(load_services())


@pytest.fixture(scope="session")
def comments() -> Mapping[str, str]:
    return read_comments()


@pytest.fixture(scope="session")
def document(methods: Mapping[str, MethodDescriptor], comments: Mapping[str, str]) -> dict[str, Any]:
    return openapi_document(methods, comments)


@pytest.fixture(scope="session")
def validator_of(document: dict[str, Any]) -> Validators:
    """A validator of the schema of a name."""

    def validator_of(name: str) -> Draft202012Validator:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    return validator_of
