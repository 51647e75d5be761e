"""A finding names the drift of an accepted input that shows the same failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fuzzlab import formats
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.card import card
from fuzzlab.causes import MOST_TRIED, cause
from fuzzlab.corpus import Corpus
from fuzzlab.document import finding_document
from fuzzlab.events import FindingSeen
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import Finding, Outcome, Verdict
from tests.planted import friday_drift

CRASH = Verdict(Outcome.CRASH, "TypeError", "", "", "shop:parse")
FINDING = Finding(target="parse", verdict=CRASH, data=b'{"paid":0}')
SEED = b'{"paid": true, "total": 3, "day": "2026-03-31"}'


class _Bench:
    def __init__(self, fails: Callable[[Any], bool]) -> None:
        self.fails = fails
        self.asked = 0

    def verdict(self, data: bytes) -> Verdict:
        self.asked += 1
        try:
            document = json.loads(data)
        except ValueError:
            return Verdict(Outcome.REJECTED)
        return CRASH if self.fails(document) else Verdict(Outcome.ACCEPTED)

    def fresh(self) -> None:
        """Nothing is kept here."""


@pytest.mark.parametrize(
    ("fails", "name"),
    [
        (lambda d: d.get("total") == "3", "int to string at total"),
        (lambda d: "total" not in d and "data" not in d and "day" in d, "field dropped"),
        (lambda d: isinstance(d.get("day"), int), "date format changed at day"),
        (lambda d: d.get("data", {}) and "paid" in d.get("data"), "field moved"),
        (lambda d: d.get("total") == 4, ""),
    ],
)
def test_the_drift_that_shows_the_same_failure_is_named(fails: Callable[[Any], bool], name: str) -> None:
    """It is the first that fails so; where none does, none is named."""
    bench = _Bench(lambda d: isinstance(d, dict) and fails(d))
    assert cause(FINDING, bench, formats.json(), [SEED]) == name


def test_only_accepted_inputs_are_changed() -> None:
    """An input that fails already, or is refused, explains nothing."""
    bench = _Bench(lambda _: True)
    assert cause(FINDING, bench, formats.json(), [SEED, b"<html>"]) == ""
    assert bench.asked == 2


def test_without_records_the_schema_s_own_documents_are_changed() -> None:
    """Valid documents stand for recorded ones."""
    form = formats.json(friday_drift.SCHEMA)
    bench = _Bench(lambda d: isinstance(d, dict) and d.get("total", 0) is None)
    assert cause(FINDING, bench, form, []) == "field nulled at total"


def test_what_costs_too_much_is_not_looked_into() -> None:
    """Nor is what does not happen again; and a search ends."""
    hang = Finding(target="parse", verdict=Verdict(Outcome.HANG, "", "", "", "shop:parse"), data=b"")
    bench = _Bench(lambda _: False)
    assert cause(hang, bench, formats.json(), [SEED]) == ""
    assert bench.asked == 0
    wide = json.dumps([{f"name{n}": n for n in range(30)}] * 30).encode()
    assert cause(FINDING, bench, formats.json(), [wide] * 50) == ""
    assert bench.asked <= MOST_TRIED + 8
    assert cause(FINDING, bench, formats.json(), [SEED], should_stop=lambda: True) == ""


def _project(root: Path) -> Project:
    seeds = root / "corpus" / "friday_drift" / "seeds"
    seeds.mkdir(parents=True)
    for number, seed in enumerate(friday_drift.SEEDS):
        (seeds / str(number)).write_bytes(seed)
    return Project(root, Config())


@pytest.mark.parametrize("engine", ["property", "coverage"])
def test_each_engine_s_finding_names_its_drift(engine: str, tmp_path: Path) -> None:
    """On the card, in the document, and on record."""
    project, target = _project(tmp_path), REGISTRY["friday_drift"]
    limits = Limits(seconds=300, runs=60_000, workers=1, seed=1)
    events = (
        Session(project, target).check(examples=600, seed=None)
        if engine == "property"
        else Campaign(project, [target], limits).run()
    )
    (finding,) = [event.finding for event in events if isinstance(event, FindingSeen)]
    assert finding.cause == "date format changed at paid_at"
    assert any("date format changed at paid_at" in line for line in card(finding))
    assert finding_document(finding).cause == finding.cause
    (recorded,) = Corpus(project, target.name, print).findings()
    assert recorded.cause == finding.cause
