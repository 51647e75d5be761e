"""One parser of the zoo, and what all contestants call a violation of its contract.

An entry is a file with the constants REQUIREMENT (a pinned release), MODULES (the packages under test), FORMAT (`text`,
`raw`, `json`, `csv` or `http`), ALLOWED (exceptions that its documentation allows, read generously), SEEDS (ordinary
valid inputs) and the function `run(data)`; HAS_EFFECTS = True where the parser writes files or runs code, and is
meant to.

A violation is named by
    TYPE @ file:function    an exception that is not allowed, and the innermost frame inside MODULES
    RecursionError @ file   the file most frequent in the stack, for it runs out at a random function of the cycle
    property:NAME           an AssertionError that the entry itself defines
    hang                    a call of more than HANG seconds
"""

from __future__ import annotations

import ast
import importlib.util
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType

__all__ = ["FORMATS", "HANG", "HANG_NAME", "ZOO", "Entry", "Runner", "known", "load", "modules_of", "names"]

ZOO = Path(__file__).with_name("zoo")

HANG = 2.0
"""Seconds on the clock. Ordinary inputs of all entries take less than a hundredth of it."""

AGAIN = 0.2
"""Seconds after which the alarm comes again, should the parser have swallowed it."""

HANG_NAME = "hang"

FORMATS = ("text", "raw", "json", "csv", "http")
ALIASES = {"bytes": "raw"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A parser, its input's format, and its contract."""

    name: str
    requirement: str
    modules: tuple[str, ...]
    format: str
    allowed: tuple[type[BaseException], ...]
    seeds: tuple[bytes, ...]
    run: Callable[[bytes], object] = field(repr=False)
    module: str
    has_effects: bool = False
    """Whether the parser has side effects, as it is meant to: fuzzlab, which ends an execution there, is told so."""


def names(folder: Path = ZOO) -> list[str]:
    """List the entries of a folder."""
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def known(folder: Path = ZOO) -> dict[str, dict[str, str]]:
    """Give for each entry the violations known, each with an input (in base64) that shows it."""
    path = folder / "known.json"
    if not path.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def modules_of(path: Path) -> tuple[str, ...]:
    """Read MODULES without importing the entry, whose imports must happen instrumented."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "MODULES":
            return tuple(ast.literal_eval(node.value))
    raise LookupError(f"{path} names no MODULES")


def load(path: Path) -> Entry:
    """Import an entry."""
    name = f"zoo_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LookupError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return Entry(
        name=path.stem,
        requirement=module.REQUIREMENT,
        modules=tuple(module.MODULES),
        format=ALIASES.get(module.FORMAT, module.FORMAT),
        allowed=tuple(module.ALLOWED),
        seeds=tuple(module.SEEDS),
        run=module.run,
        module=name,
        has_effects=getattr(module, "HAS_EFFECTS", False),
    )


class _Hang(BaseException):
    """The alarm; no `except Exception` of a parser holds it."""


class Runner:
    """Calls an entry as often as one likes, each time under the alarm; `runner(data)` gives a violation or None."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._roots = list(_roots(entry.modules))
        signal.signal(signal.SIGALRM, _on_alarm)

    def __call__(self, data: bytes) -> str | None:
        """Run one input."""
        began = time.monotonic()
        try:
            signal.setitimer(signal.ITIMER_REAL, HANG, AGAIN)
            try:
                self.entry.run(data)
                violation = None
            except self.entry.allowed:
                violation = None
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - whatever else comes out is a violation
                violation = self._name(error)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except _Hang:  # it came between the call's end and ours
            signal.setitimer(signal.ITIMER_REAL, 0)
            return HANG_NAME
        return violation if time.monotonic() - began < HANG else HANG_NAME  # the alarm may have been swallowed

    def _name(self, error: BaseException) -> str | None:
        cls = type(error)
        if isinstance(error, _Hang):
            return HANG_NAME
        if isinstance(error, AssertionError) and cls.__module__ == self.entry.module:
            return f"property:{cls.__name__}"
        inside = [(file, name) for path, name in _frames(error) if (file := self._shown(path))]
        if isinstance(error, RecursionError):
            files = Counter(file for file, _ in inside)
            if not files:
                return None  # the entry's own comparison ran out of stack
            return f"RecursionError @ {max(sorted(files), key=files.__getitem__)}"
        kind = cls.__name__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__name__}"
        return f"{kind} @ {':'.join(inside[-1])}" if inside else f"{kind} @ (entry)"

    def _shown(self, path: str) -> str | None:
        for root, base in self._roots:
            if path.startswith(root):
                return path.removeprefix(base)
        return None


def _roots(modules: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give (what the files of a package begin with, what is not shown of them)."""
    for name in modules:
        module: ModuleType | None = sys.modules.get(name)
        if module is None:
            continue
        places = list(getattr(module, "__path__", ()))
        roots = [f"{place}/" for place in places] or [str(module.__file__)]
        for root in roots:
            base = Path(root)
            for _ in range(name.count(".") + 1):
                base = base.parent
            yield root, f"{base}/"


def _frames(error: BaseException) -> Iterator[tuple[str, str]]:
    tb = error.__traceback__
    while tb is not None:
        code = tb.tb_frame.f_code
        yield code.co_filename, code.co_name
        tb = tb.tb_next


def _on_alarm(_number: int, _frame: FrameType | None) -> None:
    raise _Hang
