"""An HTTP request as a parser behind a web framework meets it, and who signs one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

__all__ = ["HttpMessage", "Signer", "TimedSigner"]


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A request: what stands in its head, and the bytes that follow.

    Header names compare without regard to case (RFC 9110, section 5.1) and keep their spelling and their order; a name
    may stand twice. Values are text of the code points U+0000 to U+00FF, one per byte on the wire.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Give the first value of the header `name`, or None where there is none."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def with_header(self, name: str, value: str) -> HttpMessage:
        """Give this message with one header `name`, in the place of the first of that name or else at the end."""
        wanted = name.lower()
        headers: list[tuple[str, str]] = []
        placed = False
        for pair in self.headers:
            if pair[0].lower() != wanted:
                headers.append(pair)
            elif not placed:
                headers.append((pair[0], value))
                placed = True
        if not placed:
            headers.append((name, value))
        return replace(self, headers=tuple(headers))

    def with_body(self, body: bytes) -> HttpMessage:
        """Give this message with another body; its headers stay as they are written."""
        return replace(self, body=body)


class Signer(Protocol):
    """Writes the headers by which a receiver knows the sender."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the headers that `sign` writes, the signature's own first."""

    def sign(self, message: HttpMessage) -> HttpMessage:
        """Give `message` with `headers` set so that its receiver accepts it."""


@runtime_checkable
class TimedSigner(Signer, Protocol):
    """A signer whose signatures say when they were made, if `is_timed`."""

    @property
    def is_timed(self) -> bool:
        """Whether a time stamp is signed."""

    @property
    def time(self) -> str:
        """The time stamp, in Unix seconds."""

    def at(self, time: str) -> Signer:
        """Give the same signer at another time, written in whatever way."""
