"""What happened, on disk, where there is a disk."""

from __future__ import annotations

import json

from fuzzlab.document import RunDocument, run_document
from fuzzlab.events import (
    Event,
    FindingSeen,
    Progressed,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.verdict import Finding, Outcome, Verdict

HOSTILE = "\x1b[31m\n::error::\ud800"
RESULT = TargetResult(name="pin", executions=3, newest=1.23456)
EVENTS: list[Event] = [
    TargetStarted("pin"),
    Progressed(RESULT),
    FindingSeen(Finding("pin", Verdict(Outcome.CRASH, message=HOSTILE), b"\xff")),
    WorkerRestarted("pin", HOSTILE),
    Warned(HOSTILE, "pin"),
    TargetFinished(RESULT),
]


def test_a_line_an_event(project: Project) -> None:
    """Each event is one line of ASCII JSON with its time and its target, appended."""
    for event in EVENTS:
        Journal(project).event(event)
    lines = (project.state / "events.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["event"] for line in lines] == [type(event).__name__ for event in EVENTS]
    assert all(json.loads(line)["target"] == "pin" and json.loads(line)["time"] > 0 for line in lines)
    assert [json.loads(line)["newest"] for line in lines if "accepted" in line] == [1.235, 1.235]


def test_the_last_run(project: Project) -> None:
    """What was finished stands there as the document that `--json` prints."""
    document = run_document([RESULT], exit_code=0, seconds=1.0)
    Journal(project).finish(document)
    assert RunDocument.model_validate_json((project.state / "last-run.json").read_bytes()) == document


def test_nowhere_to_write(project: Project) -> None:
    """A run goes on without its journal."""
    project.state.write_bytes(b"a file")
    journal = Journal(project)
    for event in EVENTS:
        journal.event(event)
    journal.finish(run_document([], exit_code=0, seconds=0.0))
    assert project.state.read_bytes() == b"a file"
