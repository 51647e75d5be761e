"""Ways of producing inputs: replay (what is stored), property (Hypothesis), coverage (Atheris).

An engine yields events and prints nothing. Replay and property run in the supervising process and reach the target
through a `Runner`, the interface of a worker; coverage owns a worker's process (libFuzzer's loop never returns).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from fuzzlab.slowest import Slowest
from fuzzlab.verdict import Verdict

__all__ = ["Runner"]


class Runner(Protocol):
    """Where a target runs."""

    executions: int
    accepted: int
    rejected: int
    restarts: int
    recycled: list[str]
    late: list[tuple[bytes, Verdict]]
    """What was noticed after an input had had its verdict: inputs of earlier executions, with another one."""
    refusals: Counter[tuple[str, str]]
    slow: Slowest

    def start(self) -> None:
        """Be ready for the first input."""

    def run(self, inputs: Sequence[bytes]) -> Iterator[tuple[int, Verdict]]:
        """Run each input once; yield (its index, its verdict) for those that broke the contract."""

    def verdict(self, data: bytes) -> Verdict:
        """Run one input and give its verdict, whatever it is."""

    def close(self) -> None:
        """Give everything back."""
