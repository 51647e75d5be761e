"""In how many executions constants are met that no comparison shows: `in`, a set, a dict, `find`, an Enum, `int`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ci.benchmarks.measure import Bar, Measure
from ci.benchmarks.search import bare, ours
from tests.parsers import constants as module

__all__ = ["constants"]

TARGETS = tuple(name for name in vars(module) if name.startswith("behind_"))

RUNS = 200_000
BARE_RUNS = 1_500_000
"""Executions after which a trial is a miss, and counts with all of them."""

BAR = Bar(50_000)
PATIENCE = 600.0


def constants(rounds: int) -> Iterator[Measure]:
    """Run each target once a round, each round with another random seed, and bare Atheris once."""
    solved = 0
    medians = []
    for name in TARGETS:
        trials = [ours(name, seed=seed, seconds=PATIENCE, runs=RUNS, wanted=1) for seed in range(1, rounds + 1)]
        found = [trial for trial in trials if trial.found]
        solved += len(found) == len(trials)
        executions = [trial.found[0].executions if trial.found else RUNS for trial in trials]
        medians.append(statistics.median(executions))
        yield Measure(f"  {name}", "executions", tuple(map(float, executions)), None, f"{len(found)} solved")
    yield Measure("constants met, median of the targets", "executions", tuple(medians), BAR)
    yield Measure("  targets solved in every round", "", (float(solved),), Bar(len(TARGETS), at_least=True))
    alone = [bare(f"{module.__name__}:{name}", "text", seed=1, seconds=PATIENCE, runs=BARE_RUNS) for name in TARGETS]
    met = sum(bool(trial.found) for trial in alone)
    yield Measure("  the same, bare Atheris", "", (float(met),), None, f"{BARE_RUNS:,} executions each")
