"""The process that turns SVG into PNG for `rasteriser.py`: one request after the other, until its input ends.

A process of its own because resvg-py holds Python's interpreter lock while it draws (a 2048² figure: for 1.1 s), which
no thread can help. It imports nothing but resvg, so that it starts in a tenth of a second.
"""

import json
import signal
import struct
import sys
from typing import BinaryIO

import resvg_py

LENGTH = struct.Struct(">I")
DRAWN, REFUSED = b"\x00", b"\x01"


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request (a list of font files as JSON, the SVG) with a PNG, or with why there is none."""
    while (fonts := _read(requests)) is not None and (svg := _read(requests)) is not None:
        try:
            # Nothing of this machine enters a picture: no font of it, and no file that an SVG names.
            png = resvg_py.svg_to_bytes(
                svg_string=svg.decode(), skip_system_fonts=True, font_files=json.loads(fonts), resources_dir=None
            )
            _write(answers, DRAWN, png)
        except ValueError as error:
            _write(answers, REFUSED, str(error).encode())


def _read(requests: BinaryIO) -> bytes | None:
    header = requests.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    body = requests.read(length)
    return body if len(body) == length else None


def _write(answers: BinaryIO, state: bytes, body: bytes) -> None:
    answers.write(state + LENGTH.pack(len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    # Ctrl-C reaches every process of a terminal; this one ends when its parent does, with the end of its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
