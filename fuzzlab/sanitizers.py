"""Side effects a parser must not have: one audit event -> the clause it breaks and why, or None.

The judgement is pure; the hook that feeds it, and blocks what it condemns, is `watch.py`, because an audit hook can
never be removed (PEP 578). Events and arguments: the audit events table of the Python documentation; those that begin
with `fuzzlab.` are raised by `wrappers.py`, around functions that have no event of their own.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

__all__ = ["ALL", "EVENTS", "UNDECLARED", "Concern", "Declared", "judge"]

ALL = frozenset({
    "process", "write", "read", "socket", "eval", "import", "unpickle", "ctypes", "environment", "sql", "template",
    "expansion", "state",
})  # fmt: skip
"""The sanitizers, by the name that stands in a contract and in a signature. For `state` there is no event, see
`history.py`."""

SHOWN = 120
"""Characters of an argument that a reason quotes."""

TEXT_KEPT = 4096
"""Characters of an argument in which the input is looked for: commands, paths and statements are shorter."""

EXPANSION = 100
"""Times the size of what is expanded from which on it is a bomb. Text packs to a tenth, a table of one repeated row to
a fiftieth; deflate's own limit is a 1032nd (zlib, "Technical Details")."""

EXPANSION_LEAST = 256 << 10
"""Bytes below which nothing is a bomb: a blank page of 64 KiB packs to 80 bytes and hurts nobody."""

ENTITIES = 10
ENTITIES_LEAST = 16 << 10
"""The same for entities, in characters: they abbreviate a word; what they make ten times larger abbreviates itself."""

HARMLESS_FILES = frozenset({os.devnull, "/dev/full", "/dev/zero", "/dev/urandom", "/dev/random"})

WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC

INSTALLED = tuple(
    os.path.normpath(folder) + os.sep
    for folder in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *(path for path in sys.path if path.endswith(("site-packages", "dist-packages"))),
        os.path.join(sys.base_prefix, "share"), "/usr/share/zoneinfo", "/usr/share/locale", *zoneinfo.TZPATH,  # noqa: PTH118 - strings for prefixes
    }
)  # fmt: skip
"""Where libraries keep their data: zones, locales, templates of their own. To read there is no effect."""


class Declared(NamedTuple):
    """What a target may do: folders (absolute, with a separator at the end) that it reads and writes.

    `reads` None: it may read anything but what its input names.
    """

    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] = ()


UNDECLARED = Declared()


class Concern(NamedTuple):
    """What is wrong with an event: the sanitizer, the reason in words, and the argument in which the input may stand.

    It is `certain` when the event is an effect by itself; otherwise it is one only when the input decides what it does.
    """

    sanitizer: str
    reason: str
    text: str
    certain: bool = True


Rule = Callable[[tuple[Any, ...], Sequence[tuple[str, str]], Declared], Concern | str | None]
"""(arguments, callers, what is declared) -> a concern, or the reason of a certain one. Callers are (module, function)
from the innermost outwards."""


def _importing(callers: Sequence[tuple[str, str]]) -> bool:
    """Whether the import system acts here: a first call that imports lazily compiles, executes and caches code."""
    return any(module.startswith("importlib._bootstrap") or module == "zipimport" for module, _ in callers)


def _quoted(value: object) -> str:
    text = repr(value) if isinstance(value, (str, bytes, int, type(None), list, tuple)) else type(value).__name__
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _text(value: object) -> str:
    """Give the text in an argument, and in the lists in it; bytes as Latin-1, which leaves each of them as it is."""
    if isinstance(value, str):
        return value[:TEXT_KEPT]
    if isinstance(value, (bytes, bytearray)):
        return bytes(value[:TEXT_KEPT]).decode("latin-1")
    if isinstance(value, (list, tuple)):
        return " ".join(text for item in value[:TEXT_KEPT] if (text := _text(item)))[:TEXT_KEPT]
    return ""


def _path(path: object) -> str:
    """Give an absolute path without `..`, or the empty string for what is none."""
    if not isinstance(path, (str, bytes)):
        return ""
    return os.path.normpath(os.path.join(_START, os.fsdecode(path)))  # noqa: PTH118 - bytes too, and no `..` resolved on disk


_START = os.getcwd()  # noqa: PTH109 - a string to join


def _within(path: str, folders: tuple[str, ...]) -> bool:
    return (path + os.sep).startswith(folders)


def _process(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> str:
    return f"starts a process: {_quoted(args[0])}" if args else "starts a process"


def _open(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], declared: Declared) -> Concern | None:
    path, mode, flags = (*args, None, None, None)[:3]
    full = _path(path)
    if not full or full in HARMLESS_FILES or _importing(callers):
        return None
    if (isinstance(mode, str) and any(c in mode for c in "wax+")) or (isinstance(flags, int) and flags & WRITING):
        if _within(full, declared.writes):
            return None
        return Concern("write", f"opens a file for writing: {_quoted(path)}", _text(path))
    if _within(full, INSTALLED) or _within(full, declared.reads or ()):
        return None
    return Concern("read", f"reads a file: {_quoted(path)}", _text(path), certain=declared.reads is not None)


def _change(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], declared: Declared) -> str | None:
    path = args[0] if args else None
    if _importing(callers) or (declared.writes and _within(_path(path), declared.writes)):
        return None
    return f"changes the file system: {_quoted(path)}"


