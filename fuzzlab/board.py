"""Where a run stands, as the lines of a screen: pure, from events and the clock to spans of text with a style.

A line never takes more columns than there are: columns that matter least go first, names lose their middle, sentences
their end. Where there are more targets than lines, those that run come first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fuzzlab.columns import fitted, squeezed, width
from fuzzlab.escape import escaped, one_line
from fuzzlab.events import Event, FindingSeen, Progressed, TargetFinished, TargetResult, TargetStarted
from fuzzlab.verdict import Finding, Status

__all__ = ["Board", "Goal", "Line", "Style"]

RATE_SECONDS = 5.0
"""A rate is measured over so long: long enough to be steady, short enough to show a worker that has become slow."""

STALE = 3.0
"""Seconds. A target that has a worker tells of its progress each second; one that is silent for so long waits."""

CARD_ROOM = 8
"""Lines left to what scrolls above, at most a third of the screen: about one finding's card."""

NAME_LEAST = 16
"""Columns that names get, if they need them, before a column of numbers does."""

BAR_LEAST, BAR_MOST = 8, 60
"""Columns of the bar: below the least it says nothing, beyond the most nothing more."""

GAP = 2


class Style(StrEnum):
    """What a span is, for whoever knows the colours."""

    PLAIN = ""
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
class Goal:
    """What a run sets out to do: its targets, and what ends it, if anything does."""

    targets: Sequence[str] = ()
    seconds: float | None = None
    runs: int | None = None


