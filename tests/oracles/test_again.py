"""What an oracle calls again has as much as the first time: of the budget, and of the stack."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker
from tests.parsers import again as _again

WorkerOf = Callable[[Target], Worker]


def test_each_call_has_the_budget_to_itself(worker_of: WorkerOf) -> None:
    """Four calls that keep the budget each are no hang, though they break it together; one that breaks it is."""
    worker = worker_of(REGISTRY["tests.again.slow"])
    assert worker.verdict(str(_again.SLOW).encode()).outcome is Outcome.ACCEPTED
    assert (worker.executions, worker.accepted) == (1, 1)
    assert worker.verdict(b"1000").outcome is Outcome.HANG


@pytest.mark.parametrize("name", ["deep", "compared"])
def test_what_just_fits_the_stack_fits_it_again(worker_of: WorkerOf, name: str) -> None:
    """The deepest input that is accepted, and those a little less deep, are so for an oracle and a reference too."""
    alone, twice = worker_of(REGISTRY["tests.again.once"]), worker_of(REGISTRY[f"tests.again.{name}"])
    fits, overflows = 500, 1_500
    while overflows - fits > 1:
        middle, before = (fits + overflows) // 2, alone.accepted
        alone.verdict(b"[" * middle)
        fits, overflows = (middle, overflows) if alone.accepted > before else (fits, middle)
    for depth in range(fits - 4, fits + 4):
        verdict = twice.verdict(b"[" * depth)
        assert not verdict.outcome.is_violation, verdict.message
    assert twice.accepted >= 4
    assert twice.rejected
