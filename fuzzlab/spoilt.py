"""What comes in the place of a JSON document: one cut off, recoded, repeated, nested beyond all limits, or none.

jsontext.py changes one place and keeps the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fuzzlab.boundaries import NUMBER_SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

__all__ = ["DEEP", "MUTATORS", "NOT_JSON", "SHALLOW", "every", "nest_deep", "nestings"]

SHALLOW: Final = (10, 100, 500, 900, 990, 1000, 1100)
DEEP: Final = (3000, 10_000, 100_000)
DEPTHS: Final = (*SHALLOW, *DEEP)
"""Levels: around CPython's limit of 1,000 frames (one, two or three for each level), and far beyond."""

BRACKETS: Final = ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]"), (b"[", b""))

ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-7")

FOLLOWING: Final = (b"\n", b" " * 1000, b",", b"}", b"]", b"\x00", b"null", b";")

NOT_JSON: Final = (
    b"", b" ", b"null", b"<html>504", b"<html><head><title>504 Gateway Time-out</title></head></html>", b"{}{}",
    b"[1,]", b"{,}", b'{"a":1,}', b"{'a':1}", b"{a:1}", b"[1 2]", b"// x\n1", b"/**/1", b'"\\', b'"\\u12',
    b'"\\ud800"', b"\xef\xbb\xbf{}", b"tru", b"nul", b"True", b"None", b"undefined", b"[", b"{", b'{"', b'{"a"',
    b'{"a":', b"\xff\xfe", b"\x00", b"7" * 400, b"7" * 4301, b"{\x0b}", b'"\n"', b'"\x00"', b")]}',\n{}",
    b"data: {}\n\n", b"OK", b"-", b"1e", b"0x1", b"\x1e{}\n", b"a=1&b=2", b"\x1f\x8b\x08",
)  # fmt: skip
"""What comes with status 200 and is not what was agreed: a proxy's page, another language's literals, half a
document."""

_NUMBER: Final = re.compile(rb'(?<=[:\[,\s])"?-?[0-9][0-9.eE+-]*"?(?=\s*[,\]}])')
_PUNCTUATION: Final = re.compile(rb"[\[\]{},:]")
_LETTER: Final = re.compile(rb'(?<=[A-Za-z0-9"])[A-Za-z0-9](?=[A-Za-z0-9]{0,20}")')
"""A letter inside a string, near its end: without the bound the search would be quadratic in a long run of digits."""


def _some(rng: Random, pattern: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    """Give the first match after a random place, which costs less than a choice among all."""
    return (data and pattern.search(data, rng.randrange(len(data)))) or pattern.search(data)


def truncate(rng: Random, data: bytes) -> bytes | None:
    """End in the middle, as a connection that broke."""
    return data[: rng.randrange(len(data))] if data else None


def respell_number(rng: Random, data: bytes) -> bytes | None:
    """Spell a number, or a number in a string, as another language does; most are no JSON then."""
    number = _some(rng, _NUMBER, data)
    if number is None:
        return None
    start, end = number.span()
    spelled = rng.choice(NUMBER_SPELLINGS).encode()
    return data[:start] + (b'"' + spelled + b'"' if data[start : start + 1] == b'"' else spelled) + data[end:]


def change_punctuation(rng: Random, data: bytes) -> bytes | None:
    """Drop, double or exchange one mark of punctuation, or put white space or a comment after it."""
    found = _some(rng, _PUNCTUATION, data)
    if found is None:
        return None
    at = found.start()
    mark = found[0]
    what = (b"", mark * 2, b",", b"}", b"]", mark + b" \t\r\n", mark + b"\xc2\xa0", mark + b"/**/", mark + b"\x00")
    return data[:at] + rng.choice(what) + data[at + 1 :]


def change_encoding(rng: Random, data: bytes) -> bytes:
    """Add a byte-order mark, or write the document in another encoding."""
    if rng.random() < 0.5:
        return b"\xef\xbb\xbf" + data
    encoding = rng.choice(ENCODINGS)
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def concatenate(rng: Random, data: bytes) -> bytes:
    """Let another document follow, or white space."""
    return data + rng.choice((data, b"\n" + data, *FOLLOWING))


def not_json(rng: Random, data: bytes) -> bytes:  # noqa: ARG001 - a mutator's shape; this one forgets the document
    """Become something that is no document, or hardly one."""
    return rng.choice(NOT_JSON)


def escape(rng: Random, data: bytes) -> bytes | None:
    """Write one character as an escape, which reads as the same document."""
    letter = _some(rng, _LETTER, data)
    if letter is None:
        return None
    at = letter.start()
    return data[:at] + b"\\u%04x" % data[at] + data[at + 1 :]


def nest_deep(rng: Random, data: bytes, *, room: int) -> bytes | None:
    """Nest the document, or an empty one, up to 100,000 levels deep, and not always close the brackets."""
    opening, closing = rng.choice(BRACKETS)
    inside = data if rng.random() < 0.5 else rng.choice((b"", b"1", b"{}"))
    return nested(inside, opening, closing, depth=rng.choice(DEPTHS), room=room)


def nested(inside: bytes, opening: bytes, closing: bytes, *, depth: int, room: int) -> bytes | None:
    """Put it so deep into brackets, or as deep as there is room for."""
    depth = min(depth, (room - len(inside)) // (len(opening) + len(closing)))
    return opening * depth + inside + closing * depth if depth > 0 else None


def every(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) for each way that has a name, but for those that nest."""
    for thing in NOT_JSON:
        yield f"in its place {thing!r}", thing
    for mark in ENCODINGS:
        yield f"in {mark}", data.decode("utf-8", "replace").encode(mark, "replace")
    for what in FOLLOWING:
        yield f"and then {what!r}", data + what
    yield "twice", data + data
    yield "half of it", data[: len(data) // 2]
    yield "all but the last byte", data[:-1]


def nestings(depths: Sequence[int], *, room: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) for each kind of brackets at each depth, if there is room for some."""
    for opening, closing in BRACKETS:
        for depth in depths:
            if (made := nested(b"", opening, closing, depth=depth, room=room)) is not None:
                yield f"{depth} times {opening.decode()}", made


MUTATORS: Final = (
    truncate,
    respell_number,
    change_punctuation,
    change_encoding,
    concatenate,
    not_json,
    escape,
)
