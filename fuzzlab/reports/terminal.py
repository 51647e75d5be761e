"""A run as a person sees it: findings as they come, a line of progress now and then, a table at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fuzzlab.card import card
from fuzzlab.escape import escaped, one_line
from fuzzlab.events import (
    Event,
    FindingSeen,
    Plateaued,
    Progressed,
    TargetFinished,
    TargetResult,
    Warned,
    WorkerRestarted,
)
from fuzzlab.verdict import Finding, Status

__all__ = ["Terminal"]

PROGRESS_EVERY = 10.0
"""Seconds between two lines of progress: a night's log stays readable, a watcher sees that it lives."""

PLAIN_WIDTH = 120
"""Columns of a log, where there is no terminal to ask."""

_STYLES = {Status.NEW: "bold red", Status.KNOWN: "yellow", Status.ACCEPTED: "dim"}


class Terminal:
    """Prints events to `stream`. Nothing is interpreted: no markup, no emoji names, no links."""

    def __init__(self, stream: IO[str], *, quiet: bool = False) -> None:
        width = None if stream.isatty() else PLAIN_WIDTH
        self._console = Console(
            file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True
        )  # fmt: skip
        self._quiet = quiet
        self._began = self._progressed = time.monotonic()
        self._standing: dict[str, TargetResult] = {}

    def event(self, event: Event) -> None:
        """Print what a person wants to know now."""
        match event:
            case FindingSeen(finding):
                self._finding(finding)
            case Progressed(result):
                self._standing[result.name] = result
                self._progress()
            case TargetFinished(result):
                self._standing[result.name] = result
            case WorkerRestarted(target, reason):
                self._note(f"{target}: worker replaced ({one_line(reason)})")
            case Plateaued(target, executions):
                self._note(f"{target}: on a plateau after {executions:,} executions; given up")
            case Warned(message, target):
                self._note(f"warning: {target + ': ' if target else ''}{one_line(message, 1000)}")
            case _:
                pass

    def summary(self, results: Iterable[TargetResult], seconds: float) -> None:
        """Print the table of a run, and its sum in a sentence."""
        results = list(results)
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("target", overflow="fold")
        for name in ("executions", "a second", "accepted", "rejected", "coverage", "corpus", "findings"):
            table.add_column(name, justify="right", no_wrap=True)
        for r in results:
            table.add_row(
                escaped(r.name), f"{r.executions:,}", f"{r.executions_per_second:,.0f}", f"{r.accepted:,}",
                f"{r.rejected:,}", f"{r.coverage:,}" if r.coverage else "-", f"{r.corpus_size:,}",
                Text(str(len(r.findings)), style="bold red" if r.findings else ""),
            )  # fmt: skip
        if not self._quiet:
            self._console.print(table)
        self._console.print(_sum(results, seconds))

    def interrupted(self) -> None:
        """Say that Ctrl-C was heard, on a line of its own: the terminal has printed `^C`."""
        self._console.print("\ninterrupted; all work is kept", style="dim")

    def _finding(self, finding: Finding) -> None:
        first, *rest = card(finding)
        self._console.print(Text(first, style=_STYLES[finding.status]))
        for line in rest:
            self._console.print(Text(line))

    def _progress(self) -> None:
        now = time.monotonic()
        if now - self._progressed < PROGRESS_EVERY:
            return
        self._progressed = now
        executions = sum(r.executions for r in self._standing.values())
        findings = sum(len(r.findings) for r in self._standing.values())
        self._note(f"{now - self._began:.0f} s: {executions:,} executions, {findings} findings")

    def _note(self, text: str) -> None:
        if not self._quiet:
            self._console.print(Text(text, style="dim"))


def _sum(results: list[TargetResult], seconds: float) -> Text:
    executions = sum(r.executions for r in results)
    findings = [f for r in results for f in r.findings]
    counts = [(sum(f.status is status for f in findings), status) for status in Status]
    shown = ", ".join(f"{count} {status}" for count, status in counts if count) or "no findings"
    noun = "target" if len(results) == 1 else "targets"
    return Text(f"{shown}; {executions:,} executions over {len(results)} {noun} in {seconds:.1f} s", style="bold")
