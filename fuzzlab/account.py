"""What a run's events amount to: where each target stands, what was found, how it went over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fuzzlab.curves import Moment, Series
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    Plateaued,
    Progressed,
    RunFinished,
    RunStarted,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.verdict import Finding, Status

__all__ = ["ENGINES", "Account", "TargetAccount", "account", "by_urgency"]

ENGINES = {"fuzz": "coverage", "check": "property", "replay": "replay", "growth": "growth"}
"""The engine of a command."""

WARNINGS_KEPT = 50
"""Warnings kept of a target, and restarts: what is said more often has been said."""

_URGENCY = (Status.REGRESSED, Status.NEW, Status.KNOWN, Status.ACCEPTED, Status.FIXED)


@dataclass(slots=True)
class TargetAccount:
    """One target: its latest result, the errors that its contract allows, what was found and what passed."""

    result: TargetResult
    allowed: tuple[str, ...] = ()
    is_started: bool = False
    is_finished: bool = False
    is_flat: bool = False
    series: Series = field(default_factory=Series)
    warnings: list[str] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    seen: dict[str, Finding] = field(default_factory=dict)
    passed: dict[str, Finding] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """What failed in this run, the most urgent first."""
        return by_urgency(self.seen.values())

    def take(self, result: TargetResult) -> None:
        """Take a later result in; one from the event log names no findings, which have events of their own."""
        self.result = result
        self.is_started = True
        self.series.take(Moment(result.seconds, result.executions, result.coverage, result.corpus_size))
        self.seen.update((finding.signature, finding) for finding in result.findings)
        self.passed.update((finding.signature, finding) for finding in (*result.fixed, *result.outdated))


class Account:
    """A consumer of events; `targets` by name, in the order in which they were announced."""

    def __init__(self) -> None:
        self.command = ""
        self.began = 0.0
        self.seconds = 0.0
        self.exit_code: int | None = None
        self.targets: dict[str, TargetAccount] = {}
        self.warnings: list[str] = []

    @property
    def engine(self) -> str:
        """What made the inputs."""
        return ENGINES.get(self.command, "engine")

    @property
    def findings(self) -> list[Finding]:
        """What failed in this run, the most urgent first."""
        return by_urgency(finding for target in self.targets.values() for finding in target.seen.values())

    @property
    def passed(self) -> list[Finding]:
        """What was on record and no longer fails."""
        return by_urgency(finding for target in self.targets.values() for finding in target.passed.values())

    def event(self, event: Event) -> None:  # noqa: C901 - a case for each event
        """Take one event in."""
        match event:
            case RunStarted(command, targets, began):
                self.command, self.began = command, began
                for name in targets:
                    self._of(name)
            case RunFinished(exit_code, seconds):
                self.exit_code, self.seconds = exit_code, seconds
            case TargetStarted(target, allowed):
                self._of(target).is_started, self._of(target).allowed = True, allowed
            case Progressed(result) | TargetFinished(result):
                self._of(result.name).take(result)
                self._of(result.name).is_finished = isinstance(event, TargetFinished)
            case FindingSeen(finding):
                self._of(finding.target).seen[finding.signature] = finding
            case FindingPassed(finding):
                self._of(finding.target).passed[finding.signature] = finding
            case Plateaued(target):
                self._of(target).is_flat = True
            case WorkerRestarted(target, reason):
                _kept(self._of(target).restarts, reason)
            case Warned(message, target):
                _kept(self._of(target).warnings if target else self.warnings, message)

    def take(self, results: Iterable[TargetResult]) -> None:
        """Take in how the targets of a run stand, which its events tell only now and then."""
        for result in results:
            self._of(result.name).take(result)

    def _of(self, name: str) -> TargetAccount:
        return self.targets.setdefault(name, TargetAccount(TargetResult(name=name)))

    def results(self) -> Sequence[TargetResult]:
        """Give each target's latest result, with what was found."""
        return [
            replace(target.result, findings=tuple(target.findings)) for target in self.targets.values()
        ]  # fmt: skip


def account(events: Iterable[Event]) -> Account:
    """Take all events of a run in."""
    made = Account()
    for event in events:
        made.event(event)
    return made


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """Put what came back first, then what is new, known, accepted, fixed; by target and id among equals."""
    return sorted(findings, key=lambda f: (_URGENCY.index(f.status), f.target, f.id))


def _kept(kept: list[str], message: str) -> None:
    if len(kept) < WARNINGS_KEPT:
        kept.append(message)
