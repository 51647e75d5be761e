"""What a second worker is worth, and what it costs to supervise them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ci.benchmarks.measure import Bar, Measure

__all__ = ["scale"]

SECONDS = 6.0
"""Of each campaign on one target: ten times what a worker's start takes."""

SUPERVISED_SECONDS = 30.0

WORTH = Bar(1.8, at_least=True)
"""Times the executions of one worker, for two on two cores."""

SHARE = Bar(3.0)
"""Percent of a core, for the supervising process."""

GROWTH = Bar(1.0)
"""MiB between a campaign's first third and its end."""

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import Progressed
from fuzzlab.finder import load, select
from fuzzlab.project import Config, Project

names, workers, seconds, folder, repository = sys.argv[1:]
def rss():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
known = load(["targets"], root=Path(repository))
targets = select(names.split(), known, format_name=None, allow=())
limits = Limits(seconds=float(seconds), workers=int(workers), seed=1)
campaign = Campaign(Project(Path(folder), Config()), targets, limits)
began, cpu, sizes = time.monotonic(), time.process_time(), []
for event in campaign.run():
    if isinstance(event, Progressed):
        sizes.append(rss())
results = campaign.results()
print(json.dumps({
    "executions": sum(r.executions for r in results),
    "cpu": time.process_time() - cpu,
    "wall": time.monotonic() - began,
    "grown": sizes[-1] - sizes[len(sizes) // 3],
}))
"""
"""A campaign in a process of its own, whose CPU time is then the supervisor's."""


def scale(rounds: int) -> Iterator[Measure]:
    """Let one worker and two take turns on each reference target; then watch the supervisor of a fast one."""
    ratios = []
    for _ in range(rounds):
        each = []
        for name in _names():
            one, two = (_run(name, workers, SECONDS)["executions"] for workers in (1, 2))
            each.append(two / one)
        ratios.append(statistics.geometric_mean(each))
    note = "geometric mean over the reference targets, executions of two workers over those of one"
    yield Measure("scale, two workers", "x", tuple(ratios), WORTH, note)
    runs = [_run("ci.benchmarks.nothing:nothing", 2, SUPERVISED_SECONDS) for _ in range(rounds)]
    rate = statistics.median(run["executions"] / run["wall"] for run in runs)
    shares = tuple(100 * run["cpu"] / run["wall"] for run in runs)
    yield Measure("scale, supervisor", "% of a core", shares, SHARE, f"at {rate:,.0f} executions/s")
    yield Measure("scale, supervisor's growth", "MiB", tuple(run["grown"] / (1 << 20) for run in runs), GROWTH)


def _names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "corpus").iterdir())


def _run(names: str, workers: int, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", SCRIPT, names, str(workers), str(seconds), folder, str(ROOT)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured
