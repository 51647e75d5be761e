"""Mutators of JSON on the level of its text: one place changes, and every other byte stays as it was sent.

A `dict` forgets what breaks readers: a key that stands twice, the order of keys, how a number is spelled, which
character is an escape, white space, comments, a comma too many. Here a document is its bytes. A place is found from a
random offset by a local search, and the end of a value by counting brackets, so that an edit costs microseconds however
long the document is, and works on documents that are broken already. An offset inside of a string may be taken for a
value; the result is a strange document, which is what is wanted of a mutator.

Source of the syntax: RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Final

from fuzzlab import strings, trees

__all__ = ["MUTATORS", "pages", "some_value", "span_of_value"]

MOST_SCANNED: Final = 1 << 14
"""Bytes looked at for the end of one value; larger ones are left alone, for their edit would cost a millisecond."""

MOST_GROWTH: Final = 1 << 14
"""Bytes that one repetition adds at most."""

TRIES: Final = 3
"""Places tried before a mutator does not apply."""

MOST_LISTS: Final = 3
"""Of a document, in which a page of a thousand is made once each."""

REPEATS: Final = (1, 1, 1, 2, 3, 10, 50, 100, 256, 1000)

SURROGATES: Final = (rb"\ud800", rb"\udc00", rb"\ud83d", rb"\udfff\ud800", b"\xed\xa0\x80")
"""Halves of pairs as escapes, the wrong way round, and one as bytes that are no UTF-8 (section 8.2: unpredictable)."""

ESCAPES: Final = (
    rb"\u0000", rb"\u000a", rb"\u0022", rb"\u005c", rb"\u200d", rb"\ufeff", rb"\/", rb"\u2028", rb"\u202e",
)  # fmt: skip
BROKEN_ESCAPES: Final = (rb"\x", rb"\u12", rb"\'", b"\\\n", b"\x00", b"\n", b"\t", rb"\U0001F600", b"\x7f")
"""What section 7 does not know: other languages' escapes, and control characters as they are."""

GAPS: Final = (
    b" ", b"\n", b"\t", b"\r\n", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"/**/", b"//\n",
    b"#\n", b" " * 1000,
)  # fmt: skip
"""White space of section 2, that of other languages, and comments (JSON5, YAML)."""

LITERALS: Final = (
    b"null", b"true", b"false", b"0", b"-1", b"1.5", b'""', b'"0"', b"[]", b"{}", b"[null]", b"NaN", b"-Infinity",
    b"1e400", b"18446744073709551616", b'"\\ud800"', b"undefined", b"None", b"'x'",
)  # fmt: skip

_SCALAR: Final = re.compile(
    rb'(?<=[:,\[\s])(?:"[^"\\]*(?:\\.[^"\\]*)*"|[-+]?[0-9][0-9.eE+-]*|[A-Za-z]{3,9})(?=\s*[,\]}])', re.DOTALL
)
_MEMBER: Final = re.compile(rb'(?<=[{,\s])"([^"\\]*(?:\\.[^"\\]*)*)"\s*:\s*', re.DOTALL)
_CONTAINER: Final = re.compile(rb"[\[{]")
_ELEMENT: Final = re.compile(rb"[\[{,]\s*(?=[^\s\]}])")
_LIST: Final = re.compile(rb"\[(?=[^\s\]])")
_MARK: Final = re.compile(rb"[\[\]{},:]")
_STRING: Final = re.compile(rb'"([^"\\]{0,200})"')
_BRACKETS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_ATOM: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s,\]}:]+', re.DOTALL)
_COMMA: Final = re.compile(rb"\s*,\s*")
_CLOSING: Final = re.compile(rb"[\]}]")


