"""Functions that look like parsers, from their source alone, each with what makes it look like one.

A parser turns what somebody else wrote into what the program works with. It shows: its name says so, it takes text,
bytes or a decoded document, it hands that to a reader (json, re, struct, pydantic, …), it refuses with an error. No
single sign is enough; the sum decides. What is called for its effect, or opens a file by name, is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fuzzlab.outline import Function, Module, dotted, functions
from fuzzlab.signs import (
    DOCUMENTS,
    INPUTS,
    NAMES,
    NOT_ONE,
    OTHERS,
    PATHS,
    PIECING,
    PREDICATE,
    READERS,
    READING_METHODS,
    SKIPPED_DECORATORS,
    STREAMS,
    TEXT,
    VALIDATORS,
    VERBS,
    WEAK_NAMES,
)

__all__ = ["Suspect", "suspects"]

LEAST: Final = 5
"""Points from which on a function is held to be a parser: a telling name and an annotation, or a reader and two other
signs. Tuned on packaging, dateutil, dnspython, pip and their like: with 4, every helper that splits a string is one."""

LEAST_OF_METHODS: Final = 6
"""For a method that needs an instance: a class hierarchy has one of them in each class, most of them behind another."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A function that looks like a parser.

    `place` is `module:name`. `evidence` says why, the strongest sign first; `score` is the sum of the signs. `obstacle`
    says why no target can be made of it as it stands, or is empty. `is_denied`: somebody wrote that it is none.
    """

    place: str
    path: str
    line: int
    score: int
    evidence: tuple[str, ...]
    obstacle: str = ""
    is_denied: bool = False


def suspects(module: Module) -> Iterator[Suspect]:
    """Yield what looks like a parser in a module, in the order of its lines."""
    found = [s for name, node, owner in functions(module) if (s := _function(module, name, node, owner))]
    found += [
        s
        for name, node in module.definitions.items()
        if isinstance(node, ast.ClassDef) and (s := _model(module, name, node))
    ]
    yield from sorted(found, key=lambda s: s.line)


def _function(module: Module, name: str, node: Function, owner: ast.ClassDef | None) -> Suspect | None:
    is_maker = owner is not None and node.name in ("__init__", "__new__")
    shown = name.rpartition(".")[0] if is_maker else name
    if any(part.startswith("_") for part in shown.split(".")) or _is_empty(node) or (is_maker and _is_error(owner)):
        return None
    if PREDICATE.search(node.name) and not NAMES.search(node.name):
        return None
    decorators = {parts[-1] for d in node.decorator_list if (parts := dotted(d.func if isinstance(d, ast.Call) else d))}
    if decorators & (SKIPPED_DECORATORS | VALIDATORS):
        return None
    if owner is not None and any(parts[-1] == "Protocol" for base in owner.bases if (parts := dotted(base))):
        return None
    taken, needed = _parameters(node, is_bound=owner is not None and "staticmethod" not in decorators)
    if taken is None:
        return None
    signs = _signs(module, node, taken, is_maker=is_maker)
    score = sum(points for points, _ in signs)
    obstacle, least = "", LEAST
    if owner is not None and not is_maker and not decorators & {"staticmethod", "classmethod"}:
        obstacle, least = "it needs an instance", LEAST_OF_METHODS
        score -= 1
    if needed > 1:
        obstacle = f"it takes {needed} arguments"
        score -= needed - 1
    if score < least:
        return None
    evidence = tuple(text for _, text in sorted(signs, key=lambda sign: -sign[0]))
    denied = any(map(NOT_ONE.search, module.lines(node)))
    return Suspect(f"{module.name}:{shown}", module.path, node.lineno, score, evidence, obstacle, denied)


def _model(module: Module, name: str, node: ast.ClassDef) -> Suspect | None:
    """A pydantic model with code of its own in it."""
    if name.rpartition(".")[2].startswith("_"):
        return None
    own = []
    for each in node.body:
        if isinstance(each, Function):
            for decorator in each.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if module.absolute(called).startswith("pydantic.") and dotted(called)[-1] in VALIDATORS:
                    own.append(f"{each.name} (line {each.lineno})")
    if not own:
        return None
    denied = any(map(NOT_ONE.search, module.lines(node)))
    evidence = (f"a pydantic model with validators of its own: {', '.join(own[:4])}",)
    return Suspect(f"{module.name}:{name}", module.path, node.lineno, LEAST, evidence, "", denied)


def _is_empty(node: Function) -> bool:
    """Whether a function does nothing: a docstring, `...`, `pass`, or one `raise` (what a subclass must define)."""
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return all(isinstance(s, ast.Pass | ast.Raise) for s in body)


def _parameters(node: Function, *, is_bound: bool) -> tuple[ast.arg | None, int]:
    """Give the parameter that takes the input, and how many must be given."""
    every = [*node.args.posonlyargs, *node.args.args][is_bound:]
    needed = max(0, len(every) - len(node.args.defaults))
    needed += sum(default is None for default in node.args.kw_defaults)
    return (every[0] if every else None), needed


def _is_error(owner: ast.ClassDef | None) -> bool:
    names = [owner.name, *(parts[-1] for base in owner.bases if (parts := dotted(base)))] if owner else []
    return any(name.endswith(("Error", "Exception", "Warning")) for name in names)


def _signs(module: Module, node: Function, taken: ast.arg, *, is_maker: bool) -> list[tuple[int, str]]:
    """Give what speaks for a parser, with its weight; nothing where the input is none, or all signs are weak."""
    input_sign = _input(taken, is_named=bool(NAMES.search(node.name)) and not WEAK_NAMES.search(node.name))
    if input_sign is None:
        return []
    strong = 0
    signs = [input_sign]
    if NAMES.search(node.name):
        strong += 1
        signs.append((2 if WEAK_NAMES.search(node.name) else 3, f"its name, {node.name}"))
    readers, helpers, pieces = _calls(module, node, taken.arg)
    refusals = _refusals(node)
    if readers:
        strong += 1
        signs.append((3, f"calls {', '.join(readers[:3])} on it"))
    elif helpers:
        signs.append((2, f"hands it to {', '.join(helpers[:3])}"))
    elif pieces:
        signs.append((1, f"takes it apart with {', '.join(pieces[:3])}"))
    if refusals:
        signs.append((1, f"raises {', '.join(refusals[:3])}"))
    if is_maker and (readers or helpers or pieces) and refusals:
        strong += 1
        signs.append((1, "makes an object of it"))
    if VERBS.search(ast.get_docstring(node) or ""):
        first = (ast.get_docstring(node) or "").split("\n", 1)[0]
        signs.append((1, f"its docstring, {first[:60]!r}"))
    return signs if strong else []


def _input(taken: ast.arg, *, is_named: bool) -> tuple[int, str] | None:
    """Say what the first parameter tells; None where it holds no input, as far as a function named so would have it."""
    if PATHS.search(taken.arg):
        return None
    if taken.annotation is None:
        return (
            (1, f"takes {taken.arg}")
            if taken.arg in INPUTS or (is_named and taken.arg.rpartition("_")[2] not in OTHERS)
            else None
        )
    shown = ast.unparse(taken.annotation)
    names = _names(taken.annotation)
    if names & {"Path", "PathLike", "StrPath", "PurePath", "Callable", "type", "Type", "int", "float", "bool"}:
        return None
    if names & TEXT or names & STREAMS or (names & DOCUMENTS and taken.arg not in ("options", "kwargs", "config")):
        return 2, f"takes {taken.arg}: {shown[:60]}"
    return (1, f"takes {taken.arg}: {shown[:60]}") if names & {"Any", "object"} and taken.arg in INPUTS else None


def _names(annotation: ast.expr) -> set[str]:
    """Give the names in an annotation, also in one that is a string; of a generic, not what it holds."""
    match annotation:
        case ast.Constant(value=str() as text):
            try:
                return _names(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return set()
        case ast.Subscript(value=value, slice=inner):
            names = _names(value)
            holders = {"Optional", "Union", "Annotated"}
            members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            if names & {"Annotated"}:
                members = members[:1]
            return set().union(*map(_names, members)) if names & holders else names
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return _names(left) | _names(right)
        case _:
            parts = dotted(annotation)
            return {parts[-1]} if parts else set()


def _calls(module: Module, node: Function, parameter: str) -> tuple[list[str], list[str], list[str]]:
    """Give the readers that get the input, or what was made of it, helpers named like one, what takes it to pieces."""
    tainted = {parameter}
    readers: dict[str, None] = {}
    helpers: dict[str, None] = {}
    pieces: dict[str, None] = {}
    for each in _in_order(node):
        value, holders = _bound(each)
        if value is not None and _holds(value, tainted):
            tainted |= {name.id for holder in holders for name in ast.walk(holder) if isinstance(name, ast.Name)}
        if not isinstance(each, ast.Call):
            continue
        given = any(_holds(argument, tainted) for argument in [*each.args, *(k.value for k in each.keywords)])
        name = module.absolute(each.func)
        method = each.func.attr if isinstance(each.func, ast.Attribute) else ""
        if given and (_is_reader(name) or method in READING_METHODS):
            readers[name or method] = None
        elif given and _is_telling((dotted(each.func) or (method,))[-1]):
            helpers[(dotted(each.func) or (method,))[-1]] = None
        elif method in PIECING and (
            given or (isinstance(each.func, ast.Attribute) and _holds(each.func.value, tainted))
        ):
            pieces[method] = None
    return list(readers), list(helpers), list(pieces)


def _bound(node: ast.AST) -> tuple[ast.expr | None, list[ast.expr]]:
    """Give a value and what it is bound to, for a node that binds one."""
    match node:
        case ast.Assign(value=value, targets=targets):
            return value, targets
        case ast.AnnAssign(value=value, target=target) | ast.NamedExpr(value=value, target=target):
            return value, [target]
        case ast.For(iter=value, target=target) | ast.comprehension(iter=value, target=target):
            return value, [target]
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            return value, [target]
    return None, []


def _is_telling(name: str) -> bool:
    return bool(NAMES.search(name)) and (name in ("load", "validate") or not WEAK_NAMES.search(name))


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a node, in the order of the source."""
    for child in ast.iter_child_nodes(node):
        yield child
        yield from _in_order(child)


def _holds(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))


def _is_reader(name: str) -> bool:
    return any(
        name.startswith(reader) if reader.endswith(".") else name == reader or name.startswith(reader + ".")
        for reader in READERS
    )


def _refusals(node: Function) -> list[str]:
    """Give the errors that a function raises and that say that an input is no good."""
    found: dict[str, None] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.Raise) and each.exc is not None:
            parts = dotted(each.exc.func if isinstance(each.exc, ast.Call) else each.exc)
            if parts and parts[-1] not in (
                "NotImplementedError",
                "TypeError",
                "AssertionError",
                "RuntimeError",
                "KeyError",
            ):
                found[parts[-1]] = None
    return list(found)
