"""Where an accepted value goes next, and whether it will be taken there.

A lone surrogate passes through Python code for months until a database driver or a log handler encodes it; NaN passes
until a browser parses the JSON. `storable` asks every string and number inside a result.
"""

from __future__ import annotations

from dataclasses import dataclass

from fuzzlab.errors import UserError, nearest
from fuzzlab.leaves import ends, leaves
from fuzzlab.oracles import Call
from fuzzlab.sinks import Sink, databases, encodings, lines, paths, web

__all__ = ["SINKS", "Storable", "storable"]

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


TAKES_PLAIN_TEXT = frozenset({"utf-8", "json", "javascript", "msgpack", "sqlite", "postgresql", "log"})
"""Sinks that take any text of printable ASCII, which most texts are: they need not be asked one by one."""


@dataclass(frozen=True, slots=True)
class Storable:
    """Every leaf of the result fits every sink; `picky` are those that may refuse printable ASCII."""

    name: str
    sinks: tuple[Sink, ...]
    picky: tuple[Sink, ...]

    def check(self, call: Call, value: object, result: object) -> str | None:  # noqa: ARG002 - the Oracle protocol
        """Name the first leaf that a sink refuses, with the path to it, which is made only then."""
        for leaf in ends(result):
            is_plain = type(leaf) is str and leaf.isascii() and leaf.isprintable()
            for sink in self.picky if is_plain else self.sinks:
                if sink(leaf) is not None:
                    return self._first(result)
        return None

    def _first(self, result: object) -> str | None:
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
    picky = tuple(SINKS[sink] for sink in sinks if sink not in TAKES_PLAIN_TEXT)
    return Storable(f"storable({','.join(sinks)})", tuple(SINKS[sink] for sink in sinks), picky)
