"""The event log followed while it grows."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fuzzlab import follower
from fuzzlab.account import Account, account
from fuzzlab.chronicle import chronicle, event_of
from fuzzlab.corpus import Corpus
from fuzzlab.curves import POINTS
from fuzzlab.events import Event, FindingSeen, Progressed, RunFinished, RunStarted, TargetResult, Warned
from fuzzlab.follower import Follower
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Status
from tests.projects import snapshot
from tests.reports.runs import BLANK, events, hostile_events


def _write(project: Project, told: list[Event], name: str = "") -> None:
    journal = Journal(project, name)
    for event in told:
        journal.event(event)


def _log(project: Project) -> Path:
    return project.state / "events.jsonl"


def _drain(followed: Follower) -> Account:
    while followed.advance() or followed.is_behind:
        pass
    return followed.account


@pytest.mark.parametrize("told", [events(), hostile_events()], ids=["ordinary", "hostile"])
@pytest.mark.parametrize("step", [257, 4096, 1 << 20])
def test_however_it_comes(project: Project, told: list[Event], step: int) -> None:
    """In whatever pieces the log grows, in the end all is there that is read of it at once."""
    _write(project, told)
    whole = _log(project).read_bytes()
    _log(project).write_bytes(b"")
    followed = Follower(project)
    for at in range(0, len(whole), step):
        with _log(project).open("ab") as file:
            file.write(whole[at : at + step])
        followed.advance()
    made, expected = _drain(followed), account(chronicle(project, pytest.fail))
    assert list(made.targets) == list(expected.targets) != []
    assert made.targets == expected.targets
    assert (made.command, made.exit_code, made.seconds, made.warnings) == (
        expected.command, expected.exit_code, expected.seconds, expected.warnings
    )  # fmt: skip


def test_half_a_line_is_waited_for(project: Project) -> None:
    """A line without its end is no line yet, and is read whole when it has one."""
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), Warned("said")])
    whole = _log(project).read_bytes()
    _log(project).write_bytes(whole[:-20])
    followed = Follower(project)
    assert _drain(followed).warnings == []
    assert not followed.advance()
    with _log(project).open("ab") as file:
        file.write(whole[-20:])
    assert followed.advance()
    assert followed.account.warnings == ["said"]


def test_the_next_campaign(project: Project) -> None:
    """A campaign takes the place of what was before it, also in the middle of that; a replay takes none's."""
    followed = Follower(project)
    assert not followed.advance()
    _write(project, [RunStarted("replay", ["pin"], 1.0), Warned("a replay")])
    assert _drain(followed).command == "replay"
    first = Journal(project)
    first.event(RunStarted("fuzz", ["pin"], 2.0))
    first.event(Warned("the first"))
    assert _drain(followed).warnings == ["the first"]
    _write(project, [RunStarted("check", ["pin"], 3.0), Warned("a check"), RunFinished(0, 1.0)])
    assert _drain(followed).warnings == ["the first"]
    _write(project, [RunStarted("fuzz", ["other"], 4.0), Warned("the second")])
    first.event(Warned("the first again"))
    assert _drain(followed).warnings == ["the second"]
    assert list(followed.account.targets) == ["other"]
    assert _drain(Follower(project)).warnings == ["the second"]


def test_one_run_only(project: Project) -> None:
    """Where it is known which run counts, neither one before it nor one after it is shown."""
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), Warned("before")])
    followed = Follower(project, name="0000abcd", since=_log(project).stat().st_size)
    _drain(followed)
    assert followed.run is None
    _write(project, [RunStarted("fuzz", ["pin"], 2.0), Warned("beside")])
    _write(project, [RunStarted("fuzz", ["pin"], 3.0), Warned("ours")], "0000abcd")
    _write(project, [RunStarted("fuzz", ["pin"], 4.0), Warned("after")])
    assert _drain(followed).warnings == ["ours"]


def test_a_log_that_begins_anew(project: Project) -> None:
    """Where `.fuzzlab` was deleted what was read stays, until another run begins."""
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), Warned("long before " * 100)])
    followed = Follower(project)
    assert len(_drain(followed).warnings) == 1
    shutil.rmtree(project.state)
    assert not followed.advance()
    assert len(followed.account.warnings) == 1
    _write(project, [RunStarted("fuzz", ["pin"], 2.0), Warned("new")])
    assert _drain(followed).warnings == ["new"]


def test_a_finding_is_accepted(project: Project) -> None:
    """What is on record now counts, without a line in the log."""
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), FindingSeen(BLANK)])
    corpus = Corpus(project, "pin", pytest.fail)
    followed = Follower(project)
    assert [f.status for f in _drain(followed).findings] == [Status.NEW]
    corpus.save(turned(replace(BLANK, status=Status.KNOWN), Status.ACCEPTED, note="so be it"))
    assert followed.advance()
    assert [(f.status, f.reason) for f in followed.account.findings] == [(Status.ACCEPTED, "so be it")]
    assert not followed.advance()


def test_what_is_no_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that mean nothing, and one longer than any may be, are passed over; nothing after them is lost."""
    monkeypatch.setattr(follower, "AT_ONCE", 1_000)
    monkeypatch.setattr(follower, "LONGEST", 10_000)
    _log(project).parent.mkdir()
    followed = Follower(project)
    _log(project).write_bytes(b"\n")
    followed.advance()
    begun = b'{"event": "RunStarted"}\n'
    for junk in (b"\xff\xfe\n", b"{" * 5_000 + b"\n", b"[]\n3\nnull\n", begun, b"x" * 25_000 + b"\n"):
        with _log(project).open("ab") as file:
            file.write(junk)
        _drain(followed)
    _write(project, [RunStarted("fuzz", ["pin"], 1.0), Warned("y" * 5_000), Warned("said")])
    assert _drain(followed).warnings == ["y" * 5_000, "said"]


def test_a_night_is_read_in_part(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20,000 lines of progress before the page is opened so many are read as curves have points; then each one."""
    _write(project, [RunStarted("fuzz", ["a"], 1.0), Progressed(TargetResult(name="a"))])
    start, line = (json.loads(line) for line in _log(project).read_text().splitlines())
    lines = [json.dumps({**line, "time": start["time"] + s, "executions": s, "seconds": s}) for s in range(20_000)]
    _log(project).write_text("\n".join([json.dumps(start), *lines]) + "\n")
    taken: list[Event | None] = []

    def counted(*of: Any) -> Event | None:
        taken.append(event_of(*of))
        return taken[-1]

    monkeypatch.setattr(follower, "event_of", counted)
    followed = Follower(project)
    assert _drain(followed).targets["a"].result.executions == 19_999
    assert POINTS <= len(taken) <= POINTS + 200
    assert followed.account.seconds == pytest.approx(19_999, abs=1)
    with _log(project).open("a") as file:
        file.write(json.dumps({**line, "run": start["run"], "executions": 7, "seconds": 20_000}) + "\n")
    assert _drain(followed).targets["a"].result.executions == 7


def test_it_only_reads(project: Project) -> None:
    """Nothing in the project changes, and a log that cannot be read is as none."""
    _write(project, events())
    Corpus(project, "pin", pytest.fail).save(BLANK)
    before = snapshot(project.root)
    _drain(Follower(project))
    assert snapshot(project.root) == before
    _log(project).unlink()
    _log(project).mkdir()
    assert not Follower(project).advance()
