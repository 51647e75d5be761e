"""A function's first executions, in workers, under limits of time: what it takes, refuses and gives back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzlab import formats
from fuzzlab.blackbox import INDEX
from fuzzlab.channel import Closed, Message, pack
from fuzzlab.contract import Budget, Contract
from fuzzlab.errors import UserError
from fuzzlab.process import TICK, Child, Lost
from fuzzlab.target import Target
from fuzzlab.trial import Shape, Trial, Tried
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["Rehearsal"]

SECONDS = 1.0
"""Of CPU for one input: an ordinary parser takes less than a thousandth of it."""

IN_ALL = 20.0
"""Seconds for all inputs of a trial."""

LOSSES = 4
"""Workers that a function may cost before its trial is over; each takes a second or two."""

LARGEST = 1 << 16
"""Bytes of an input that is tried."""

FITTING = 2
"""Accepted inputs that show that a function takes its input in a shape: one may be an accident."""

UNDECODABLE = "fuzzlab.errors.Undecodable"
"""What is raised for an input that has no value in the shape that is tried: the function was not called."""

MUTATIONS = 160
"""Inputs made of those that were accepted."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One function, and where its workers keep their files; `twins` (`module:function`) may write what it reads."""

    spec: str
    name: str
    folder: Path
    twins: tuple[str, ...] = ()

    def choose(self, shapes: Sequence[Shape], inputs: Sequence[bytes]) -> Trial:
        """Try the inputs in each shape; give the trial of the first that fits, or of that which accepts most.

        As text a parser may accept few inputs, and as bytes any four that it takes for an address.

        Raises:
            UserError: its module does not import.
        """
        deadline = time.monotonic() + IN_ALL
        trials = [Trial(shape, tuple(self.tried(shape, inputs, deadline))) for shape in shapes]
        fitting = [trial for trial in trials if len(trial.accepted) >= FITTING]
        return fitting[0] if fitting else max(trials, key=lambda trial: len(trial.accepted))

    def go_on(self, trial: Trial, form: formats.Format[object], *, seeds: Sequence[bytes]) -> Trial:
        """Try what is near to the inputs that were accepted, or near to the seeds where none were.

        Raises:
            UserError: its module does not import.
        """
        near = [each.data for each in trial.accepted] or list(seeds)
        if not near:
            return trial
        rng = Random(0)  # noqa: S311 - the same trial each time
        known = {each.data for each in trial.tried}
        made: dict[bytes, None] = {}
        for number in range(4 * MUTATIONS):
            mutated = form.mutate(near[number % len(near)], rng, min(form.max_size, LARGEST))
            if mutated is not None and mutated not in known:
                made[mutated] = None
            if len(made) == MUTATIONS:
                break
        return trial + self.tried(trial.shape, list(made), time.monotonic() + IN_ALL)

    def tried(self, shape: Shape, inputs: Sequence[bytes], deadline: float) -> list[Tried]:
        """Run the inputs in one shape; those behind the end of the time are left out."""
        done: list[Tried] = []
        begin = losses = 0
        while begin < len(inputs) and losses < LOSSES and time.monotonic() < deadline:
            found, count, is_lost = self._batch(shape, inputs[begin:], deadline)
            done += [found[number] for number in sorted(found)]
            losses += is_lost
            begin += count
        return [each for each in done if each.error != UNDECODABLE]

    def _batch(self, shape: Shape, inputs: Sequence[bytes], deadline: float) -> tuple[dict[int, Tried], int, bool]:
        """Run one worker; give what came of inputs by their numbers, how many are done with, whether it was lost."""
        found: dict[int, Tried] = {}
        order = {"do": "try", "spec": self.spec, "shape": shape.value, "twins": list(self.twins)}
        child = Child(self._target(), self.folder, capacity=max(map(len, inputs)) + 4096, order=order)
        try:
            _wait_ready(child)
            with contextlib.suppress(Closed):
                child.channel.send({"inputs": [pack(data) for data in inputs]})
            while True:
                message = child.receive(TICK)
                if message is None:
                    child.watch()
                    if time.monotonic() > deadline:
                        return found, len(found), True
                elif message["is"] == "ran":
                    return found, message["done"], False
                elif 0 <= message["index"] < len(inputs):
                    found[message["index"]] = _read(inputs[message["index"]], message)
                    if sum(each.error == "hang" for each in found.values()) == LOSSES:
                        return found, len(inputs), True
        except Lost as lost:
            index = min(child.box.head[INDEX], len(inputs) - 1)
            if lost.verdict is None:  # recycled, or killed by somebody: the input in hand is not to blame
                return found, index, True
            found[index] = Tried(inputs[index], error=lost.verdict.exception or str(lost.verdict.outcome))
            return found, index + 1, True
        finally:
            child.close()

    def _target(self) -> Target:
        home, _, attribute = self.spec.partition(":")
        contract = Contract(budget=Budget(seconds=SECONDS))
        function: Callable[[bytes], object] = _never
        return Target(
            name=attribute or home, function=function, format=formats.raw(), contract=contract, shape="bytes", home=home
        )


def _never(data: bytes) -> object:
    """Stand for a function that is called in a worker only."""
    raise AssertionError(data)


def _wait_ready(child: Child) -> None:
    try:
        child.wait_ready()
    except Lost as lost:
        home = child.target.home
        raise UserError(f"{home} kills the process that imports it: {lost.reason.strip()}") from None


def _read(data: bytes, message: Message) -> Tried:
    if message["is"] == "tried":
        return Tried(data, type=message["type"], held=message["held"])
    verdict: Verdict = message["verdict"]
    named = verdict.outcome in (Outcome.CRASH, Outcome.MEMORY, Outcome.DIED) and verdict.exception
    return Tried(data, error=named or f"{verdict.outcome} {verdict.clause}".strip(), place=verdict.location)
