"""A call of a method by `curl`, to be tried as it stands."""

import json
import shlex
from typing import Any

from gateway.events import ENVELOPE
from gateway.schema import has_no_effects

LONG_LINE = 70
HEADERS = "-H \"authorization: Bearer $TOKEN\" -H 'content-type: {}'"


def curl_of(path: str, method: Any, example: Any) -> str:
    """A command that calls the method; `$ATELIER` is the address of the HTTP port, `$TOKEN` a token."""
    line = json.dumps(example, ensure_ascii=False)
    body = line if len(line) < LONG_LINE else json.dumps(example, ensure_ascii=False, indent=2)
    if method.client_streaming:
        head = "".join(f"\\{byte:03o}" for byte in ENVELOPE.pack(0, len(body.encode())))
        headers = HEADERS.format("application/connect+json")
        sent = f"printf '{head}%s' {shlex.quote(body)}"
        return f"{sent} |\n  curl -s $ATELIER{path} \\\n  {headers} \\\n  --data-binary @- -o -"
    if method.server_streaming and has_no_effects(method):
        message = shlex.quote(f"message={body}")
        return f'curl -sNG $ATELIER{path} \\\n  -H "authorization: Bearer $TOKEN" --data-urlencode {message}'
    return f"curl -s $ATELIER{path} \\\n  {HEADERS.format('application/json')} \\\n  -d {shlex.quote(body)}"
