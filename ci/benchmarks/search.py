"""One search for planted bugs, by a campaign of ours and by bare Atheris."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY

__all__ = ["Found", "Search", "bare", "ours"]


@dataclass(frozen=True, slots=True)
class Found:
    """When a bug was met, counted from the first execution."""

    executions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Search:
    """What one search found, the earliest first."""

    found: tuple[Found, ...]


def ours(name: str, *, seed: int, seconds: float, runs: int | None = None, wanted: int) -> Search:
    """Run a campaign of one worker without seeds, until so many bugs are found."""
    found: dict[str, Found] = {}
    with tempfile.TemporaryDirectory() as folder:
        limits = Limits(seconds=seconds, runs=runs, workers=1, seed=seed)
        campaign = Campaign(Project(Path(folder), Config()), [REGISTRY[name]], limits)
        with contextlib.closing(campaign.run()) as events:
            for event in events:
                if isinstance(event, FindingSeen):
                    finding = event.finding
                    found[finding.signature] = Found(finding.found_after_executions, finding.found_after_seconds)
                    if len(found) >= wanted:
                        break
    return Search(tuple(sorted(found.values(), key=lambda each: each.seconds)))


def bare(spec: str, shape: str, *, seed: int, seconds: float, runs: int | None = None) -> Search:
    """Let bare Atheris search in an empty folder."""
    command = [sys.executable, "-m", "ci.benchmarks.bare_target", spec, shape, str(seconds), f"-seed={seed}"]
    command += [] if runs is None else [f"-runs={runs}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=2 * seconds + 60)
    bugs = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Search(tuple(Found(bug["executions"], bug["seconds"]) for bug in bugs))
