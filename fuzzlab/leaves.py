"""What is inside a result: containers, dataclasses and models, down to the strings and numbers."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum

__all__ = ["MAX_DEPTH", "children", "ends", "leaves"]

MAX_DEPTH = 200
"""Levels: deeper than any document a person designs, and half of what JSON encoders manage on a default stack."""

_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})


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
        below = children(value) if depth < MAX_DEPTH else None
        if below is None:
            yield path, value
            continue
        met[id(value)] = value  # and kept alive, so that no other gets its id
        stack.extend((f"{path}{step}", child, depth + 1) for step, child in reversed(below))


def ends(result: object) -> list[object]:
    """Give the same leaves in no particular order and without their paths, at a fifth of the cost.

    What is deeper than MAX_DEPTH is looked into here.
    """
    found: list[object] = []
    stack = [result]
    met: dict[int, object] = {}
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind in _PLAIN:
            found.append(value)
            continue
        if id(value) in met:
            continue
        if kind is dict:
            below: list[object] = [*value, *value.values()]  # type: ignore[misc,attr-defined]
        elif kind is list or kind is tuple:
            below = value  # type: ignore[assignment]
        else:
            pairs = children(value)
            if pairs is None:
                found.append(value)
                continue
            below = [child for _, child in pairs]
        met[id(value)] = value
        stack += below
    return found


def children(value: object) -> list[tuple[str, object]] | None:
    """Give (step, child) for what is directly inside a value, or None for a leaf."""
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
