"""What a person is told who made a mistake: each message in the source, with `…` where a value goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fuzzlab

__all__ = ["Message", "messages"]

PACKAGE = Path(fuzzlab.__file__).parent

MISTAKES = {"UserError", "ClickException", "UsageError", "BadParameter", "BadOptionUsage", "BadArgumentUsage"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message and where it stands; `…` for what is put into it."""

    place: str
    text: str


def messages() -> Iterator[Message]:
    """Yield all messages that stand where they are raised, in the order of the files."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in MISTAKES and node.args:
                yield Message(f"{path.relative_to(PACKAGE.parent)}:{node.lineno}", _text(node.args[0]))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case ast.IfExp(body=body):
            return _text(body)
    return "…"


if __name__ == "__main__":
    for message in messages():
        print(f"{message.place}: {message.text}")  # noqa: T201 - to be read aloud
