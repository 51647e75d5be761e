"""The outline of one module, from its source: what it defines, what its names stand for, what each part mentions.

Nothing is imported and nothing is run: this is for code that nobody has decided to trust.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Function", "Module", "dotted", "functions", "mentions", "outline"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Module:
    """One module.

    `definitions` are the functions and classes at its top level and their methods, by qualified name. `values` are what
    its other global names are assigned. `imports` say what an imported name stands for, as an absolute dotted name.
    `stars` are the modules of which it imports all names. `loose` are its other statements.
    """

    name: str
    path: str
    source: str
    is_package: bool
    definitions: dict[str, Definition] = field(default_factory=dict)
    values: dict[str, list[ast.expr]] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    loose: list[ast.stmt] = field(default_factory=list)

    def lines(self, node: Definition) -> Sequence[str]:
        """Give the lines of a definition's head: from `def` or `class` to the line before its body."""
        return self.source.splitlines()[node.lineno - 1 : max(node.lineno, node.body[0].lineno - 1)]

    def absolute(self, node: ast.AST) -> str:
        """Give what a name, or an attribute of one, stands for: `loads` is `json.loads` where that is imported."""
        parts = dotted(node)
        return ".".join([self.imports.get(parts[0], parts[0]), *parts[1:]]) if parts else ""


def outline(name: str, source: str, *, path: str, is_package: bool) -> Module:
    """Read a module.

    Raises:
        SyntaxError, ValueError, RecursionError: it is no Python, or nested too deeply for Python's own parser.
    """
    tree = ast.parse(source)
    module = Module(name, path, source, is_package)
    for statement in _top_level(tree.body):
        if isinstance(statement, Definition):
            _define(module, statement, "")
        elif targets := _assigned(statement):
            for target, value in targets:
                module.values.setdefault(target, []).append(value)
            module.loose.append(statement)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            module.loose.append(statement)
    _take_imports(module, tree)
    return module


def _take_imports(module: Module, tree: ast.Module) -> None:
    """Note what imported names stand for; those inside functions count for all of the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                module.imports[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module.name, is_package=module.is_package)
            for alias in node.names:
                if alias.name == "*":
                    module.stars.append(origin)
                else:
                    module.imports[alias.asname or alias.name] = f"{origin}.{alias.name}" if origin else alias.name


def functions(module: Module) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    """Yield each function and method with its qualified name and its class."""
    for name, node in module.definitions.items():
        if isinstance(node, Function):
            owner = module.definitions.get(name.rpartition(".")[0])
            yield name, node, owner if isinstance(owner, ast.ClassDef) else None


def mentions(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, ...]]:
    """Yield each name, with the attributes that stand behind it; where what comes before is no name, that is empty."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            parts: list[str] = []
            while isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            parts.append(node.id if isinstance(node, ast.Name) else "")
            yield tuple(reversed(parts))
            if not isinstance(node, ast.Name):
                waiting.append(node)
        elif isinstance(node, ast.Constant):
            continue
        else:
            waiting.extend(ast.iter_child_nodes(node))


def dotted(node: ast.AST) -> tuple[str, ...]:
    """Give `("a", "b", "c")` of `a.b.c`, or nothing for what is no such name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return tuple(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ()


def _define(module: Module, node: Definition, prefix: str) -> None:
    name = f"{prefix}{node.name}"
    module.definitions[name] = node
    if isinstance(node, ast.ClassDef):
        for statement in node.body:
            if isinstance(statement, Definition):
                _define(module, statement, f"{name}.")


def _top_level(statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those under `if` and `try` too."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from _top_level([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            handled = [each for handler in statement.handlers for each in handler.body]
            yield from _top_level([*statement.body, *handled, *statement.orelse, *statement.finalbody])
        else:
            yield statement


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            return [(target.id, value) for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return [(name, value)]
    return []


def _origin(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """Give the absolute name of the module that `from … import` names (language reference, 7.11)."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])
