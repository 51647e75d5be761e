"""Hangs of every kind: each ends at its limit, is named by the place where it hung, and leaves the next input alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import tests.parsers.faulty
import tests.parsers.hostile  # noqa: F401 - registers the targets
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker

WorkerOf = Callable[[Target], Worker]

FAULTY, HOSTILE = "tests.parsers.faulty", "tests.parsers.hostile"


@pytest.mark.parametrize(
    ("target", "name", "restarts"),
    [
        ("tests.faulty", "block_on_a_lock", 0),
        ("tests.faulty", "block_on_a_socket", 0),
        ("tests.faulty", "block_on_a_thread", 0),
        ("tests.faulty", "hang_with_signals_blocked", 0),
        ("tests.faulty", "hang_in_c_with_signals_ignored", 1),
        ("tests.unwatched", "hang_in_re", 0),
        ("tests.unwatched", "hang_asleep", 0),
        ("tests.unwatched", "hang_in_c", 1),
    ],
)
def test_a_hang_has_its_stack(worker_of: WorkerOf, target: str, name: str, restarts: int) -> None:
    """The soft limit ends what runs in Python and what waits; the hard limit what loops in C. The frames tell where."""
    worker = worker_of(REGISTRY[target])
    broken = dict(worker.run([b"fine", name.encode(), b"refuse", b"fine"]))
    assert list(broken) == [1]
    verdict = broken[1]
    module = FAULTY if target == "tests.faulty" else HOSTILE
    assert verdict.signature == f"hang {module}:{name}"
    assert name in [frame.function for frame in verdict.frames]
    assert "did not end within" in verdict.message
    assert (worker.executions, worker.accepted, worker.rejected, worker.restarts) == (4, 2, 1, restarts)


def test_nobody_answers_standard_input(worker_of: WorkerOf) -> None:
    """A target that reads standard input finds its end at once: there is nobody to wait for."""
    assert worker_of(REGISTRY["tests.faulty"]).verdict(b"read_standard_input").outcome is Outcome.ACCEPTED
