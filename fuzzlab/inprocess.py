"""A runner without a worker, for debuggers: no limit is enforced, and what kills the process kills all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import gettempdir

from fuzzlab.blackbox import BlackBox
from fuzzlab.executor import Executor
from fuzzlab.scope import Scope, packages
from fuzzlab.slowest import Slowest
from fuzzlab.tally import Tally
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["InProcess"]


class InProcess:
    """A `Runner` that calls the target here, where a breakpoint stops and a debugger steps."""

    restarts = 0
    tally = Tally()
    """Nothing is counted without a worker."""

    def __init__(self, target: Target) -> None:
        self._box = BlackBox.create(Path(gettempdir()), target.format.max_size)
        self._executor = Executor(target, self._box, Scope(packages(target)))
        self.recycled: list[str] = []
        self.late: list[tuple[bytes, Verdict]] = []
        self.slow, self.refusals = Slowest(), Counter[tuple[str, str]]()
        self.executions = self.accepted = self.rejected = 0

    def start(self) -> None:
        """There is nothing to start."""

    def run(self, inputs: Sequence[bytes]) -> Iterator[tuple[int, Verdict]]:
        """Run each input once; yield those that broke the contract."""
        for index, data in enumerate(inputs):
            verdict = self.verdict(data)
            if verdict.outcome.is_violation:
                yield index, verdict

    def verdict(self, data: bytes) -> Verdict:
        """Run one input."""
        verdict = self._executor.execute(data)
        if verdict.exception == "KeyboardInterrupt":
            raise KeyboardInterrupt  # without a worker, Ctrl-C reaches the target first
        self.executions += 1
        self.accepted += verdict.outcome is Outcome.ACCEPTED
        self.rejected += verdict.outcome is Outcome.REJECTED
        self.refusals = self._box.refusals()
        return verdict

    def close(self) -> None:
        """Give the memory back."""
        self._box.close()
