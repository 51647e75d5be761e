"""Which packages are the code under test: instrumented for coverage, and named in findings."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from fuzzlab.target import Target, bare
from fuzzlab.verdict import FRAMES_LIMIT, Cause, Frame, Outcome, Verdict

__all__ = ["Scope", "bounded", "folded", "home", "packages", "placed", "shown_path"]

NEVER = frozenset({
    "fuzzlab",  # the harness is not what is tested
    "atheris", "hypothesis", "pytest", "_pytest",
    "pydantic", "pydantic_core", "annotated_types", "typing_extensions",  # validation runs in Rust: nothing to see
})  # fmt: skip

_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in ("purelib", "platlib", "stdlib")})

_START = os.getcwd() + os.sep  # noqa: PTH109 - as below

LONGEST_CYCLE = 8
"""Functions of a recursion that call each other in turn, at the most, for it to be folded."""

TURNS = 3
"""Turns from which on a cycle is folded: a function that calls itself once is more readable as two frames."""

KNOWN = 4096
"""Frames that are remembered: campaigns meet a bug that they know a hundred thousand times, and to name the frames anew
took most of the 25 µs of that."""

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


def placed(
    target: Target, outcome: Outcome, frames: tuple[Frame, ...], *, exception: str = "", message: str = "",
    clause: str = "", place: str = "", came_from: tuple[Cause, ...] = (),
) -> Verdict:  # fmt: skip
    """Give a verdict whose place is its innermost frame, or the target itself where no frame is under test."""
    place = place or (frames[-1].place if frames else target.place)
    return Verdict(outcome, exception, message, clause, place, frames or home(target), came_from)


def _root_of(value: Any) -> str:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""


class Scope:
    """The frames that belong to the code under test."""

    def __init__(self, roots: Iterable[str]) -> None:
        self.roots = frozenset(roots)
        self._known: dict[tuple[int, int], tuple[CodeType, Frame]] = {}

    def __contains__(self, module: str) -> bool:
        return module.partition(".")[0] in self.roots

    def of_traceback(self, tb: TracebackType | None) -> tuple[Frame, ...]:
        """Give the traceback's frames inside the code under test, outermost first."""
        frames = []
        while tb is not None:
            if frame := self._frame(tb.tb_frame, tb.tb_lineno):
                frames.append(frame)
            tb = tb.tb_next
        return bounded(frames)

    def of_stack(self, frame: FrameType | None) -> tuple[Frame, ...]:
        """Give a running stack's frames inside the code under test, outermost first."""
        frames = []
        while frame is not None:
            if found := self._frame(frame, frame.f_lineno):
                frames.append(found)
            frame = frame.f_back
        return bounded(frames[::-1])

    def _frame(self, frame: FrameType, line: int | None) -> Frame | None:
        module = frame.f_globals.get("__name__")
        if not isinstance(module, str) or module not in self:
            return None
        code, line = frame.f_code, line or 0
        # By identity: code objects are equal where only their files differ.
        known, found = self._known.get((id(code), line), (None, None))
        if found is None or known is not code or found.module != module:
            found = Frame(module, _function(code), shown_path(code.co_filename), line)
            if not code.co_filename.startswith("<"):  # what was made at run time is new each time, and may be large
                if len(self._known) >= KNOWN:
                    self._known.clear()
                self._known[id(code), line] = code, found
        return found


def shown_path(path: str) -> str:
    """Give a source file's path as people know it: from the project's root, or inside the installed package.

    The root is the folder of `sys.path` that a command was started in or below: a record must not say where on this
    machine the project lies, nor depend on the folder that somebody stood in.
    """
    for prefix in _LIBRARIES:
        if path.startswith(prefix):
            return path[len(prefix) :].removeprefix("site-packages" + os.sep)
    root = next((folder for entry in sys.path if entry and _START.startswith(folder := f"{entry}{os.sep}")), _START)
    return path.removeprefix(root) if path.startswith(root) else path.removeprefix(_here())


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


def folded(frames: Sequence[Frame]) -> list[Frame]:
    """Write a cycle of calls that repeats once, each of its frames with the number of times, as its last turn stood.

    The functions decide, not the lines: a walk over a document calls itself from the line for lists and from that for
    objects. The last frame stays the last: that is where the bug is said to be.
    """
    places = [frame.place for frame in frames]
    if len(places) - len(set(places)) < TURNS - 1:
        return list(frames)
    short: list[Frame] = []
    at = 0
    while at < len(frames):
        turns, period = 1, 1
        for length in range(1, LONGEST_CYCLE + 1):
            found = _turns(places, at, length)
            if found >= TURNS and found * length > turns * period:
                turns, period = found, length
        at += turns * period
        cycle = frames[at - period : at]
        short += cycle if turns == 1 else [replace(frame, repeats=turns) for frame in cycle]
    return short


def _turns(places: Sequence[str], at: int, period: int) -> int:
    """Count how often the `period` places from `at` on stand there, one after the other."""
    cycle, turns = places[at : at + period], 1
    while cycle == places[at + turns * period : at + (turns + 1) * period]:
        turns += 1
    return turns


def bounded(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Fold, and keep both ends of what is still deep: where it was entered, and where it ran out."""
    frames = folded(frames)
    if len(frames) <= FRAMES_LIMIT:
        return tuple(frames)
    half = FRAMES_LIMIT // 2
    return (*frames[:half], *frames[-half:])
