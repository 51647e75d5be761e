"""The coverage engine meets every named nastiness of a format, from one ordinary seed, within executions."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path

import pytest

from fuzzlab.campaign import Campaign, Limits
from fuzzlab.project import Config, Project
from fuzzlab.target import REGISTRY
from tests.parsers import nasty
from tests.planted.test_planted import findings

RUNS = 100_000


@pytest.mark.slow
@pytest.mark.parametrize("name", nasty.SEEDS)
def test_every_nastiness_is_met(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within 100,000 executions, of which the parser sees those that its format can read."""
    note = tmp_path / "met"
    note.write_bytes(bytes(nasty.SIZE))
    monkeypatch.setenv(nasty.NOTE, str(note))
    seeds = tmp_path / "corpus" / name / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(nasty.SEEDS[name])
    limits = Limits(seconds=1_200, runs=RUNS, workers=1, seed=1)
    assert findings(Campaign(Project(tmp_path, Config()), [REGISTRY[name]], limits).run()) == []
    words = memoryview(note.read_bytes()).cast("Q").tolist()
    met = dict(zip(nasty.TABLES[name], words[1:], strict=False))
    missed = [each for each, number in met.items() if not 0 < number <= RUNS]
    assert missed == [], sorted(met.items(), key=itemgetter(1))
