"""Constants behind `in`, a set, a dict, `find`, an Enum and `int(x) == N`: all are met, within executions."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzlab.campaign import Campaign, Limits
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY
from tests.parsers import constants
from tests.planted.test_planted import findings

RUNS = 20_000

TARGETS = [name for name in vars(constants) if name.startswith("behind_")]


@pytest.mark.parametrize("name", TARGETS)
def test_a_constant_is_met(name: str, tmp_path: Path) -> None:
    """From no seed, the one bug behind the constant is found, and no other."""
    limits = Limits(seconds=300, runs=RUNS, workers=1, seed=1)
    found = findings(Campaign(Project(tmp_path, Config()), [REGISTRY[name]], limits).run())
    assert [finding.signature for finding in found] == ["crash IndexError tests.parsers.constants:_bug"]


def test_there_are_six() -> None:
    """The list is not empty by accident."""
    assert len(TARGETS) == 6
