"""Ways in which an input can grow without end: a part of it said again, something put in, nesting, numbers that count.

What costs too much is mostly cheap until its repetition ends in something that does not fit (a regular expression then
tries all the ways to divide it), so a way may keep what follows, end there, or end in a sign that fits nowhere. Equal
parts are no load for what looks for doubles, and different ones are none for what caches: numbers that count give
those, and multiples of 2^61 - 1 give keys of one hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from fuzzlab import jsontext, patterns
from fuzzlab.growth import COLLIDING, Swelling
from fuzzlab.patterns import Pump

__all__ = ["Units", "of_json", "of_text", "units"]

COMMON: Final = (
    b"a", b"0", b" ", b"\t", b"\n", b"\r\n", b"\\", b'"', b"'", b"(", b"[", b"{", b"<", b"&", b"%", b",", b";", b":",
    b".", b"-", b"_", b"*", b"/", b"=", b"@", b"#", b"!", b"`", b"~", b"|", b"$", b"^", b"?", b"+", b"a.", b"a,", b"a ",
    b"a=", b"a;", b"a:", b" a", b"-a", b"a-", b"a@", b"1.", b"<a", b"<a>", b"</", b"<!--", b"<!", b"<?", b"![", b"](",
    b"/*", b"//", b"--", b"${", b"{{", b"{%", b"&a", b"&#", b"\\u", b"\xd9\xa0", b"\xc2\xb7", b"\xe3\x83\xbb",
    b"\xcc\x81",
    b"\xe2\x80\x8d", b"\xef\xac\x81", b"\x00", b"\xff", b"\x80",
)  # fmt: skip
"""Units of one thing or two: what languages begin, end, escape, divide and mark with, and characters that take looking
up (a digit of another script, a dot and a joiner that are right only beside some letters, a mark, a ligature)."""

PAIRS: Final = (
    (b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"<a>", b"</a>"), (b'"', b'"'), (b"<", b">"), (b"*", b"*"), (b"> ", b""),
    (b"<div><a>", b"</a></div>"), (b"/*", b"*/"), (b"((", b"))"), (b"[[", b"]]"),
)  # fmt: skip

ENDINGS: Final = (b"!", b"\x00", b"\n", b"\n\n", b"x", b"\xc3\xa9", b")", b'"', b">")
"""Behind a repetition, what fits nowhere, or closes what others opened."""

LARGEST: Final = 2_048
"""Bytes of an input that is looked at for parts: what is larger is cut, for its own length is in the way of growth."""

LONGEST_UNIT: Final = 64

MOST_PARTS: Final = 4
"""Tokens of an input that are repeated together."""

PUMPED: Final = 0.6
"""Share of the code's own patterns and words among what is put in, where it has any."""

NESTED_WEIGHT: Final = 6
"""Times that a repetition inside a repetition stands among the others: that is where exponents come from."""

MOST_UNITS: Final = 600

AS_IT_IS: Final = 0.4
"""Share of a document's numbers and lists that grow into what they are already: numbers, in a list."""

