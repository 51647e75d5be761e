"""A run as a person sees it: findings as they come, where it stands below them, a table at the end.

In a terminal the standing is a region that is painted over and over, elsewhere a line now and then.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from fuzzlab.board import Board, Goal
from fuzzlab.card import card, growth_lines, passed_line
from fuzzlab.escape import one_line
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    GrowthMeasured,
    Plateaued,
    Progressed,
    TargetResult,
    Warned,
    WorkerRestarted,
)
from fuzzlab.growth import Growth, described
from fuzzlab.quantities import counted
from fuzzlab.screen import Region
from fuzzlab.table import FINAL, Line, Standing, Style, Table
from fuzzlab.verdict import Finding, Status

__all__ = ["Terminal"]

PROGRESS_EVERY = 10.0
"""Seconds between two lines of progress: a night's log stays readable, a watcher sees that it lives."""

PLAIN_WIDTH = 120
"""Columns of a log, where there is no terminal to ask."""

_STYLES = {
    Status.NEW: "bold red",
    Status.KNOWN: "yellow",
    Status.ACCEPTED: "dim",
    Status.FIXED: "green",
    Status.REGRESSED: "bold white on red",
}

_COLOURS = {
    Style.PLAIN: "", Style.HEAD: "bold", Style.DIM: "dim", Style.RUNNING: "green", Style.ALARM: "bold red",
    Style.NEW: _STYLES[Status.NEW], Style.KNOWN: _STYLES[Status.KNOWN], Style.ACCEPTED: _STYLES[Status.ACCEPTED],
    Style.DONE: "green",
}  # fmt: skip


class Terminal:
    """Prints events to `stream`. Nothing is interpreted: no markup, no emoji names, no links.

    Given a goal, and a terminal that can move its cursor, it shows between the events where the run stands, until
    `close`, which `interrupted` and `summary` call too.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False, goal: Goal | None = None) -> None:
        if isinstance(stream, io.TextIOWrapper):  # a locale without Chinese is no reason to lose a finding's card
            stream.reconfigure(errors="backslashreplace")
        width = None if stream.isatty() else PLAIN_WIDTH
        self._console = Console(
            file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True
        )  # fmt: skip
        self._quiet = quiet
        self._stream = stream
        self._progressed = time.monotonic()
        self._board = Board(goal or Goal(), self._progressed)
        self._board_lock = threading.Lock()
        self._is_live = goal is not None and not quiet and stream.isatty() and not _is_dumb()
        self._codes = {style: self._code(style) for style in Style} if self._is_live else {}
        self._region: Region | None = None

    def event(self, event: Event) -> None:
        """Print what a person wants to know now."""
        with self._board_lock:
            self._board.take(event, time.monotonic())
        if self._is_live and self._region is None:
            self._region = Region(self._stream, self._composed)
        match event:
            case FindingSeen(finding):
                self._finding(finding)
            case FindingPassed(finding):
                style = "yellow" if finding.status is Status.ACCEPTED else _STYLES[finding.status]
                self._console.print(Text(passed_line(finding), style=style))
            case WorkerRestarted(target, reason):
                self._note(f"{target}: worker replaced ({one_line(reason)})")
            case GrowthMeasured(target, steepest, curves):
                self._growth(target, steepest, curves)
            case Plateaued(target, executions):
                self._note(f"{target}: on a plateau after {counted(executions, 'execution')}; given up")
            case Warned(message, target):
                self._note(f"warning: {target + ': ' if target else ''}{one_line(message, 1000)}")
            case Progressed() if not self._is_live:
                self._progress()
            case _:
                pass
        if self._region is not None:
            self._region.changed()

    def close(self) -> None:
        """Take the region away; what is printed from now on stands where it stood."""
        self._is_live = False
        if self._region is not None:
            self._region.close()
            self._region = None

    def summary(self, results: Iterable[TargetResult], seconds: float) -> None:
        """Print the table of a run, and its sum in a sentence."""
        self.close()
        results = list(results)
        if not self._quiet:
            rows = [Standing(result=result, rate=result.executions_per_second) for result in results]
            for line in Table(FINAL, is_live=False).lines(rows, self._console.width):
                self._console.print(Text.assemble(*((text, _COLOURS[style]) for text, style in line)))
        self._console.print(_sum(results, seconds))

    def interrupted(self) -> None:
        """Say that Ctrl-C was heard, on a line of its own: the terminal has printed `^C`."""
        begin = "" if self._region else "\n"
        self.close()
        self._console.print(f"{begin}interrupted; all work is kept", style="dim")

    def _finding(self, finding: Finding) -> None:
        first, *rest = card(finding)
        self._print(Text(first, style=_STYLES[finding.status]), *map(Text, rest))

    def _growth(self, target: str, steepest: Growth | None, curves: int) -> None:
        if steepest is None:
            self._note(f"{target}: none of {curves} curves cost enough to be judged")
        elif steepest.exponent <= steepest.bound:  # a steeper one has a card
            self._note(f"{target}: the steepest of {curves} curves grows as {described(steepest)}")
            if not self._quiet:
                self._print(*(Text(f"    {line}") for line in growth_lines(steepest)))

    def _progress(self) -> None:
        now = time.monotonic()
        if now - self._progressed < PROGRESS_EVERY:
            return
        self._progressed = now
        self._note(self._board.sentence(now))

    def _note(self, text: str) -> None:
        if not self._quiet:
            self._print(Text(text, style="dim"))

    def _print(self, *lines: Text) -> None:
        with self._region.above() if self._region else contextlib.nullcontext():
            for line in lines:
                self._console.print(line)

    def _composed(self, columns: int, height: int) -> list[str]:
        """Give a frame of the region; another thread asks for it."""
        with self._board_lock:
            lines = self._board.lines(columns, height, time.monotonic())
        return [self._coloured(line) for line in lines]

    def _coloured(self, line: Line) -> str:
        return "".join(before + text + after for text, style in line for before, after in [self._codes[style]])

    def _code(self, style: Style) -> tuple[str, str]:
        """Give what stands before and behind a text of this style: rich takes a hundred times as long for a text."""
        with self._console.capture() as capture:
            self._console.print(Text("x", style=_COLOURS[style]), end="")
        before, _, after = capture.get().partition("x")
        return before, after


def _is_dumb() -> bool:
    """Whether the terminal says of itself that it cannot move its cursor, or nothing."""
    return os.environ.get("TERM", "").lower() in {"", "dumb", "unknown"}


def _sum(results: list[TargetResult], seconds: float) -> Text:
    executions = sum(r.executions for r in results)
    findings = [f for r in results for f in (*r.findings, *r.fixed)]
    counts = [(sum(f.status is status for f in findings), status) for status in Status]
    shown = ", ".join(f"{count} {status}" for count, status in counts if count) or "no findings"
    over = f"{counted(executions, 'execution')} over {counted(len(results), 'target')}"
    return Text(f"{shown}; {over} in {seconds:.1f} s", style="bold")
