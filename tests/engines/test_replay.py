"""Every stored input once, in order, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from fuzzlab.engines.replay import BATCH, BATCH_BYTES, replay
from fuzzlab.slowest import Slowest
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Verdict
from fuzzlab.worker import Worker
from tests.parsers import hostile


class _Counting:
    """A runner that counts its batches and finds nothing."""

    executions = accepted = rejected = restarts = 0

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.late: list[tuple[bytes, Verdict]] = []
        self.recycled: list[str] = []
        self.refusals, self.slow = Counter[tuple[str, str]](), Slowest()

    def start(self) -> None:
        """Do nothing."""

    def run(self, inputs: Sequence[bytes]) -> Iterator[tuple[int, Verdict]]:
        self.batches.append(list(inputs))
        return iter(())

    def verdict(self, data: bytes) -> Verdict:
        raise AssertionError(data)

    def close(self) -> None:
        """Do nothing."""


def test_batches() -> None:
    """Batches are bounded in number and in bytes, keep the order, and lose nothing."""
    inputs = [b"%d" % number for number in range(BATCH * 2 + 1)]
    runner = _Counting()
    assert list(replay(inputs, runner)) == []
    assert [len(batch) for batch in runner.batches] == [BATCH, BATCH, 1]
    assert [data for batch in runner.batches for data in batch] == inputs
    large = [b"x" * (BATCH_BYTES // 2)] * 5
    runner = _Counting()
    assert list(replay(large, runner)) == []
    assert [len(batch) for batch in runner.batches] == [2, 2, 1]


def test_no_inputs() -> None:
    """An empty corpus asks nobody."""
    runner = _Counting()
    assert list(replay([], runner)) == []
    assert runner.batches == []


def test_through_a_worker(worker_of: Callable[[Target], Worker]) -> None:
    """Each violation comes with the input that did it, over several batches and deaths."""
    assert hostile.SECONDS < 1
    inputs = [b"fine"] * 600 + [b"crash"] + [b"refuse"] * 600 + [b"kill", b"fine", b"leave"]
    worker = worker_of(REGISTRY["tests.hostile"])
    found = [(data, verdict.outcome) for data, verdict in replay(inputs, worker)]
    assert found == [(b"crash", "crash"), (b"kill", "died"), (b"leave", "crash")]
    assert (worker.executions, worker.accepted, worker.rejected) == (1204, 601, 600)
