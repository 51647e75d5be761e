"""Words that the code under test compares with: for a search that would have to guess them letter by letter."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from fuzzlab.scope import Scope
from fuzzlab.target import Target

__all__ = ["as_libfuzzer", "mine"]

LONGEST = 32
"""Bytes. Longer constants are messages and docstrings, not tokens; libFuzzer's own words end at 64."""

MOST = 512
"""Words. libFuzzer picks one at random: with too many, the good ones are seldom tried."""


def mine(target: Target, scope: Scope) -> tuple[bytes, ...]:
    """Give the format's tokens, then constants of the loaded code under test, the target's own module first."""
    own = sys.modules.get(target.home)
    others = [module for name, module in sorted(sys.modules.items()) if name in scope and module is not own]
    words: dict[bytes, None] = dict.fromkeys(target.format.dictionary())
    for module in [own, *others]:
        if isinstance(module, ModuleType):
            words.update(dict.fromkeys(_words_of(module)))
    return tuple(word for word in words if 0 < len(word) <= LONGEST)[:MOST]


def as_libfuzzer(words: Iterable[bytes]) -> str:
    """Write a dictionary file (libFuzzer's documentation, "Dictionaries"): every byte escaped that could mean more."""
    lines = []
    for word in words:
        text = "".join(chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\x{b:02X}" for b in word)
        lines.append(f'"{text}"\n')
    return "".join(lines)


def _words_of(module: ModuleType) -> Iterator[bytes]:
    for name, value in list(vars(module).items()):
        if name.startswith("__"):
            continue
        yield from _words_in(value, module.__name__, depth=0)


def _words_in(value: Any, module: str, *, depth: int) -> Iterator[bytes]:
    """Yield the words of a module's member: constants, tables of them, functions' and methods' constants."""
    if isinstance(value, (str, bytes)):
        yield from _encoded(value)
    elif isinstance(value, FunctionType) and value.__module__ == module:
        yield from _constants(value.__code__)
    elif (depth < 2 and isinstance(value, (list, tuple, set, frozenset))) or (depth < 2 and isinstance(value, dict)):
        for item in list(value)[:MOST]:
            yield from _words_in(item, module, depth=depth + 1)
    elif depth < 1 and isinstance(value, type) and value.__module__ == module:
        for member in vars(value).values():
            yield from _words_in(getattr(member, "__func__", member), module, depth=depth + 1)


def _constants(code: CodeType) -> Iterator[bytes]:
    docstring = code.co_consts[0] if code.co_consts else None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _constants(constant)
        elif isinstance(constant, (str, bytes)) and constant is not docstring:
            yield from _encoded(constant)
        elif isinstance(constant, (tuple, frozenset)):
            for item in constant:
                if isinstance(item, (str, bytes)):
                    yield from _encoded(item)


def _encoded(value: str | bytes) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif value.isprintable() or len(value) < 4:
        yield value.encode("utf-8", "surrogatepass")
