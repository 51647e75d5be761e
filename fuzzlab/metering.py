"""What one execution costs: lines of Python, which are counted, or CPU time of the thread; and where it goes.

Lines are the interpreter's own line events (`sys.settrace`), the same number on every machine. A library's lines count
for the innermost function under test that called it, and so does the time of C functions and operators where time is
what is asked for. Nothing here is in the way of any other engine: a metering worker does nothing else.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import CodeType, FrameType
from typing import Any

from fuzzlab.executor import Executor
from fuzzlab.growth import FLAT, LINES, SECONDS, SMALL, affordable, exponent
from fuzzlab.scope import Scope, home
from fuzzlab.target import Target
from fuzzlab.verdict import Frame, Outcome, Verdict

__all__ = ["Meter", "plain"]

FEW = 5
"""Sizes that say too little of how flat a curve is."""

SHARE = 0.05
"""Part of all cost below which a function is not where it is, however fast it grows."""

OURS = "fuzzlab."
"""What begins the names of our own modules: a signal's handler may run in the middle of an execution."""

COMPREHENSIONS = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<lambda>"})
"""What stands inside a function and counts as part of it."""


Trace = Callable[[FrameType, str, object], Any]


class _Tally:
    """What was counted for one function under test, and for what it called outside of that."""

    __slots__ = ("_read", "calls", "frames", "line", "seconds")

    def __init__(self, frames: tuple[Frame, ...] = ()) -> None:
        self.frames = frames
        self.calls = 0
        self.seconds = 0.0
        self.line, self._read = _counter()

    def cost(self, meter: str) -> float:
        return self._read() if meter == LINES else self.seconds


def _counter() -> tuple[Trace, Callable[[], int]]:
    """Give a trace function that counts lines, and what reads its count: a closure takes half as long as a method."""
    lines = 0

    def line(_frame: FrameType, event: str, _argument: object) -> Trace:
        nonlocal lines
        if event == "line":
            lines += 1
        return line

    return line, lambda: lines


def plain(target: Target) -> Target:
    """Give the target without what would cost time beside it: oracles."""
    return replace(target, contract=replace(target.contract, oracles=()))


