"""Frozen facts that engines and campaigns announce; reports consume them and run nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fuzzlab.growth import Growth
from fuzzlab.tally import Tally
from fuzzlab.verdict import Finding

__all__ = [
    "Event",
    "FindingPassed",
    "FindingSeen",
    "GrowthMeasured",
    "Plateaued",
    "Progressed",
    "Refusal",
    "RunFinished",
    "RunStarted",
    "Slow",
    "TargetFinished",
    "TargetResult",
    "TargetStarted",
    "Warned",
    "WorkerRestarted",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """How often one type of error refused an input.

    `allowed` is the class of the contract that it falls under, or empty where the input has no value in the format.
    """

    error: str
    allowed: str
    count: int


@dataclass(frozen=True, slots=True)
class Slow:
    """An execution that took long, within its budget; `data` is its input, or the beginning of it.

    A coverage worker is looked at twenty times a second, so what it says of `seconds` is a little less than the truth.
    """

    seconds: float
    id: str
    size: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """What is known of one target; `coverage` is 0 where the engine does not measure it.

    `workers` is how many it has at this moment, where that changes during a run. `newest` is the age of the last new
    behaviour: seconds since the last input that reached new code, None before one did in this run.
    `tally` is what the engine saw beside the verdicts, where it looks (replay, property).
    `steepest` is the steepest curve of costs, where growth was looked at.
    `findings` failed in this run. `fixed` were on record and no longer fail, `outdated` are accepted and
    no longer fail. `refusals` are the errors that refused inputs, the most frequent first; `slow` the executions that
    took longest, the longest first.
    """

    name: str
    executions: int = 0
    seconds: float = 0.0
    accepted: int = 0
    rejected: int = 0
    coverage: int = 0
    corpus_size: int = 0
    worker_restarts: int = 0
    findings: tuple[Finding, ...] = ()
    newest: float | None = None
    workers: int = 0
    fixed: tuple[Finding, ...] = ()
    outdated: tuple[Finding, ...] = ()
    tally: Tally = field(default_factory=Tally)
    steepest: Growth | None = None
    refusals: tuple[Refusal, ...] = ()
    slow: tuple[Slow, ...] = ()

    @property
    def executions_per_second(self) -> float:
        """Executions over the seconds in which there were any."""
        return self.executions / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A command (`fuzz`, `check`, `replay`) begins with these targets; `began` is in seconds since 1970."""

    command: str
    targets: Sequence[str]
    began: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A command has come to its end, and is about to exit."""

    exit_code: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TargetStarted:
    """A target got its first worker; `allowed` are the errors of its contract."""

    target: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progressed:
    """Where a target stands, a few times a minute."""

    result: TargetResult


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """A bug was found, or one found earlier was seen again in this run; once a signature and run."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class FindingPassed:
    """A finding on record no longer fails: it is fixed, or an acceptance that nobody needs any more."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class GrowthMeasured:
    """How a target's cost grows: the steepest of so many curves, None where all of them were too cheap to judge."""

    target: str
    steepest: Growth | None
    curves: int


@dataclass(frozen=True, slots=True)
class WorkerRestarted:
    """A worker was lost and replaced."""

    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plateaued:
    """New behaviour of a target has become so unlikely that the campaign gave it up, after so many executions."""

    target: str
    executions: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person should know that stops nothing."""

    message: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class TargetFinished:
    """A target is done for this run."""

    result: TargetResult


Event = (
    RunStarted
    | TargetStarted
    | Progressed
    | FindingPassed
    | FindingSeen
    | GrowthMeasured
    | WorkerRestarted
    | Plateaued
    | Warned
    | TargetFinished
    | RunFinished
)