def _database(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], declared: Declared) -> str | None:
    # SQLite's C-language interface, "In-Memory Databases": these names make no file.
    name = args[0] if args else ""
    if name in ("", b"", ":memory:", b":memory:") or (isinstance(name, str) and "mode=memory" in name):
        return None
    return None if _within(_path(name), declared.writes) else f"opens a database: {_quoted(name)}"


def _socket(_args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    # An event loop wakes itself through a socket pair: no way out of the process.
    if any(function == "socketpair" for _, function in callers[:4]):
        return None
    return "opens a socket"


def _lookup(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> str:
    return f"looks up a host: {_quoted(args[0] if args else None)}"


def _eval(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    source = args[0] if args else None
    # namedtuple, dataclass and attrs write their classes' methods as text: code from the author, not from the input.
    # ast.parse (and with it literal_eval, and every formatted traceback) makes a tree and runs nothing. What a template
    # engine compiles is looked at as a template.
    definers = (
        "collections", "dataclasses", "attr._make", "typing", "enum", "ast", "jinja2.environment", "mako.template",
    )  # fmt: skip
    if not isinstance(source, (str, bytes)) or not source.strip():
        return None
    if _importing(callers) or (callers and callers[0][0] in definers):
        return None
    return f"compiles text to code: {_quoted(source)}"


_LOOKUPS = frozenset({("encodings", "search_function"), ("zoneinfo._common", "load_tzdata")})
"""Functions that look a name up among the modules of one package, as a charset or a zone is meant to be."""

LOOKUP_DEPTH = 12
"""Frames between such a function and the event: `importlib.resources` stands there."""


def _import(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> Concern | None:
    if _importing(callers) or not _LOOKUPS.isdisjoint(callers[:LOOKUP_DEPTH]):
        return None
    return Concern("import", f"imports {_quoted(args[0] if args else None)}", _text(args[:1]), certain=False)


def _unpickle(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> Concern | None:
    if _importing(callers):
        return None
    return Concern("unpickle", "unpickles bytes, which can make any object", _text(args[:1]), certain=False)


def _construct(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> Concern:
    reason = f"loads YAML with {_quoted(args[1] if args[1:] else None)}, which makes any object that a tag names"
    return Concern("unpickle", reason, _text(args[:1]), certain=False)


def _library(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    return None if _importing(callers) else f"loads a shared library: {_quoted(args[0] if args else None)}"


def _call(_args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    return None if _importing(callers) else "calls machine code by its address"


def _environment(args: tuple[Any, ...], callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    return None if _importing(callers) else f"changes the environment: {_quoted(args[0] if args else None)}"


def _sql(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> Concern:
    return Concern("sql", f"builds a statement: {_quoted(args[0] if args else None)}", _text(args[:1]), certain=False)


def _template(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> Concern:
    reason = f"renders a template: {_quoted(args[0] if args else None)}"
    return Concern("template", reason, _text(args[:1]), certain=False)


def _expansion(args: tuple[Any, ...], _callers: Sequence[tuple[str, str]], _declared: Declared) -> str | None:
    name, small, large = (*args, "", 0, 0)[:3]
    if not (isinstance(small, int) and isinstance(large, int)):
        return None
    entities = isinstance(name, str) and "entities" in name
    times, least = (ENTITIES, ENTITIES_LEAST) if entities else (EXPANSION, EXPANSION_LEAST)
    if large < least or large < times * small:
        return None
    return f"{name} makes {large:,} of {small:,}, {large // max(small, 1)} times as much, and nothing stops it"


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
    "open": ("", _open),
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
    "import": ("import", _import),
    "fuzzlab.import": ("import", _import),
    "marshal.loads": ("unpickle", _unpickle),
    "fuzzlab.unpickle": ("unpickle", _unpickle),
    "fuzzlab.construct": ("unpickle", _construct),
    "ctypes.dlopen": ("ctypes", _library),
    "ctypes.call_function": ("ctypes", _call),
    "os.putenv": ("environment", _environment),
    "os.unsetenv": ("environment", _environment),
    "fuzzlab.sql": ("sql", _sql),
    "fuzzlab.template": ("template", _template),
    "fuzzlab.expansion": ("expansion", _expansion),
}

EVENTS = frozenset(_RULES)
"""The events worth looking at; every other one is passed over at the cost of a set lookup."""


def judge(
    event: str,
    args: tuple[Any, ...],
    callers: Sequence[tuple[str, str]],
    enabled: frozenset[str],
    declared: Declared = UNDECLARED,
) -> Concern | None:
    """Say which enabled sanitizer `event` offends and why.

    Args:
        event: the audit event's name.
        args: its arguments.
        callers: (module, function) of the frames that led to it, innermost first.
        enabled: the contract's sanitizers.
        declared: what the target may do.

    Returns:
        a concern, or None when the event is harmless whatever the input.
    """
    sanitizer, rule = _RULES[event]
    if sanitizer and sanitizer not in enabled:
        return None
    concern = rule(args, callers, declared)
    if isinstance(concern, str):
        concern = Concern(sanitizer, concern, _text(list(args)))
    return concern if concern is not None and concern.sanitizer in enabled else None