_TOKEN: Final = re.compile(rb"[A-Za-z]+|[0-9]+|[\x80-\xff]{1,4}|\r\n|[ \t]+|.", re.DOTALL)
_TOKEN_OF_TEXT: Final = re.compile(r"[A-Za-z]+|[0-9]+|\r\n|[ \t]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Units:
    """What the code under test suggests to repeat: (prefix, unit), the more promising ones several times."""

    pumped: tuple[tuple[bytes, bytes], ...] = ()


def units(words: Iterable[bytes], expressions: Iterable[tuple[str, int]]) -> Units:
    """Take in words and regular expressions of the code under test."""
    found: list[tuple[bytes, bytes]] = []
    for source, flags in expressions:
        for pump in patterns.pumps(source, flags):
            found += [_encoded(pump)] * (NESTED_WEIGHT if pump.depth > 1 else 2 if pump.depth else 1)
        if len(found) >= MOST_UNITS:
            break
    found += [(b"", word) for word in words if 0 < len(word) <= LONGEST_UNIT // 4]
    return Units(tuple(found[: MOST_UNITS * 2]))


def _encoded(pump: Pump) -> tuple[bytes, bytes]:
    return pump.prefix.encode("utf-8", "surrogatepass"), pump.unit.encode("utf-8", "surrogatepass")


def of_text(rng: Random, data: bytes, units: Units) -> Swelling | None:
    """Draw a way in which text, or bytes, can grow."""
    data = data[:LARGEST]
    spans = _spans(data)
    kind = rng.random()
    if kind < 0.4:
        return _said_again(rng, data, spans)
    if kind < 0.75:
        return _put_in(rng, data, spans, units)
    if kind < 0.85:
        return _nested(rng, data, spans)
    if kind < 0.95:
        return _counting(rng, data, spans)
    between = rng.choice((b"", b"\n", b" ", b",", b";"))
    return Swelling("all of it again", data + between, core=data) if data + between else None


def _said_again(rng: Random, data: bytes, spans: Sequence[tuple[int, int]]) -> Swelling | None:
    """Say some tokens again, or one character of one."""
    if not spans:
        return None
    first = rng.randrange(len(spans))
    last = min(len(spans) - 1, first + (0 if rng.random() < 0.5 else rng.randrange(MOST_PARTS)))
    begin, end = spans[first][0], spans[last][1]
    if rng.random() < 0.1 and (line := data.find(b"\n", begin)) >= 0:
        begin, end = data.rfind(b"\n", 0, begin) + 1, line + 1
    unit = data[begin:end]
    if rng.random() < 0.25 and unit[:1].isascii():
        unit = unit[:1]
    if not 0 < len(unit) <= LONGEST_UNIT * 4:
        return None
    return Swelling("a part again", unit, head=data[:begin], tail=_tail(rng, data[begin:], data[end:]))


def _put_in(rng: Random, data: bytes, spans: Sequence[tuple[int, int]], units: Units) -> Swelling:
    """Put something in at the edge of a token."""
    if units.pumped and rng.random() < PUMPED:
        prefix, unit = rng.choice(units.pumped)
        if rng.random() < 0.5:
            prefix = b""
    else:
        prefix, unit = b"", rng.choice(COMMON)
        if rng.random() < 0.15:
            unit += rng.choice(COMMON)
    if rng.random() < 0.25:
        return Swelling("put in", unit, head=prefix, tail=rng.choice((b"", *ENDINGS)))
    at = rng.choice(spans)[rng.randrange(2)] if spans else 0
    return Swelling("put in", unit, head=data[:at] + prefix, tail=_tail(rng, data[at:], data[at:]))


def _tail(rng: Random, *rests: bytes) -> bytes:
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(rests)
    return b"" if kind < 0.8 else rng.choice(ENDINGS)


def _nested(rng: Random, data: bytes, spans: Sequence[tuple[int, int]]) -> Swelling:
    opening, closing = rng.choice(PAIRS)
    if rng.random() < 0.4:
        closing = b""
    begin, end = rng.choice(spans) if spans and rng.random() < 0.7 else (0, len(data))
    return Swelling("nested", opening, data[:begin], data[begin:end], closing, data[end:])


def _counting(rng: Random, data: bytes, spans: Sequence[tuple[int, int]]) -> Swelling | None:
    """Repeat a token with a number that counts, with what divides it from the next."""
    if not spans:
        return None
    at = rng.randrange(len(spans))
    begin, end = spans[at]
    between = data[end : spans[at + 1][1]] if at + 1 < len(spans) and rng.random() < 0.6 else b""
    unit = between or rng.choice((b",", b" ", b"\n", b";", b"&", b"=1&", b": 1\n", b"=1\n"))
    step = COLLIDING if rng.random() < 0.5 else 1
    prefix = b"" if data[begin:end].isdigit() or step != 1 else data[begin:end]
    return Swelling(_counts(step), unit + prefix, head=data[:begin] + prefix, core=b"0", tail=data[end:], step=step)


def _counts(step: int) -> str:
    return "numbers of one hash" if step == COLLIDING else "numbers that count"


def of_json(rng: Random, data: bytes, units: Units) -> Swelling | None:
    """Draw a way in which a document can grow, mostly one in which it stays one."""
    data = data[:LARGEST]
    if rng.random() < 0.1:
        return of_text(rng, data, units)
    span = jsontext.some_value(rng, data) if rng.random() < 0.9 else (0, len(data))
    if span is None:
        span = 0, len(data)
    head, value, tail = data[: span[0]], data[slice(*span)] or b"0", data[span[1] :]
    if (grown := _as_it_is(rng, head, value, tail)) is not None:
        return grown
    if rng.random() < 0.75:
        return _of_value(rng, head, value, tail)
    inner = of_text(rng, _text(value), units)
    return None if inner is None else _inside_string(inner, head, tail)


def _as_it_is(rng: Random, head: bytes, value: bytes, tail: bytes) -> Swelling | None:
    """Let a list of numbers, or around a number, grow by numbers, at times."""
    step = rng.choice((1, COLLIDING))
    if rng.random() < AS_IT_IS:
        if value[:1].isdigit():
            return Swelling(_counts(step), b",", head, value, tail=tail, step=step)
        if value[:1] == b"[":
            return Swelling(_counts(step), b",", head + b"[", b"0", tail=b"]" + tail, step=step)
    return None


def _of_value(rng: Random, head: bytes, value: bytes, tail: bytes) -> Swelling:
    """Put something that grows in the place of a value, or make it of that."""
    step = rng.choice((1, COLLIDING))
    name = b'":%b,"' % value
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")))
    return rng.choice((
        Swelling("list of equals", value + b",", head + b"[", value, tail=b"]" + tail),
        Swelling(_counts(step), b",", head + b"[", b"0", tail=b"]" + tail, step=step),
        Swelling(f"names: {_counts(step)}", name, head + b'{"', b"0", tail=b'":%b}' % value + tail, step=step),
        Swelling("nested", opening, head, value, closing, tail),
        Swelling(_counts(step), b'","', head + b'["', b"0", tail=b'"]' + tail, step=step),
        Swelling("digits", rng.choice((b"9", b"0", b"1")), head + b"1", tail=tail),
    ))  # fmt: skip


def _text(value: bytes) -> bytes:
    """Give the text of a value that is a string; nothing of another."""
    try:
        found = json.loads(value)
    except ValueError:
        return b""
    return found.encode("utf-8", "surrogatepass") if isinstance(found, str) else b""


def _inside_string(inner: Swelling, head: bytes, tail: bytes) -> Swelling:
    """Let the text of a string grow."""
    return replace(
        inner, unit=_escaped(inner.unit), head=head + b'"' + _escaped(inner.head), core=_escaped(inner.core),
        closing=_escaped(inner.closing), tail=_escaped(inner.tail) + b'"' + tail,
    )  # fmt: skip


def _escaped(text: bytes) -> bytes:
    return re.sub(rb'[\x00-\x1f"\\]', lambda found: b"\\u%04x" % found[0][0], text)


def _spans(data: bytes) -> list[tuple[int, int]]:
    """Give where the tokens of an input are: words, numbers, blanks, single characters of anything else."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return [found.span() for found in _TOKEN.finditer(data)]
    if data.isascii():
        return [found.span() for found in _TOKEN.finditer(data)]
    spans, at = [], 0
    for found in _TOKEN_OF_TEXT.finditer(text):
        size = len(found[0].encode())
        spans.append((at, at + size))
        at += size
    return spans
