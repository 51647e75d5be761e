"""One target from beginning to end under replay and property."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzlab.errors import UserError
from fuzzlab.events import Event, FindingPassed, FindingSeen, TargetFinished, TargetResult, TargetStarted, Warned
from fuzzlab.finder import adhoc
from fuzzlab.project import Project
from fuzzlab.session import Session
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Finding, Status
from tests.parsers import planted


def _session(project: Project, name: str, *, in_process: bool = False) -> Session:
    return Session(project, adhoc(f"{planted.__name__}:{name}"), in_process=in_process)


def _findings(events: list[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, FindingSeen)]


def _result(events: list[Event]) -> TargetResult:
    assert isinstance(events[0], TargetStarted)
    (finished,) = [event for event in events if isinstance(event, TargetFinished)]
    return finished.result


@pytest.mark.parametrize("in_process", [False, True])
def test_check_then_replay(project: Project, in_process: bool) -> None:
    """What `check` stores, `replay` sees again as known, in a worker and without one."""
    found = _findings(list(_session(project, "two", in_process=in_process).check(examples=100, seed=None)))
    assert len(found) == 2
    assert {f.status for f in found} == {Status.NEW}
    assert all((project.root / f.path).read_bytes() == f.data for f in found)
    events = list(_session(project, "two", in_process=in_process).replay())
    again = _findings(events)
    assert {f.signature for f in again} == {f.signature for f in found}
    assert {f.status for f in again} == {Status.KNOWN}
    assert _result(events).executions == 2
    assert _result(events).corpus_size == 2


def test_a_seed_that_fails(project: Project) -> None:
    """A stored input that breaks the contract is a new finding, stored as a regression, and told once."""
    session = _session(project, "two")
    session.corpus.seeds_folder.mkdir(parents=True)
    for name, data in (("good", b"abc"), ("bad", b"1"), ("worse", b"2")):
        (session.corpus.seeds_folder / name).write_bytes(data)
    events = list(session.replay())
    (finding,) = _findings(events)
    assert finding.verdict.exception == "KeyError"
    assert (_result(events).executions, _result(events).accepted) == (3, 1)
    assert finding.path.startswith("corpus/")


def test_given_files(project: Project, tmp_path: Path) -> None:
    """Files that somebody names are run and shown as they are, and nothing is stored."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"9" + name.encode())
    events = list(_session(project, "two").replay([tmp_path / "a", tmp_path / "b"]))
    assert [finding.path for finding in _findings(events)] == ["a", "b"]
    assert not project.corpus.exists()
    with pytest.raises(UserError, match="No such file"):
        list(_session(project, "two").replay([tmp_path / "missing"]))


def test_two_files_of_one_content(project: Project, tmp_path: Path) -> None:
    """Two names of the same bytes are both answered for, or one is, but none is taken for a failure."""
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").write_bytes(b"abc")
    events = list(_session(project, "two").replay([tmp_path / "a", tmp_path / "b"]))
    assert _findings(events) == []


def test_warnings_reach_the_stream(project: Project) -> None:
    """A broken file in the corpus is an event, and stops nothing."""
    session = _session(project, "sound")
    session.corpus.regressions_folder.mkdir(parents=True)
    (session.corpus.regressions_folder / "renamed").write_bytes(b"x")
    events = list(session.replay())
    assert [event.target for event in events if isinstance(event, Warned)] == [f"{planted.__name__}.sound"]
    assert _result(events).executions == 0


def _mended(project: Project, name: str = "near", *, in_process: bool = False, records: bool = True) -> Session:
    """Find the bugs of one parser, then let another stand in its place, as if somebody had mended it."""
    found = _findings(list(_session(project, "two").check(examples=60, seed=None)))
    assert found
    mended = Session(project, adhoc(f"{planted.__name__}:{name}"), in_process=in_process, records=records)
    mended.corpus.regressions_folder.parent.mkdir(parents=True, exist_ok=True)
    _session(project, "two").corpus.regressions_folder.rename(mended.corpus.regressions_folder)
    return Session(project, mended.target, in_process=in_process, records=records)


def _passed(events: list[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, FindingPassed)]


def test_a_regression_of_a_mended_parser(project: Project) -> None:
    """An input on record that no longer fails is no finding: its bug is fixed, which is told and written down once."""
    mended = _mended(project)
    events = list(mended.replay())
    assert _findings(events) == []
    fixed = _passed(events)
    assert len(fixed) == 2
    assert _result(events).fixed == tuple(fixed)
    assert {f.status for f in mended.corpus.findings()} == {Status.FIXED}
    assert _passed(list(Session(project, mended.target).replay())) == []


@pytest.mark.parametrize(("in_process", "told"), [(True, 0), (False, 2)])
def test_what_is_not_written_down(project: Project, in_process: bool, told: int) -> None:
    """Without a worker that nothing failed says nothing; a run that does not record only tells."""
    mended = _mended(project, in_process=in_process, records=False)
    assert len(_passed(list(mended.replay()))) == told
    assert {f.status for f in mended.corpus.findings()} == {Status.KNOWN}


def test_strict_check_looks_at_what_is_accepted(project: Project) -> None:
    """Examples need not meet an accepted input; `strict` runs it."""
    mended = _mended(project, "sound")
    for finding in list(mended.corpus.findings()):
        mended.corpus.save(turned(finding, Status.ACCEPTED, note="upstream"))
    lax = list(Session(project, mended.target).check(examples=20, seed=None))
    strict = list(Session(project, mended.target, strict=True).check(examples=20, seed=None))
    assert (len(_passed(lax)), len(_passed(strict))) == (0, 2)
    assert len(_result(strict).outdated) == 2
