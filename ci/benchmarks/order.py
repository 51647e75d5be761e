"""How soon four bugs behind pydantic's validation are found, from no seed."""

from __future__ import annotations

from collections.abc import Iterator

from ci.benchmarks.measure import Bar, Measure
from ci.benchmarks.search import bare, ours
from tests.parsers.order import partner_order

__all__ = ["order"]

BUGS = 4

BAR = Bar(30.0)
"""Seconds from the first execution to the last of the four; the median of the rounds."""

PATIENCE = 60.0
"""Seconds after which a trial is a miss, and counts with all of them."""


def order(rounds: int) -> Iterator[Measure]:
    """Run one campaign of one worker a round, each with another random seed, and bare Atheris as often."""
    name = partner_order.__name__
    trials = [ours(name, seed=seed, seconds=PATIENCE, wanted=BUGS) for seed in range(1, rounds + 1)]
    found = tuple(float(len(trial.found)) for trial in trials)
    seconds = tuple(trial.found[-1].seconds if len(trial.found) == BUGS else PATIENCE for trial in trials)
    yield Measure("order, all four bugs found after", "s", seconds, BAR)
    yield Measure("  bugs found", "", found, Bar(BUGS, at_least=True))
    executions = tuple(float(trial.found[-1].executions) for trial in trials if len(trial.found) == BUGS)
    if executions:
        yield Measure("  executions", "", executions)
    spec = f"{partner_order.__module__}:{name}"
    alone = [bare(spec, "bytes", seed=seed, seconds=PATIENCE) for seed in range(1, rounds + 1)]
    yield Measure("  bugs found by bare Atheris", "", tuple(float(len(trial.found)) for trial in alone))
