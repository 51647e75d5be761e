"""What a vendor changes on a Friday: named changes of a document that was right, one at a time.

A drift is a small function `value -> values`, each of them the value after the change; it uses no chance, so that all
drifts of a recorded document can be gone through, to find the one that causes a failure (`triage`). Which place it
happens to, and which of the values it is, `drifted` picks at random.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, Final

from fuzzlab import trees

__all__ = ["NAMES", "OF_DOCUMENTS", "PAGES", "Drifted", "drifted", "every"]

Drift = Callable[[Any], Iterator[Any]]

TRIES: Final = 8
"""Places and drifts tried before a document is left as it is."""

MOST_PLACES: Final = 200
"""Of a recorded document, the nearest to its root first, that all drifts are tried on."""

MOST_OF_ONE: Final = 40
"""Values that one drift of one place gives at the most: an object has so many members to rename."""

LONGEST_WORD: Final = 30
LAST_SECOND: Final = 4_102_444_800
"""Of 2099: numbers up to it may be moments, in seconds; a thousand times that, in milliseconds."""
FIRST_SECOND: Final = 946_684_800

PAGES: Final = (
    b"<html><head><title>504 Gateway Time-out</title></head><body><h1>504</h1></body></html>",
    b"<!DOCTYPE html>\n<html><body>We are down for maintenance.</body></html>",
    b"<html>504 Gateway Time-out</html>",
)
"""What a gateway, a login or a maintenance page sends with status 200 in the place of a document."""

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z]*(?:[_-][A-Za-z]+)*")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
"""Leading zeros, too: a PIN that becomes a number loses them."""
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,12}")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT: Final = re.compile(
    _DAY.pattern + r"[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_PAGING: Final = re.compile(
    r"(?:page|per)_?(?:size|page|count)|limit|count|total(?:_?(?:items|count|pages))?", re.IGNORECASE
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Drifted:
    """A document, or the bytes in the place of one, after the drift `name` at `path`."""

    value: Any
    name: str
    path: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} at {'.'.join(map(str, self.path))}" if self.path else self.name


def _int_to_string(value: int) -> Iterator[Any]:
    yield str(value)


def _string_to_int(value: str) -> Iterator[Any]:
    if _WHOLE.fullmatch(value):
        yield int(value)


def _float_to_string(value: float) -> Iterator[Any]:
    if math.isfinite(value):
        yield from dict.fromkeys((f"{value:.2f}", repr(value)))


def _string_to_float(value: str) -> Iterator[Any]:
    if _DECIMAL.fullmatch(value):
        yield float(value)


def _renamed(value: dict[str, Any]) -> Iterator[Any]:
    for name in value:
        for other in _spellings(name):
            if other not in value:
                yield {other if key == name else key: child for key, child in value.items()}


def _spellings(name: str) -> Iterator[str]:
    words = [word for word in re.split(r"[_\- ]", _HUMP.sub("_", name)) if word]
    lower = [word.lower() for word in words]
    said = [
        "".join([*lower[:1], *(word.title() for word in lower[1:])]), "_".join(lower), "-".join(lower),
        "".join(word.title() for word in lower), name.upper(), f"{name}_id", f"{name}s", f"{name}_v2",
    ]  # fmt: skip
    yield from (spelled for spelled in dict.fromkeys(said) if spelled not in ("", name))


def _nulled(value: Any) -> Iterator[Any]:
    if value is not None:
        yield None


def _dropped(value: dict[str, Any]) -> Iterator[Any]:
    for name in value:
        yield {key: child for key, child in value.items() if key != name}


def _moved(value: dict[str, Any]) -> Iterator[Any]:
    """Move one member down into another object, or one of an inner object up."""
    for name, child in value.items():
        if isinstance(child, dict):
            for inner in child:
                if inner not in value:
                    rest = {key: each for key, each in child.items() if key != inner}
                    yield {**value, name: rest, inner: child[inner]}
        rest = {key: each for key, each in value.items() if key != name}
        for place in ("data", "attributes", *(key for key, each in rest.items() if isinstance(each, dict))):
            holder = rest.get(place, {})
            if isinstance(holder, dict) and name not in holder:
                yield {**rest, place: {**holder, name: child}}


def _another_member(value: str) -> Iterator[Any]:
    other = "partially_refunded"
    yield from (other.upper() if value.isupper() else other, "unknown", f"{value}_v2", value.swapcase())


def _another_date(value: str | int) -> Iterator[Any]:
    """Write a day or a moment as other people write them: order, separators, seconds since 1970, zone."""
    if isinstance(value, int):
        seconds = value if value <= LAST_SECOND else value // 1000
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
        yield from (moment.isoformat(), f"{moment:%Y-%m-%d}")
        return
    if found := _DAY.fullmatch(value):
        year, month, day = found.groups()
        yield from (
            f"{day}.{month}.{year}", f"{month}/{day}/{year}", f"{year}{month}{day}", f"{year}-{month}",
            f"{value}T00:00:00Z", f"{value} 00:00:00", f"{year[2:]}-{month}-{day}",
        )  # fmt: skip
        yield from _seconds(f"{value}T00:00:00+00:00")
    elif found := _MOMENT.fullmatch(value):
        year, month, day, time, zone = found.groups()
        date = f"{year}-{month}-{day}"
        yield from (date, f"{date} {time}", f"{date}T{time}", f"{day}.{month}.{year} {time}", f"{date}T{time}+02:00")
        yield from _seconds(f"{date}T{time}{zone or 'Z'}")


def _seconds(moment: str) -> Iterator[Any]:
    try:
        seconds = int(dt.datetime.fromisoformat(moment).timestamp())
    except ValueError:  # no such day
        return
    yield from (seconds, seconds * 1000, str(seconds))


def _list_to_object(value: list[Any]) -> Iterator[Any]:
    yield {"items": value}
    yield from value[:1]
    yield {str(at): child for at, child in enumerate(value)}


def _object_to_list(value: dict[str, Any]) -> Iterator[Any]:
    yield [value]
    yield list(value.values())


def _empty_page(value: Any) -> Iterator[Any]:
    """Empty a list, or say that a page has no elements."""
    if isinstance(value, list):
        if value:
            yield []
        return
    for name, child in value.items():
        if _PAGING.fullmatch(name) and isinstance(child, int) and child != 0:
            yield {**value, name: 0}


def _envelope(value: Any) -> Iterator[Any]:
    yield from ({name: value} for name in ("data", "result", "payload", "response"))
    yield {"status": "ok", "data": value, "meta": {"version": 2}}
    yield {"data": [value], "page_size": 0, "next": None}


_PLACES: Final[dict[str, tuple[tuple[type, ...], Drift]]] = {
    "int to string": ((int,), _int_to_string),
    "string to int": ((str,), _string_to_int),
    "float to string": ((float,), _float_to_string),
    "string to float": ((str,), _string_to_float),
    "field nulled": ((str, int, float, bool, list, dict), _nulled),
    "field dropped": ((dict,), _dropped),
    "field renamed": ((dict,), _renamed),
    "field moved": ((dict,), _moved),
    "enum gains a member": ((str,), _another_member),
    "date format changed": ((str, int), _another_date),
    "list to object": ((list,), _list_to_object),
    "object to list": ((dict,), _object_to_list),
    "page size 0": ((list, dict), _empty_page),
}
"""What happens to one value: its types, and what becomes of it."""

ENVELOPE: Final = "extra envelope"
HTML: Final = "200 OK with an HTML body"

OF_DOCUMENTS: Final = (*_PLACES, ENVELOPE)
NAMES: Final = (*OF_DOCUMENTS, HTML)


def drifted(rng: Random, document: Any, name: str, members: frozenset[Any] | None = None) -> Drifted | None:
    """Let the drift `name` happen to a document.

    Args:
        rng: picks the place and the change.
        document: it stays as it is.
        name: one of `NAMES`.
        members: values of enums that the schema names; None where there is no schema, then any word may be one.

    Returns:
        None where a few tries met no place for it. The value of an HTML body is bytes, of any other drift a document.
    """
    if name == HTML:
        return Drifted(rng.choice(PAGES), name)
    if name == ENVELOPE:
        return Drifted(rng.choice(list(_envelope(document))), name)
    types, change = _PLACES[name]
    for _ in range(TRIES):
        place = trees.found(rng, document, types)
        if place is None:
            continue
        path, node = place
        values = list(_changes(change, node, members))
        if values:
            return Drifted(trees.replaced(document, path, rng.choice(values)), name, tuple(path))
    return None


def every(document: Any, members: frozenset[Any] | None = None) -> Iterator[Drifted]:
    """Yield each drift of a document, at each of its places, the nearest to the root first."""
    for path, node in islice(trees.walk(document), MOST_PLACES):
        for name, (types, change) in _PLACES.items():
            if type(node) in types:
                for value in _changes(change, node, members):
                    yield Drifted(trees.replaced(document, path, value), name, tuple(path))
    yield from (Drifted(value, ENVELOPE) for value in _envelope(document))
    yield from (Drifted(page, HTML) for page in PAGES)


def _changes(change: Drift, node: Any, members: frozenset[Any] | None) -> Iterator[Any]:
    if change is _another_member and not _is_member(node, members):
        return
    if change is _another_date and type(node) is int and not _is_moment(node):
        return
    yield from islice(change(node), MOST_OF_ONE)


def _is_member(value: str, members: frozenset[Any] | None) -> bool:
    if members is not None:
        return value in members
    return len(value) <= LONGEST_WORD and _WORD.fullmatch(value) is not None


def _is_moment(value: int) -> bool:
    return FIRST_SECOND <= value <= LAST_SECOND or FIRST_SECOND * 1000 <= value <= LAST_SECOND * 1000
