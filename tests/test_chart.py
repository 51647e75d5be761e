"""Curves as points, and numbers and times as a person says them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.chart import HEIGHT, WIDTH, plot, shown_number, shown_time

TIMES = st.lists(st.just(0.0) | st.floats(0.001, 1e7), min_size=1, max_size=60).map(sorted)


def _points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]


@given(TIMES, st.booleans(), st.data())
def test_a_curve_stays_in_its_box(times: list[float], logarithmic: bool, data: st.DataObject) -> None:
    """Points go from left to right, inside the box; the last one is at its right end, the largest value at its top."""
    values = sorted(data.draw(st.lists(st.integers(0, 10**12), min_size=len(times), max_size=len(times))))
    begin = min((time for time in times if time > 0), default=1.0)
    made = plot(times, values, begin=begin, end=times[-1], logarithmic=logarithmic)
    points = _points(made.line)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert not values[-1] or points[-1][1] == 0
    assert times[-1] <= begin or points[-1][0] == WIDTH
    assert math.isfinite(sum(map(sum, _points(made.area))))


def test_scales() -> None:
    """A thousandth of the time is invisible on a linear scale, and a third or so of a logarithmic one."""
    times, values = [0.0, 1.0, 10.0, 1000.0], [0, 10, 20, 40]
    linear = plot(times, values, begin=1.0, end=1000.0, logarithmic=False)
    assert _points(linear.line) == [(0, 160), (0.6, 120), (6, 80), (600, 0)]
    assert (linear.times, linear.values) == (("0 s", "8:20 min", "16:40 min"), ("40", "20"))
    logarithmic = plot(times, values, begin=1.0, end=1000.0, logarithmic=True)
    assert _points(logarithmic.line) == [(0, 160), (0, 120), (200, 80), (600, 0)]
    assert logarithmic.times == ("1 s", "32 s", "16:40 min")


def test_what_is_flat_is_two_points() -> None:
    """A curve that has come to its end takes no more room."""
    times = [float(second) for second in range(1000)]
    assert _points(plot(times, [7] * 1000, begin=1.0, end=999.0, logarithmic=False).line) == [(0, 0), (600, 0)]


def test_nothing() -> None:
    """No moments make no points, and nothing ever seen a line at the bottom."""
    assert plot([], [], begin=1.0, end=0.0, logarithmic=True).line == ""
    assert _points(plot([0.0, 5.0], [0, 0], begin=5.0, end=5.0, logarithmic=False).line) == [(0, 160), (600, 160)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (7, "7"), (812, "812"), (999.4, "999"), (999.9, "1k"), (8_120, "8.12k"), (81_234_567, "81.2M"),
     (1.5e9, "1.5G"), (2e15, "2,000T"), (0.25, "0.25")],
)  # fmt: skip
def test_numbers(value: float, shown: str) -> None:
    """Three digits and a letter."""
    assert shown_number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (0.25, "0.25 s"), (9.6, "9.6 s"), (12.4, "12 s"), (59.7, "1:00 min"), (200, "3:20 min"),
     (3599.7, "1:00 h"), (29_700, "8:15 h"), (1e6, "277:46 h")],
)  # fmt: skip
def test_times(seconds: float, shown: str) -> None:
    """Seconds, minutes or hours."""
    assert shown_time(seconds) == shown
