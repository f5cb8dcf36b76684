"""The OpenAPI 3.1 document of all methods as the HTTP port answers them, built from their descriptors."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import MethodDescriptor

from chassis.version import installed_version
from gateway.events import EVENT_STREAM
from gateway.reference.errors import DETAILS, HEADERS, ID_HEADER, error_schema, failure_refs, failure_responses
from gateway.reference.examples import Examples
from gateway.reference.own_paths import OWN_PATHS
from gateway.reference.schemas import Schema, Schemas
from gateway.schema import has_no_effects
from gateway.session import COOKIE

JSON = "application/json"
CONNECT_JSON = "application/connect+json"
DESCRIPTION = (
    "Every method by Connect: `POST` with a JSON body. Methods that change nothing also take `GET`, and their streams "
    "come as server-sent events. Fields at their default are printed; whole numbers of 64 bits are text."
)
ENVELOPED = (
    "Messages each stand in an envelope, a byte of flags and four of length "
    '(connectrpc.com/docs/protocol, "Streaming RPCs"), so a client of Connect, gRPC or gRPC-Web is the way to call it.'
)
EVENTS_TOLD = (
    "`event: message` has a message as JSON in its `data`, `event: failure` an error; `event: end` ends the stream. "
    "Comments keep it alive."
)
# Connect's GET (connectrpc.com/docs/protocol, "Unary-Get-Request").
ENCODING = {"name": "encoding", "in": "query", "required": True, "schema": {"const": "json"}}
SHARED_PARAMETERS = {
    "Timeout": {
        "name": "connect-timeout-ms",
        "in": "header",
        "description": "Milliseconds after which the call is given up, everywhere.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 9999999999},
    },
    "RequestId": {
        "name": "x-request-id",
        "in": "header",
        "description": "The call's id in the logs; made where there is none.",
        "schema": {"type": "string", "maxLength": 128},
    },
}
PARAMETERS: list[Schema] = [{"$ref": f"#/components/parameters/{name}"} for name in SHARED_PARAMETERS]
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "For event streams by GET alone."},
}


def openapi_document(methods: Mapping[str, MethodDescriptor], comments: Mapping[str, str]) -> dict[str, Any]:
    """The document, as JSON takes it. `methods` are by their paths, `comments` by full names."""
    schemas = Schemas(comments=comments, requests=[*(one.input_type for one in methods.values()), *DETAILS.values()])
    examples = Examples(comments)
    paths = {path: _Operations(method, comments, schemas, examples).all() for path, method in methods.items()}
    schemas.made["Error"] = error_schema(schemas)
    services = {one.containing_service.name: one.containing_service.full_name for one in methods.values()}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "Atelier", "version": installed_version() or "0", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": comments.get(full, "")} for name, full in services.items()],
        "paths": paths | OWN_PATHS,
        "components": {
            "schemas": dict(sorted(schemas.made.items())),
            "responses": failure_responses(),
            "parameters": SHARED_PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


class _Operations:
    """One method as the operations of its path."""

    def __init__(
        self, method: MethodDescriptor, comments: Mapping[str, str], schemas: Schemas, examples: Examples
    ) -> None:
        self._method: Any = method
        self._comment = comments.get(method.full_name, "")
        self._asked = schemas.ref(method.input_type)
        self._told = schemas.ref(method.output_type)
        self._example = examples.of(method.input_type)

    def all(self) -> Schema:
        """By HTTP method."""
        found = {"parameters": PARAMETERS, "post": self._post()}
        if has_no_effects(self._method) and not self._method.client_streaming:
            found["get"] = self._get()
        return found

    def _post(self) -> Schema:
        streams = self._method.client_streaming or self._method.server_streaming
        plain = {JSON: {"schema": self._asked, "example": self._example}}
        enveloped = {CONNECT_JSON: {"schema": _binary(self._asked)}}
        has_events = streams and has_no_effects(self._method) and not self._method.client_streaming
        asked = (plain if has_events or not streams else {}) | (enveloped if streams else {})
        told = self._event_content() if has_events else {}
        answer = told | ({CONNECT_JSON: {"schema": _binary(self._told)}} if streams else {JSON: {"schema": self._told}})
        return self._operation("", ENVELOPED if streams else "", answer) | {
            "requestBody": {"required": True, "content": asked}
        }

    def _get(self) -> Schema:
        message = {"name": "message", "in": "query", "required": True, "content": {JSON: {"schema": self._asked}}}
        query = {"parameters": [ENCODING, message]}
        if not self._method.server_streaming:
            return self._operation("_get", "", {JSON: {"schema": self._told}}) | query
        events = self._operation("_events", EVENTS_TOLD, self._event_content())
        events["responses"]["204"] = {"description": "The stream had ended before the browser connected again."}
        return events | query | {"security": [{"bearer": []}, {"session": []}]}

    def _operation(self, suffix: str, remark: str, content: Schema) -> Schema:
        service = self._method.containing_service.name
        summary = self._comment.partition(". ")[0].partition("\n")[0].rstrip(".") or self._method.name
        answer = {"description": "The answer.", "headers": ID_HEADER, "content": content}
        return {
            "operationId": f"{service}_{self._method.name}{suffix}",
            "tags": [service],
            "summary": f"{summary}.",
            "description": "\n\n".join(part for part in (self._comment, remark) if part),
            "responses": {"200": answer} | failure_refs(),
        }

    def _event_content(self) -> Schema:
        return {EVENT_STREAM: {"schema": {"type": "string", "description": EVENTS_TOLD, "x-message": self._told}}}


def _binary(message: Schema) -> Schema:
    """A body of enveloped messages, which JSON Schema can only call bytes."""
    return {"type": "string", "contentEncoding": "binary", "x-message": message}
