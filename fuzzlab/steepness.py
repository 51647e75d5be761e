"""The search for inputs whose cost grows faster than they do, and the proof of one that was found.

A cheap look comes first: CPU time at doubling sizes. What looks steep is counted in lines, which are the same each
time; where those do not explain it, the time is spent in C. What then exceeds the bound is measured anew in a fresh
process, at more sizes, the least of several times each, before anybody hears of it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from fuzzlab.growth import FLAT, LINES, SECONDS, SMALL, Growth, Swelling, counts, described, is_superlinear
from fuzzlab.scales import LEAST_LINE, Curve, Scales
from fuzzlab.swellings import Units, units
from fuzzlab.target import Target
from fuzzlab.verdict import Verdict

__all__ = ["Steep", "Steepness", "of"]

ROUNDS = 3
"""Times that each size is timed for a proof; the least of them is what the machine's other processes left alone."""

ATTEMPTS = 3
"""Proofs by time that must fail before what is on record is held to be gone: near the bound one of them may, on a
machine with more to do, and what is called fixed one day and is back the next fails somebody's pull request."""

ABOVE = 2.0
"""How many times the floor a proof goes up to."""

DENSE, WIDE = 2**0.5, 20.0
"""Times between two sizes of a proof, and between its least and its largest."""

DOUBTFUL = 0.2
"""By how much the exponent of the time may fall below the bound, and lines are counted all the same: it is the sum of
both."""

EARLY = 0.1
"""Part of the usual cost at which it is looked whether a place is known: once one is found, most ways lead there."""

SMALLER_TRIES = 60
"""Attempts at a smaller way to grow."""

SMALLER_SECONDS = 6.0
"""Of those; what is then left is small enough to read, mostly."""

DOUBTS = 2
"""Proofs that may fail for one place before what is found there is passed over."""

SHORT = 4
"""Sizes at which a dear curve is too short to be judged: one character of its unit may grow by smaller steps."""

DEAREST = 8
"""Inputs that are grown at a time."""

LONGEST_PRICED, MOST_PRICED = 512, 64
"""Bytes of an input that is grown where there are shorter ones, and inputs that are priced: a long one may cost a
second by itself."""

ALIKE = 16
"""Bytes by which an input counts as longer than it is: of the shortest ones, each costs the most a byte."""

TRIES_DRAWN = 8
"""Draws in a row that may give nothing, or what was tried, before an input is held to be exhausted for now."""


@dataclass(frozen=True, slots=True)
class Steep:
    """A way to grow that costs too much: the smallest input over the floor, with its verdict."""

    data: bytes
    verdict: Verdict
    first_size: int


