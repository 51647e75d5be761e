"""Documents that break one rule: jsonschema reports that one, where it is said to be."""

from __future__ import annotations

import contextlib
import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import validators

from fuzzlab import formats
from fuzzlab.documents import blueprint
from fuzzlab.errors import Undecodable
from fuzzlab.schemas import as_schema
from fuzzlab.violations import RULES, Violation, violated
from targets import vendor_catalogue, vendor_order
from tests.formats import seeded
from tests.test_blueprint import COMPILED, Shop

SCHEMAS = {
    "order": as_schema(vendor_order.Order),
    "catalogue": vendor_catalogue.SCHEMA,
    "shop": as_schema(Shop),
    **{name: schema for name, schema in COMPILED.items() if name != "anything"},
}

AROUND = {"anyOf", "oneOf", "allOf", "if", "$ref", "dependentSchemas", "unevaluatedProperties"}
"""What reports a rule broken further down as its own."""


def _innermost(error: Any) -> Iterator[Any]:
    yield error
    for below in error.context or ():
        yield from _innermost(below)


def _is_that(violation: Violation, error: Any) -> bool:
    """Whether an error is the rule that was named, at the place that was named."""
    old_names = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum", "items": "additionalItems"}
    names = {violation.rule, old_names.get(violation.rule), *({"dependencies"} & {error.validator})}
    return error.validator in names and tuple(error.absolute_path) == violation.path


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_one_rule_is_broken_and_named(schema: dict[str, Any]) -> None:
    """Jsonschema reports one error: the rule at its place, or the alternative around it that has it as its reason.

    Where `allOf` says a rule twice, it is reported twice.
    """
    plan = blueprint(schema)
    validator = validators.validator_for(schema, default=validators.Draft202012Validator)(schema)
    rng = seeded(21)
    met = 0
    for _ in range(150):
        violation = violated(plan, rng, plan.document(rng))
        if violation is None:
            continue
        met += 1
        errors = list(validator.iter_errors(violation.document))
        assert errors, violation
        if len(errors) > 1:
            assert all(_is_that(violation, error) for error in errors), (violation, errors)
        inside = [error for error in _innermost(errors[0]) if _is_that(violation, error)]
        assert inside or errors[0].validator in AROUND, (violation, errors)
    assert met > 100


def test_the_document_is_left_as_it_was() -> None:
    """A violation shares with the valid document what it does not change, and changes nothing of it."""
    plan = blueprint(SCHEMAS["shop"])
    rng = seeded(22)
    for _ in range(100):
        document = plan.document(rng)
        before = copy.deepcopy(document)
        violated(plan, rng, document)
        assert document == before


def test_every_rule_is_broken_by_something() -> None:
    """No rule of the table is dead."""
    met: Counter[str] = Counter()
    rng = seeded(23)
    for schema in SCHEMAS.values():
        plan = blueprint(schema)
        for _ in range(120):
            violation = violated(plan, rng, plan.document(rng))
            met[violation.rule if violation else ""] += 1
    assert RULES.keys() <= met.keys(), RULES.keys() - met.keys()


def test_a_violation_says_where_and_what() -> None:
    """`place: rule`, and the document itself is a place."""
    assert str(Violation({}, ("cards", 0, "pin"), "pattern")) == "cards.0.pin: pattern"
    assert str(Violation([], (), "type")) == "the document: type"


def test_a_recorded_document_can_be_broken_too() -> None:
    """The document need not come from the schema's own generator; one that is wrong already may be left alone."""
    plan = blueprint(SCHEMAS["order"])
    recorded = {"order_id": "A-1", "status": "pending", "currency": "EUR", "amount": "25.00", "cards": [{"code": "x"}]}
    rng = seeded(24)
    rules = Counter(str(violation) for _ in range(400) if (violation := violated(plan, rng, recorded)))
    assert {"status: enum", "amount: type", "cards.0.code: pattern", "the document: required"} <= rules.keys()
    wrong: tuple[Any, ...] = ([], {"cards": [[]]}, None, {"cards": {"0": None}})
    for document in wrong:
        for _ in range(20):
            violated(plan, rng, document)


def test_no_document_is_too_strange() -> None:
    """Whatever the other mutators make of a document, to break a rule of it raises nothing."""
    format_ = formats.json(vendor_catalogue.SCHEMA)
    rng = seeded(25)
    strange: list[Any] = [json.loads("[" * 900 + "]" * 900), float("inf"), {"products": [{"sku": 10**400}] * 3}]
    for _ in range(300):
        data = format_.mutate(json.dumps({"vendor": "v", "products": []}).encode(), rng, 5000) or b"0"
        with contextlib.suppress(Undecodable):
            strange.append(format_.decode(data))
    for document in strange:
        for _ in range(3):
            format_.break_rule(rng, document)
