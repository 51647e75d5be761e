"""How soon real parsers are found to grow too fast, and that linear ones are not: `ci/bench growth`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ci.benchmarks import steep
from ci.benchmarks.measure import Bar, Measure
from fuzzlab import steepness
from fuzzlab.finder import adhoc
from fuzzlab.growth import described

__all__ = ["growth"]

SECONDS = 30.0
"""Of a search; what is found by then is found in seconds of a campaign, and what is not is missed."""


def growth(rounds: int) -> Iterator[Measure]:
    """Search each parser once a round, each round with another random seed."""
    _install()
    found = 0
    for name, seeds in steep.STEEP.items():
        trials = [_search(name, seeds, seed) for seed in range(1, rounds + 1)]
        hits = [trial for trial in trials if trial[1]]
        found += len(hits) == len(trials)
        places = ", ".join(sorted({each for _, every in hits for each in every}))
        yield Measure(f"  {name}", "s", tuple(seconds for seconds, _ in trials), None, places)
    yield Measure("steep parsers found in every round", "", (float(found),), Bar(len(steep.STEEP), at_least=True))
    false = [each for name, seeds in steep.LEVEL.items() for r in range(rounds) for each in _search(name, seeds, r)[1]]
    yield Measure("findings on linear parsers", "", (float(len(false)),), Bar(1), ", ".join(false))


def _install() -> None:
    """Put the old releases where nobody else finds them."""
    if (steep.OLD / ".done").exists():
        return
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(steep.OLD)]
    subprocess.run([*command, *steep.REQUIREMENTS], check=True, capture_output=True, text=True)
    (steep.OLD / ".done").touch()


def _search(name: str, seeds: Sequence[bytes], seed: int) -> tuple[float, list[str]]:
    """Give the seconds until the first finding, or all of them, and what was found until then."""
    target = adhoc(f"{steep.__name__}:{name}")
    with tempfile.TemporaryDirectory() as folder:
        search = steepness.of(target, Path(folder), seed=seed)
        began = time.monotonic()
        try:
            found = search.search(seeds, most=None, should_stop=lambda: time.monotonic() - began > SECONDS)
            for each in found:
                measured = each.verdict.growth
                assert measured is not None  # noqa: S101 - a superlinear verdict has one
                return time.monotonic() - began, [f"{name} {described(measured)}, {len(each.data)} bytes"]
        finally:
            search.scales.close()
    return SECONDS, []
