"""Results as a table, a line a target, for any number of columns: pure, spans of text with a style.

A line takes no more columns than there are, down to the twenty or so that the findings need: names lose their middle,
then the columns of numbers go, those that matter least first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fuzzlab.columns import squeezed, width
from fuzzlab.escape import escaped
from fuzzlab.events import TargetResult

__all__ = ["FINAL", "LIVE", "Line", "Standing", "Style", "Table", "age", "clock", "rate"]

NAMES_LIVE, NAMES_FINAL = 16, 24
"""Columns that names get, if they need them, before a number does: a final table is read later, by others."""

GAP = 2
"""Columns between two columns."""


class Style(StrEnum):
    """What a span is, for whoever knows the colours."""

    PLAIN = "plain"
    HEAD = "head"
    DIM = "dim"
    RUNNING = "running"
    ALARM = "alarm"
    NEW = "new"
    KNOWN = "known"
    ACCEPTED = "accepted"
    DONE = "done"


Line = tuple[tuple[str, Style], ...]
"""Spans from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a line shows: a result, executions a second, the age of the last new behaviour in seconds."""

    result: TargetResult
    rate: float = 0.0
    age: float | None = None
    is_started: bool = True


_CELLS: dict[str, Callable[[Standing], str]] = {
    "executions": lambda s: f"{s.result.executions:,}",
    "a second": lambda s: rate(s.rate),
    "accepted": lambda s: f"{s.result.accepted:,}",
    "rejected": lambda s: f"{s.result.rejected:,}",
    "coverage": lambda s: f"{s.result.coverage:,}" if s.result.coverage else "-",
    "corpus": lambda s: f"{s.result.corpus_size:,}",
    "restarts": lambda s: f"{s.result.worker_restarts:,}",
    "fuzzed": lambda s: clock(s.result.seconds),
    "workers": lambda s: f"{s.result.workers:,}",
    "findings": lambda s: f"{len(s.result.findings):,}",
    "last new": lambda s: "-" if s.age is None else age(s.age),
}

LIVE = tuple(_CELLS)
FINAL = ("executions", "a second", "accepted", "rejected", "coverage", "corpus", "findings")

_DROPPED = (
    "workers", "fuzzed", "restarts", "rejected", "accepted", "corpus", "coverage", "executions", "last new", "a second",
)  # fmt: skip
"""Columns in the order in which a narrow screen loses them; the findings stay."""


class Table:
    """A table that may be drawn again and again: its columns only grow, for numbers that jump about cannot be read."""

    def __init__(self, headings: Sequence[str], *, is_live: bool) -> None:
        """Make one; a live table marks what runs, one at the end keeps names whole where it can."""
        self._headings = headings
        self._is_live = is_live
        self._widths = {heading: len(heading) for heading in headings}
        self._longest = 0

    def lines(self, rows: Sequence[Standing], columns: int, *, total: Standing | None = None) -> list[Line]:
        """Give the heading, a line a row, and the total."""
        named = [(escaped(row.result.name), self._cells(row), self._style(row)) for row in rows]
        named.insert(0, ("target", {heading: heading for heading in self._headings}, Style.HEAD))
        if total is not None:
            named.append(("total", self._cells(total), Style.HEAD))
        for _, cells, _ in named:
            for heading, text in cells.items():
                self._widths[heading] = max(self._widths[heading], len(text))
        mark = len("● ") if self._is_live else 0
        self._longest = max(self._longest, *(width(name) for name, _, _ in named))
        headings, wide = self._fitting(columns - mark, self._longest)
        marks = [" ", *("●" if row.result.workers else " " for row in rows), " "]
        return [
            (((sign + " ")[:mark], Style.RUNNING), *self._line(name, cells, style, headings, wide))
            for sign, (name, cells, style) in zip(marks, named, strict=False)
        ]

    def _style(self, row: Standing) -> Style:
        return Style.PLAIN if row.result.workers or not self._is_live else Style.DIM

    def _cells(self, row: Standing) -> dict[str, str]:
        return {heading: _CELLS[heading](row) for heading in self._headings} if row.is_started else {}

    def _line(self, name: str, cells: dict[str, str], style: Style, headings: Sequence[str], wide: int) -> Line:
        name = squeezed(name, wide)
        if not cells:
            return ((name, style),)
        spans = [(name + " " * (wide - width(name)), style)]
        for heading in headings:
            text = cells[heading]
            is_alarm = heading == "findings" and style is not Style.HEAD and text.strip("0")
            spans.append((" " * (GAP + self._widths[heading] - len(text)), Style.PLAIN))
            spans.append((text, Style.ALARM if is_alarm else style))
        return tuple(spans)

    def _fitting(self, columns: int, longest: int) -> tuple[list[str], int]:
        """Give the columns of numbers that there is room for, and what is left to the names."""
        headings = list(self._headings)
        wanted = min(longest, NAMES_LIVE if self._is_live else NAMES_FINAL)
        dropped = iter([heading for heading in _DROPPED if heading in headings])
        while (left := columns - sum(GAP + self._widths[h] for h in headings)) < wanted:
            if (heading := next(dropped, None)) is None:
                break
            headings.remove(heading)
        return headings, max(0, min(longest, left))


def rate(a_second: float) -> str:
    """Give executions a second, a digit more where there are few."""
    return "-" if a_second <= 0 else f"{a_second:,.0f}" if a_second >= 10 else f"{a_second:.1f}"


def clock(seconds: float) -> str:
    """Give 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def age(seconds: float) -> str:
    """Give how many there are of the largest unit of which there is one."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
