"""A curve as the points of a line in a box, over time on a linear or a logarithmic scale: numbers to text for SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["HEIGHT", "WIDTH", "Plot", "plot", "shown_number", "shown_time"]

WIDTH, HEIGHT = 600, 160
"""Units of the box, of which a tenth is told apart: less than a pixel wherever it is shown."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A line (`points` of a polyline), the surface below it, and what stands beside the axes.

    `begin` is where the axis of time begins. `times` are its beginning, middle and end in words; `values` the largest
    one and that at half the height.
    """

    begin: float
    line: str
    area: str
    times: tuple[str, str, str]
    values: tuple[str, str]


def plot(times: Sequence[float], values: Sequence[float], *, begin: float, end: float, logarithmic: bool) -> Plot:
    """Draw a curve over time; the box is as high as its largest value.

    A logarithmic scale of time goes from `begin` to `end`, a linear one from 0. New behaviour comes ever more slowly,
    so a curve that still rises as a line on the former, and is flat on the latter, is not at its end.
    """
    most = max(values, default=0)
    y = [HEIGHT * (1 - value / (most or 1)) for value in values]
    if logarithmic:
        span = math.log(end / begin) if end > begin else 1.0
        x = [WIDTH * math.log(max(time, begin) / begin) / span for time in times]
        middle = math.sqrt(begin * end)
    else:
        begin, middle = 0.0, end / 2
        x = [WIDTH * time / (end or 1.0) for time in times]
    points = _thinned([(round(a, 1), round(b, 1)) for a, b in zip(x, y, strict=True)])
    line = " ".join(f"{a:g},{b:g}" for a, b in points)
    area = f"{points[0][0]:g},{HEIGHT} {line} {points[-1][0]:g},{HEIGHT}" if points else ""
    at_half = shown_number(most / 2) if most >= 100 or most % 2 == 0 else ""  # there is no half a finding
    labels = (shown_time(begin), shown_time(middle), shown_time(end))
    return Plot(round(begin, 6), line, area, labels, (shown_number(most), at_half))


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out the points between equals: a curve that has come to its end is two points long."""
    return [
        point
        for index, point in enumerate(points)
        if not 0 < index < len(points) - 1 or not points[index - 1][1] == point[1] == points[index + 1][1]
    ]


def shown_number(value: float) -> str:
    """Give a number in three digits, with a letter for its thousands: 812, 8.12k, 81.2M."""
    for letter in ("", "k", "M", "G"):
        if value < 999.5:
            return f"{value:.3g}{letter}"
        value /= 1000
    return f"{value:,.0f}T"


def shown_time(seconds: float) -> str:
    """Give a duration as a person says it: 0.25 s, 12 s, 3:20 min, 8:15 h."""
    if seconds < 59.5:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"
