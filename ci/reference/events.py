"""The page of the events, from their dataclasses."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator

from ci.reference.markdown import code, docstring, heading, table
from fuzzlab import events

__all__ = ["members", "page"]

INTRODUCTION = """\
Engines and campaigns announce what happens as frozen values (`fuzzlab.events`); reports consume them and run nothing.
`.fuzzlab/events.jsonl` has a line for each: an object with `time` (seconds since 1970), `event` (the name below) and
what the event tells. A line that was cut by a kill or a full disk is followed by whole ones; lines are only appended.
"""


def members() -> Iterator[type]:
    """Yield the events, in the order of the union."""
    yield from typing.get_args(events.Event)


def _carried() -> Iterator[type]:
    """Yield the dataclasses that events carry, each once."""
    waiting, seen = list(members()), set(members())
    while waiting:
        for hint in typing.get_type_hints(waiting.pop(0)).values():
            for part in (hint, *typing.get_args(hint)):
                if dataclasses.is_dataclass(part) and isinstance(part, type) and part not in seen:
                    seen.add(part)
                    waiting.append(part)
                    yield part


def page() -> str:
    """Give the page."""
    parts = [
        heading(1, "Events"),
        INTRODUCTION,
    ]
    for event in members():
        parts += _class(2, event)
    parts.append(heading(2, "What events carry"))
    for carried in _carried():
        parts += _class(3, carried)
    return "\n".join(parts)


def _class(level: int, cls: type) -> Iterator[str]:
    yield heading(level, code(cls.__name__))
    yield docstring(cls)
    rows = [
        (code(one.name), code(one.type if isinstance(one.type, str) else one.type.__name__))
        for one in dataclasses.fields(cls)
    ]
    yield table(["field", "type"], rows)
