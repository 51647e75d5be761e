"""Drifts: each is what its name says, and each happens."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fuzzlab import drift, formats
from fuzzlab.errors import UserError
from targets import vendor_catalogue, vendor_order
from tests.formats import seeded

SEEDS = Path(__file__).parents[1] / "corpus" / "vendor_order" / "seeds"

DOCUMENT: dict[str, Any] = {
    "order_id": "1001",
    "total": 25.5,
    "price": "12.50",
    "quantity": 3,
    "status": "paid",
    "created": "2026-03-31T10:20:30Z",
    "day": "2026-03-31",
    "paidAt": 1774951230,
    "page_size": 20,
    "buyer": {"name": "A", "mail": None},
    "items": [{"sku": "007"}, {"sku": "x"}],
}

WANTED: list[tuple[str, str, Any]] = [
    ("int to string", "quantity", "3"),
    ("string to int", "order_id", 1001),
    ("float to string", "total", "25.50"),
    ("float to string", "total", "25.5"),
    ("string to float", "price", 12.5),
    ("field nulled", "status", None),
    ("field nulled", "items", None),
    ("enum gains a member", "status", "partially_refunded"),
    ("enum gains a member", "status", "PAID"),
    ("date format changed", "day", "31.03.2026"),
    ("date format changed", "day", 1774915200),
    ("date format changed", "created", "2026-03-31 10:20:30"),
    ("date format changed", "created", 1774952430000),
    ("date format changed", "paidAt", "2026-03-31T10:00:30+00:00"),
    ("list to object", "items", {"items": [{"sku": "007"}, {"sku": "x"}]}),
    ("list to object", "items", {"sku": "007"}),
    ("object to list", "buyer", [{"name": "A", "mail": None}]),
    ("page size 0", "items", []),
]
"""(drift, field, what it becomes)"""

WHOLE: list[tuple[str, Any]] = [
    ("field renamed", lambda d: "orderId" in d and "order_id" not in d),
    ("field renamed", lambda d: "paid_at" in d),
    ("field dropped", lambda d: "status" not in d and "total" in d),
    ("field moved", lambda d: d.get("data") == {"status": "paid"} and "status" not in d),
    ("field moved", lambda d: d.get("name") == "A" and d.get("buyer") == {"mail": None}),
    ("field moved", lambda d: d.get("buyer", {}).get("total") == 25.5 and "total" not in d),
    ("page size 0", lambda d: d["page_size"] == 0),
    ("extra envelope", lambda d: d == {"data": DOCUMENT}),
    ("200 OK with an HTML body", lambda d: isinstance(d, bytes) and b"<html" in d),
]


@pytest.mark.parametrize(("name", "field", "value"), WANTED)
def test_a_field_becomes_what_the_drift_s_name_says(name: str, field: str, value: Any) -> None:
    """One drift of one field, everything else as it was."""
    wanted = {**DOCUMENT, field: value}
    found = [each for each in drift.every(DOCUMENT) if each.name == name and repr(each.value) == repr(wanted)]
    assert found
    assert str(found[0]) == f"{name} at {field}"


@pytest.mark.parametrize(("name", "is_wanted"), WHOLE)
def test_a_document_becomes_what_the_drift_s_name_says(name: str, is_wanted: Any) -> None:
    """So do members and whole documents."""
    assert [each for each in drift.every(DOCUMENT) if each.name == name and is_wanted(each.value)]


def test_every_drift_changes_the_document_and_leaves_its_argument() -> None:
    """No drift is a repetition of the document, and none writes into it."""
    before = copy.deepcopy(DOCUMENT)
    made = list(drift.every(DOCUMENT))
    assert {each.name for each in made} == set(drift.NAMES)
    assert all(repr(each.value) != repr(before) for each in made)
    assert before == DOCUMENT


def test_what_is_picked_at_random_is_one_of_all() -> None:
    """`drifted` gives nothing that `every` does not name."""
    every = {(each.name, each.path, repr(each.value)) for each in drift.every(DOCUMENT)}
    rng = seeded(31)
    met: Counter[str] = Counter()
    for _ in range(1500):
        changed = drift.drifted(rng, DOCUMENT, rng.choice(drift.NAMES))
        if changed is not None:
            assert (changed.name, changed.path, repr(changed.value)) in every
            met[changed.name] += 1
    assert set(met) == set(drift.NAMES)


def test_every_named_drift_is_produced_over_vendor_order() -> None:
    """500 examples of the suite over the target's model hold each drift at least once, and the target survives them."""
    met: Counter[str] = Counter()

    @settings(
        max_examples=500,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(formats.json(vendor_order.Order).drifted())
    def suite(changed: drift.Drifted) -> None:
        met[changed.name] += 1
        data = changed.value if isinstance(changed.value, bytes) else json.dumps(changed.value).encode()
        try:
            vendor_order.parse_order(data)
        except vendor_order.VendorOrderError:
            met["refused"] += 1

    suite()
    assert set(drift.NAMES) <= set(met), set(drift.NAMES) - set(met)
    assert 0 < met["refused"] < 500


def test_recorded_answers_drift_too() -> None:
    """Of the seeds of a target, without a schema, all drifts are gone through; what is no document has none."""
    form = formats.json()
    names = {name.partition(" at ")[0] for path in SEEDS.iterdir() for name, _ in form.drifts(path.read_bytes())}
    assert names == set(drift.NAMES)
    assert list(form.drifts(b"<html>")) == []


def test_an_enum_is_what_the_schema_says() -> None:
    """With a schema only its members gain one; without, any word may be a member."""
    with_schema = [each.path for each in drift.every(DOCUMENT, frozenset({"A"})) if each.name == "enum gains a member"]
    assert set(with_schema) == {("buyer", "name")}
    assert {"status"} <= {each.path[0] for each in drift.every(DOCUMENT) if each.name == "enum gains a member"}


def test_a_signed_body_drifts_under_its_signature() -> None:
    """The message is signed again: a vendor that changes its documents goes on signing them."""
    form = formats.http(body=formats.json(), signer=formats.signers.github("secret"))
    message = form.message(b'{"amount": 3}')
    made = dict(form.drifts(form.encode(message)))
    changed = form.decode(made["int to string at amount"])
    assert changed.body == b'{"amount":"3"}'
    assert changed == form.message(changed.body)


def test_without_a_schema_there_is_no_document_to_drift() -> None:
    """The suite needs one, and says so."""
    with pytest.raises(UserError, match="without a schema"):
        formats.json().drifted()


def test_strange_documents_drift_or_stay() -> None:
    """Deep, empty and infinite ones raise nothing."""
    rng = seeded(32)
    deep = json.loads("[" * 900 + "]" * 900)
    infinite = [float("inf"), float("nan")]
    for document in (deep, [], {}, None, infinite, 10**400, {"day": "2026-99-99"}, {"t": 10**12}, ""):
        assert len(list(drift.every(document))) < 5000
        for name in drift.NAMES:
            drift.drifted(rng, document, name)


def test_the_formats_of_a_schema_hold_drifts() -> None:
    """Among a schema's documents are the drifted ones: an envelope around a catalogue, say."""
    form = formats.json(vendor_catalogue.SCHEMA)
    rng = seeded(33)
    made = [data for _ in range(5_000) if (data := form.sample(rng))]
    assert any(data.startswith((b'{"data":{"vendor"', b'{"result":{"vendor"')) for data in made)
