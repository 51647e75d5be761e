"""One figure: its samples, what it must reach, and how it is printed."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Bar", "Measure", "aligned", "table"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a value must reach."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a value is on the right side of the limit."""
        return value >= self.limit if self.at_least else value < self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Measure:
    """A named figure: the median of its samples. Without a bar it only informs."""

    name: str
    unit: str
    samples: tuple[float, ...]
    bar: Bar | None = None
    note: str = ""
    value: float = field(init=False)

    def __post_init__(self) -> None:
        """Take the median."""
        object.__setattr__(self, "value", statistics.median(self.samples))

    @property
    def judgement(self) -> str:
        """`met`, `missed`, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        return "met" if self.bar.is_met(self.value) else "missed"

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "samples": list(self.samples),
            "bar": None if self.bar is None else str(self.bar),
            "judgement": self.judgement,
            "note": self.note,
        }

    def row(self) -> tuple[str, ...]:
        """The cells of a table's line."""
        spread = f"{_shown(min(self.samples))} .. {_shown(max(self.samples))} ({len(self.samples)})"
        bar = "" if self.bar is None else str(self.bar)
        return (self.name, _shown(self.value), self.unit, spread, bar, self.judgement, self.note)


HEADER = ("measure", "median", "unit", "min .. max (n)", "bar", "", "")


def table(measures: Iterable[Measure]) -> str:
    """Write measures as aligned text."""
    return aligned([HEADER, *(measure.row() for measure in measures)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Write cells in columns as wide as they need."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
