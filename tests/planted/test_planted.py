"""Each engine that can finds exactly the planted bugs, within a number of executions, never of seconds."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path

import pytest

import tests.planted
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import Event, FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import Finding, Outcome

BUGS = [
    info.name
    for info in pkgutil.iter_modules(tests.planted.__path__)
    if not info.name.startswith("test_") and not info.ispkg
]

MODULES = {bug: importlib.import_module(f"tests.planted.{bug}") for bug in BUGS}

RUNS = {
    "sql_built": 15_000,
    "environment_left": 15_000,
    "quadratic": 1_500,
    "endless_c_loop": 20_000,
    "os_exit": 150_000,
}
RUNS_DEFAULT = 60_000
SLOW = {"environment_left", "quadratic", "endless_c_loop"}

# Without feedback from the code, a keyword is not met.
BEYOND_PROPERTY = {"magic_platform", "os_exit"}
EXAMPLES = {"endless_c_loop": 4_000, "deep_nesting": 4_000, "surrogate_result": 4_000}
EXAMPLES_DEFAULT = 1_000

# What minimising leaves, where it is one value; `test_minimum` says what holds of the others.
MINIMA = {
    "invisible_64": "\u200d".encode() * 64,
    "magic_platform": b"xboxlive@",
    "not_idempotent": b"---",
    "leading_zero": b'{"sku":"0","quantity":1,"amount":"01"}',
    "os_exit": b"mode",
}


def project_with_seeds(bug: str, root: Path) -> Project:
    seeds = root / "corpus" / bug / "seeds"
    seeds.mkdir(parents=True)
    for number, seed in enumerate(MODULES[bug].SEEDS):
        (seeds / str(number)).write_bytes(seed)
    return Project(root, Config())


def findings(events: Iterable[Event]) -> list[Finding]:
    return [event.finding for event in events if isinstance(event, FindingSeen)]


def marked(bug: str) -> object:
    return pytest.param(bug, marks=[pytest.mark.slow] if bug in SLOW else [])


def assert_exactly(bug: str, found: list[Finding], root: Path) -> None:
    assert [finding.signature for finding in found] == [MODULES[bug].SIGNATURE]
    (finding,) = found
    assert finding.deterministic
    assert (root / finding.path).read_bytes() == finding.data
    stored = [p for p in (root / "corpus" / bug / "regressions").iterdir() if p.suffix != ".json"]
    assert [p.name for p in stored] == [finding.id], "each signature once"
    if bug in MINIMA:
        # The order of an object's keys is that of the input it was made from: none is smaller than another.
        assert sorted(finding.data) == sorted(MINIMA[bug])


@pytest.mark.parametrize("bug", [marked(bug) for bug in BUGS])
def test_coverage_finds_exactly_the_bug(bug: str, tmp_path: Path) -> None:
    """A campaign of a bounded number of executions reports the planted bug, once, stored and minimal, and no other."""
    project = project_with_seeds(bug, tmp_path)
    limits = Limits(seconds=300, runs=RUNS.get(bug, RUNS_DEFAULT), workers=1, seed=1)
    found = findings(Campaign(project, [REGISTRY[bug]], limits).run())
    assert_exactly(bug, found, tmp_path)


@pytest.mark.parametrize("bug", [marked(bug) for bug in BUGS if bug not in BEYOND_PROPERTY])
def test_property_finds_exactly_the_bug(bug: str, tmp_path: Path) -> None:
    """So does the property engine, in the examples of a pull request's profile."""
    project = project_with_seeds(bug, tmp_path)
    found = findings(Session(project, REGISTRY[bug]).check(examples=EXAMPLES.get(bug, EXAMPLES_DEFAULT), seed=None))
    assert_exactly(bug, found, tmp_path)


@pytest.mark.parametrize("bug", ["invisible_only", "signed_keyerror", "os_exit"])
def test_what_was_found_is_replayed(bug: str, tmp_path: Path) -> None:
    """A stored regression fails again in a replay, known by then, and is not stored twice."""
    project = project_with_seeds(bug, tmp_path)
    limits = Limits(seconds=300, runs=RUNS.get(bug, RUNS_DEFAULT), workers=1, seed=1)
    (first,) = findings(Campaign(project, [REGISTRY[bug]], limits).run())
    (again,) = findings(Session(project, REGISTRY[bug]).replay())
    assert (again.signature, again.data, again.path) == (first.signature, first.data, first.path)
    assert again.status == "known"
    assert again.verdict.outcome is not Outcome.ACCEPTED


@pytest.mark.parametrize("bug", BUGS)
def test_seeds_are_ordinary(bug: str, tmp_path: Path) -> None:
    """No seed shows its bug: the engines start from what a team would have."""
    assert findings(Session(project_with_seeds(bug, tmp_path), REGISTRY[bug]).replay()) == []