@dataclass(slots=True)
class Steepness:
    """The search over one target; `steepest` is the steepest curve that cost enough to be judged."""

    target: Target
    scales: Scales
    bound: float
    rng: Random
    steepest: Growth | None = None
    places: set[str] = field(default_factory=set)
    _units: Units | None = None
    _tried: set[tuple[bytes, ...]] = field(default_factory=set)
    _doubts: dict[str, int] = field(default_factory=dict)
    _units_found: list[bytes] = field(default_factory=list)
    _prices: dict[bytes, float] = field(default_factory=dict)

    def search(self, inputs: Sequence[bytes], *, most: int | None, should_stop: Callable[[], bool]) -> Iterator[Steep]:
        """Look at growing inputs in turns; yield each place in the code once where the cost grows too fast.

        Args:
            inputs: ordinary ones, to grow from; the first ones are taken first.
            most: how many ways to look at (None: until told).
            should_stop: asked between two looks.

        Raises:
            UserError: the target does not import.
            HarnessError: fuzzlab itself failed.
        """
        if self._units is None:
            self._units = units(*self.scales.vocabulary())
        sources = list(inputs) or [b""]
        drawn = 0
        for data in itertools.cycle(sources):
            if should_stop() or (most is not None and drawn >= most):
                return
            drawn += 1
            if (swelling := self._drawn(data)) is None:
                continue
            waiting = [swelling]
            while waiting:
                curve = self._look(data, waiting.pop())
                if curve is None:
                    continue
                if not curve.is_superlinear(self.bound, self.scales.floor):
                    waiting = [replace(swelling, unit=unit) for unit in _ends(swelling.unit)]
                    swelling = replace(swelling, unit=b"")
                elif (found := self._proved(data, curve)) is not None:
                    yield found

    def dearest(self, inputs: Sequence[bytes], *, most: int = DEAREST) -> list[bytes]:
        """Give the inputs that cost the most for each of their bytes, and the newest, which stand last.

        Raises:
            UserError, HarnessError: as `search`.
        """
        short = [data for data in inputs if len(data) <= LONGEST_PRICED] or list(inputs)
        if len(short) <= most:
            return short
        older = short[: -most // 2][-MOST_PRICED:]
        for data in older:
            if data not in self._prices:
                self._prices[data] = self.scales.price(data) / (len(data) + ALIKE)
        older.sort(key=lambda data: -self._prices[data])
        return [*older[: most - most // 2], *short[-most // 2 :]]

    def again(self, data: bytes, growth: Growth) -> Verdict | None:
        """Measure once more what is on record; None where it no longer grows too fast.

        Raises:
            UserError, HarnessError: as `search`.
        """
        counted = [LINES] if growth.meter == LINES else []
        for meter in (*counted, *[SECONDS] * ATTEMPTS):  # what was in Python may be in C today
            if (proof := self._proof(data, growth.swelling, meter)) is not None:
                return self._verdict(data, proof)
        return None

    def _drawn(self, data: bytes) -> Swelling | None:
        for _ in range(TRIES_DRAWN):
            swelling = self.target.format.swelling(self.rng, data, self._units or Units())
            if swelling is None or not swelling.unit or any(unit in swelling.unit for unit in self._units_found):
                continue
            key = (swelling.head, swelling.unit, swelling.core, swelling.closing, swelling.tail)
            if key not in self._tried:
                self._tried.add(key)
                return swelling
        return None

    def _look(self, data: bytes, swelling: Swelling) -> Curve | None:
        """Give the curve that is too steep, as far as one look tells, or too short to tell."""
        if self.places and self._is_known(data, swelling):
            return None
        quick = self.scales.curve(data, swelling, SECONDS)
        floor = self.scales.floor
        if quick.top < floor.least(LINES) * LEAST_LINE:
            return None
        self._note(data, quick)
        if quick.exponent < max(FLAT, self.bound - DOUBTFUL):
            return None
        if self.places and quick.is_superlinear(self.bound, floor):
            place = self.scales.place(data, quick, self.bound).place
            if place in self.places:
                self._units_found.append(swelling.unit)
                return None
        top = quick.dear(floor.least(SECONDS) * ABOVE)
        counted = self.scales.curve(data, swelling, LINES, sizes=[count for count in quick.units if count <= top])
        if counted.is_superlinear(self.bound, floor):
            return counted
        is_short = quick.top >= floor.least(SECONDS) and len(quick.units) <= SHORT
        return quick if is_short or quick.is_superlinear(self.bound, floor) else None

    def _is_known(self, data: bytes, swelling: Swelling) -> bool:
        """Whether a cheap look already leads to a place where cost is known to grow too fast."""
        early = self.scales.curve(data, swelling, SECONDS, part=EARLY)
        lengths, costs = early.points
        if not is_superlinear(lengths, costs, bound=self.bound, floor=0.0, small=SMALL[SECONDS]):
            return False
        place = self.scales.place(data, early, self.bound, part=EARLY / 2).place
        return place in self.places or self._doubts.get(place, 0) >= DOUBTS

    def _note(self, data: bytes, curve: Curve) -> None:
        """Keep the steepest curve of those that cost something."""
        lengths, _ = curve.points
        if curve.top < self.scales.floor.least(curve.meter) / 4 or len(lengths) < 4:
            return
        if self.steepest is None or curve.exponent > self.steepest.exponent:
            self.steepest = self._growth(data, curve)

    def _proved(self, data: bytes, curve: Curve) -> Steep | None:
        """Make what was found smaller, and prove it in a fresh process; or prove it as it is."""
        place = self.scales.place(data, curve, self.bound).place
        if place in self.places or self._doubts.get(place, 0) >= DOUBTS:
            self._units_found.append(curve.swelling.unit)
            return None
        smaller = self._smaller(data, curve, place)
        for swelling in dict.fromkeys((smaller, curve.swelling)):
            if (proof := self._proof(data, swelling, curve.meter)) is not None:
                verdict = self._verdict(data, proof)
                self._units_found.append(swelling.unit)
                if verdict.place in self.places:
                    return None
                self.places |= {verdict.place, place}
                count, inflated = proof.dear(self.scales.floor.least(proof.meter)), self.target.format.inflated
                first = inflated(data, curve.swelling, curve.dear(self.scales.floor.least(curve.meter)))
                return Steep(inflated(data, swelling, count), verdict, len(first))
        self._doubts[place] = self._doubts.get(place, 0) + 1
        return None

    def _proof(self, data: bytes, swelling: Swelling, meter: str) -> Curve | None:
        """Measure well, in a fresh process, up to twice the floor."""
        self.scales.fresh()
        bound, floor = self.bound, self.scales.floor
        quick = self.scales.curve(data, swelling, meter)
        top = quick.dear(floor.least(meter) * ABOVE)
        sizes = [0, *counts(top, ratio=DENSE, least=max(1, int(top / WIDE)))]
        rounds = 1 if meter == LINES else ROUNDS
        curve = self.scales.curve(data, swelling, meter, sizes=sizes, rounds=rounds)
        return curve if curve.is_superlinear(bound, floor) else None

    def _verdict(self, data: bytes, proof: Curve) -> Verdict:
        growth = self._growth(data, proof)
        if self.steepest is None or growth.exponent > self.steepest.exponent:
            self.steepest = growth
        message = f"its cost in {growth.meter} grows as {described(growth)}, beyond n^{self.bound:g}"
        return replace(self.scales.place(data, proof, self.bound), message=message, growth=growth)

    def _growth(self, data: bytes, curve: Curve) -> Growth:
        return curve.growth(lambda count: len(self.target.format.inflated(data, curve.swelling, count)), self.bound)

    def _smaller(self, data: bytes, curve: Curve, place: str) -> Swelling:
        """Leave out what the growth does without: what stands around it, then parts of the unit."""
        top = curve.dear(self.scales.floor.least(curve.meter) * ABOVE)
        sizes = [0, *counts(top, least=max(1, top // 8))]
        end, tries = time.monotonic() + SMALLER_SECONDS, 0
        best, again = curve.swelling, True
        while again:
            again = False
            for candidate in _simpler(best):
                tries += 1
                if tries > SMALLER_TRIES or time.monotonic() > end:
                    return best
                tried = self.scales.curve(data, candidate, curve.meter, sizes=sizes)
                if (
                    tried.is_superlinear(self.bound, self.scales.floor)
                    and self.scales.place(data, tried, self.bound).place == place
                ):
                    best, again = candidate, True
                    break
        return best


def _ends(unit: bytes) -> Iterator[bytes]:
    """Yield the first and the last character of a unit that has more."""
    text = unit.decode("utf-8", "replace")
    if len(text) > 1:
        yield from dict.fromkeys((text[0].encode(), text[-1].encode()))


def _simpler(swelling: Swelling) -> Iterator[Swelling]:
    """Yield ways to grow with less around them or in them, the boldest first."""
    for name in ("tail", "head", "core", "closing", "unit"):
        whole: bytes = getattr(swelling, name)
        chunk = len(whole)
        while chunk:
            for begin in range(0, len(whole), chunk):
                shorter = whole[:begin] + whole[begin + chunk :]
                if shorter or name != "unit":
                    yield _with(swelling, name, shorter)
            chunk //= 2
    if swelling.step > 1:
        yield replace(swelling, step=1)


def _with(swelling: Swelling, name: str, part: bytes) -> Swelling:
    parts: dict[str, Any] = {name: part}
    return replace(swelling, **parts)


def of(target: Target, folder: Path, *, bound: float | None = None, seed: int = 0, gentle: bool = False) -> Steepness:
    """Prepare a search; `bound` stands for that of the target's budget."""
    scales = Scales(target, folder, gentle=gentle)
    rng = Random(seed)  # noqa: S311 - a search, not a secret
    return Steepness(target, scales, bound or target.contract.budget.exponent, rng)
