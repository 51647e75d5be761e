"""Where an accepted value goes next, and whether it will be taken there.

A lone surrogate passes through Python code for months until a database driver or a log handler encodes it; NaN passes
until a browser parses the JSON. `storable` asks every string and number inside a result.
"""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from uuid import UUID

from fuzzlab.errors import UserError, nearest
from fuzzlab.oracles import Call

__all__ = ["Storable", "storable"]

MAX_DEPTH = 200
"""Levels: deeper than any document a person designs, and half of what JSON encoders manage on a default stack."""

Sink = Callable[[object], str | None]
"""A leaf of the result -> what is wrong with it there."""

_WRITTEN_AS_TEXT = (
    date, datetime, time, timedelta, UUID, PurePath, IPv4Address, IPv6Address, Fraction, complex,
)  # fmt: skip


def _utf8(leaf: object) -> str | None:
    """RFC 3629, section 3: surrogates (U+D800 to U+DFFF) have no UTF-8."""
    if isinstance(leaf, str) and not leaf.isascii():
        try:
            leaf.encode()
        except UnicodeEncodeError as error:
            return f"U+{ord(leaf[error.start]):04X}, a lone surrogate, has no UTF-8"
    return None


def _json(leaf: object) -> str | None:
    """RFC 8259, section 6: no NaN, no infinity; section 8.1: the text is UTF-8."""
    if isinstance(leaf, float) and not math.isfinite(leaf):
        return f"{leaf!r} is no JSON number"
    if isinstance(leaf, Decimal) and not leaf.is_finite():
        return f"{leaf!r} is no JSON number"
    if leaf is None or isinstance(leaf, (bool, int, float, Decimal, *_WRITTEN_AS_TEXT)):
        return None
    if isinstance(leaf, str):
        return _utf8(leaf)
    if isinstance(leaf, (bytes, bytearray, memoryview)):
        return "bytes are no JSON value"
    return None


SINKS: dict[str, Sink] = {"utf-8": _utf8, "json": _json}


@dataclass(frozen=True, slots=True)
class Storable:
    """Every leaf of the result fits every sink."""

    name: str
    sinks: tuple[Sink, ...]

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Name the first leaf that a sink refuses, with the path to it."""
        for path, leaf in leaves(result):
            for sink in self.sinks:
                if (complaint := sink(leaf)) is not None:
                    return f"result{path}: {complaint}"
        return None


def storable(*sinks: str) -> Storable:
    """Check that the result can be stored: `utf-8` (a file, a log, a database), `json` (strict, RFC 8259).

    Raises:
        UserError: there is no such sink, or none was named.
    """
    for sink in sinks:
        if sink not in SINKS:
            raise UserError(f"storable({sink!r}): no such sink{nearest(sink, SINKS)}; there are {', '.join(SINKS)}")
    if not sinks:
        raise UserError(f"storable(): name at least one sink of {', '.join(SINKS)}")
    return Storable(f"storable({','.join(sinks)})", tuple(SINKS[sink] for sink in sinks))


def leaves(result: object) -> Iterator[tuple[str, object]]:
    """Yield (path, leaf) for every string, number and other end inside a result: containers, dataclasses, models.

    An explicit stack, because a result may be nested deeper than Python recurses; what is deeper than MAX_DEPTH is
    yielded as it is. A container that is met again, in a cycle or shared ("billion laughs"), is not looked into again.
    """
    stack: list[tuple[str, object, int]] = [("", result, 0)]
    met: dict[int, object] = {}
    while stack:
        path, value, depth = stack.pop()
        if id(value) in met:
            continue
        children = _children(value) if depth < MAX_DEPTH else None
        if children is None:
            yield path, value
            continue
        met[id(value)] = value  # and kept alive, so that no other gets its id
        stack.extend((f"{path}{step}", child, depth + 1) for step, child in reversed(children))


def _children(value: object) -> list[tuple[str, object]] | None:
    if value is None or isinstance(value, (str, int, float, bytes)):
        return None
    if isinstance(value, Enum):
        return [(".value", value.value)]
    if isinstance(value, Mapping):
        return [pair for k, v in value.items() for pair in ((f" key {k!r:.60}", k), (f"[{k!r:.60}]", v))]
    if isinstance(value, (list, tuple, deque)):
        return [(f"[{i}]", item) for i, item in enumerate(value)]
    if isinstance(value, AbstractSet):
        return [("{…}", item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(f".{f.name}", getattr(value, f.name, None)) for f in dataclasses.fields(value)]
    if isinstance(fields := getattr(type(value), "model_fields", None), Mapping):  # a pydantic model
        return [(f".{name}", getattr(value, str(name), None)) for name in fields]
    return None
