"""A schema from samples: they fit it, and what it makes looks like them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fuzzlab import formats
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.documents import blueprint
from fuzzlab.errors import Undecodable
from fuzzlab.events import FindingSeen
from fuzzlab.finder import adhoc
from fuzzlab.inference import inferred
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from tests.formats import seeded

CORPUS = Path(__file__).parents[1] / "corpus"


def _order(name: str, day: str, at: str, n: float, who: Any, *tags: Any) -> dict[str, Any]:
    return {"id": name, "day": day, "at": at, "n": n, "who": who, "tags": list(tags)}


SAMPLES: list[Any] = [
    _order("A-1", "2026-03-31", "2026-03-31T10:20:30Z", 3, {"mail": "a@example.com"}),
    _order("A-2", "2026-04-01", "2026-04-01T00:00:00+02:00", 4.5, None, "x", 1),
    _order("B", "1999-12-31", "2000-01-01T00:00:00Z", 0, {"mail": "b@c.de", "new": True}, None),
]


def _recorded(target: str) -> list[Any]:
    form = formats.json()
    made = []
    for path in sorted((CORPUS / target / "seeds").iterdir()):
        try:
            made.append(form.decode(path.read_bytes()))
        except Undecodable:
            continue
    return made


@pytest.mark.parametrize("samples", [SAMPLES, [1, "a", [2]], [{}, []], [[{"a": [1]}], [{"b": 2}]]])
def test_the_samples_fit_and_so_does_what_is_made(samples: list[Any]) -> None:
    """The schema is one, each sample is valid, each document made of it is valid and none of them is all there is."""
    schema = inferred(samples)
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for sample in samples:
        validator.validate(sample)
    plan, rng = blueprint(schema), seeded(51)
    made = [plan.document(rng) for _ in range(200)]
    for document in made:
        validator.validate(document)
    assert len({json.dumps(document) for document in made}) > 1


def test_what_is_made_looks_like_the_samples() -> None:
    """Seen values come back, days are days, and what was always there is there."""
    plan, rng = blueprint(inferred(SAMPLES) or {}), seeded(52)
    made = [plan.document(rng) for _ in range(300)]
    assert all({"id", "day", "at", "n", "who", "tags"} <= document.keys() for document in made)
    ids = [document["id"] for document in made]
    assert {"A-1", "A-2", "B"} < set(ids)
    assert all(len(document["day"]) == 10 and document["day"][4] == "-" for document in made)
    assert any("mail" in document["who"] and "new" not in document["who"] for document in made if document["who"])


@pytest.mark.parametrize("samples", [[], [SAMPLES[0]], [json.loads("[" * 900 + "]" * 900)] * 2])
def test_what_says_too_little_gives_no_schema(samples: list[Any]) -> None:
    """No sample, one alone, one that nests too deep."""
    assert inferred(samples) is None


def test_the_same_samples_give_the_same_schema() -> None:
    """Seeds are committed, so a pull request makes the same inputs each time."""
    assert json.dumps(inferred(SAMPLES)) == json.dumps(inferred(json.loads(json.dumps(SAMPLES))))


def test_a_format_without_a_schema_learns_one() -> None:
    """It reads as before, makes what was recorded and knows its words; with a schema it learns nothing."""
    recorded = [json.dumps(sample).encode() for sample in SAMPLES] + [b"<html>"]
    form = formats.json(max_size=2000)
    form.fit(recorded[:1])
    assert form.sample(seeded(53)) is None
    form.fit(recorded)
    assert form.decode(recorded[0]) == SAMPLES[0]
    assert {b"A-1", b'"day":'} <= set(form.dictionary())
    rng = seeded(53)
    made = [data for _ in range(100) if (data := form.sample(rng))]
    assert sum(b'"day":"' in data for data in made) > 50
    mutators = len(form.mutators)
    form.fit([b"[1]", b"[2]"])
    assert form.schema is not None
    assert form.schema.definition["type"] == "array"
    assert len(form.mutators) == mutators
    own = formats.json({"type": "array"})
    own.fit(recorded)
    assert own.schema is not None
    assert own.schema.definition == {"type": "array"}


def test_a_body_s_format_learns_from_messages() -> None:
    """The bodies of recorded requests; what is made of them is signed."""
    form = formats.http(body=formats.json(), signer=formats.signers.github("secret"))
    assert form.sample(seeded(54)) is None
    form.fit([b"GET", *(form.encode(form.message(json.dumps(sample).encode())) for sample in SAMPLES)])
    data = form.sample(seeded(54))
    assert data is not None
    message = form.decode(data)
    assert form.message(message.body) == message


DEEP = """
import json


def parse(data: bytes) -> int:
    try:
        order = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(order, dict) or set(order) != {"order_id", "lines", "currency"}:
        raise ValueError("no order")
    if order["currency"] not in ("EUR", "USD") or not isinstance(order["lines"], list):
        raise ValueError("no lines")
    total = 0
    for line in order["lines"]:
        if not isinstance(line, dict) or not isinstance(line.get("quantity"), int):
            raise ValueError("no line")
        if line.get("sku") == "CARD-1":
            total += 100 // line["quantity"]
    return total
"""


@pytest.mark.parametrize("engine", ["property", "coverage"])
def test_engines_learn_from_seeds(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both engines find what lies behind a shape that only the seeds show."""
    (tmp_path / "learnt.py").write_text(DEEP, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    target = adhoc("learnt:parse", format_name="json")
    seeds = tmp_path / "corpus" / target.name / "seeds"
    seeds.mkdir(parents=True)
    for number, lines in enumerate(([{"sku": "CARD-1", "quantity": 5}], [{"sku": "X", "quantity": 1}])):
        order = {"order_id": "7", "lines": lines, "currency": "EUR"}
        (seeds / str(number)).write_text(json.dumps(order), encoding="utf-8")
    project = Project(tmp_path, Config())
    events = (
        Session(project, target).check(examples=1500, seed=None)
        if engine == "property"
        else Campaign(project, [target], Limits(seconds=300, runs=20_000, workers=1, seed=1)).run()
    )
    found = [event.finding.verdict.exception for event in events if isinstance(event, FindingSeen)]
    assert found == ["ZeroDivisionError"]


def test_recorded_answers_of_the_reference_targets_give_schemas() -> None:
    """Their seeds are enough."""
    for target in ("vendor_order", "vendor_catalogue"):
        schema = inferred(_recorded(target))
        assert schema is not None
        assert schema["properties"]
