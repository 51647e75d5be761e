"""How soon the zero-width joiners are found that empty a name, from three ordinary seeds."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ci.benchmarks import mutated
from ci.benchmarks.measure import Bar, Measure
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Finding
from tests.planted import invisible_only

__all__ = ["joiners"]

TRIALS = 10

BAR = Bar(3.0)
"""Seconds from the first execution; the median of the trials."""

PATIENCE = 30.0
"""Seconds after which a trial is a miss. It counts as one of that length."""


def joiners(rounds: int) -> Iterator[Measure]:
    """Run one campaign of one worker for each random seed: as it is, then without examples in the first corpus."""
    del rounds  # the trials are the rounds
    yield from _measures("joiners found after", invisible_only.invisible_only.__name__, BAR)
    yield from _measures("joiners, seeds and mutators only", mutated.NAME, None)


def _measures(title: str, target: str, bar: Bar | None) -> Iterator[Measure]:
    trials = [_trial(REGISTRY[target], seed) for seed in range(1, TRIALS + 1)]
    found = [trial for trial in trials if trial.finding is not None]
    missed = f"{TRIALS - len(found)} of {TRIALS} missed"
    yield Measure(title, "s", tuple(trial.seconds for trial in trials), bar, missed)
    executions = tuple(float(trial.finding.found_after_executions) for trial in found if trial.finding)
    if executions:
        yield Measure("  executions", "", executions)
    yield Measure("  from the campaign's start to the report", "s", tuple(trial.reported for trial in trials))


@dataclass(frozen=True, slots=True)
class _Trial:
    """What came of one campaign, and the seconds until its finding was shown: found, deflaked, minimised."""

    finding: Finding | None
    reported: float

    @property
    def seconds(self) -> float:
        """From the first execution; a miss counts with all the time it had."""
        return PATIENCE if self.finding is None else self.finding.found_after_seconds


def _trial(target: Target, seed: int) -> _Trial:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), Config())
        _store_seeds(project, target)
        campaign = Campaign(project, [target], Limits(seconds=PATIENCE, workers=1, seed=seed))
        began = time.monotonic()
        with contextlib.closing(campaign.run()) as events:
            for event in events:
                if isinstance(event, FindingSeen) and event.finding.verdict.exception == "IndexError":
                    return _Trial(event.finding, time.monotonic() - began)
    return _Trial(None, PATIENCE)


def _store_seeds(project: Project, target: Target) -> None:
    seeds = project.corpus / target.name / "seeds"
    seeds.mkdir(parents=True)
    for number, seed in enumerate(invisible_only.SEEDS):
        (seeds / str(number)).write_bytes(seed)
