"""Where a run stands, as the lines of a screen: pure, from events and the clock to spans of text with a style.

No line takes more columns than there are, and all together leave room for what scrolls above. Where there are more
targets than lines, those that run come first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fuzzlab.columns import fitted
from fuzzlab.escape import escaped, one_line
from fuzzlab.events import Event, FindingSeen, Plateaued, Progressed, TargetFinished, TargetResult, TargetStarted
from fuzzlab.quantities import counted
from fuzzlab.table import LIVE, Line, Standing, Style, Table, age, clock
from fuzzlab.verdict import Finding, Status

__all__ = ["Board", "Goal"]

RATE_SECONDS = 5.0
"""A rate is measured over so long: long enough to be steady, short enough to show a worker that has become slow."""

CARD_ROOM = 8
"""Lines left to what scrolls above, at most a third of the screen: about one finding's card."""

BAR_LEAST, BAR_MOST, BAR_GAP = 8, 60, 2
"""Columns of the bar, and behind it: below the least it says nothing, beyond the most nothing more."""

_STYLES = {
    Status.NEW: Style.NEW,
    Status.KNOWN: Style.KNOWN,
    Status.ACCEPTED: Style.ACCEPTED,
    Status.FIXED: Style.DONE,
    Status.REGRESSED: Style.ALARM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a run sets out to do: its targets, and what ends it, if anything does.

    `seconds` is for all of it, on the clock; `runs` and `seconds_each`, of fuzzing, are for each target.
    """

    targets: Sequence[str] = ()
    seconds: float = math.inf
    runs: int | None = None
    seconds_each: float = math.inf


@dataclass(slots=True)
class _Row:
    """One target: its last result, when that was, and how fast it has been lately."""

    result: TargetResult
    told: float = 0.0
    is_started: bool = False
    is_flat: bool = False
    samples: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, result: TargetResult, now: float) -> None:
        """Take a new result in; after a pause the speed is measured anew."""
        if not self.is_running:
            self.samples.clear()
        self.samples.append((now, result.executions))
        while len(self.samples) > 2 and self.samples[1][0] <= now - RATE_SECONDS:
            self.samples.popleft()
        self.result, self.told, self.is_started = result, now, True

    @property
    def is_running(self) -> bool:
        """Whether it has a worker."""
        return self.result.workers > 0

    @property
    def rate(self) -> float:
        """Give executions a second over the last seconds, 0 where nothing runs."""
        if not self.is_running or not self.samples:
            return 0.0
        (since, before), (until, after) = self.samples[0], self.samples[-1]
        return (after - before) / (until - since) if until > since else self.result.executions_per_second

    def standing(self, now: float) -> Standing:
        """Give what its line shows."""
        newest = self.result.newest
        since = None if newest is None else newest + now - self.told
        return Standing(result=self.result, rate=self.rate, age=since, is_started=self.is_started)


class Board:
    """Takes events, gives lines; `now` is always a reading of one monotonic clock."""

    def __init__(self, goal: Goal, now: float) -> None:
        self._goal = goal
        self._began = now
        self._rows = {name: _Row(TargetResult(name=name)) for name in goal.targets}
        self._newest: tuple[Finding, float] | None = None
        self._table = Table(LIVE, is_live=True)

    def take(self, event: Event, now: float) -> None:
        """Take one event in."""
        match event:
            case TargetStarted(target):
                self._row(target).is_started = True
            case Progressed(result) | TargetFinished(result):
                self._row(result.name).take(result, now)
            case Plateaued(target):
                self._row(target).is_flat = True
            case FindingSeen(finding):
                self._newest = (finding, now)
            case _:
                pass

    def sentence(self, now: float) -> str:
        """Say where the run stands, for a log."""
        total = self._total(now)
        return (
            f"{now - self._began:.0f} s: {counted(total.result.executions, 'execution')}, {total.rate:,.0f} a second, "
            f"{counted(len(total.result.findings), 'finding')}"
        )

    def lines(self, columns: int, height: int, now: float) -> list[Line]:
        """Give the screen's lines; the first is empty, for the cursor to rest on."""
        room = max(1, height - 1 - min(CARD_ROOM, height // 3))
        foot = [self._finding_line(columns, now), self._bar_line(columns, now)]
        has_total = len(self._rows) > 1
        rows, hidden = self._chosen(room - 2 - has_total - len(foot))
        if not rows:
            sentence = ((fitted(self.sentence(now), columns), Style.PLAIN),)
            return [(), *[foot[0], sentence, foot[1]][1 - room :]] if room > 1 else foot[1:]
        total = self._total(now) if has_total else None
        table = self._table.lines([row.standing(now) for row in rows], columns, total=total)
        if hidden:
            waiting = sum(not row.is_started for row in hidden)
            more = f"… and {len(hidden)} more" + (f", {waiting} not begun" if waiting else "")
            table.insert(len(table) - has_total, ((fitted(f"  {more}", columns), Style.DIM),))
        return [(), *table, *foot]

    def _row(self, name: str) -> _Row:
        return self._rows.setdefault(name, _Row(TargetResult(name=name)))

    def _chosen(self, room: int) -> tuple[list[_Row], list[_Row]]:
        """Give the targets that get a line, and the others; where all fit, their order never changes."""
        rows = list(self._rows.values())
        if len(rows) <= room:
            return rows, []
        rows.sort(key=lambda row: (not row.is_running, not row.is_started))
        shown = max(0, room - 1)
        return rows[:shown], rows[shown:]

    def _total(self, now: float) -> Standing:
        standings = [row.standing(now) for row in self._rows.values()]
        results = [standing.result for standing in standings]
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
            workers=sum(r.workers for r in results),
        )
        ages = [s.age for s in standings if s.age is not None]
        return Standing(result=total, rate=sum(s.rate for s in standings), age=min(ages, default=None))

    def _finding_line(self, columns: int, now: float) -> Line:
        if self._newest is None:
            return ((fitted("no findings yet", columns), Style.DIM),)
        finding, seen = self._newest
        style = _STYLES[finding.status]
        said = f"newest finding, {age(now - seen)} ago: {escaped(finding.target)} [{finding.status}]: "
        text = said + one_line(finding.signature)
        return ((fitted(text, columns), style),)

    def _bar_line(self, columns: int, now: float) -> Line:
        limits = list(self._limits(now))
        done = max((part for _, part in limits), default=0.0)
        rows = self._rows.values()
        running, flat = sum(row.is_running for row in rows), sum(row.is_flat for row in rows)
        parts = [text for text, _ in limits]
        if not math.isfinite(self._goal.seconds):
            parts.insert(0, clock(now - self._began))
        parts.append("ending" if done >= 1 and not running else f"{running} of {len(rows)} running")
        if flat:
            parts.append(f"{flat} at a plateau")
        while len(parts) > 1 and len(", ".join(parts)) + BAR_GAP + BAR_LEAST > columns:
            parts.pop()
        label = fitted(", ".join(parts), columns)
        room = min(BAR_MOST, columns - len(label) - BAR_GAP)
        if not limits or room < BAR_LEAST:
            return ((label, Style.PLAIN),)
        full = int(room * min(1.0, done))
        return (("━" * full, Style.DONE), ("─" * (room - full), Style.DIM), (" " * BAR_GAP + label, Style.PLAIN))

    def _limits(self, now: float) -> Iterator[tuple[str, float]]:
        """Yield how much is done of what ends the run, in words and as a part of the whole."""
        goal, results = self._goal, [row.result for row in self._rows.values()]
        if math.isfinite(goal.seconds):
            elapsed = now - self._began
            yield f"{clock(elapsed)} of {clock(goal.seconds)}", elapsed / goal.seconds
        if goal.runs is not None:
            done, whole = sum(min(r.executions, goal.runs) for r in results), goal.runs * len(results)
            yield f"{done:,} of {counted(whole, 'execution')}", done / max(1, whole)
        if math.isfinite(goal.seconds_each):
            spent, budget = sum(min(r.seconds, goal.seconds_each) for r in results), goal.seconds_each * len(results)
            yield f"{clock(spent)} of {clock(budget)} fuzzed", spent / max(1.0, budget)
