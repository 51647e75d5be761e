"""A worker that measures: what inputs cost as they grow, and where in the code that is.

No execution may take long, so sizes are approached: in steps, each as far as the last ones allow. What is wrong about
that is interrupted at the cap, as a hang is at its budget.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.channel import Closed, Message, pack
from fuzzlab.errors import FuzzlabError, HarnessError
from fuzzlab.growth import (
    FLAT,
    LINES,
    SECONDS,
    SMALL,
    Growth,
    Swelling,
    affordable,
    counts,
    exponent,
    is_superlinear,
    up_to_dearest,
)
from fuzzlab.process import TICK, Child, Lost
from fuzzlab.scope import home
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["LEAST_LINE", "Curve", "Floor", "Scales"]

FLOOR, FLOOR_LEAST, FLOOR_MOST = 0.03, 0.005, 0.03
"""Part of the budget of CPU time, and seconds at the least and at the most, below which a cost is nobody's concern
however it grows, and above which it stands out from all that a machine does beside."""

LINES_A_SECOND = 10_000_000
"""Lines that CPython executes in a second, roughly: the floor and the cap of lines are those of seconds."""

LEAST_LINE = 5e-9
"""Seconds that no line takes less than: what costs less than a floor of lines in them cannot reach it."""

CAP = 4.0
"""How many times the floor an execution may cost. A size is looked for that costs more than the floor and less."""

INTERRUPTED_AT = 8.0
"""How many times the cap an execution is interrupted at; what cannot be is killed at twice that. Counted executions
take several times as long as those that are not."""

COUNTING = 3.0
"""Times that a counted execution may take as long as one that is not."""

REFINEMENTS = 6
"""Sizes tried between one that is cheap and one that may be too dear: what doubles with each byte needs the most."""

MOST = 1 << 40
"""Bytes that stand for no limit."""

SPARE = 4096
"""Bytes of a black box beyond the largest input."""

LOSSES = 3
"""Workers in a row that may be lost before their first answer."""

ANSWERS = {"costs": "metered", "place": "placed", "vocabulary": "mined"}
"""What a question is answered by."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least cost that is worth a word, and the most that an execution may reach, for each way to measure."""

    seconds: float

    @classmethod
    def of(cls, target: Target) -> Floor:
        """Give that of a target's budget."""
        return cls(min(max(FLOOR * target.contract.budget.seconds, FLOOR_LEAST), FLOOR_MOST))

    def least(self, meter: str) -> float:
        """Give the floor."""
        return self.seconds * (LINES_A_SECOND if meter == LINES else 1)

    def most(self, meter: str) -> float:
        """Give the cap."""
        return self.least(meter) * CAP


@dataclass(frozen=True, slots=True)
class Curve:
    """Costs over numbers of units; the first one has none, and is what the rest costs."""

    swelling: Swelling
    meter: str
    units: tuple[int, ...]
    costs: tuple[float, ...]

    @property
    def points(self) -> tuple[list[float], list[float]]:
        """Give lengths and costs of what grew alone, up to the dearest."""
        last = up_to_dearest(self.costs)
        base = self.costs[0] if self.costs else 0.0
        lengths = [float(self.swelling.length(count)) for count in self.units[1:last]]
        return lengths, [cost - base for cost in self.costs[1:last]]

    @property
    def top(self) -> float:
        """Give the dearest cost."""
        return max(self.costs, default=0.0)

    @property
    def exponent(self) -> float:
        """Give the power of the fit."""
        lengths, costs = self.points
        return exponent(lengths, costs, small=SMALL[self.meter])

    def dear(self, cost: float) -> int:
        """Give the number of units with which it reaches a cost, or the dearest; 0 where nothing could be measured."""
        dear = (count for count, each in zip(self.units, self.costs, strict=True) if each >= cost)
        return next(dear, max(self.units[: up_to_dearest(self.costs)], default=0))

    def is_superlinear(self, bound: float, floor: Floor) -> bool:
        """Judge it."""
        lengths, costs = self.points
        return is_superlinear(lengths, costs, bound=bound, floor=floor.least(self.meter), small=SMALL[self.meter])

    def growth(self, sizes: Callable[[int], int], bound: float) -> Growth:
        """Give what is kept of it."""
        last = up_to_dearest(self.costs)
        shown = self.units[:last]
        return Growth(self.swelling, self.meter, tuple(map(sizes, shown)), self.costs[:last], self.exponent, bound)


