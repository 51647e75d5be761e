"""Heads of HTTP requests: mutators of the request line and of the headers, for any body.

Every mutator is `(rng, message) -> message | None`; None means that it does not apply to this message.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fuzzlab import strings
from fuzzlab.boundaries import LENGTHS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from fuzzlab.message import HttpMessage

__all__ = [
    "METHODS", "MUTATORS", "byte_text", "every", "every_time", "other_time", "resized", "some_header", "with_pair",
]  # fmt: skip

METHODS: Final = ("POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI", "post", "X")
PATHS: Final = (
    "",
    "*",
    "/%00",
    "/%2e%2e/",
    "//",
    "/?",
    "/?a=1&a=2",
    "/#",
    "http://a/",
    "http://a/#b",
    "http://",
    "http://a:b/",
    "http://[/",
    "ftp://a/",
    "a:b",
    "a:80",
    "//a/b",
    "/%",
    "/%ff",
    "/;a=b",
    "/\xe9",
    "/a b",
)
"""Targets of a request: in all four forms of RFC 9112, section 3.2, and of other protocols; what has no path, and what
is read otherwise by whoever decodes it."""

CHARSETS: Final = (
    "utf-8",
    "UTF8",
    "utf-16",
    "latin-1",
    "utf-7",
    "ascii",
    "idna",
    "rot13",
    "hex",
    "unknown",
    '"utf-8"',
    "",
)
TYPES: Final = (
    "application/json", "text/html", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=", "application/xml", "application/octet-stream", "application", "/", "",
    "text/*; q=0",
)  # fmt: skip
TIMES: Final = (
    "0", "-1", "1", "946684800", "1600000000", "4102444800", "253402300800", "99999999999999999999", "1700000000.5",
    "1e9", "1e400", "nan", "inf", "1_700_000_000", "\xb2", "0x10", "", " ", "1700000000 ", "+1700000000",
    "170000000000", "None",
)  # fmt: skip
"""Time stamps: stale, future, beyond the year 9999, fractional, and what int() and float() take that a check may
not."""

SHIFTS: Final = (-1, 1, -299, -300, -301, 299, 300, 301, -3_600, 3_600, -86_400, 86_400, 31_536_000, 1 << 32)
"""Seconds: tolerances are five minutes mostly, and clocks are wrong by whole hours."""

FULL_WIDTH: Final = 0xFEE0
"""From an ASCII digit to its full-width form, which int() takes."""

EXTRA_HEADERS: Final = (
    ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "-1"), ("Content-Length", "0"),
    ("Expect", "100-continue"), ("X-Forwarded-For", "127.0.0.1"), ("Host", ""), ("Cookie", "a=b; a"), ("X", "\xff"),
    ("", "x"), ("Host", "a:b"), ("Cookie", 'a="b\\"; $Version=1'), ("Range", "bytes=0-5,-1"), ("Range", "bytes=5-1"),
    ("If-Range", '"x"'), ("If-None-Match", 'W/"x", "y'), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ("Accept", "text/html;level=1;q=0.5, */*;q=x"), ("Accept-Language", "en-GB, *;q=0"),
    ("Accept-Encoding", "gzip;q=2"), ("Authorization", "Basic YTpi"),
    ("Authorization", 'Digest username="a", nonce="'), ("Authorization", "Bearer"),
    ("Cache-Control", 'max-age=x, no-cache="'),
    ("Forwarded", 'for="[::1]:80";proto=http'), ("Connection", "close, X"),
    ("Upgrade", "h2c"), ("Content-Disposition", "form-data; name=a; filename*=utf-8''%ff"), ("Max-Forwards", "-1"),
    ("Origin", "null"), ("Referer", "//[::1"), ("Date", "Thu, 31 Dec 9999 23:59:59 -0100"), ("Trailer", "X"),
    ("TE", ","),
)  # fmt: skip
"""What servers and frameworks read, plausible and not quite."""

FILLERS: Final = ((8_190, 1), (8_192, 1), (32_768, 1), (1, 100), (1, 101), (100, 256), (0, 1_000))
"""Length and number of further headers: where Apache, nginx and http.client stop (8,190 bytes, 8 KiB, 100 headers)."""

_TIME: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9]{9,11}(?![0-9a-zA-Z])")


def some_header(rng: Random, message: HttpMessage) -> int | None:
    """Give the place of one header, or None where there is none."""
    return rng.randrange(len(message.headers)) if message.headers else None


def with_pair(message: HttpMessage, at: int, name: str, value: str) -> HttpMessage:
    """Give `message` with another header in one place."""
    return replace(message, headers=(*message.headers[:at], (name, value), *message.headers[at + 1 :]))


def byte_text(text: str) -> str:
    """Give what a header can hold: the text's UTF-8 bytes, each read as a character of latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def resized(message: HttpMessage, body: bytes) -> HttpMessage:
    """Give `message` another body; a Content-Length that was right stays right, one that was wrong stays as it was."""
    right = message.header("Content-Length") == str(len(message.body))
    message = message.with_body(body)
    return message.with_header("Content-Length", str(len(body))) if right else message


