"""The executions that took longest, and how often which error refused: what a result tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fuzzlab.events import Refusal, Slow
from fuzzlab.verdict import input_id

__all__ = ["SLOW_KEPT", "Laps", "Slowest", "refusals"]

SLOW_KEPT = 5
"""Executions kept of a target: enough to see what is slow about them."""

SLOW_SHOWN = 1_000
"""Bytes kept of an input; a stored one is found by its id."""


class Slowest:
    """A few inputs with the time that each took, the slowest first, each once."""

    def __init__(self) -> None:
        self._slow: dict[str, Slow] = {}

    def met(self, seconds: float, data: bytes) -> None:
        """Take an execution in."""
        if len(self._slow) < SLOW_KEPT or seconds > self.all[-1].seconds:
            self.add([Slow(seconds, input_id(data), len(data), data[:SLOW_SHOWN])])

    def add(self, others: Iterable[Slow]) -> None:
        """Take several in."""
        for slow in others:
            if slow.id not in self._slow or slow.seconds > self._slow[slow.id].seconds:
                self._slow[slow.id] = slow
        kept = sorted(self._slow.values(), key=lambda slow: -slow.seconds)[:SLOW_KEPT]
        self._slow = {slow.id: slow for slow in kept}

    @property
    def all(self) -> tuple[Slow, ...]:
        """Give them, the slowest first."""
        return tuple(self._slow.values())


class Laps:
    """The longest executions of a batch, as (position, nanoseconds), the longest first."""

    def __init__(self) -> None:
        self.all: list[tuple[int, int]] = []

    def took(self, index: int, nanoseconds: int) -> None:
        """Take an execution in; one of 0 counts for nothing."""
        if nanoseconds and (len(self.all) < SLOW_KEPT or nanoseconds > self.all[-1][1]):
            self.all = sorted([*self.all, (index, nanoseconds)], key=lambda lap: -lap[1])[:SLOW_KEPT]


def refusals(counts: Mapping[tuple[str, str], int]) -> tuple[Refusal, ...]:
    """Give what was counted by (class of the contract, type of the error), the most frequent first."""
    found = [Refusal(error, allowed, count) for (allowed, error), count in counts.items() if count > 0]
    return tuple(sorted(found, key=lambda refusal: (-refusal.count, refusal.error)))