class Scales:
    """Measures one target in a process of its own, which is replaced when it is lost."""

    def __init__(self, target: Target, folder: Path, *, gentle: bool = False) -> None:
        """Prepare; no process is started before the first question."""
        self.target = target
        self.floor = Floor.of(target)
        self.executions = self.curves = 0
        self._folder = folder
        self._gentle = gentle
        self._child: Child | None = None
        self._abandoned = False

    def vocabulary(self) -> tuple[list[bytes], list[tuple[str, int]]]:
        """Give the words and the regular expressions of the code under test.

        Raises:
            UserError: the target does not import.
            HarnessError: fuzzlab's own part of a worker failed.
        """
        answer = self._ask({"measure": "vocabulary"})
        return (answer["words"], answer["patterns"]) if answer else ([], [])

    def curve(
        self, data: bytes, swelling: Swelling, meter: str, *, sizes: Sequence[int] = (), rounds: int = 1,
        part: float = 1.0,
    ) -> Curve:  # fmt: skip
        """Measure `swelling` from nothing up to the limits of size and cost.

        Args:
            data: the input that it comes from.
            swelling: how it grows.
            meter: what is counted.
            sizes: numbers of units, where they are known to be affordable.
            rounds: how often each is measured.
            part: of the greatest cost, that is gone up to.

        Raises:
            UserError, HarnessError: as `vocabulary`.
        """
        self.curves += 1
        most = swelling.most(self.target.format.max_size)
        planned = list(sizes) or [0, *counts(most)]
        costs = self._costs(data, swelling, planned, meter, rounds, part, bold=bool(sizes))
        done = planned[: len(costs)]
        cap = self.floor.most(meter) * part
        for _ in range(REFINEMENTS):
            lengths = [float(swelling.length(count)) for count in done]
            if len(done) < 3 or len(done) == len(planned) or costs[-1] >= cap / 2:
                break
            if exponent(lengths, costs, small=SMALL[meter]) < FLAT:
                break
            reached = affordable(lengths, costs, cap=cap)
            step = min(max(done[-1] + 1, swelling.most(int(min(reached, MOST)) + swelling.rest)), planned[len(done)])
            more = self._costs(data, swelling, [step], meter, rounds, part, bold=True)
            if not more:
                break
            done, costs = [*done, step], [*costs, more[-1]]
            planned = [*done, *(count for count in planned if count > step)]
        return Curve(swelling, meter, tuple(done), tuple(costs))

    def price(self, data: bytes) -> float:
        """Give what one input costs, in seconds.

        Raises:
            UserError, HarnessError: as `vocabulary`.
        """
        return (self._costs(data, Swelling("", b"", head=data), [0], SECONDS) or [0.0])[0]

    def place(self, data: bytes, curve: Curve, bound: float, *, part: float = 1.0) -> Verdict:
        """Say where in the code the cost of a curve grows, looking at so large a part of the floor.

        Raises:
            UserError, HarnessError: as `vocabulary`.
        """
        last = curve.units.index(curve.dear(self.floor.least(curve.meter) * part))
        small = max((at for at in range(1, last) if curve.units[at] * 2 <= curve.units[last]), default=1)
        both = (curve.units[small], curve.units[last])
        answer = self._ask({
            "measure": "place", "meter": curve.meter, "bound": bound,
            "inputs": [pack(self.target.format.inflated(data, curve.swelling, count)) for count in both],
            "lengths": list(map(curve.swelling.length, both)),
        })  # fmt: skip
        if answer is None:
            return Verdict(Outcome.SUPERLINEAR, place=self.target.place, frames=home(self.target))
        verdict: Verdict = answer["verdict"]
        return verdict

    def fresh(self) -> None:
        """Let the next question find a new process."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def abandon(self) -> None:
        """Kill the child in the middle of what it does; for another thread, or a signal handler."""
        self._abandoned = True
        if (child := self._child) is not None:
            child.stop()

    def close(self) -> None:
        """Give everything back."""
        self.fresh()

    def _costs(
        self, data: bytes, swelling: Swelling, units: Sequence[int], meter: str, rounds: int = 1, part: float = 1.0,
        *, bold: bool = False,
    ) -> list[float]:  # fmt: skip
        """Measure so many units; of what ends the process, only as many as do not."""
        slow = COUNTING if meter == LINES else 1.0
        for _ in range(LOSSES):
            inputs = [pack(self.target.format.inflated(data, swelling, count)) for count in units]
            answer = self._ask({
                "measure": "costs", "meter": meter, "rounds": rounds, "inputs": inputs,
                "lengths": list(map(swelling.length, units)),
                "flat": self.floor.least(meter) * part / 2, "bold": bold,
                "caps": {LINES: self.floor.most(LINES) * part, SECONDS: self.floor.most(SECONDS) * slow * part},
            })  # fmt: skip
            if answer is not None:
                found: list[float] = answer["costs"][: len(units)]
                self.executions += len(found) * rounds
                return found
            units = units[: len(units) // 2]
        return []

    def _ask(self, question: Message) -> Message | None:
        """Give the child's answer, or None where it was lost over the question."""
        for _ in range(LOSSES):
            if self._abandoned:
                return None
            child = self._child
            if child is None:
                child = self._child = self._started()
            with contextlib.suppress(Closed):
                child.channel.send(question)
            try:
                while (answer := child.receive(TICK)) is None:
                    child.watch()
            except Lost as lost:
                self.fresh()
                if lost.recycled or lost.killed:
                    continue
                return None
            except FuzzlabError:
                self.fresh()
                raise
            if answer["is"] != ANSWERS[question["measure"]]:
                raise HarnessError(f"{self.target.name}: a worker answers what it was not asked")
            return answer
        return None

    def _started(self) -> Child:
        slowness = self.floor.most(SECONDS) * INTERRUPTED_AT / self.target.contract.budget.seconds
        form = self.target.format
        for _ in range(LOSSES):
            child = Child(
                self.target, self._folder, capacity=form.max_size + SPARE, order={"do": "meter"}, slowness=slowness,
                gentle=self._gentle,
            )  # fmt: skip
            try:
                child.wait_ready()
            except FuzzlabError:
                child.close()
                raise
            except Lost:
                child.close()
                continue
            return child
        raise HarnessError(f"{self.target.name}: workers are killed from outside")