def other_time(rng: Random, time: str) -> str:
    """Give another time stamp than this one, in decimal digits, or the same one in another spelling."""
    what = rng.randrange(8)
    if what < 3:
        return rng.choice(TIMES)
    if what < 5:
        return str(int(time) + rng.choice(SHIFTS))
    if what == 5:
        return byte_text(strings.mutated(rng, time))
    return rng.choice(_respelled(time))


def _respelled(time: str) -> tuple[str, ...]:
    return (
        f"{time[:-1]}_{time[-1]}", byte_text("".join(chr(ord(digit) + FULL_WIDTH) for digit in time)), f"{time}.5",
        f"{time}.0", f"-{time}", f"+{time}", f"0{time}", f" {time}", f"{time} ", f"{time}000", f"{time}e0",
        f"{int(time):e}", f"{int(time):#x}", f"{time},{time}", time[:-1], time[::-1],
    )  # fmt: skip


def every_time(time: str) -> Iterator[str]:
    """Yield each time stamp that `other_time` gives for this one, but for what it leaves to chance."""
    yield from dict.fromkeys((*TIMES, *(str(int(time) + shift) for shift in SHIFTS), *_respelled(time)))


def every(message: HttpMessage) -> Iterator[tuple[str, HttpMessage]]:
    """Yield (name, message) for each header, method and path that is wrong in a way that has a name."""
    headers = message.headers
    for at, (name, value) in enumerate(headers):
        yield f"no {name}", replace(message, headers=headers[:at] + headers[at + 1 :])
        yield f"{name} twice", replace(message, headers=(*headers[: at + 1], *headers[at:]))
        yield f"{name} twice, the first one empty", replace(message, headers=(*headers[:at], (name, ""), *headers[at:]))
        half = len(value) // 2
        yield f"{name} folded", with_pair(message, at, name, f"{value[:half]}\r\n {value[half:]}")
        yield f"{name} in lower case", with_pair(message, at, name.lower(), value)
        if (found := _TIME.search(value)) is not None:
            for time in every_time(found[0]):
                changed = value[: found.start()] + time + value[found.end() :]
                yield f"{name} at {time!r}", with_pair(message, at, name, changed)
    for pair in EXTRA_HEADERS:
        yield f"{pair[0]}: {pair[1]}", replace(message, headers=(*headers, pair))
    for length, count in FILLERS:
        filler = (("X-Filler", "a" * length),) * count
        yield f"{count} more headers of {length} bytes", replace(message, headers=(*headers, *filler))
    kind = (message.header("Content-Type") or "application/json").partition(";")[0]
    for said in (*TYPES, *(f"{kind}; charset={charset}" for charset in CHARSETS)):
        yield f"type {said!r}", message.with_header("Content-Type", said)
    for method in METHODS:
        yield f"method {method}", replace(message, method=method)
    for path in PATHS:
        yield f"path {path!r}", replace(message, path=path)