class Meter:
    """Measures the executions of one executor, which it makes its own."""

    def __init__(self, executor: Executor, scope: Scope) -> None:
        self._executor = executor
        self._scope = scope
        self._call: Callable[[Callable[..., Any], object], object] = self._timed
        self._seconds = 0.0
        self._tallies: dict[CodeType, _Tally] = {}
        self._root = _Tally()
        self._owners: dict[object, _Tally] = {}
        self._nobody, self._unknown = _Tally(), _Tally()
        self._owned: dict[CodeType, _Tally | None] = {}
        self._stack: list[_Tally] = []
        self._since = 0
        executor.wrap(self._around)
        gc.collect()
        gc.freeze()  # a full collection would otherwise look at all that was imported, in the middle of some execution

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def metered(value: object) -> object:
            return self._call(function, value)

        return metered

    def costs(
        self, inputs: Sequence[bytes], lengths: Sequence[float], *, meter: str, rounds: int, caps: Mapping[str, float],
        flat: float, bold: bool = False,
    ) -> list[float]:  # fmt: skip
        """Measure inputs that grow, each in every round; give the least cost of each.

        In the first round it stops before an input that may cost more than a cap: of time always, for what is counted
        may spend it in C.

        Args:
            inputs: ascending.
            lengths: of what grows.
            meter: what to count.
            rounds: how often; the machine's other processes make none of them cheaper.
            caps: of one cost, by meter.
            flat: the cost from which on a curve that has not bent so far is not followed any further.
            bold: whether the sizes are known to be affordable, so that only what exceeds a cap is the last.
        """
        measured: list[list[float]] = []
        passed: dict[str, list[float]] = {SECONDS: [], meter: []}
        for data, length in zip(inputs, lengths, strict=True):
            if any(
                (costs and costs[-1] >= caps[what])
                or (not bold and length > affordable(lengths[: len(costs)], costs, cap=caps[what]))
                for what, costs in passed.items()
            ):
                break
            cost = self._cost(data, meter)
            measured.append([cost])
            passed[SECONDS].append(self._seconds)
            passed[meter][len(measured) - 1 :] = [cost]
            so_far = lengths[: len(measured)]
            if (
                not bold
                and cost >= flat
                and len(measured) > FEW
                and exponent(so_far, passed[meter], small=SMALL[meter]) < FLAT
            ):
                break
        for _ in range(rounds - 1):
            gc.collect()
            for data, each in zip(inputs, measured, strict=False):
                each.append(self._cost(data, meter))
        return [min(each) for each in measured]

    def place(self, small: bytes, large: bytes, lengths: tuple[float, float], *, meter: str, bound: float) -> Verdict:
        """Say where the cost of a growing input is, from two of its sizes.

        That is the function whose own cost grows faster than the bound allows, and which is not itself called that
        often where there is one: the loop, not what it calls.
        """
        before, after = self._profile(small, meter), self._profile(large, meter)
        total = sum(tally.cost(meter) for tally in after.values())
        best: tuple[tuple[bool, bool, float], tuple[Frame, ...]] | None = None
        for code, tally in after.items():
            cost = tally.cost(meter)
            if cost < total * SHARE or not tally.frames:
                continue
            earlier = before.get(code) or _Tally()
            called = exponent(lengths, (earlier.calls, tally.calls), small=1.0)
            grown = exponent(lengths, (earlier.cost(meter), cost), small=SMALL[meter])
            rank = (grown > bound, called <= bound, cost)
            if best is None or rank > best[0]:
                best = rank, tally.frames
        target = self._executor.target
        if best is None:
            return Verdict(Outcome.SUPERLINEAR, place=target.place, frames=home(target))
        return Verdict(Outcome.SUPERLINEAR, place=best[1][-1].place, frames=best[1])

    def _cost(self, data: bytes, meter: str) -> float:
        self._call = self._timed if meter == SECONDS else self._counted
        self._seconds = 0.0
        self._forget()
        self._executor.execute(data)
        return self._seconds if meter == SECONDS else sum(tally.cost(LINES) for tally in self._owners.values())

    def _profile(self, data: bytes, meter: str) -> dict[CodeType, _Tally]:
        self._forget()
        self._call = self._profiled if meter == SECONDS else self._counted
        self._executor.execute(data)
        return self._tallies

    def _forget(self) -> None:
        self._tallies, self._owned, self._root, self._stack = {}, {}, _Tally(), []
        self._owners = {self._root.line: self._root}

    def _timed(self, function: Callable[..., Any], value: object) -> object:
        began = time.thread_time_ns()
        try:
            return function(value)
        finally:
            self._seconds = (time.thread_time_ns() - began) / 1e9

    def _counted(self, function: Callable[..., Any], value: object) -> object:
        began = time.thread_time_ns()
        sys.settrace(self._entered)
        try:
            return function(value)
        finally:
            sys.settrace(None)
            self._seconds = (time.thread_time_ns() - began) / 1e9

    def _profiled(self, function: Callable[..., Any], value: object) -> object:
        self._since = time.thread_time_ns()
        sys.setprofile(self._event)
        try:
            return function(value)
        finally:
            sys.setprofile(None)
            self._charge()

    def _entered(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        """A call begins: lines are counted for the function, or for its caller where it is none under test."""
        tally = self._own(frame)
        if tally is self._nobody:
            return None
        if tally is None:
            caller = frame.f_back.f_trace if frame.f_back is not None else None
            tally = self._owners.get(caller, self._root)
        else:
            tally.calls += 1
        return tally.line

    def _event(self, frame: FrameType, event: str, _argument: object) -> None:
        """A call begins or ends: the time since the last event is its caller's, or its own."""
        self._charge()
        if event == "call":
            tally = self._own(frame)
            if tally is not None and tally is not self._nobody:
                tally.calls += 1
            self._stack.append(tally or (self._stack[-1] if self._stack else self._root))
        elif event == "return" and self._stack:
            self._stack.pop()
        self._since = time.thread_time_ns()

    def _charge(self) -> None:
        now = time.thread_time_ns()
        (self._stack[-1] if self._stack else self._root).seconds += (now - self._since) / 1e9
        self._since = now

    def _own(self, frame: FrameType) -> _Tally | None:
        """Give the tally of a function under test; None for another, whose caller counts, and nobody's for our own."""
        code = frame.f_code
        found = self._owned.get(code, self._unknown)
        if found is not self._unknown:
            return found
        module = str(frame.f_globals.get("__name__"))
        tally = None
        if module.startswith(OURS):
            tally = self._nobody
        elif module in self._scope and code.co_name not in COMPREHENSIONS:
            tally = self._tallies[code] = _Tally(self._scope.of_stack(frame))
            self._owners[tally.line] = tally
        self._owned[code] = tally
        return tally
