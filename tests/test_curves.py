"""What grows over time, in a bounded number of points."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.curves import POINTS, Moment, Series

EARLY = 200
"""Points that a logarithmic scale needs more, from 10 ms to twelve days: log(1e8) / log(1.1)."""

TIMES = st.lists(st.floats(0, 1e6), max_size=3 * POINTS).map(sorted)


@given(TIMES)
def test_a_series_is_bounded(times: list[float]) -> None:
    """However many are taken, the first and the last are there, in order, each one of those that were taken."""
    series = Series()
    taken = [Moment(seconds, number, 0, 0) for number, seconds in enumerate(times)]
    for moment in taken:
        series.take(moment)
    kept = series.moments
    assert len(kept) <= POINTS + EARLY
    assert set(kept) <= set(taken)
    assert [moment.seconds for moment in kept] == sorted(moment.seconds for moment in kept)
    if taken:
        assert kept[0] == taken[0]
        assert kept[-1] == taken[-1]


def test_it_is_spread_evenly() -> None:
    """Of a night in which a second is like another, no part is left out."""
    series = Series()
    for second in range(30_000):
        series.take(Moment(second, second, 0, 0))
    kept = series.moments
    assert POINTS / 2 <= len(kept) <= POINTS + EARLY
    steps = [after.seconds - before.seconds for before, after in itertools.pairwise(kept)]
    assert max(steps) <= 2 * 30_000 / (POINTS / 2)
    assert sum(moment.seconds <= 60 for moment in kept) >= 20


def test_a_clock_that_goes_back() -> None:
    """A moment before the last one is passed over."""
    series = Series()
    for seconds in (1.0, 3.0, 2.0, 4.0):
        series.take(Moment(seconds, 0, 0, 0))
    assert [moment.seconds for moment in series.moments] == [1.0, 3.0, 4.0]
