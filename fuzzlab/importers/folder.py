"""Raw HTTP messages, a file each: what netcat, a logging middleware or a debugger leaves behind.

A message is a request or a response of HTTP/1.x, its lines ended by CR LF or LF. A body in chunks is put together, as a
framework hands it over; what an editor put behind a Content-Length is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fuzzlab import formats
from fuzzlab.errors import Undecodable
from fuzzlab.importers import Exchange, Flaw, Response, whole
from fuzzlab.message import HttpMessage

__all__ = ["NAME", "looks_like", "read"]

NAME: Final = "raw"

_STATUS: Final = re.compile(rb"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})(?: ([^\r\n]*))?(\r?\n)")
_REQUEST: Final = re.compile(rb"[!-~]+ [^\r\n]* HTTP/[0-9]\.[0-9]\r?\n")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r?\n")
_STAND_IN: Final = b"GET / HTTP/1.1"
"""A request line before a response's headers: what follows it reads the same."""


def looks_like(data: bytes) -> bool:
    """Whether a file begins with a request line or a status line."""
    return _STATUS.match(data) is not None or _REQUEST.match(data) is not None


def read(data: bytes, source: str) -> Iterator[Exchange | Flaw]:
    """Yield the one message of a file."""
    status = _STATUS.match(data)
    try:
        made = formats.http().decode(data if status is None else _STAND_IN + data[status.start(3) :])
    except Undecodable as error:
        yield Flaw(source, 1, str(error))
        return
    body = _put_together(made)
    exact = body == made.body
    if not exact:
        made = whole(made.with_body(body))
    if status is not None:
        reason = (status[2] or b"").decode("latin-1")
        yield Exchange(
            source, 1, "", None, Response(int(status[1]), reason, made.headers, body), data if exact else None
        )
        return
    yield Exchange(source, 1, (made.header("Host") or "").lower(), made, None, data if exact else None)


def _put_together(made: HttpMessage) -> bytes:
    if (made.header("Transfer-Encoding") or "").lower().strip().endswith("chunked"):
        return _unchunked(made.body)
    length = made.header("Content-Length") or ""
    if length.isascii() and length.isdecimal() and len(length) < 10:
        rest = made.body[int(length) :]
        if rest and not rest.strip():
            return made.body[: int(length)]
    return made.body


def _unchunked(body: bytes) -> bytes:
    """Put chunks together (RFC 9112, section 7.1); what is not in chunks stays as it is."""
    parts: list[bytes] = []
    position = 0
    while (size := _CHUNK.match(body, position)) is not None:
        length = int(size[1], 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        position = size.end() + length
        if len(parts[-1]) < length:
            break
        position += 2 if body.startswith(b"\r\n", position) else body.startswith(b"\n", position)
    return body
