"""What happened, on disk: one JSON line an event, append only, and the last run's document."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import time
from typing import Any

from fuzzlab.document import RunDocument, finding_document
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    GrowthMeasured,
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
from fuzzlab.files import sweep, write_atomically
from fuzzlab.project import Project
from fuzzlab.sidecar import written_sidecar
from fuzzlab.verdict import Finding

__all__ = ["LARGEST_NOTED", "LOG", "Journal", "run_name"]

LOG = "events.jsonl"
"""Name of the event log, below `.fuzzlab/`."""

LARGEST_NOTED = 64 << 10
"""Bytes of an input that the log keeps: where the corpus has it no more, a report still can show it."""


def run_name() -> str:
    """Make a name for a run in the log."""
    return secrets.token_hex(4)


class Journal:
    """`.fuzzlab/events.jsonl` and `.fuzzlab/last-run.json`; where they cannot be written, a run goes on without.

    Each line names its run, for several may go on in one folder. `time`, `run`, `event` and `target` come first, in
    this order: `fuzzlab.chronicle` passes over most lines of a night without reading further.
    """

    def __init__(self, project: Project, name: str = "") -> None:
        self._run = name or run_name()
        self._log = project.state / LOG
        self._last = project.state / "last-run.json"
        sweep(project.state)

    def event(self, event: Event) -> None:
        """Append one event."""
        head = {"time": round(time.time(), 3), "run": self._run, "event": type(event).__name__}
        line = json.dumps({**head, **_fields(event)})
        with contextlib.suppress(OSError):
            self._log.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                # One write: what another campaign in this folder appends at the same time stands before it or after it.
                os.write(descriptor, _end_of_line(descriptor) + line.encode("ascii") + b"\n")
            finally:
                os.close(descriptor)

    def finish(self, document: RunDocument) -> None:
        """Keep the run's document for scripts."""
        with contextlib.suppress(OSError):
            write_atomically(self._last, document.model_dump_json().encode())


def _end_of_line(descriptor: int) -> bytes:
    """Give what ends a line that a kill or a full disk has cut: it is lost, the next one must not be."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _fields(event: Event) -> dict[str, Any]:  # noqa: C901 - a case for each event
    match event:
        case RunStarted(command, targets, began):
            return {"command": command, "targets": list(targets), "began": round(began, 3)}
        case RunFinished(exit_code, seconds):
            return {"exit_code": exit_code, "seconds": round(seconds, 3)}
        case TargetStarted(target, allowed):
            return {"target": target, "allowed": list(allowed)}
        case FindingSeen(finding) | FindingPassed(finding):
            return _finding_fields(finding)
        case GrowthMeasured(target, steepest, curves):
            return {"target": target, "curves": curves, "exponent": steepest and round(steepest.exponent, 3)}
        case WorkerRestarted(target, reason):
            return {"target": target, "reason": reason}
        case Plateaued(target, executions):
            return {"target": target, "executions": executions}
        case Warned(message, target):
            return {"target": target, "message": message}
        case Progressed(result):
            return _counts(result)
        case TargetFinished(result):
            slow = [{"seconds": round(s.seconds, 6), "id": s.id, "size": s.size, "begin": _packed(s.data)}
                    for s in result.slow]  # fmt: skip
            return {**_counts(result), "slow": slow}


def _finding_fields(finding: Finding) -> dict[str, Any]:
    return {
        "target": finding.target,
        "finding": finding_document(finding).model_dump(mode="json"),
        "record": json.loads(written_sidecar(finding)),
        "input": _packed(finding.data) if len(finding.data) <= LARGEST_NOTED else None,
    }


def _counts(result: TargetResult) -> dict[str, Any]:
    return {
        "target": result.name, "executions": result.executions, "seconds": round(result.seconds, 3),
        "accepted": result.accepted, "rejected": result.rejected, "coverage": result.coverage,
        "corpus_size": result.corpus_size, "findings": len(result.findings),
        "newest": None if result.newest is None else round(result.newest, 3),
        "worker_restarts": result.worker_restarts, "workers": result.workers,
        "refusals": [[refusal.error, refusal.allowed, refusal.count] for refusal in result.refusals],
    }  # fmt: skip


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