def _some(rng: Random, pattern: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    """Give the first match after a random place, or the first of all."""
    return (data and pattern.search(data, int(rng.random() * len(data)))) or pattern.search(data)


def span_of_value(data: bytes, start: int) -> int | None:
    """Give the end of the value that begins at `start`, or None for what is none, or has no end nearby."""
    if data[start : start + 1] not in (b"[", b"{"):
        atom = _ATOM.match(data, start)
        return atom.end() if atom else None
    depth = 0
    for found in _BRACKETS.finditer(data, start, start + MOST_SCANNED):
        mark = found[0]
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
            if not depth:
                return found.end()
    return None


def some_value(rng: Random, data: bytes) -> tuple[int, int] | None:
    """Give the span of some value: a leaf mostly, otherwise what holds some."""
    if rng.random() < 0.6 and (leaf := _some(rng, _SCALAR, data)):
        return leaf.span()
    for _ in range(TRIES):
        if (found := _some(rng, _CONTAINER, data)) and (end := span_of_value(data, found.start())):
            return found.start(), end
    return None


def _some_member(rng: Random, data: bytes) -> tuple[re.Match[bytes], int] | None:
    """Give a key with the end of its value."""
    for _ in range(TRIES):
        if (key := _some(rng, _MEMBER, data)) and (end := span_of_value(data, key.end())):
            return key, end
    return None


def _some_element(rng: Random, data: bytes) -> tuple[int, int] | None:
    """Give the span of an element of a list, or of a member of an object with its key."""
    for _ in range(TRIES):
        if found := _some(rng, _ELEMENT, data):
            key = _MEMBER.match(data, found.end())
            if end := span_of_value(data, key.end() if key else found.end()):
                return found.end(), end
    return None


def flip_type(rng: Random, data: bytes) -> bytes | None:
    """Give one value another type: string, number, boolean, null, [x], {"value": x}, or what is inside of one."""
    span = some_value(rng, data)
    if span is None:
        return None
    start, end = span
    value = data[start:end]
    ways = [b"[" + value + b"]", b'{"value":' + value + b"}", b"null", rng.choice(LITERALS)]
    if value[:1] == b'"':
        inside = value[1:-1]
        ways += [inside or b"0", b"%d" % len(inside), b"true"]
    elif value[:1] in (b"[", b"{"):
        quoted = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        ways += [value[1:-1] or b"null", b'"' + quoted + b'"', b"[]", b"{}", b'""']
    else:
        ways += [b'"' + value + b'"', b'"' + value + b'"', b'"' + value.upper() + b'"', value + b".0"]
    return data[:start] + rng.choice(ways) + data[end:]


def leading_zero(rng: Random, data: bytes) -> bytes | None:
    """Write a number as a string with a zero, a sign or a blank before it, or a decimal comma."""
    leaf = _some(rng, _SCALAR, data)
    if leaf is None:
        return None
    number = leaf[0].strip(b'"')
    if not number[:1].isdigit():
        return None
    before, after = rng.choice(trees.AROUND_A_NUMBER)
    return data[: leaf.start()] + b'"' + before.encode() + number + after.encode() + b'"' + data[leaf.end() :]


def drop_element(rng: Random, data: bytes) -> bytes | None:
    """Leave out an element or a member, with its comma; at times without, so that one is too many."""
    span = _some_element(rng, data)
    if span is None:
        return None
    start, end = span
    if rng.random() < 0.9:
        if comma := _COMMA.match(data, end):
            end = comma.end()
        else:
            before = data[:start].rstrip()
            start = len(before) - 1 if before.endswith(b",") else start
    return data[:start] + data[end:]


def double_element(rng: Random, data: bytes) -> bytes | None:
    """Say an element, or a member with its key, twice or many times."""
    span = _some_element(rng, data)
    return None if span is None else _again(data, *span, times=rng.choice(REPEATS))


def _again(data: bytes, start: int, end: int, *, times: int) -> bytes:
    again = b"," + data[start:end]
    return data[:end] + again * min(times, max(1, MOST_GROWTH // len(again))) + data[end:]


def pages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, document) for each of the first lists, its first element said as often as a large page has it."""
    lists = islice(_LIST.finditer(data), MOST_LISTS)
    for at, found in enumerate(lists):
        if (end := span_of_value(data, found.end())) is not None:
            yield f"a thousand elements in list {at}", _again(data, found.end(), end, times=max(REPEATS))


def double_key(rng: Random, data: bytes) -> bytes | None:
    """Say a key a second time with another value, before or after (readers take the first or the last)."""
    member = _some_member(rng, data)
    if member is None:
        return None
    key, end = member
    other = some_value(rng, data)
    value = data[slice(*other)] if other and rng.random() < 0.5 else rng.choice(LITERALS)
    again = data[key.start() : key.end()] + value
    if rng.random() < 0.5:
        return data[: key.start()] + again + b"," + data[key.start() :]
    return data[:end] + b"," + again + data[end:]


def rename_key(rng: Random, data: bytes) -> bytes | None:
    """Write a key as other people write it, with an escape in it, or not quoted."""
    key = _some(rng, _MEMBER, data)
    if key is None:
        return None
    name = key[1].decode("utf-8", "replace")
    way = rng.random()
    if way < 0.1:
        spelled = key[1]  # JSON5, JavaScript
    elif way < 0.2 and name[:1].isascii() and name[:1].isalnum():
        spelled = b'"\\u%04x' % ord(name[0]) + key[1][1:] + b'"'  # the same key to whoever reads escapes
    else:
        spelled = json.dumps(trees.renamed(rng, name)).encode()
    return data[: key.start()] + spelled + data[key.end(1) + 1 :]


def swap_members(rng: Random, data: bytes) -> bytes | None:
    """Let an element or a member change places with the next one."""
    span = _some_element(rng, data)
    if span is None:
        return None
    start, end = span
    comma = _COMMA.match(data, end)
    if comma is None:
        return None
    second = comma.end()
    key = _MEMBER.match(data, second)
    last = span_of_value(data, key.end() if key else second)
    if last is None:
        return None
    return data[:start] + data[second:last] + data[end:second] + data[start:end] + data[last:]


def splice(rng: Random, data: bytes) -> bytes | None:
    """Put a copy of one value in the place of another."""
    one, other = some_value(rng, data), some_value(rng, data)
    if one is None or other is None or one == other:
        return None
    return data[: one[0]] + data[slice(*other)] + data[one[1] :]


def nest(rng: Random, data: bytes) -> bytes | None:
    """Put a value some levels deeper; at times leave a bracket open."""
    span = some_value(rng, data)
    if span is None:
        return None
    start, end = span
    times = rng.choice((1, 1, 2, 3, 10, 50, 200, 1000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"[[],", b"]"), (b'{"":', b"}")))
    left_open = rng.random() < 0.05
    return data[:start] + opening * times + data[start:end] + closing * (times - left_open) + data[end:]


def change_string(rng: Random, data: bytes) -> bytes | None:
    """Change what stands between two quotes as text."""
    found = _some(rng, _STRING, data)
    if found is None:
        return None
    text = strings.mutated(rng, found[1].decode("utf-8", "replace"))
    written = json.dumps(text, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    return data[: found.start()] + written + data[found.end() :]


def escape(rng: Random, data: bytes) -> bytes | None:
    """Put an escape into a string: a control character, half a pair, one that no reader should know."""
    found = _some(rng, _STRING, data)
    if found is None:
        return None
    at = found.start(1) + int(rng.random() * (len(found[1]) + 1))
    piece = rng.choice(rng.choice((SURROGATES, ESCAPES, BROKEN_ESCAPES)))
    return data[:at] + piece + data[at:]


def gap(rng: Random, data: bytes) -> bytes | None:
    """Put white space, a byte-order mark or a comment beside a mark of punctuation."""
    found = _some(rng, _MARK, data)
    if found is None:
        return None
    at = found.end() if rng.random() < 0.5 else found.start()
    return data[:at] + rng.choice(GAPS) + data[at:]


def trailing_comma(rng: Random, data: bytes) -> bytes | None:
    """Put a comma before a closing bracket, as JavaScript allows."""
    found = _some(rng, _CLOSING, data)
    return None if found is None else data[: found.start()] + b"," + data[found.start() :]


MUTATORS: Final[tuple[Callable[[Random, bytes], bytes | None], ...]] = (
    flip_type,
    flip_type,
    leading_zero,
    drop_element,
    drop_element,
    double_element,
    double_key,
    rename_key,
    swap_members,
    splice,
    nest,
    change_string,
    change_string,
    escape,
    gap,
    trailing_comma,
)
