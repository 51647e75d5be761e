"""What a call may change of its process beyond its result: named, compared in microseconds, put back."""

from __future__ import annotations

import decimal
import gc
import locale
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzlab.guard import Guard

__all__ = ["Change", "Surroundings"]

SHOWN = 60
"""Characters of a value that a message quotes."""

_DESCRIPTORS = "/proc/self/fd"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is other than it was: its name, and in words from what to what.

    A `growth` cannot be undone, and may be what another change has brought along.
    """

    name: str
    what: str
    is_growth: bool


@dataclass(frozen=True, slots=True)
class _Aspect:
    """How one thing is seen, put back (None: it cannot be), and told of."""

    see: Callable[[], Any]
    put_back: Callable[[Any], None] | None
    tell: Callable[[Any, Any], str]


class Surroundings:
    """The state of a process that belongs to no parser, since the last `take`."""

    def __init__(self, guard: Guard | None) -> None:
        self._aspects = _aspects(guard)
        self._before: dict[str, Any] = {}

    def take(self, *names: str) -> None:
        """Hold what is there now for right: all of it, or what is named."""
        for name in names or self._aspects:
            self._before[name] = self._aspects[name].see()

    def ignore(self, name: str) -> None:
        """Look no more at one thing."""
        self._aspects.pop(name, None)

    def changes(self) -> list[Change]:
        """Give what is other than it was taken."""
        before = self._before
        changed = [name for name, aspect in self._aspects.items() if aspect.see() != before[name]]
        if not changed:
            return []
        gc.collect()  # an open file in a cycle of references is on its way out
        changes = []
        for name in changed:
            aspect = self._aspects[name]
            now = aspect.see()
            if now != before[name] and (what := aspect.tell(before[name], now)):
                changes.append(Change(name, what, aspect.put_back is None))
        return changes

    def put_back(self) -> None:
        """Undo what has changed, where that can be done; take the rest as it is."""
        for name, aspect in self._aspects.items():
            if aspect.put_back is not None:
                now = aspect.see()
                if now != self._before[name]:
                    aspect.put_back(self._before[name])
            self._before[name] = aspect.see()


def _aspects(guard: Guard | None) -> dict[str, _Aspect]:
    """Give what is looked at, the cheap ones first."""
    found = {
        "working directory": _Aspect(_folder, os.chdir, _from_to),
        "environment": _Aspect(lambda: dict(_environment()), _put_environment, _keys),
        "locale": _Aspect(lambda: locale.setlocale(locale.LC_ALL), _put_locale, _from_to),
        "decimal context": _Aspect(_context, _put_context, _from_to),
        "warnings filters": _Aspect(lambda: list(warnings.filters), _put_filters, _counts("filters")),
        "search path": _Aspect(lambda: list(sys.path), _put_path, _keys_of_list),
        "standard streams": _Aspect(lambda: (sys.stdin, sys.stdout, sys.stderr), _put_streams, _replaced),
        "socket timeout": _Aspect(socket.getdefaulttimeout, socket.setdefaulttimeout, _from_to),
        "digits limit": _Aspect(sys.get_int_max_str_digits, sys.set_int_max_str_digits, _from_to),
        "garbage collector": _Aspect(gc.isenabled, lambda old: gc.enable() if old else gc.disable(), _from_to),
        "modules": _Aspect(lambda: len(sys.modules), None, _more("modules imported", lambda: list(sys.modules)[-3:])),
        "threads": _Aspect(threading.active_count, None, _more("threads running", _thread_names)),
    }
    if guard is not None:
        found["recursion limit"] = _Aspect(guard.recursion_limit, guard.put_recursion_limit, _from_to)
        found["signal handlers"] = _Aspect(guard.handlers, guard.put_handlers, _handlers)
    if os.path.isdir(_DESCRIPTORS):  # noqa: PTH112 - looked at often below, as a string
        found["open files"] = _Aspect(_open_files, None, _more("files open", _file_names))
    return found


def _put_locale(old: str) -> None:
    locale.setlocale(locale.LC_ALL, old)


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - microseconds count
    except OSError:  # it was deleted
        return ""


def _environment() -> dict[Any, Any]:
    """Give the mapping inside `os.environ`, without decoding all of it."""
    return getattr(os.environ, "_data", None) or dict(os.environ)


def _put_environment(old: dict[Any, Any]) -> None:
    now = _environment()
    for key in [key for key in now if key not in old]:
        del os.environ[os.fsdecode(key)]
    for key, value in old.items():
        if now.get(key) != value:
            os.environ[os.fsdecode(key)] = os.fsdecode(value)


def _context() -> tuple[Any, ...]:
    """Give what decides how decimals are computed; the flags that computing raises do not."""
    context = decimal.getcontext()
    traps = tuple(sorted(trap.__name__ for trap, is_set in context.traps.items() if is_set))
    return context.prec, context.rounding, context.Emin, context.Emax, context.capitals, context.clamp, traps


def _put_context(old: tuple[Any, ...]) -> None:
    prec, rounding, low, high, capitals, clamp, traps = old
    kept = [trap for trap in decimal.getcontext().traps if trap.__name__ in traps]
    decimal.setcontext(decimal.Context(prec, rounding, low, high, capitals, clamp, [], kept))


def _put_filters(old: list[Any]) -> None:
    warnings.filters[:] = old  # type: ignore[index]  # typeshed has a Sequence
    with warnings.catch_warnings():
        pass  # leaving it tells the C code that the filters are others


def _put_path(old: list[str]) -> None:
    sys.path[:] = old


def _put_streams(old: tuple[Any, Any, Any]) -> None:
    sys.stdin, sys.stdout, sys.stderr = old


def _open_files() -> int:
    return len(os.listdir(_DESCRIPTORS))  # noqa: PTH208 - microseconds count


def _file_names() -> list[str]:
    """Name the latest files; sockets, pipes and files without a name are more likely ours."""
    names = []
    for number in sorted(map(int, os.listdir(_DESCRIPTORS)), reverse=True):  # noqa: PTH208 - as above
        try:
            name = str(Path(f"{_DESCRIPTORS}/{number}").readlink())
        except OSError:
            continue
        if name.startswith("/") and not name.endswith("(deleted)"):
            names.append(name[-SHOWN // 2 :])
    return names[:3]


def _thread_names() -> list[str]:
    return [thread.name for thread in threading.enumerate()][-3:]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _from_to(old: Any, new: Any) -> str:
    if isinstance(old, tuple) and isinstance(new, tuple):
        pairs = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
        return "; ".join(f"from {_short(a)} to {_short(b)}" for a, b in pairs[:3])
    return f"from {_short(old)} to {_short(new)}"


def _keys(old: dict[Any, Any], new: dict[Any, Any]) -> str:
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return "; ".join(f"{os.fsdecode(k)} from {_value(old.get(k))} to {_value(new.get(k))}" for k in keys[:3])


def _value(value: Any) -> str:
    return "nothing" if value is None else _short(os.fsdecode(value))


def _keys_of_list(old: list[str], new: list[str]) -> str:
    added, gone = [path for path in new if path not in old], [path for path in old if path not in new]
    return f"{_short(added)} added, {_short(gone)} removed" if added or gone else "another order"


def _replaced(old: tuple[Any, ...], new: tuple[Any, ...]) -> str:
    names = [name for name, a, b in zip(("stdin", "stdout", "stderr"), old, new, strict=True) if a is not b]
    return ", ".join(f"sys.{name} replaced" for name in names)


def _counts(what: str) -> Callable[[Any, Any], str]:
    return lambda old, new: f"from {len(old)} {what} to {len(new)}"


def _more(what: str, names: Callable[[], list[str]]) -> Callable[[int, int], str]:
    """Tell of a growth; what has become less is none."""
    return lambda old, new: f"from {old} {what} to {new}, such as {', '.join(names())[:SHOWN]}" if new > old else ""


def _handlers(old: dict[int, Any], new: dict[int, Any]) -> str:
    numbers = [number for number in {**old, **new} if old.get(number) != new.get(number)]
    return ", ".join(f"{_signal_name(number)} is handled otherwise" for number in numbers[:3])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
