"""The table of who finds what: medians, misses, effect sizes, and that every contestant runs."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.benchmarks.bugs import CONTESTANTS, Trial, violations
from ci.benchmarks.effect import MISS, a12, median
from ci.benchmarks.entry import ZOO
from ci.benchmarks.startup import HEAVY, heavy

times = st.lists(st.one_of(st.floats(0, 100), st.just(MISS)), min_size=1, max_size=8)


@given(times, times)
def test_a12_is_antisymmetric(ours: list[float], theirs: list[float]) -> None:
    """What one gains the other loses; a sample against itself is a draw."""
    assert math.isclose(a12(ours, theirs) + a12(theirs, ours), 1)
    assert math.isclose(a12(ours, ours), 0.5)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ((1.0, 2.0), (3.0, 4.0), 1.0),
        ((3.0,), (1.0,), 0.0),
        ((MISS,), (MISS,), 0.5),
        ((1.0, MISS), (2.0, MISS), 0.25 + 0.25 + 0.125),
    ],
)
def test_a12_by_hand(ours: tuple[float, ...], theirs: tuple[float, ...], expected: float) -> None:
    """Sooner is more than half; a miss is later than any time, and as late as another miss."""
    assert a12(ours, theirs) == expected


@given(times)
def test_the_median_is_a_miss_where_half_are(sample: list[float]) -> None:
    """A median is a time of the sample, and MISS exactly where half of the trials or more missed."""
    assert median(sample) in sample
    assert (median(sample) == MISS) == (2 * sample.count(MISS) >= len(sample))


def _trial(contestant: str, seed: int, **found: float) -> Trial:
    record: dict[str, dict[str, Any]] = {
        name: {"seconds": seconds, "executions": 1, "input": ""} for name, seconds in found.items()
    }
    return Trial("e", contestant, seed, 0.1, 10.0, 100, complete=True, found=record)


def test_times_stand_side_by_side() -> None:
    """Each violation, known or met, has one time a trial for each contestant; what nobody knew is marked."""
    peer, _, ours = CONTESTANTS
    trials = [_trial(peer, 1, a=1.0), _trial(ours, 1, a=2.0, b=3.0), _trial(peer, 2), _trial(ours, 2, b=5.0)]
    a, b, c = violations(trials, {"e": {"a": "", "c": ""}})
    assert (a.times[peer], a.times[ours], a.is_new) == ((1.0, MISS), (2.0, MISS), False)
    assert (b.times[ours], b.median(ours), b.misses(peer), b.is_new) == ((3.0, 5.0), 5.0, 2, True)
    assert (c.name, c.is_found(ours), c.a12(peer)) == ("c", False, 0.5)


def test_help_needs_no_heavy_package() -> None:
    """`fuzzlab --help` imports none of hypothesis, atheris and rich."""
    assert HEAVY
    assert heavy() == []


@pytest.mark.slow
def test_every_contestant_runs(tmp_path: Path) -> None:
    """One short trial of each on one entry: all execute, all are judged, the document holds every trial."""
    out = tmp_path / "bugs.json"
    command = [sys.executable, "-m", "ci.benchmarks", "bugs", "pygeoif_wkt", "--trials", "1", "--seconds", "5"]
    done = subprocess.run(
        [*command, "--json", str(out)], cwd=ZOO.parents[2], capture_output=True, text=True, check=True
    )
    trials = json.loads(out.read_text(encoding="utf-8"))["trials"]
    assert [trial["contestant"] for trial in trials] == list(CONTESTANTS)
    assert all(trial["executions"] > 0 and trial["complete"] for trial in trials)
    assert any(trial["found"] for trial in trials)
    assert "of search" not in done.stderr
    assert "A12" in done.stdout
