"""One target from beginning to end under replay and property."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzlab.errors import UserError
from fuzzlab.events import Event, FindingSeen, TargetFinished, TargetResult, TargetStarted, Warned
from fuzzlab.finder import adhoc
from fuzzlab.project import Project
from fuzzlab.session import Session
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


def test_a_regression_of_a_mended_parser(project: Project) -> None:
    """An input on record that no longer fails is no finding."""
    found = _findings(list(_session(project, "two").check(examples=60, seed=None)))
    assert found
    broken = _session(project, "two")
    mended = Session(project, adhoc(f"{planted.__name__}:near"))
    mended.corpus.regressions_folder.parent.mkdir(parents=True, exist_ok=True)
    broken.corpus.regressions_folder.rename(mended.corpus.regressions_folder)
    assert _findings(list(mended.replay())) == []