@dataclass(slots=True)
class _Row:
    """One target: its last result, when that was, and how fast it has been lately."""

    result: TargetResult
    told: float = 0.0
    is_started: bool = False
    is_over: bool = False
    samples: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, result: TargetResult, now: float) -> None:
        """Take a new result in; after a pause the speed is measured anew."""
        if self.samples and now - self.samples[-1][0] > STALE:
            self.samples.clear()
        self.samples.append((now, result.executions))
        while len(self.samples) > 2 and self.samples[1][0] <= now - RATE_SECONDS:
            self.samples.popleft()
        self.result, self.told, self.is_started = result, now, True

    def is_running(self, now: float) -> bool:
        """Whether it has a worker."""
        return not self.is_over and bool(self.samples) and now - self.told < STALE

    def rate(self, now: float) -> float:
        """Give executions a second over the last seconds, 0 where nothing runs."""
        if not self.is_running(now):
            return 0.0
        (since, before), (until, after) = self.samples[0], self.samples[-1]
        return (after - before) / (until - since) if until > since else self.result.executions_per_second

    def age(self, now: float) -> float | None:
        """Give seconds since the last input that reached new code."""
        return None if self.result.newest is None else self.result.newest + max(0.0, now - self.told)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a row of the table shows."""

    result: TargetResult
    rate: float
    age: float | None


_CELLS: dict[str, Callable[[_Standing], str]] = {
    "executions": lambda s: f"{s.result.executions:,}",
    "a second": lambda s: _rate(s.rate),
    "accepted": lambda s: f"{s.result.accepted:,}",
    "rejected": lambda s: f"{s.result.rejected:,}",
    "coverage": lambda s: f"{s.result.coverage:,}" if s.result.coverage else "-",
    "corpus": lambda s: f"{s.result.corpus_size:,}",
    "restarts": lambda s: f"{s.result.worker_restarts:,}",
    "fuzzed": lambda s: _clock(s.result.seconds),
    "findings": lambda s: f"{len(s.result.findings):,}",
    "last new": lambda s: "-" if s.age is None else _age(s.age),
}

_DROPPED = (
    "fuzzed", "restarts", "rejected", "accepted", "corpus", "coverage", "executions", "last new", "a second",
    "findings",
)  # fmt: skip
"""Columns in the order in which a narrow screen loses them."""


def _cells(standing: _Standing) -> dict[str, str]:
    return {heading: show(standing) for heading, show in _CELLS.items()}


class Board:
    """Takes events, gives lines; `now` is always a reading of one monotonic clock."""

    def __init__(self, goal: Goal, now: float) -> None:
        self._goal = goal
        self._began = now
        self._rows = {name: _Row(TargetResult(name=name)) for name in goal.targets}
        self._newest: tuple[Finding, float] | None = None
        self._widths: dict[str, int] = {heading: len(heading) for heading in _CELLS}

    def take(self, event: Event, now: float) -> None:
        """Take one event in."""
        match event:
            case TargetStarted(target):
                self._row(target).is_started = True
            case Progressed(result):
                self._row(result.name).take(result, now)
            case TargetFinished(result):
                self._row(result.name).take(result, now)
                self._row(result.name).is_over = True
            case FindingSeen(finding):
                self._newest = (finding, now)
            case _:
                pass

    def sentence(self, now: float) -> str:
        """Say where the run stands, for a log."""
        total = self._total(now)
        findings = len(total.result.findings)
        return (
            f"{now - self._began:.0f} s: {total.result.executions:,} executions, {_rate(total.rate)} a second, "
            f"{findings} finding{'' if findings == 1 else 's'}"
        )

    def lines(self, columns: int, height: int, now: float) -> list[Line]:
        """Give the screen's lines; the first is empty, for the cursor to rest on."""
        room = max(1, height - 1 - min(CARD_ROOM, height // 3))
        foot = [self._finding_line(columns, now), self._bar_line(columns, now)]
        has_total = len(self._rows) > 1
        rows, hidden = self._chosen(room - 2 - has_total - len(foot), now)
        if not rows:
            sentence = ((fitted(self.sentence(now), columns), Style.PLAIN),)
            return [(), sentence, *foot][-room:] if room < 4 else [(), sentence, *foot]
        table = self._table(rows, columns, now, has_total=has_total)
        if hidden:
            waiting = sum(not row.is_started for row in hidden)
            more = f"… and {len(hidden)} more" + (f", {waiting} not begun" if waiting else "")
            table.insert(len(table) - has_total, ((fitted(f"  {more}", columns), Style.DIM),))
        return [(), *table, *foot]

    def _row(self, name: str) -> _Row:
        return self._rows.setdefault(name, _Row(TargetResult(name=name)))

    def _chosen(self, room: int, now: float) -> tuple[list[_Row], list[_Row]]:
        """Give the targets that get a line, and the others; where all fit, their order never changes."""
        rows = list(self._rows.values())
        if len(rows) <= room:
            return rows, []
        rows.sort(key=lambda row: (not row.is_running(now), not row.is_started))
        shown = max(0, room - 1)
        return rows[:shown], rows[shown:]

    def _total(self, now: float) -> _Standing:
        rows = self._rows.values()
        ages = [age for row in rows if (age := row.age(now)) is not None]
        results = [row.result for row in rows]
        total = TargetResult(
            name="total",
            executions=sum(r.executions for r in results),
            seconds=sum(r.seconds for r in results),
            accepted=sum(r.accepted for r in results),
            rejected=sum(r.rejected for r in results),
            coverage=sum(r.coverage for r in results),
            corpus_size=sum(r.corpus_size for r in results),
            worker_restarts=sum(r.worker_restarts for r in results),
            findings=tuple(f for r in results for f in r.findings),
        )
        return _Standing(total, sum(row.rate(now) for row in rows), min(ages, default=None))

    def _table(self, rows: Sequence[_Row], columns: int, now: float, *, has_total: bool) -> list[Line]:
        standings = [_Standing(row.result, row.rate(now), row.age(now)) for row in rows]
        cells = [_cells(s) if row.is_started else {} for row, s in zip(rows, standings, strict=True)]
        total = _cells(self._total(now)) if has_total else {}
        for shown in (*cells, total):
            for heading, text in shown.items():  # a column only grows: numbers that jump about cannot be read
                self._widths[heading] = max(self._widths[heading], len(text))
        names = [escaped(row.result.name) for row in rows]
        headings, wide = self._headings(columns, max(map(width, names)))

        def line(mark: str, name: str, shown: dict[str, str], style: Style) -> Line:
            name = squeezed(name, wide)
            spans = [(name + " " * (wide - width(name)), style)]
            for heading in headings:
                text = shown.get(heading, "")
                is_alarm = heading == "findings" and text.strip("0") and style is not Style.HEAD
                spans.append((" " * (GAP + self._widths[heading] - len(text)), Style.PLAIN))
                spans.append((text, Style.ALARM if is_alarm else style))
            return ((fitted(f"{mark} ", columns), Style.RUNNING if mark.strip() else style), *spans)

        lines = [line(" ", "target", {heading: heading for heading in headings}, Style.HEAD)]
        for row, name, shown in zip(rows, names, cells, strict=True):
            is_running = row.is_running(now)
            lines.append(line("●" if is_running else " ", name, shown, Style.PLAIN if is_running else Style.DIM))
        if has_total:
            lines.append(line(" ", "total", total, Style.HEAD))
        return lines

    def _headings(self, columns: int, longest: int) -> tuple[list[str], int]:
        """Give the columns of numbers that there is room for, and what is left to the names."""
        headings = list(_CELLS)
        longest = max(longest, len("target"))
        for dropped in (None, *_DROPPED):
            if dropped is not None:
                headings.remove(dropped)
            left = columns - len("● ") - sum(GAP + self._widths[h] for h in headings)
            if left >= min(longest, NAME_LEAST) or headings == ["findings"]:
                break
        return headings, max(0, min(longest, left))

    def _finding_line(self, columns: int, now: float) -> Line:
        if self._newest is None:
            return ((fitted("no findings yet", columns), Style.DIM),)
        finding, seen = self._newest
        style = {Status.NEW: Style.NEW, Status.KNOWN: Style.KNOWN, Status.ACCEPTED: Style.ACCEPTED}[finding.status]
        said = f"newest finding, {_age(now - seen)} ago: {escaped(finding.target)}: "
        text = f"{said}{one_line(finding.signature)} [{finding.status}]"
        return ((fitted(text, columns), style),)

    def _bar_line(self, columns: int, now: float) -> Line:
        elapsed = now - self._began
        seconds, runs = self._goal.seconds, self._goal.runs
        parts, fractions = [_clock(elapsed)], []
        if seconds is not None:
            parts = [f"{_clock(elapsed)} of {_clock(seconds)}"]
            fractions.append(elapsed / seconds)
        if runs is not None:
            done = sum(min(row.result.executions, runs) for row in self._rows.values())
            parts.append(f"{done:,} of {runs * len(self._rows):,} executions")
            fractions.append(done / max(1, runs * len(self._rows)))
        running = sum(row.is_running(now) for row in self._rows.values())
        is_ending = bool(fractions) and max(fractions) >= 1 and not running
        parts.append("ending" if is_ending else f"{running} of {len(self._rows)} running")
        while len(parts) > 1 and len(", ".join(parts)) + GAP + BAR_LEAST > columns:
            parts.pop()
        label = fitted(", ".join(parts), columns)
        room = min(BAR_MOST, columns - len(label) - GAP)
        if not fractions or room < BAR_LEAST:
            return ((label, Style.PLAIN),)
        full = int(room * min(1.0, max(fractions)))
        return (("━" * full, Style.DONE), ("─" * (room - full), Style.DIM), (" " * GAP + label, Style.PLAIN))


def _rate(rate: float) -> str:
    return "-" if rate <= 0 else f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _clock(seconds: float) -> str:
    """Give 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _age(seconds: float) -> str:
    """Give the largest unit of which there is one."""
    units: Iterable[tuple[float, str]] = ((86_400, "d"), (3_600, "h"), (60, "min"))
    for size, unit in units:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
