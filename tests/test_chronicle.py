"""The event log read back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fuzzlab.account import account
from fuzzlab.chronicle import BLOCK, chronicle
from fuzzlab.corpus import Corpus
from fuzzlab.curves import POINTS
from fuzzlab.errors import UserError
from fuzzlab.events import (
    Event,
    FindingSeen,
    Progressed,
    RunFinished,
    RunStarted,
    TargetFinished,
    TargetResult,
    Warned,
)
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Status
from tests.reports.runs import BLANK, HOSTILE, events, hostile_events


def _read(project: Project) -> list[Event]:
    return list(chronicle(project, pytest.fail))


def _write(project: Project, told: list[Event]) -> None:
    journal = Journal(project)
    for event in told:
        journal.event(event)


@pytest.mark.parametrize("told", [events(), hostile_events()], ids=["ordinary", "hostile"])
def test_what_was_told_is_read(project: Project, told: list[Event]) -> None:
    """All that a report shows of a run comes out of the log as it went in."""
    _write(project, told)
    before, after = account(told), account(_read(project))
    assert (after.command, after.began, after.seconds, after.exit_code) == ("fuzz", before.began, before.seconds,
                                                                            before.exit_code)  # fmt: skip
    assert list(after.targets) == list(before.targets)
    for name, target in before.targets.items():
        read = after.targets[name]
        assert replace(read.result, findings=()) == replace(target.result, findings=(), fixed=())
        assert read.series.moments == target.series.moments
        assert (read.allowed, read.warnings, read.restarts) == (target.allowed, target.warnings, target.restarts)
    found = [(f.target, f.signature, f.status, f.id, f.verdict, f.history) for f in before.findings]
    assert [(f.target, f.signature, f.status, f.id, f.verdict, f.history) for f in after.findings] == found
    assert [f.id for f in after.passed] == [f.id for f in before.passed]


def test_the_last_campaign_counts(project: Project) -> None:
    """A replay after a campaign is not what a report is about; before any campaign it is. Other runs mix in."""
    replay: list[Event] = [RunStarted("replay", ["pin"], 1.0), Warned("a replay"), RunFinished(0, 1.0)]
    _write(project, replay)
    assert account(_read(project)).command == "replay"
    first, second = Journal(project), Journal(project)
    for event in (RunStarted("fuzz", ["pin"], 2.0), Warned("the first")):
        first.event(event)
    for event in (RunStarted("fuzz", ["pin"], 3.0), Warned("the second")):
        second.event(event)
    first.event(Warned("the first"))
    _write(project, replay)
    made = account(_read(project))
    assert (made.began, made.warnings) == (3.0, ["the second"])


def test_a_beginning_far_back(project: Project) -> None:
    """A run's beginning is found wherever the blocks that are read fall."""
    journal = Journal(project)
    journal.event(RunStarted("fuzz", ["pin"], 1.0))
    log = project.state / "events.jsonl"
    begin = log.read_bytes()
    for padding in (BLOCK - 10, BLOCK, BLOCK + 10, BLOCK + len(begin) // 2, 3 * BLOCK):
        log.write_bytes(b"x" * 100 + b"\n" + begin + b"y" * (padding // 2) + b"\n" + b"z" * (padding // 2) + b"\n")
        assert [type(event) for event in _read(project)] == [RunStarted], padding
    log.write_bytes(begin + b"y" * padding)
    assert [type(event) for event in _read(project)] == [RunStarted]


def test_of_progress_what_a_curve_can_show(project: Project) -> None:
    """Of 20,000 lines of progress about as many are read as a curve has points, the last of each target among them."""
    log = project.state / "events.jsonl"
    journal = Journal(project)
    journal.event(RunStarted("fuzz", ["a", "b"], 1.0))
    journal.event(Progressed(TargetResult(name="a")))
    start, line = (json.loads(line) for line in log.read_text().splitlines())
    began = start["time"]
    lines = [
        json.dumps({**line, "time": round(began + second, 3), "target": name, "executions": second, "seconds": second})
        for second in range(10_000)
        for name in ("a", "b")
    ]
    log.write_text("\n".join([json.dumps(start), *lines]) + "\n")
    read = _read(project)
    assert 2 * POINTS <= len(read) <= 2 * (POINTS + 200)
    assert {e.result.name: e.result.executions for e in read if isinstance(e, Progressed)} == {"a": 9_999, "b": 9_999}


def test_a_clock_that_jumped(project: Project) -> None:
    """Where the last line is of an earlier time than those before it, a long log is still not parsed line by line."""
    log = project.state / "events.jsonl"
    journal = Journal(project)
    for event in (RunStarted("fuzz", ["a"], 1.0), Progressed(TargetResult(name="a"))):
        journal.event(event)
    start, line = (json.loads(line) for line in log.read_text().splitlines())
    times = [start["time"] + offset for offset in (*range(-50, 20_000), 0)]
    lines = [json.dumps({**line, "time": round(time, 3), "executions": number}) for number, time in enumerate(times)]
    log.write_text("\n".join([json.dumps(start), *lines]) + "\n")
    read = _read(project)
    assert POINTS <= len(read) <= len(times) / 4
    assert isinstance(last := read[-1], Progressed)
    assert last.result.executions == len(times) - 1


def test_a_broken_log(project: Project) -> None:
    """Lines that are none, or that lack what they should have, are passed over; nothing else is lost."""
    _write(project, events())
    log = project.state / "events.jsonl"
    lines = log.read_bytes().splitlines()
    broken = []
    for line in lines:
        document = json.loads(line)
        broken += [line[: len(line) // 2], json.dumps({**document, "target": None, "finding": 3}).encode()]
        broken += [json.dumps({"run": document["run"], "event": document["event"]}).encode(), b"[" * 100_000, b"\xff"]
    log.write_bytes(b"\n".join([lines[0], *broken, *lines[1:]]) + b'\n{"time": 17')
    assert [f.id for f in account(_read(project)).findings] == [f.id for f in account(events()).findings]


def test_what_is_on_record_counts(project: Project) -> None:
    """A finding that was accepted since, or is smaller now, is given as it is now; new it stays for this run."""
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), FindingSeen(BLANK)])
    corpus = Corpus(project, "pin", pytest.fail)
    corpus.save(replace(BLANK, data=b"", status=Status.KNOWN))
    (finding,) = account(_read(project)).findings
    assert (finding.data, finding.status, finding.found_after_executions) == (b"", Status.NEW, 900)
    corpus.save(turned(replace(BLANK, data=b""), Status.ACCEPTED, note="so be it"))
    (finding,) = account(_read(project)).findings
    assert (finding.status, finding.reason) == (Status.ACCEPTED, "so be it")


def test_a_large_input_that_is_gone(project: Project) -> None:
    """The log keeps no large inputs: where the corpus has it no more, the finding has none to show and is left out."""
    large = replace(BLANK, data=b"x" * (65 << 10))
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), FindingSeen(large)])
    assert account(_read(project)).findings == []
    Corpus(project, "pin", pytest.fail).save(large)
    assert [f.id for f in account(_read(project)).findings] == [large.id]


def test_nothing_to_read(project: Project) -> None:
    """Without a run, and without a log that can be read, that is said in a line."""
    with pytest.raises(UserError, match="nothing to report"):
        _read(project)
    _write(project, [Warned(HOSTILE), TargetFinished(TargetResult(name="pin"))])
    with pytest.raises(UserError, match="nothing to report"):
        _read(project)
    (project.state / "events.jsonl").unlink()
    (project.state / "events.jsonl").mkdir()
    with pytest.raises(UserError, match=r"events\.jsonl cannot be read"):
        _read(project)
