"""What grows over time, in a bounded number of points, however long it goes on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["POINTS", "Moment", "Series", "part_end"]

LEAST = 0.01
"""Seconds with which a logarithmic scale begins at the least."""

POINTS = 240
"""Points evenly apart at the most: more than a curve on a screen can show, few enough for fifty targets in a page."""

GROWTH = 1.1
"""And one each time that a tenth is added to the time: on a logarithmic scale the first minute is half of a night."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a target stood after so many seconds of being fuzzed."""

    seconds: float
    executions: int
    coverage: int
    corpus: int


@dataclass(slots=True)
class Series:
    """Moments in the order of time, spread evenly over it and over its logarithm, the first and the last among them.

    When there are too many, every second one goes, and from then on only half as many are taken. A moment before the
    last one, from a log that two campaigns have written, is passed over.
    """

    _kept: list[Moment] = field(default_factory=list)
    _early: list[Moment] = field(default_factory=list)
    _last: Moment | None = None
    _step: float = 0.0

    def take(self, moment: Moment) -> None:
        """Take a moment in."""
        if self._last is not None and moment.seconds < self._last.seconds:
            return
        self._last = moment
        if not self._early or moment.seconds >= max(LEAST, self._early[-1].seconds * GROWTH):
            self._early.append(moment)
        if self._kept and moment.seconds - self._kept[-1].seconds < self._step:
            return
        self._kept.append(moment)
        if len(self._kept) >= POINTS:
            self._kept = self._kept[::2]
            span = self._kept[-1].seconds - self._kept[0].seconds
            self._step = span / (len(self._kept) - 1)

    @property
    def moments(self) -> list[Moment]:
        """Give what is kept."""
        kept = {(moment.seconds, moment.executions): moment for moment in (*self._early, *self._kept)}
        if self._last is not None:
            kept[self._last.seconds, self._last.executions] = self._last
        return [kept[at] for at in sorted(kept)]


def part_end(seconds: float, step: float) -> float:
    """Give the end of the part of time of which one moment is enough, where `step` seconds are a point of a curve."""
    grown = LEAST * GROWTH ** (1 + int(math.log(max(seconds, LEAST) / LEAST) / math.log(GROWTH)))
    return min((int(seconds / step) + 1) * step, grown)
