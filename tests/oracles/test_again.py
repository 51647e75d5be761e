"""What an oracle calls again has as much as the first time: of the budget, and of the stack."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker
from tests.parsers import again as _again
from tests.projects import REPOSITORY

WorkerOf = Callable[[Target], Worker]


def test_each_call_has_the_budget_to_itself(worker_of: WorkerOf) -> None:
    """Four calls that keep the budget each are no hang, though they break it together; one that breaks it is."""
    worker = worker_of(REGISTRY["tests.again.slow"])
    assert worker.verdict(str(_again.SLOW).encode()).outcome is Outcome.ACCEPTED
    assert (worker.executions, worker.accepted) == (1, 1)
    assert worker.verdict(b"1000").outcome is Outcome.HANG


def _deepest(worker: Worker) -> int:
    """Find out how deep an input may be for a worker."""
    fits, overflows = 500, 1_500
    while overflows - fits > 1:
        middle, before = (fits + overflows) // 2, worker.accepted
        worker.verdict(b"[" * middle)
        fits, overflows = (middle, overflows) if worker.accepted > before else (fits, middle)
    return fits


@pytest.mark.parametrize("name", ["deep", "compared"])
def test_what_just_fits_the_stack_fits_it_again(worker_of: WorkerOf, name: str) -> None:
    """The deepest input that is accepted, and those a little less deep, are so for an oracle and a reference too."""
    alone, twice = worker_of(REGISTRY["tests.again.once"]), worker_of(REGISTRY[f"tests.again.{name}"])
    fits = _deepest(alone)
    for depth in range(fits - 4, fits + 4):
        verdict = twice.verdict(b"[" * depth)
        assert not verdict.outcome.is_violation, verdict.message
    assert twice.accepted >= 4
    assert twice.rejected


PLAIN = """
import sys
from tests.parsers.again import depth
try:
    depth("[" * int(sys.argv[1]))
except RecursionError:
    sys.exit(1)
"""


def test_what_overflows_a_worker_overflows_a_plain_program(worker_of: WorkerOf) -> None:
    """To the frame: what a finding says of the stack is so in a program that calls the parser first thing."""
    worker = worker_of(REGISTRY["tests.again.once"])
    fits = _deepest(worker)

    def plain(levels: int) -> bool:
        return not subprocess.run([sys.executable, "-c", PLAIN, str(levels)], cwd=REPOSITORY, check=False).returncode

    assert plain(fits)
    assert not plain(fits + 1)
