"""How soon the zero-width joiners are found that empty a name, from three ordinary seeds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import Finding
from tests.planted import invisible_only

__all__ = ["joiners"]

TRIALS = 10

BAR = Bar(3.0)
"""Seconds from the first execution; the median of the trials."""

PATIENCE = 30.0
"""Seconds after which a trial is a miss. It counts as one of that length."""


def joiners(rounds: int) -> Iterator[Measure]:
    """Run one campaign of one worker for each random seed."""
    del rounds  # the trials are the rounds
    trials = [_trial(seed) for seed in range(1, TRIALS + 1)]
    found = [trial for trial in trials if trial is not None]
    seconds = tuple(PATIENCE if trial is None else trial.found_after_seconds for trial in trials)
    yield Measure("joiners found after", "s", seconds, BAR, f"{TRIALS - len(found)} of {TRIALS} missed")
    if found:
        yield Measure("  executions", "", tuple(float(trial.found_after_executions) for trial in found))


def _trial(seed: int) -> Finding | None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), Config())
        _store_seeds(project)
        limits = Limits(seconds=PATIENCE, workers=1, seed=seed)
        events = Campaign(project, [REGISTRY["invisible_only"]], limits).run()
        for event in events:
            if isinstance(event, FindingSeen) and event.finding.signature == invisible_only.SIGNATURE:
                events.close()  # type: ignore[attr-defined]
                return event.finding
    return None


def _store_seeds(project: Project) -> None:
    seeds = project.corpus / "invisible_only" / "seeds"
    seeds.mkdir(parents=True)
    for number, seed in enumerate(invisible_only.SEEDS):
        (seeds / str(number)).write_bytes(seed)
