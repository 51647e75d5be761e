"""What a function's documentation and source say that it raises, without calling it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuzzlab.outline import dotted
from fuzzlab.reach import Index

__all__ = ["Promise", "class_of", "documented", "raised"]

_SECTION = re.compile(r"^(?P<indent>[ \t]*)(?:Raises|Exceptions?)[ \t]*:[ \t]*$", re.MULTILINE)
"""Google's style: the names stand below, indented, each before a colon."""

_UNDERLINED = re.compile(r"^[ \t]*Raises[ \t]*\n[ \t]*-{3,}[ \t]*\n", re.MULTILINE)
"""NumPy's style: the names stand on lines of their own."""

_FIELD = re.compile(r":(?:raises?|except|exception)[ \t]+(?P<names>[\w., `~:]+?):")
"""Sphinx's style."""

_PROSE = re.compile(
    r"\b[Rr]ais(?:es?|ed|ing)\s+(?:an?\s+|the\s+)?(?::\w+:)?[`'\"]*~?(?P<name>[A-Za-z_][\w.]*(?:Error|Exception))\b"
)

_NAME = re.compile(r"[A-Za-z_][\w.]*")

_OURS = ("TypeError", "NotImplementedError", "AssertionError", "StopIteration", "StopAsyncIteration")
"""Raised for a caller's mistake or an unfinished program, not for an input."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An error by the name that stands there, with the module whose names it is one of, and where it was said."""

    name: str
    module: str
    where: str


def documented(docstring: str) -> list[str]:
    """Give the names of errors that a docstring says are raised, in any of the three styles or in prose."""
    found: dict[str, None] = {}
    for match in _SECTION.finditer(docstring):
        for line in _below(docstring[match.end() :], len(match["indent"])):
            name, colon, _ = line.partition(":")
            if colon:
                found.update(dict.fromkeys(_NAME.findall(name)))
    for match in _UNDERLINED.finditer(docstring):
        lines = docstring[match.end() :].splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        for line in lines:
            if not line.strip():
                break
            if len(line) - len(line.lstrip()) == indent:
                found.update(dict.fromkeys(_NAME.findall(line)))
    for match in _FIELD.finditer(docstring):
        found.update(dict.fromkeys(_NAME.findall(re.sub(r":\w+:", "", match["names"]))))
    found.update(dict.fromkeys(match["name"] for match in _PROSE.finditer(docstring)))
    return [name for name in found if name not in ("or", "and", "the", "a", "an", "if")]


def raised(index: Index, places: Iterable[str]) -> list[Promise]:
    """Give the errors that the functions at these places and behind them raise by `raise`, each once."""
    found: dict[tuple[str, str], Promise] = {}
    for place in sorted(index.reached(places)):
        node, home = index.node(place), index.modules.get(place.partition(":")[0])
        if home is None or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for each in ast.walk(node):
            if isinstance(each, ast.Raise) and each.exc is not None:
                parts = dotted(each.exc.func if isinstance(each.exc, ast.Call) else each.exc)
                if parts and parts[-1] not in _OURS:
                    name = ".".join(parts)
                    found.setdefault((name, home.name), Promise(name, home.name, f"{home.path}:{each.lineno}"))
    return list(found.values())


def class_of(name: str, namespaces: Sequence[Mapping[str, Any]]) -> type[BaseException] | None:
    """Give the exception class of a name, by the first of these namespaces that has it; None where none has."""
    first, *rest = name.split(".")
    for namespace in namespaces:
        value: Any = namespace.get(first)
        for part in rest:
            value = vars(value).get(part) if isinstance(value, type) or hasattr(value, "__dict__") else None
        if isinstance(value, type) and issubclass(value, BaseException):
            return value
    return None


def _below(text: str, indent: int) -> Iterator[str]:
    """Yield the lines of a section that begin an entry: indented by one step more than its title."""
    step: int | None = None
    for line in text.splitlines()[1:]:
        if not line.strip():
            continue
        width = len(line) - len(line.lstrip())
        if width <= indent:
            return
        step = width if step is None else step
        if width == step:
            yield line.strip()
