"""A curve of costs as characters, for a terminal: both axes logarithmic, so that a power is a straight line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from fuzzlab.growth import SECONDS, SMALL, Growth
from fuzzlab.quantities import counted

__all__ = ["plotted", "rows", "shown_cost"]

WIDTH, HEIGHT = 56, 12
"""Columns and lines of the plot without its axes."""

MOST_ROWS: Final = 8
"""Sizes that a table shows: the last ones, where it grows."""

POINT, LINEAR = "*", "."
"""What stands for a measured cost, and for one that grows as the length does."""


def shown_cost(cost: float, meter: str) -> str:
    """Write a cost as people read it."""
    if meter != SECONDS:
        return counted(round(cost), "line")
    return f"{cost * 1e3:.1f} ms" if cost >= 1e-3 else f"{cost * 1e6:.0f} µs"


def rows(growth: Growth) -> Iterator[tuple[str, str]]:
    """Yield (size, cost) for the last sizes of a curve."""
    for size, cost in list(zip(growth.sizes, growth.costs, strict=True))[-MOST_ROWS:]:
        yield counted(size, "byte"), shown_cost(cost, growth.meter)


def plotted(growth: Growth) -> Iterator[str]:
    """Yield the lines of a plot: cost over size, beside what would be linear from the last point down."""
    small = SMALL[growth.meter]
    points = [
        (math.log(size), math.log(max(cost, small)))
        for size, cost in zip(growth.sizes, growth.costs, strict=True)
        if size > 0
    ]
    if len(points) < 2:
        return
    left, right = points[0][0], points[-1][0]
    bottom, top = min(y for _, y in points), max(y for _, y in points)
    wide, high = (right - left) or 1.0, (top - bottom) or 1.0
    cells = [[" "] * WIDTH for _ in range(HEIGHT)]

    def put(x: float, y: float, mark: str) -> None:
        column, line = round((x - left) / wide * (WIDTH - 1)), round((y - bottom) / high * (HEIGHT - 1))
        if 0 <= line < HEIGHT:
            cells[HEIGHT - 1 - line][column] = mark

    for column in range(WIDTH):
        x = left + wide * column / (WIDTH - 1)
        put(x, top - (right - x), LINEAR)
    for x, y in points:
        put(x, y, POINT)
    labels = {0: shown_cost(math.exp(top), growth.meter), HEIGHT - 1: shown_cost(math.exp(bottom), growth.meter)}
    margin = max(map(len, labels.values()))
    for number, line in enumerate(cells):
        yield f"{labels.get(number, ''):>{margin}} |{''.join(line).rstrip()}"
    sizes = [size for size in growth.sizes if size > 0]
    ends = f"{sizes[0]:,}", counted(sizes[-1], "byte")
    yield f"{'':>{margin}} +{'-' * WIDTH}"
    yield f"{'':>{margin}}  {ends[0]}{ends[1]:>{WIDTH - len(ends[0])}}"
