"""What happened, on disk: one JSON line an event, append only, and the last run's document."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import Any

from pydantic import ValidationError

from fuzzlab.document import RunDocument, finding_document
from fuzzlab.errors import UserError
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    GrowthMeasured,
    Plateaued,
    Progressed,
    TargetFinished,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.files import sweep, write_atomically
from fuzzlab.project import Project

__all__ = ["Journal"]


class Journal:
    """`.fuzzlab/events.jsonl` and `.fuzzlab/last-run.json`; where they cannot be written, a run goes on without."""

    def __init__(self, project: Project) -> None:
        self._log = project.state / "events.jsonl"
        self._last = project.state / "last-run.json"
        sweep(project.state)

    def event(self, event: Event) -> None:
        """Append one event."""
        line = json.dumps({"time": round(time.time(), 3), "event": type(event).__name__, **_fields(event)})
        with contextlib.suppress(OSError):
            self._log.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                # One write: what another campaign in this folder appends at the same time stands before it or after it.
                os.write(descriptor, _end_of_line(descriptor) + line.encode("ascii") + b"\n")
            finally:
                os.close(descriptor)

    def finish(self, document: RunDocument) -> None:
        """Keep the run's document for `fuzzlab report`."""
        with contextlib.suppress(OSError):
            write_atomically(self._last, document.model_dump_json().encode())

    def last_run(self) -> RunDocument:
        """Give the last run's document.

        Raises:
            UserError: there is none, or it is no such document.
        """
        try:
            return RunDocument.model_validate_json(self._last.read_bytes())
        except FileNotFoundError:
            raise UserError("nothing to report: no run has been made here; `fuzzlab fuzz` makes one") from None
        except (OSError, ValidationError) as error:
            raise UserError(f"{self._last} cannot be read ({type(error).__name__}); run `fuzzlab fuzz` again") from None


def _end_of_line(descriptor: int) -> bytes:
    """Give what ends a line that a kill or a full disk has cut: it is lost, the next one must not be."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _fields(event: Event) -> dict[str, Any]:
    match event:
        case TargetStarted(target):
            return {"target": target}
        case FindingSeen(finding) | FindingPassed(finding):
            return {"target": finding.target, "finding": finding_document(finding).model_dump(mode="json")}
        case GrowthMeasured(target, steepest, curves):
            return {"target": target, "curves": curves, "exponent": steepest and round(steepest.exponent, 3)}
        case WorkerRestarted(target, reason):
            return {"target": target, "reason": reason}
        case Plateaued(target, executions):
            return {"target": target, "executions": executions}
        case Warned(message, target):
            return {"target": target, "message": message}
        case Progressed(result) | TargetFinished(result):
            return {
                "target": result.name, "executions": result.executions, "seconds": round(result.seconds, 3),
                "accepted": result.accepted, "rejected": result.rejected, "coverage": result.coverage,
                "corpus_size": result.corpus_size, "findings": len(result.findings),
                "newest": None if result.newest is None else round(result.newest, 3),
            }  # fmt: skip
