"""Recorded traffic, read: what every importer gives, whatever it reads.

    file ──▶ looks_like (which importer?) ──▶ read ──▶ Exchange, or Flaw: entry by entry
                                                          │
                       fuzzlab.traffic: matched, redacted, signed again, stored

A member has a `NAME`, `looks_like(data)` and `read(data, source)`. Recordings are hostile: a member raises nothing but
UserError, believes no size, builds no object and touches no other file; what is wrong with one entry costs that entry.
What a member says of a flaw is in words of its own: a recording's content may be a secret, and is not quoted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from fuzzlab.message import HttpMessage

__all__ = [
    "CUT_SHORT",
    "CUT_SHORT_BEHIND",
    "Exchange",
    "Flaw",
    "Importer",
    "Malformed",
    "Response",
    "byte_text",
    "loaded",
    "located",
    "message",
    "pairs",
    "whole",
]

HOP_BY_HOP: Final = ("transfer-encoding", "content-length")
"""How the body was cut up on the wire; recorders keep it put together."""


CUT_SHORT: Final = "it is cut short, and the file with it"
CUT_SHORT_BEHIND: Final = "the file is cut short behind its last entry"


class Malformed(Exception):
    """An entry is not what its format says; the message says what is wrong in words of ours."""


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def as_message(self) -> HttpMessage:
        """Give its headers and body in the shape of a request, whose rules for them are the same."""
        return HttpMessage("", "", self.headers, self.body)

    def wire(self) -> bytes:
        """Write it as HTTP/1.1."""
        lines = [f"HTTP/1.1 {self.status:03d} {self.reason}"]
        lines += [f"{name}: {value}" if value else f"{name}:" for name, value in self.headers]
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + self.body


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded request, response, or both; `number` counts the entries of its file from 1.

    `raw` holds the message's own bytes where the recording has them.
    """

    source: str
    number: int
    host: str
    request: HttpMessage | None
    response: Response | None
    raw: bytes | None = None

    @property
    def path(self) -> str:
        """The path that was asked for, without its query."""
        return "" if self.request is None else self.request.path.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What kept an entry from being imported; `number` is 0 for a whole file."""

    source: str
    number: int
    why: str


class Importer(Protocol):
    """One kind of recording; modules are its instances."""

    NAME: str

    def looks_like(self, data: bytes) -> bool:
        """Whether `data` is of this kind, by its beginning."""

    def read(self, data: bytes, source: str) -> Iterator[Exchange | Flaw]:
        """Yield what is recorded, in order."""


def loaded(part: str) -> Any:
    """Read an entry that is JSON.

    Raises:
        Malformed: it is none, or nests too deep.
    """
    try:
        return json.loads(part, strict=False)
    except RecursionError:
        raise Malformed("it nests too deep") from None
    except ValueError:
        raise Malformed("it is no JSON") from None


def byte_text(text: str) -> str:
    """Give what the head of a message can hold: the text's UTF-8 bytes, each as a character of latin-1."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def pairs(found: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, str], ...]:
    """Give headers as a message holds them, without HTTP/2's pseudo-headers.

    Raises:
        Malformed: a name or value that is no text, or that no head can hold.
    """
    made = []
    for name, value in found:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(name, str) or not isinstance(value, str):
            raise Malformed("a header is no name with a text")
        if name.startswith(":"):
            continue
        name, value = byte_text(name), byte_text(value).strip(" \t")
        if not name or any(c in name for c in ":\r\n") or name[0] in " \t" or any(c in value for c in "\r\n"):
            raise Malformed("a header cannot be written in a message")
        made.append((name, value))
    return tuple(made)


def located(url: Any) -> tuple[str, str]:
    """Give host (with a port that is not the scheme's own) and path with query of a URL.

    Raises:
        Malformed: it is none of http or https.
    """
    if not isinstance(url, str):
        raise Malformed("its URL is missing or no text")
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        raise Malformed("its URL cannot be read") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Malformed("its URL is none of http or https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = host.removesuffix(":80" if parts.scheme == "http" else ":443")
    if any(c in path + host for c in "\r\n"):
        raise Malformed("its URL cannot be written in a message")
    return byte_text(host), byte_text(path)


def message(method: Any, url: Any, headers: Iterable[tuple[Any, Any]], body: bytes) -> tuple[str, HttpMessage]:
    """Give host and request of an entry.

    Raises:
        Malformed: something of it is missing or cannot be written.
    """
    if not isinstance(method, str) or not method or not method.isascii() or not method.isprintable() or " " in method:
        raise Malformed("its method is missing or none")
    host, path = located(url)
    made = HttpMessage(method, path, pairs(headers), body)
    if made.header("Host") is None:
        made = replace(made, headers=(("Host", host), *made.headers))
    return host, whole(made)


def whole(made: HttpMessage) -> HttpMessage:
    """Give a message whose body is put together, with the length that it has."""
    sized = any(name.lower() in HOP_BY_HOP for name, _ in made.headers)
    headers = tuple(pair for pair in made.headers if pair[0].lower() != "transfer-encoding")
    made = replace(made, headers=headers)
    return made.with_header("Content-Length", str(len(made.body))) if made.body or sized else made
