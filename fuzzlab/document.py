"""The JSON document of `fuzz`, `check` and `replay`, and the models that others may rely on."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from fuzzlab.events import TargetResult
from fuzzlab.growth import Growth
from fuzzlab.verdict import Finding, Outcome, Status

__all__ = [
    "CauseDocument",
    "FindingDocument",
    "GrowthDocument",
    "RunDocument",
    "TargetDocument",
    "finding_document",
    "run_document",
]

VERSION = 1
"""Raised when a field changes its meaning or goes; a new field does not raise it."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CauseDocument(_Model):
    """An exception from which another came."""

    exception: str
    message: str
    location: str


class GrowthDocument(_Model):
    """What an input costs as it grows: `costs` are lines of Python, or seconds of CPU time, at so many bytes (`sizes`).

    It grows by `unit`, which follows `head` and is followed by `tail`; all three in base64.
    """

    exponent: float
    bound: float
    meter: str
    sizes: list[int]
    costs: list[float]
    way: str
    unit_base64: str
    head_base64: str
    tail_base64: str


class FindingDocument(_Model):
    """One bug. `input_base64` holds the input only where it could not be saved (`input_file` is then empty).

    `evidence` are the files of further inputs, `causes` the exceptions that the last one came from. `cause` names the
    drift of an accepted input that shows the same failure, or is empty.
    """

    id: str
    outcome: Outcome
    signature: str
    exception: str
    message: str
    location: str
    status: Status
    deterministic: bool
    input_file: str
    input_size: int
    input_base64: str | None
    found_after_seconds: float
    found_after_executions: int
    minimised: bool = True
    causes: list[CauseDocument] = []
    evidence: list[str] = []
    cause: str = ""
    growth: GrowthDocument | None = None


class TargetDocument(_Model):
    """One target in one run; `coverage` is 0 where the engine does not measure it.

    `steepest` is the steepest of the curves of cost that were dear enough to be judged, where growth was looked at.
    `findings` failed in this run. `fixed` were on record and no longer fail, `outdated` are accepted and
    no longer fail.
    """

    name: str
    executions: int
    executions_per_second: float
    accepted: int
    rejected: int
    coverage: int
    corpus_size: int
    worker_restarts: int
    findings: list[FindingDocument]
    fixed: list[FindingDocument] = []
    outdated: list[FindingDocument] = []
    steepest: GrowthDocument | None = None


class RunDocument(_Model):
    """One run of an engine over some targets."""

    version: int = VERSION
    exit_code: int
    seconds: float
    targets: list[TargetDocument]


def run_document(results: Iterable[TargetResult], *, exit_code: int, seconds: float) -> RunDocument:
    """Write a run down."""
    targets = [
        TargetDocument(
            name=result.name,
            executions=result.executions,
            executions_per_second=round(result.executions_per_second, 1),
            accepted=result.accepted,
            rejected=result.rejected,
            coverage=result.coverage,
            corpus_size=result.corpus_size,
            worker_restarts=result.worker_restarts,
            findings=[finding_document(finding) for finding in result.findings],
            fixed=[finding_document(finding) for finding in result.fixed],
            outdated=[finding_document(finding) for finding in result.outdated],
            steepest=None if result.steepest is None else growth_document(result.steepest),
        )
        for result in results
    ]
    return RunDocument(exit_code=exit_code, seconds=round(seconds, 2), targets=targets)


def finding_document(finding: Finding) -> FindingDocument:
    """Write a finding down; lone surrogates, which JSON text cannot carry, are escaped."""
    verdict = finding.verdict
    return FindingDocument(
        id=finding.id,
        outcome=verdict.outcome,
        signature=_encodable(finding.signature),
        exception=_encodable(verdict.exception),
        message=_encodable(verdict.message),
        location=_encodable(verdict.location),
        status=finding.status,
        deterministic=finding.deterministic,
        input_file=_encodable(finding.path),
        input_size=len(finding.data),
        input_base64=None if finding.path else base64.b64encode(finding.data).decode("ascii"),
        found_after_seconds=round(finding.found_after_seconds, 3),
        found_after_executions=finding.found_after_executions,
        minimised=finding.minimised,
        causes=[
            CauseDocument(
                exception=_encodable(c.exception), message=_encodable(c.message), location=_encodable(c.location)
            )
            for c in verdict.causes
        ],
        evidence=[_encodable(other.path) for other in finding.evidence],
        cause=_encodable(finding.cause),
        growth=None if verdict.growth is None else growth_document(verdict.growth),
    )


def growth_document(growth: Growth) -> GrowthDocument:
    """Write down how a cost grows."""
    swelling = growth.swelling
    unit, head, tail = (
        base64.b64encode(part).decode("ascii") for part in (swelling.unit, swelling.head, swelling.core + swelling.tail)
    )
    return GrowthDocument(
        exponent=round(growth.exponent, 3), bound=growth.bound, meter=growth.meter, sizes=list(growth.sizes),
        costs=list(growth.costs), way=_encodable(swelling.way), unit_base64=unit, head_base64=head, tail_base64=tail,
    )  # fmt: skip


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
