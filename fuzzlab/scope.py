"""Which packages are the code under test: instrumented for coverage, and named in findings."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from fuzzlab.target import Target, bare
from fuzzlab.verdict import FRAMES_LIMIT, Frame

__all__ = ["Scope", "home", "packages"]

NEVER = frozenset({
    "fuzzlab",  # the harness is not what is tested
    "atheris", "hypothesis", "pytest", "_pytest",
    "pydantic", "pydantic_core", "annotated_types", "typing_extensions",  # validation runs in Rust: nothing to see
})  # fmt: skip

_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib", "stdlib")})

_START = os.getcwd() + os.sep  # noqa: PTH109 - as below

_COMPREHENSION = re.compile(r"\.<locals>\.<(?:list|set|dict)comp>$|\.<locals>\.<genexpr>$")


def packages(target: Target) -> tuple[str, ...]:
    """Name the top-level packages under test: the target's own, and those that its module calls into.

    `instrument=[…]` says otherwise; then they are those and the target's own.
    """
    own = [name.partition(".")[0] for name in (target.home, target.module) if name != "builtins"]
    if target.instrument is not None:
        return tuple(dict.fromkeys([*own, *(name.partition(".")[0] for name in target.instrument)]))
    module = sys.modules.get(target.home)
    used = {root for value in vars(module).values() if (root := _root_of(value))} if module else set()
    foreign = sorted(root for root in used if root not in NEVER and root not in sys.stdlib_module_names)
    return tuple(dict.fromkeys([*own, *foreign]))


def home(target: Target) -> tuple[Frame, ...]:
    """Give a target's definition as a frame, for a verdict that has no better one."""
    code = getattr(bare(target.function), "__code__", None)
    if code is None:
        return ()
    return (Frame(target.module, _function(code), shown_path(code.co_filename), code.co_firstlineno),)


def _root_of(value: Any) -> str:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""


class Scope:
    """The frames that belong to the code under test."""

    def __init__(self, roots: Iterable[str]) -> None:
        self.roots = frozenset(roots)

    def __contains__(self, module: str) -> bool:
        return module.partition(".")[0] in self.roots

    def of_traceback(self, tb: TracebackType | None) -> tuple[Frame, ...]:
        """Give the traceback's frames inside the code under test, outermost first."""
        frames = []
        while tb is not None:
            if frame := self._frame(tb.tb_frame, tb.tb_lineno):
                frames.append(frame)
            tb = tb.tb_next
        return _bounded(frames)

    def of_stack(self, frame: FrameType | None) -> tuple[Frame, ...]:
        """Give a running stack's frames inside the code under test, outermost first."""
        frames = []
        while frame is not None:
            if found := self._frame(frame, frame.f_lineno):
                frames.append(found)
            frame = frame.f_back
        return _bounded(frames[::-1])

    def _frame(self, frame: FrameType, line: int | None) -> Frame | None:
        module = frame.f_globals.get("__name__")
        if not isinstance(module, str) or module not in self:
            return None
        code: CodeType = frame.f_code
        return Frame(module, _function(code), shown_path(code.co_filename), line or 0)


def shown_path(path: str) -> str:
    """Give a source file's path as people know it: from the current folder, or inside the installed package."""
    for prefix in _LIBRARIES:
        if path.startswith(prefix):
            return path[len(prefix) :].removeprefix("site-packages" + os.sep)
    return path.removeprefix(_START) if path.startswith(_START) else path.removeprefix(_here())


def _here() -> str:
    """Give the current folder as a prefix; code under test may have changed or deleted it."""
    try:
        return os.getcwd() + os.sep  # noqa: PTH109 - on the way of every finding
    except OSError:
        return _START


def _function(code: CodeType) -> str:
    """Name a function the same in every Python: comprehensions have no frame of their own since 3.12 (PEP 709)."""
    name = code.co_qualname
    while (bare := _COMPREHENSION.sub("", name)) != name:
        name = bare
    return name


def _bounded(frames: list[Frame]) -> tuple[Frame, ...]:
    """Keep both ends of a deep recursion's frames: where it was entered, and where it ran out."""
    if len(frames) <= FRAMES_LIMIT:
        return tuple(frames)
    half = FRAMES_LIMIT // 2
    return (*frames[:half], *frames[-half:])
