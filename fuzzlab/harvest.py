"""The inputs that tests and docstrings give to a function, as literals; found by their source, nothing is run."""

from __future__ import annotations

import ast
import doctest
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fuzzlab.outline import Module, dotted

__all__ = ["Sample", "in_docstring", "in_tests"]

LARGEST = 1 << 16
"""Bytes: longer literals are tables."""

MOST = 200
"""Samples of one function: a test of a table has thousands."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An input, where it stands, and whether it stands there as text."""

    data: bytes
    where: str
    is_text: bool = False


def in_tests(modules: Iterable[Module], *, module: str, attribute: str) -> list[Sample]:
    """Give the literals with which tests call `module:attribute`: as they stand, by a name, by a parameter."""
    found: dict[bytes, Sample] = {}
    for test in modules:
        for node, value in _calls(ast.parse(test.source), test, module, attribute):
            data = _data(value)
            if data is not None and len(data) <= LARGEST:
                found.setdefault(data, Sample(data, f"{test.path}:{node.lineno}", isinstance(value, str)))
            if len(found) == MOST:
                return list(found.values())
    return list(found.values())


def in_docstring(text: str, *, attribute: str, where: str) -> list[Sample]:
    """Give the literals with which the examples of a docstring call a function of this name."""
    found: dict[bytes, Sample] = {}
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:  # doctest's own word for examples that are none
        return []
    for example in examples:
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_called(dotted(node.func), attribute) and node.args:
                for value in _values(node.args[0], {}):
                    data = _data(value)
                    if data is not None and len(data) <= LARGEST:
                        found.setdefault(data, Sample(data, where, isinstance(value, str)))
    return list(found.values())[:MOST]


def _calls(tree: ast.Module, test: Module, module: str, attribute: str) -> Iterator[tuple[ast.Call, object]]:
    """Yield each call of the function with the values of its first argument."""
    outside = _assigned(tree.body)
    bodies: list[ast.AST] = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    loose = [statement for statement in tree.body if not isinstance(statement, ast.FunctionDef | ast.ClassDef)]
    for body in [*bodies, ast.Module(loose, [])]:
        known = dict(outside)
        if isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef):
            known |= _assigned(body.body) | _parametrized(body, known)
        for node in ast.walk(body):
            if isinstance(node, ast.For):
                for name, values in _looped(node, known).items():
                    known[name] = [*known.get(name, ()), *values]
            if (
                isinstance(node, ast.Call)
                and node.args
                and _is_meant(test.absolute(node.func), node.func, module, attribute)
            ):
                for value in _values(node.args[0], known):
                    yield node, value


def _is_meant(absolute: str, function: ast.AST, module: str, attribute: str) -> bool:
    """Whether a call is of this function: by its whole name, or by its own, taken from a module of the same package."""
    root = module.partition(".")[0]
    parts = dotted(function)
    return (
        bool(parts)
        and _is_called(parts, attribute)
        and (absolute.partition(".")[0] == root or absolute == f"{module}.{attribute}")
    )


def _is_called(parts: tuple[str, ...], attribute: str) -> bool:
    """Whether a name ends as the function's does; a model is read by methods of its own."""
    wanted = tuple(attribute.split("."))
    readers = ("model_validate_json", "model_validate", "parse_raw", "parse_obj")
    return parts[-len(wanted) :] == wanted or (
        bool(parts) and parts[-1] in readers and parts[-len(wanted) - 1 : -1] == wanted
    )


def _values(node: ast.expr, known: dict[str, list[ast.expr]]) -> Iterator[object]:
    """Yield the values of an expression: a literal's, or of each literal that a name stands for."""
    if isinstance(node, ast.Name):
        for each in known.get(node.id, ()):
            yield from _values(each, {})
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        node = node.func.value
    try:
        yield ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return


def _assigned(statements: Iterable[ast.stmt]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for statement in statements:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(statement.value)
    return found


def _looped(node: ast.For, known: dict[str, list[ast.expr]]) -> dict[str, list[ast.expr]]:
    """Give what the names of a loop over literals stand for."""
    items = node.iter
    if isinstance(items, ast.Name):
        items = next(iter(known.get(items.id, ())), items)
    return _columns(node.target, items)


def _parametrized(
    function: ast.FunctionDef | ast.AsyncFunctionDef, known: dict[str, list[ast.expr]]
) -> dict[str, list[ast.expr]]:
    """Give what pytest puts in for a test's arguments."""
    found: dict[str, list[ast.expr]] = {}
    for decorator in function.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and dotted(decorator.func)[-1:] == ("parametrize",)
            and len(decorator.args) >= 2
        ):
            names, items = decorator.args[:2]
            if isinstance(items, ast.Name):
                items = next(iter(known.get(items.id, ())), items)
            wanted: list[str] = []
            if isinstance(names, ast.Constant) and isinstance(names.value, str):
                wanted = [name.strip() for name in names.value.split(",")]
            elif isinstance(names, ast.Tuple | ast.List):
                wanted = [n.value for n in names.elts if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            target = ast.Tuple([ast.Name(name) for name in wanted]) if len(wanted) > 1 else ast.Name("".join(wanted))
            found |= _columns(target, items)
    return found


def _columns(target: ast.expr, items: ast.expr) -> dict[str, list[ast.expr]]:
    """Give for each name what stands in its column of a list of rows."""
    found: dict[str, list[ast.expr]] = {}
    for item in items.elts if isinstance(items, ast.List | ast.Tuple | ast.Set) else ():
        if isinstance(item, ast.Call) and dotted(item.func)[-1:] == ("param",):
            item = ast.Tuple(item.args) if isinstance(target, ast.Tuple) or not item.args else item.args[0]
        if isinstance(target, ast.Name):
            found.setdefault(target.id, []).append(item)
        elif isinstance(target, ast.Tuple) and isinstance(item, ast.Tuple | ast.List):
            for name, value in zip(target.elts, item.elts, strict=False):
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(value)
    return found


def _data(value: object) -> bytes | None:
    """Give a literal as a client would send it; a dictionary or a list as JSON."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, dict | list):
        try:
            return json.dumps(value).encode()
        except (TypeError, ValueError):
            return None
    return None