def drop_header(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Leave a header out."""
    at = some_header(rng, message)
    return None if at is None else replace(message, headers=message.headers[:at] + message.headers[at + 1 :])


def double_header(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Say a header twice, at times with another value."""
    at = some_header(rng, message)
    if at is None:
        return None
    name, value = message.headers[at]
    second = (name, rng.choice((value, "", byte_text(strings.mutated(rng, value)))))
    place = rng.choice((at, at + 1, len(message.headers)))
    return replace(message, headers=(*message.headers[:place], second, *message.headers[place:]))


def fold_header(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Go on with a header's value on the next line (obs-fold, RFC 9112, section 5.2)."""
    at = some_header(rng, message)
    if at is None:
        return None
    name, value = message.headers[at]
    cut = rng.randrange(len(value) + 1)
    return with_pair(message, at, name, value[:cut] + "\r\n" + rng.choice(" \t") + value[cut:])


def swap_headers(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Let two headers change places."""
    if len(message.headers) < 2:
        return None
    one, other = rng.sample(range(len(message.headers)), 2)
    headers = list(message.headers)
    headers[one], headers[other] = headers[other], headers[one]
    return replace(message, headers=tuple(headers))


def add_header(rng: Random, message: HttpMessage) -> HttpMessage:
    """Add a header that changes how the rest is read, or many that do nothing."""
    if rng.random() < 0.25:
        length, count = rng.choice(FILLERS)
        extra: tuple[tuple[str, str], ...] = (("X-Filler", "a" * length),) * count
    else:
        extra = (rng.choice(EXTRA_HEADERS),)
    return replace(message, headers=message.headers + extra)


def rename_header(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Write a header's name otherwise: case, underscores, a space before the colon."""
    at = some_header(rng, message)
    if at is None:
        return None
    name, value = message.headers[at]
    other = rng.choice((name.upper(), name.lower(), name.replace("-", "_"), name + " ", name + "-2", name[:-1]))
    return with_pair(message, at, other, value)


def change_value(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Change a header's value as text, in the bytes of UTF-8."""
    at = some_header(rng, message)
    if at is None:
        return None
    name, value = message.headers[at]
    return with_pair(message, at, name, byte_text(strings.mutated(rng, value)))


def change_content_type(rng: Random, message: HttpMessage) -> HttpMessage:
    """Say another type, or another charset."""
    present = message.header("Content-Type") or "application/json"
    value = rng.choice(TYPES) if rng.random() < 0.5 else f"{present.partition(';')[0]}; charset={rng.choice(CHARSETS)}"
    return message.with_header("Content-Type", value)


def change_time(rng: Random, message: HttpMessage) -> HttpMessage | None:
    """Change a Unix time in a header, and do not sign again."""
    timed = [(at, found) for at, (_, value) in enumerate(message.headers) if (found := _TIME.search(value))]
    if not timed:
        return None
    at, found = rng.choice(timed)
    name, value = message.headers[at]
    time = other_time(rng, found[0])
    return with_pair(message, at, name, value[: found.start()] + time + value[found.end() :])


def change_method(rng: Random, message: HttpMessage) -> HttpMessage:
    """Ask for another method."""
    return replace(message, method=rng.choice(METHODS))


def change_path(rng: Random, message: HttpMessage) -> HttpMessage:
    """Ask for another path."""
    if rng.random() < 0.5:
        return replace(message, path=rng.choice(PATHS))
    return replace(
        message,
        path="/" + "a" * rng.choice(LENGTHS) if rng.random() < 0.25 else byte_text(strings.mutated(rng, message.path)),
    )


MUTATORS: Final = (
    drop_header,
    double_header,
    fold_header,
    swap_headers,
    add_header,
    rename_header,
    change_value,
    change_value,
    change_value,
    change_content_type,
    change_time,
    change_method,
    change_path,
)
