"""Content codings: a body as its sender packed it, and as its reader unpacks it (RFC 9110, section 8.4)."""

from __future__ import annotations

import gzip
import zlib
from typing import Final

__all__ = ["Unreadable", "codings_of", "decoded", "encoded", "looks_coded"]

LARGEST: Final = 64 << 20
"""Bytes that a body may unpack to: four times what a corpus holds, and no bomb."""

KNOWN: Final = ("br", "zstd", "compress", "dcb", "dcz", "aws-chunked", "exi", "pack200-gzip")
"""Codings that the standard library does not read."""


class Unreadable(Exception):
    """A body cannot be unpacked; the message says why in words of ours."""


def codings_of(value: str | None) -> tuple[str, ...]:
    """Give the codings that a Content-Encoding names, in the order in which they were applied."""
    names = (name.strip().lower().removeprefix("x-") for name in (value or "").split(","))
    return tuple(name for name in names if name not in ("", "identity"))


def decoded(data: bytes, codings: tuple[str, ...]) -> bytes:
    """Undo `codings`.

    Raises:
        Unreadable: an unknown coding, a broken stream, or one that unpacks to more than `LARGEST`.
    """
    for coding in reversed(codings):
        if coding == "gzip":
            data = _inflated(data, 16 + zlib.MAX_WBITS)
        elif coding == "deflate":
            # RFC 9110, section 8.4.1.2: some send the bare stream, without the zlib header that belongs around it.
            try:
                data = _inflated(data, zlib.MAX_WBITS)
            except Unreadable:
                data = _inflated(data, -zlib.MAX_WBITS)
        else:
            name = coding if coding in KNOWN else "an unknown one"
            raise Unreadable(f"its content coding is {name}; gzip and deflate can be read")
    return data


def _inflated(data: bytes, window: int) -> bytes:
    parts: list[bytes] = []
    room = LARGEST
    try:
        while data:
            stream = zlib.decompressobj(window)
            part = stream.decompress(data, room + 1)
            room -= len(part)
            if room < 0:
                raise Unreadable(f"its body unpacks to more than {LARGEST >> 20} MiB")
            if not stream.eof:
                raise Unreadable("its compressed body is cut short")
            parts.append(part)
            data = stream.unused_data if window > zlib.MAX_WBITS else b""  # only gzip has further members
    except zlib.error:
        raise Unreadable("its body is not compressed as it says") from None
    return b"".join(parts)


def encoded(data: bytes, codings: tuple[str, ...]) -> bytes:
    """Apply `codings`, all of which `decoded` reads; the same bytes every time."""
    for coding in codings:
        data = gzip.compress(data, mtime=0) if coding == "gzip" else zlib.compress(data)
    return data


def looks_coded(data: bytes, codings: tuple[str, ...]) -> bool:
    """Whether `data` begins as the last of `codings` does: recorders keep that header over a body they unpacked."""
    if not codings or codings[-1] not in ("gzip", "deflate"):
        return False
    if codings[-1] == "gzip":
        return data.startswith(b"\x1f\x8b")
    return len(data) > 1 and data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
