"""The growth of inputs finds exactly the parsers whose cost grows too fast, within a number of looks."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import tests.planted.level
import tests.planted.steep
from fuzzlab.events import Event, FindingPassed, FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import Finding, Outcome, Status

STEEP = [info.name for info in pkgutil.iter_modules(tests.planted.steep.__path__)]
LEVEL = [info.name for info in pkgutil.iter_modules(tests.planted.level.__path__)]

WAYS = {"colliding": 400, "recursion": 400, "concatenation": 12, "backtracking": 30}
WAYS_DEFAULT = 60
FAST = {"rescan", "heavy"}
"""One of each kind for every run; the others are slow, as every proof takes a process of its own."""


def module(kind: str, name: str) -> ModuleType:
    return importlib.import_module(f"tests.planted.{kind}.{name}")


def session(kind: str, name: str, root: Path) -> Session:
    seeds = root / "corpus" / name / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(module(kind, name).SEEDS):
        (seeds / str(number)).write_bytes(seed)
    return Session(Project(root, Config()), REGISTRY[name])


def findings(events: list[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, FindingSeen)]


def grown(kind: str, name: str, root: Path) -> list[Finding]:
    ways = WAYS.get(name, WAYS_DEFAULT)
    return findings(list(session(kind, name, root).growth(seconds=600, ways=ways, seed=1)))


def marked(names: list[str]) -> list[object]:
    return [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in names]


@pytest.mark.parametrize("name", marked(STEEP))
def test_what_grows_too_fast_is_found_where_it_is(name: str, tmp_path: Path) -> None:
    """One finding, at the function whose loop it is; its input is over the floor, and far below the budget."""
    (found,) = grown("steep", name, tmp_path)
    assert found.signature == f"superlinear {module('steep', name).PLACE}"
    assert found.deterministic
    growth = found.verdict.growth
    assert growth is not None
    assert growth.exponent > growth.bound
    assert len(growth.sizes) == len(growth.costs) > 4
    assert (tmp_path / found.path).read_bytes() == found.data
    assert len(found.data) in growth.sizes


@pytest.mark.parametrize("name", marked(LEVEL))
def test_what_grows_slowly_enough_is_not(name: str, tmp_path: Path) -> None:
    """Neither n log n, nor a large constant, nor a threshold, nor what is quadratic and short."""
    assert grown("level", name, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STEEP if name != "backtracking"])
def test_examples_do_not_show_it(name: str, tmp_path: Path) -> None:
    """What stays within its budget of time for every example is no hang, and no other finding.

    What doubles with each character is one, of an example of thirty; it takes the search for it a second each time.
    """
    run = session("steep", name, tmp_path)
    assert findings(list(run.check(examples=100, seed=None))) == []
    assert run.result().executions >= 100


@pytest.mark.slow
def test_it_is_measured_again_in_a_replay(tmp_path: Path) -> None:
    """A stored input is grown anew: known while it grows too fast, and fixed when it no longer does."""
    (found,) = grown("steep", "rescan", tmp_path)
    (again,) = findings(list(session("steep", "rescan", tmp_path).replay()))
    assert (again.id, again.status, again.verdict.outcome) == (found.id, Status.KNOWN, Outcome.SUPERLINEAR)
    code = module("steep", "rescan")
    assert code.line_of("a\nb", 2) == 2

    mended = tmp_path / "corpus" / "heavy" / "regressions"
    mended.parent.mkdir(parents=True)
    (tmp_path / "corpus" / "rescan" / "regressions").rename(mended)
    passed = [e.finding for e in session("level", "heavy", tmp_path).replay() if isinstance(e, FindingPassed)]
    assert [(f.id, f.status) for f in passed] == [(found.id, Status.FIXED)]
