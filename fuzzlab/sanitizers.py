"""Side effects a parser must not have: one audit event -> the clause it breaks and why, or None.

The judgement is pure; the hook that feeds it, and blocks what it condemns, is the executor's, because an audit hook can
never be removed (PEP 578). Events and arguments: the audit events table of the Python documentation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["ALL", "EVENTS", "judge"]

ALL = frozenset({"process", "write", "socket", "eval"})
"""The sanitizers, by the name that stands in a contract and in a signature."""

SHOWN = 120
"""Characters of an argument that a reason quotes."""

HARMLESS_FILES = frozenset({os.devnull, "/dev/full", "/dev/zero"})

WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC

Rule = Callable[[tuple[Any, ...], Sequence[tuple[str, str]]], str | None]
"""(arguments, callers) -> reason. Callers are (module, function) from the innermost outwards."""


def _importing(callers: Sequence[tuple[str, str]]) -> bool:
    """Whether the import system acts here: a first call that imports lazily compiles, executes and caches code."""
    return any(module.startswith("importlib._bootstrap") or module == "zipimport" for module, _ in callers)


def _quoted(value: object) -> str:
    text = repr(value) if isinstance(value, (str, bytes, int, type(None), list, tuple)) else type(value).__name__
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _harmless(path: object) -> bool:
    return isinstance(path, (str, bytes)) and os.fsdecode(path) in HARMLESS_FILES


def _process(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]]) -> str | None:
    return f"starts a process: {_quoted(args[0])}" if args else "starts a process"


def _write(args: tuple[Any, ...], callers: Sequence[tuple[str, str]]) -> str | None:
    path, mode, flags = (*args, None, None, None)[:3]
    writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (isinstance(flags, int) and flags & WRITING)
    if not writes or isinstance(path, int) or _harmless(path) or _importing(callers):
        return None
    return f"opens a file for writing: {_quoted(path)}"


def _change(args: tuple[Any, ...], callers: Sequence[tuple[str, str]]) -> str | None:
    return None if _importing(callers) else f"changes the file system: {_quoted(args[0] if args else None)}"


def _database(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]]) -> str | None:
    # SQLite's C-language interface, "In-Memory Databases": these names make no file.
    name = args[0] if args else ""
    if name in ("", b"", ":memory:", b":memory:") or (isinstance(name, str) and "mode=memory" in name):
        return None
    return f"opens a database: {_quoted(name)}"


def _socket(_args: tuple[Any, ...], callers: Sequence[tuple[str, str]]) -> str | None:
    # An event loop wakes itself through a socket pair: no way out of the process.
    if any(function == "socketpair" for _, function in callers[:4]):
        return None
    return "opens a socket"


def _lookup(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]]) -> str | None:
    return f"looks up a host: {_quoted(args[0] if args else None)}"


def _eval(args: tuple[Any, ...], callers: Sequence[tuple[str, str]]) -> str | None:
    source = args[0] if args else None
    # namedtuple, dataclass and attrs write their classes' methods as text: code from the author, not from the input.
    # ast.parse (and with it literal_eval, and every formatted traceback) makes a tree and runs nothing.
    definers = ("collections", "dataclasses", "attr._make", "typing", "enum", "ast")
    if not isinstance(source, (str, bytes)) or _importing(callers) or (callers and callers[0][0] in definers):
        return None
    return f"compiles text to code: {_quoted(source)}"


_RULES: dict[str, tuple[str, Rule]] = {
    **dict.fromkeys(
        (
            "subprocess.Popen",
            "os.system",
            "os.exec",
            "os.posix_spawn",
            "os.spawn",
            "os.fork",
            "os.forkpty",
            "pty.spawn",
        ),
        ("process", _process),
    ),
    "open": ("write", _write),
    **dict.fromkeys(
        (
            "os.remove",
            "os.rename",
            "os.rmdir",
            "os.mkdir",
            "os.link",
            "os.symlink",
            "os.truncate",
            "os.chmod",
            "os.chown",
        ),
        ("write", _change),
    ),
    "sqlite3.connect": ("write", _database),
    "socket.__new__": ("socket", _socket),
    "socket.connect": ("socket", _socket),
    "socket.bind": ("socket", _socket),
    "socket.getaddrinfo": ("socket", _lookup),
    "socket.gethostbyname": ("socket", _lookup),
    "compile": ("eval", _eval),
}

EVENTS = frozenset(_RULES)
"""The events worth looking at; every other one is passed over at the cost of a set lookup."""


def judge(
    event: str, args: tuple[Any, ...], callers: Sequence[tuple[str, str]], enabled: frozenset[str]
) -> tuple[str, str] | None:
    """Say which enabled sanitizer `event` offends and why.

    Args:
        event: the audit event's name.
        args: its arguments.
        callers: (module, function) of the frames that led to it, innermost first.
        enabled: the contract's sanitizers.

    Returns:
        (sanitizer, reason), or None when the event is harmless.
    """
    sanitizer, rule = _RULES[event]
    if sanitizer not in enabled:
        return None
    reason = rule(args, callers)
    return None if reason is None else (sanitizer, reason)
