"""What the HTTP port answers beside methods, as OpenAPI."""

from typing import Any

from chassis.media import CONTENT_TYPES, PREFIX
from gateway.healthz import PATH as HEALTH_PATH
from gateway.session import COOKIE
from gateway.session import PATH as SESSION_PATH

TAG = "gateway"
PART_STATES = {"type": "object", "additionalProperties": {"type": "string"}}
HEALTH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["state", "parts"],
    "properties": {"state": {"enum": ["SERVING", "NOT_SERVING"]}, "parts": PART_STATES},
}
HEALTH_CONTENT = {"application/json": {"schema": HEALTH_SCHEMA}}
PICTURE_CONTENT: dict[str, Any] = {kind: {} for kind in CONTENT_TYPES.values()}
PICTURE_PARAMETERS = [
    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "expires", "in": "query", "required": True, "schema": {"type": "integer"}},
    {"name": "signature", "in": "query", "required": True, "schema": {"type": "string"}},
    {"name": "range", "in": "header", "schema": {"type": "string", "examples": ["bytes=0-65535"]}},
    {"name": "if-none-match", "in": "header", "schema": {"type": "string"}},
]
OWN_PATHS: dict[str, Any] = {
    HEALTH_PATH: {
        "get": {
            "operationId": "healthz",
            "tags": [TAG],
            "summary": "The state of the system and of each of its parts.",
            "security": [],
            "responses": {
                "200": {"description": "All that is needed serves.", "content": HEALTH_CONTENT},
                "503": {"description": "A part that is needed is away.", "content": HEALTH_CONTENT},
            },
        }
    },
    SESSION_PATH: {
        "post": {
            "operationId": "beginSession",
            "tags": [TAG],
            "summary": "Put the token into a cookie, for event streams that a browser opens.",
            "description": (
                f"Sets `{COOKIE}`, which lasts as long as the token, isn't shown to scripts, and is taken for event "
                "streams by GET from pages of this origin; for nothing else."
            ),
            "responses": {
                "204": {"description": "The cookie is set."},
                "401": {"$ref": "#/components/responses/Unauthenticated"},
                "503": {"$ref": "#/components/responses/Unavailable"},
            },
        },
        "delete": {
            "operationId": "endSession",
            "tags": [TAG],
            "summary": "Clear the cookie.",
            "security": [],
            "responses": {"204": {"description": "The cookie is cleared."}},
        },
    },
    f"{PREFIX}{{name}}": {
        "get": {
            "operationId": "picture",
            "tags": [TAG],
            "summary": "A picture, by the address that `Image.url` tells.",
            "description": (
                "The signature in the address is the authority. `HEAD` is answered too. There is nothing here where "
                "the gateway knows no store of pictures."
            ),
            "security": [],
            "parameters": PICTURE_PARAMETERS,
            "responses": {
                "200": {"description": "The picture.", "content": PICTURE_CONTENT},
                "206": {"description": "The one range of its bytes that was asked for.", "content": PICTURE_CONTENT},
                "304": {"description": "The picture is what `if-none-match` names."},
                "403": {"$ref": "#/components/responses/Denied"},
                "404": {"$ref": "#/components/responses/Missing"},
                "416": {"description": "The range begins behind the end, which `content-range` tells."},
                "503": {"$ref": "#/components/responses/Unavailable"},
            },
        }
    },
}
