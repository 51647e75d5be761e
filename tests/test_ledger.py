"""What is remembered of a target from run to run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fuzzlab.contract import Budget
from fuzzlab.events import TargetResult
from fuzzlab.finder import adhoc
from fuzzlab.gaps import Kind, of_target
from fuzzlab.ledger import Ledger
from fuzzlab.project import Project
from fuzzlab.reach import Index
from fuzzlab.tally import Tally
from fuzzlab.target import Target, build
from fuzzlab.verdict import Outcome
from fuzzlab.worker import Worker


def parse(value: str) -> int:
    if value == "key":
        raise KeyError(value)
    return int(value)


def _target(**options: object) -> Target:
    return build(parse, home=__name__, allow=(ValueError, KeyError), **options)  # type: ignore[arg-type]


def _kinds(project: Project, target: Target, now: dt.datetime | None = None) -> dict[Kind, str]:
    gaps = of_target(project, target, Index({}), print, now=now or dt.datetime.now(dt.UTC))
    return {gap.kind: f"{gap.message}; {'; '.join(gap.evidence)}" for gap in gaps}


def test_the_newest_run_of_each_engine_counts(project: Project) -> None:
    """Errors are kept with their days; another contract begins anew."""
    ledger, target = Ledger(project), _target()
    assert not ledger.facts(target).runs
    ledger.note(target, "check", TargetResult(name="parse", executions=200, tally=Tally({"ValueError": 3}, {}, 1, 0.5)))
    ledger.note(target, "check", TargetResult(name="parse", executions=10, tally=Tally({"KeyError": 1})))
    ledger.note(target, "fuzz", TargetResult(name="parse", executions=0))
    facts = ledger.facts(target)
    assert facts.errors.keys() == {"ValueError", "KeyError"}
    assert facts.runs.keys() == {"check"}
    assert facts.runs["check"].executions == 10
    assert not ledger.facts(_target(budget=Budget(seconds=2))).runs


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"version": 2}', b'{"version": 1, "contract": "x", "runs": {"a": 1}}']
)
def test_what_is_broken_is_nothing(project: Project, content: bytes) -> None:
    """A file that is cut, of another version, or edited; and a folder that cannot be written."""
    path = project.state / "facts" / "parse.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert not Ledger(project).facts(_target()).runs
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("in the way", encoding="utf-8")
    Ledger(project).note(_target(), "check", TargetResult(name="parse", executions=1))
    assert not Ledger(project).facts(_target()).runs


def test_a_worker_tells_what_it_saw(worker_of: Callable[[Target], Worker]) -> None:
    """Declared errors, each by its own name, where they were raised, and the slowest; over several batches."""
    worker = worker_of(adhoc(f"{__name__}:parse", allow=["builtins:ValueError", "builtins:KeyError"]))
    assert not list(worker.run([b"1", b"x", b"key"]))
    assert worker.verdict(b"y").outcome is Outcome.REJECTED
    worker.close()
    assert worker.tally.errors == {"ValueError": 2, "KeyError": 1}
    assert sum(worker.tally.refused.values()) == 3
    assert all(place.startswith("tests/test_ledger.py:") for place in worker.tally.refused)
    assert 0 < worker.tally.slowest < 10


def test_hostile_words_of_a_worker() -> None:
    """What it says is bounded, or no tally."""
    many = {f"{number}" * 1000: 1 for number in range(1000)}
    tally = Tally.from_json({"errors": many, "refused": {}, "undecodable": 0, "slowest": 1e300})
    assert len(tally.errors) <= 64
    assert max(map(len, tally.errors)) <= 300
    assert tally.slowest <= 3600
    for words in ({}, {"errors": 1, "refused": {}, "undecodable": 0, "slowest": 0}):
        with pytest.raises((KeyError, AttributeError)):
            Tally.from_json(words)


def _run(**counts: int) -> TargetResult:
    return TargetResult(name="parse", **{"executions": 200, "accepted": 100, "rejected": 100, **counts})  # type: ignore[arg-type]


def test_thirty_days(project: Project) -> None:
    """A replay of yesterday is none too old, one of last month is."""
    target = _target()
    seeds = project.corpus / "parse" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(b"1")
    assert "not replayed here: 1 stored input" in _kinds(project, target)[Kind.STALE_CORPUS]
    Ledger(project).note(target, "replay", _run())
    now = dt.datetime.now(dt.UTC)
    assert Kind.STALE_CORPUS not in _kinds(project, target, now + dt.timedelta(days=29))
    assert Kind.STALE_CORPUS in _kinds(project, target, now + dt.timedelta(days=31))


def test_refusing_nearly_all(project: Project) -> None:
    """98 % is a strict parser, 99 % a closed door, with the places that refuse."""
    target = _target()
    Ledger(project).note(target, "check", _run(accepted=4, rejected=196))
    assert Kind.REFUSES_EARLY not in _kinds(project, target)
    result = TargetResult(
        name="parse", executions=200, accepted=2, rejected=198, tally=Tally({}, {"shop.py:3": 150}, undecodable=40)
    )
    Ledger(project).note(target, "check", result)
    told = _kinds(project, target)[Kind.REFUSES_EARLY]
    assert "99 %" in told
    assert "150 refused at shop.py:3" in told
    assert "40 have no value" in told


def test_a_loose_budget(project: Project) -> None:
    """A hundred times the slowest of many is loose, less is not."""
    target = _target(budget=Budget(seconds=2))
    Ledger(project).note(target, "check", replace(_run(), tally=Tally(slowest=0.003)))
    assert "has 2 s for an input, the slowest of 200 took 3.0 ms" in _kinds(project, target)[Kind.LOOSE_BUDGET]
    Ledger(project).note(target, "replay", replace(_run(), tally=Tally(slowest=0.03)))
    assert Kind.LOOSE_BUDGET not in _kinds(project, target)


def test_too_few_executions_say_nothing(tmp_path: Path, project: Project) -> None:
    """What was not seen in a handful of inputs may come with the next."""
    Ledger(project).note(_target(), "check", _run(executions=50, accepted=0, rejected=50))
    assert _kinds(project, _target()).keys() == {Kind.NO_SEEDS}
