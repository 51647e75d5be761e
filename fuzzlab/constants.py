"""The constants that the source behind a target compares its input with, each with its line."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from fuzzlab.outline import Function
from fuzzlab.reach import Index

__all__ = ["Constant", "compared", "unmet"]

SHORTEST = 2
"""Characters: one is in every corpus."""

LONGEST = 48
"""Characters: longer ones are messages."""

TESTS = frozenset({"startswith", "endswith", "find", "partition", "rpartition", "removeprefix", "removesuffix"})
"""Methods whose constant argument is looked for in the input."""

LIKE_THE_INPUT = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "get", "pop", "group", "decode", "read", "next", "str",
    "bytes",
    "type", "replace", "removeprefix", "removesuffix",
})  # fmt: skip
"""Calls whose result may stand in the input; what others give (a category, a platform) stands there by chance."""

CATEGORIES = frozenset({
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc",
    "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
})  # fmt: skip
"""Unicode's general categories: facts about a character that never stand in an input."""

CHOICES = frozenset({"__name__", "mode", "encoding", "errors", "platform", "name", "kind", "method", "algorithm"})
"""Names that hold what the caller or the machine chose."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A text or bytes that some line compares with."""

    value: str | bytes
    path: str
    line: int


def compared(index: Index, places: Iterable[str]) -> list[Constant]:
    """Give the constants that the functions at these places compare with, each once, by path and line."""
    found: dict[str | bytes, Constant] = {}
    for place in sorted(places):
        node = index.node(place)
        if isinstance(node, Function):
            path = index.modules[place.partition(":")[0]].path
            for constant in _in(node):
                value = constant.value
                if isinstance(value, str | bytes) and SHORTEST <= len(value) <= LONGEST and value not in CATEGORIES:
                    found.setdefault(value, Constant(value, path, constant.lineno))
    return sorted(found.values(), key=lambda c: (c.path, c.line))


def unmet(constants: Iterable[Constant], inputs: Collection[bytes]) -> list[Constant]:
    """Give those that stand in none of the inputs, whatever the case of their letters."""
    together = b"\n".join(inputs).lower()
    return [
        c
        for c in constants
        if (c.value.encode("utf-8", "surrogatepass") if isinstance(c.value, str) else c.value).lower() not in together
    ]


def _in(function: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(function):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if not any(map(_is_foreign, sides)):
                for side in sides:
                    yield from _members(side)
        elif isinstance(node, ast.MatchValue):
            yield from _members(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TESTS:
            for argument in node.args[:1]:
                yield from _members(argument)


def _is_foreign(side: ast.expr) -> bool:
    """Whether one side of a comparison is nothing of the input."""
    while isinstance(side, ast.Subscript):
        side = side.value
    if isinstance(side, ast.Call):
        called = side.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        return name not in LIKE_THE_INPUT
    last = side.attr if isinstance(side, ast.Attribute) else side.id if isinstance(side, ast.Name) else ""
    return last in CHOICES


def _members(node: ast.expr) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for each in node.elts:
            yield from _members(each)
