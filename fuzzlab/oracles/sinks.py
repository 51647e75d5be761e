"""Where an accepted value goes next, and whether it will be taken there.

A lone surrogate passes through Python code for months until a database driver or a log handler encodes it; NaN passes
until a browser parses the JSON. `storable` asks every string and number inside a result.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

from fuzzlab.errors import UserError, nearest
from fuzzlab.oracles import Call
from fuzzlab.sinks import Sink, databases, encodings, lines, paths, web

__all__ = ["SINKS", "Storable", "storable"]

MAX_DEPTH = 200
"""Levels: deeper than any document a person designs, and half of what JSON encoders manage on a default stack."""

SINKS: dict[str, Sink] = {
    "utf-8": encodings.utf8,
    "json": encodings.json,
    "javascript": encodings.javascript,
    "msgpack": encodings.msgpack,
    "sqlite": databases.sqlite,
    "postgresql": databases.postgresql,
    "log": lines.log_line,
    "csv": lines.csv_cell,
    "html": web.html,
    "html-attribute": web.html_attribute,
    "url": web.url,
    "file-name": paths.file_name,
    "path": paths.path,
    "http-header": lines.http_header,
    "email-header": lines.email_header,
    "shell": lines.shell_word,
}


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
    """Check that every string and number inside the result can go where it goes next, as it is.

    `utf-8` (a file, a queue), `json` (strict, RFC 8259), `javascript` (JSON whose integers a browser reads), `msgpack`,
    `sqlite` (written and read back), `postgresql`, `log` (one line), `csv` (a cell, no formula), `html` and
    `html-attribute` (unescaped), `url`, `file-name`, `path` (relative, stays inside), `http-header`, `email-header`,
    `shell` (one word).

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
