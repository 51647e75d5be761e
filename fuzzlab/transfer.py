"""How a body travels: compressed, in chunks, in another charset, and what goes wrong on the way.

Every mutator is `(rng, message) -> message | None`. Whoever signs a message signs the bytes that are sent, so the
format signs again afterwards. Sources: RFC 9110, section 8.4 (content codings); RFC 9112, section 7.1 (chunks).
"""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import TYPE_CHECKING, Final

from fuzzlab.heads import resized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from fuzzlab.message import HttpMessage

__all__ = ["MUTATORS", "chunk", "compress", "every", "recode"]

BOMB: Final = 1 << 20
"""Bytes of blanks behind a compressed body, which take one kilobyte: ten such fill no memory, and show who unpacks."""

CHARSETS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-7", "utf-8-sig", "shift_jis")
"""Into which a body is written. UTF-16 is what some .NET services send."""

_FAST: Final = 1
_SMALL: Final = 9


@cache
def _bomb() -> bytes:
    """Give a further member of a gzip file, which is read as if its blanks stood behind the first one's bytes."""
    return gzip.compress(b" " * BOMB, _SMALL, mtime=0)


def compress(rng: Random, message: HttpMessage) -> HttpMessage:
    """Compress the body and say so; or say so only, or do it twice, in part, with rubbish behind, or to a bomb."""
    body, coding = message.body, "gzip"
    what = rng.randrange(8)
    if what == 0:
        return message.with_header(
            "Content-Encoding", rng.choice(("gzip", "deflate", "br", "identity", "gzip, gzip", ""))
        )
    if what == 1:
        body, coding = zlib.compress(body, _FAST), "deflate"
    elif what == 2:
        body = gzip.compress(gzip.compress(body, _FAST, mtime=0), _FAST, mtime=0)
    elif what == 3:
        body = gzip.compress(body, _FAST, mtime=0) + _bomb()
    else:
        body = gzip.compress(body, _FAST, mtime=0)
        if what == 4:
            body = body[: rng.randrange(len(body))]
        elif what == 5:
            body += b"\x00rubbish"
    changed = resized(message, body)
    return changed if rng.random() < 0.125 else changed.with_header("Content-Encoding", coding)


def chunk(rng: Random, message: HttpMessage) -> HttpMessage:
    """Send the body in chunks and say so; at times with extensions, a trailer, a wrong size, or no end."""
    body, parts = message.body, []
    size = rng.choice((1, 7, 64, 1000, max(1, len(body))))
    size = max(size, len(body) // 64)  # more chunks than some dozens are not worse
    extension = rng.choice(("", "", ";a=b", ' ; a="\r\n"'))
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        said = len(piece) + (rng.choice((-1, 1, 1 << 40)) if rng.random() < 0.0625 else 0)
        parts.append(f"{said:{rng.choice('xX')}}{extension}\r\n".encode() + piece + b"\r\n")
    end = rng.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nX-Trailer: a\r\n\r\n", b"0\r\n", b"", b"-1\r\n\r\n"))
    changed = resized(message, b"".join(parts) + end)
    if rng.random() < 0.5:  # both, one of them wrong, are how requests are smuggled
        headers = tuple(pair for pair in changed.headers if pair[0].lower() != "content-length")
        changed = type(changed)(changed.method, changed.path, headers, changed.body)
    named = rng.choice(("chunked", "chunked", "chunked", "Chunked", "gzip, chunked", "chunked, identity", " chunked"))
    return changed.with_header("Transfer-Encoding", named)


def recode(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Write a body of text in another charset, and say so; or say another one, or nothing."""
    charset = rng.choice(CHARSETS)
    try:
        body = message.body.decode("utf-8").encode(charset, "replace")
    except UnicodeError:
        return None
    changed = resized(message, body)
    what = rng.randrange(4)
    if what == 0:
        return changed
    said = charset if what > 1 else rng.choice(CHARSETS)
    kind = (message.header("Content-Type") or "text/plain").partition(";")[0]
    return changed.with_header("Content-Type", f"{kind}; charset={said}")


MUTATORS: Final = (compress, chunk, recode)


def every(message: HttpMessage) -> Iterator[tuple[str, HttpMessage]]:
    """Yield (name, message) for each way to send the body that has a name."""
    body, coded = message.body, "Content-Encoding"
    zipped = gzip.compress(body, _FAST, mtime=0)
    for name, coding, sent in (
        ("gzip", "gzip", zipped),
        ("deflate", "deflate", zlib.compress(body, _FAST)),
        ("gzip that is none", "gzip", body),
        ("gzip twice", "gzip", gzip.compress(zipped, _FAST, mtime=0)),
        ("half a gzip", "gzip", zipped[: len(zipped) // 2]),
        ("gzip and rubbish", "gzip", zipped + b"\x00rubbish"),
        ("a gzip bomb", "gzip", zipped + _bomb()),
    ):
        yield name, resized(message, sent).with_header(coded, coding)
    whole = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    for name, sent in (
        ("a body in chunks", whole + b"0\r\n\r\n"),
        ("chunks and a trailer", whole + b"0\r\nX-Trailer: a\r\n\r\n"),
        ("chunks without an end", whole),
        ("a chunk of a negative size", whole + b"-1\r\n\r\n"),
    ):
        changed = resized(message, sent).with_header("Transfer-Encoding", "chunked")
        yield f"{name}, and a length", changed
        unsaid = tuple(pair for pair in changed.headers if pair[0].lower() != "content-length")
        yield name, type(changed)(changed.method, changed.path, unsaid, changed.body)
    try:
        text = body.decode()
    except UnicodeError:
        return
    kind = (message.header("Content-Type") or "text/plain").partition(";")[0]
    for charset in CHARSETS:
        changed = resized(message, text.encode(charset, "replace"))
        yield f"a body in {charset}, and not said", changed
        yield f"a body in {charset}", changed.with_header("Content-Type", f"{kind}; charset={charset}")
