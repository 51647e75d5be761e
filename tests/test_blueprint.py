"""Compiled schemas: what they make is valid, by jsonschema and by pydantic, and soon."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import validators
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, constr, field_validator

from fuzzlab.blueprint import Blueprint
from fuzzlab.documents import blueprint, valid_documents
from fuzzlab.nodes import Stuck
from fuzzlab.schemas import as_schema
from targets import vendor_catalogue, vendor_order
from tests.formats import seeded

fast = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"

A_TREE = {"type": "object", "properties": {"v": {"type": "integer"}, "sub": {"type": "array", "items": {"$ref": "#"}}}}

COMPILED: dict[str, Any] = {
    "anything": {},
    "types": {"type": ["integer", "null", "array"]},
    "enum": {"enum": [1, "1", None, {"a": [1]}], "type": ["string", "object"]},
    "const": {"const": {"a": 1}},
    "integer range": {"type": "integer", "minimum": -3, "exclusiveMaximum": 4},
    "integer of fractions": {"type": "integer", "minimum": -2.5, "maximum": 2.5},
    "multiples": {"type": "integer", "multipleOf": 7, "minimum": 20, "maximum": 40},
    "multiples of a fraction": {"type": "number", "multipleOf": 0.25, "minimum": 0, "maximum": 3},
    "multiples of cents": {"type": "number", "multipleOf": 0.01},
    "number range": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "only an upper bound": {"type": "number", "maximum": -1e6},
    "text lengths": {"type": "string", "minLength": 3, "maxLength": 5},
    "a long text": {"type": "string", "minLength": 300},
    "text pattern": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "maxLength": 6},
    "pattern in the middle": {"type": "string", "pattern": "ab+c"},
    "look-ahead": {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"},
    "not at the end": {"type": "string", "pattern": r"^[A-Z]+$(?!\n)"},
    "formats": {
        "type": "array",
        "items": {"anyOf": [{"type": "string", "format": f} for f in ("uuid", "date", "uri")]},
    },
    "array lengths": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3},
    "many elements": {"type": "array", "items": {"type": "boolean"}, "minItems": 200},
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "items": False, "minItems": 2},
    "tuple and rest": {"prefixItems": [{"const": 1}], "items": {"type": "string"}},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 2},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5}},
    "no contains": {"type": "array", "contains": {"const": 1}, "minContains": 0},
    "contains two": {"type": "array", "contains": {"type": "integer"}, "minContains": 2, "maxItems": 4},
    "required": {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a", "b"]},
    "no type": {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
    "closed": {"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": False, "minProperties": 1},
    "few": {"type": "object", "properties": {n: {"type": "null"} for n in "abcdef"}, "maxProperties": 2},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
    "names": {"type": "object", "propertyNames": {"pattern": "^[a-z]{2,4}$"}, "minProperties": 2},
    "names by pattern": {
        "type": "object",
        "properties": {"x-a": {"minimum": 3}},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["x-a", "x-b"],
    },
    "dependent": {
        "type": "object",
        "properties": {n: {"type": "null"} for n in "abc"},
        "dependentRequired": {"a": ["b"], "b": ["c"]},
    },
    "dependent schema": {
        "type": "object",
        "properties": {"a": {}, "b": {"type": "integer"}},
        "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"minimum": 10}}}},
    },
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "number", "minimum": 3}}, "required": ["a"]},
            {"properties": {"a": {"type": "integer", "maximum": 9}, "b": {"type": "null"}}, "required": ["b"]},
        ]
    },
    "all of, closed": {
        "allOf": [
            {"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "null"}},
            {"type": "object", "properties": {"b": {}}, "required": ["b"]},
        ]
    },
    "two patterns": {"type": "string", "allOf": [{"pattern": "a"}, {"pattern": "^[ab]{3,}$"}]},
    "two alternatives": {"allOf": [{"anyOf": [{"minimum": 3}, {"maximum": -3}]}, {"anyOf": [{"multipleOf": 2}]}]},
    "any of beside": {"type": "object", "required": ["k"], "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "one of by type": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "array", "items": {}}]},
    "one of, not disjoint": {"oneOf": [{"type": "integer", "maximum": 5}, {"type": "number", "minimum": 3}]},
    "one of by tag": {
        "oneOf": [
            {"type": "object", "properties": {"k": {"const": k}, k: {"type": "null"}}, "required": ["k"]} for k in "xyz"
        ]
    },
    "not": {"type": "integer", "minimum": 0, "maximum": 9, "not": {"multipleOf": 2}},
    "if": {
        "type": "object",
        "properties": {"kind": {"enum": ["card", "cash"]}, "pin": {"type": "string"}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "card"}}},
        "then": {"required": ["pin"]},
        "else": {"not": {"required": ["pin"]}},
    },
    "unevaluated": {
        "type": "object",
        "allOf": [{"properties": {"a": {"type": "integer"}}}],
        "properties": {"b": {"type": "null"}},
        "unevaluatedProperties": False,
    },
    "recursive": A_TREE,
    "recursive and required": {
        "$ref": "#/$defs/n",
        "$defs": {
            "n": {
                "type": "object",
                "required": ["next"],
                "properties": {"next": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]}},
            }
        },
    },
    "recursive through all of": {
        "$defs": {
            "base": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
                "required": ["id"],
            },
            "node": {"allOf": [{"$ref": "#/$defs/base"}, {"properties": {"kids": {"maxItems": 2}}}]},
        },
        "$ref": "#/$defs/node",
    },
    "escaped pointer": {"$defs": {"a/b ~": {"enum": [7]}}, "type": "array", "items": {"$ref": "#/$defs/a~1b%20~0"}},
    "anchor": {
        "$defs": {"x": {"$anchor": "here", "enum": [3, 4]}},
        "properties": {"a": {"$ref": "#here"}},
        "required": ["a"],
    },
    "ref beside": {"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n", "minimum": 4},
    "draft 4 bounds": {"$schema": DRAFT_4, "type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 5},
    "draft 4 tuple": {"$schema": DRAFT_4, "type": "array", "items": [{"type": "null"}], "additionalItems": False},
    "draft 4 dependencies": {
        "$schema": DRAFT_4,
        "type": "object",
        "properties": {"a": {}, "b": {}},
        "dependencies": {"a": ["b"]},
    },
    "draft 4 recursive": {"$schema": DRAFT_4, **A_TREE},
    "draft 6 const": {"$schema": DRAFT_6, "type": "array", "contains": {"const": 4}, "items": {"type": "integer"}},
    "draft 7 ref alone": {
        "$schema": DRAFT_7,
        "definitions": {"n": {"type": "integer"}},
        "properties": {"a": {"$ref": "#/definitions/n", "maximum": -1}},
        "required": ["a"],
    },
    "draft 7 if": {
        "$schema": DRAFT_7,
        "type": "integer",
        "if": {"minimum": 0},
        "then": {"multipleOf": 3},
        "maximum": 20,
    },
    "2019 tuple": {"$schema": DRAFT_2019, "type": "array", "items": [{"const": 1}], "additionalItems": {"const": 2}},
    "2019 dependent": {
        "$schema": DRAFT_2019,
        "type": "object",
        "properties": {"a": {}},
        "dependentRequired": {"a": ["q"]},
    },
}

LEFT: dict[str, Any] = {
    "back reference": {
        "type": "object",
        "properties": {"a": {"type": "string", "pattern": r"^(ab|c)\1$"}},
        "required": ["a"],
    },
}
"""What is left to hypothesis-jsonschema, in the one place that needs it."""

NEVER: dict[str, Any] = {
    "false": False,
    "empty range": {"type": "integer", "minimum": 5, "maximum": 4},
    "endless": {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#"}}},
    "itself": {"$ref": "#"},
    "contradiction": {"allOf": [{"type": "integer"}, {"type": "string"}]},
}


def _validator(schema: Any) -> Any:
    return validators.validator_for(schema, default=validators.Draft202012Validator)(schema)


@pytest.mark.parametrize("schema", COMPILED.values(), ids=COMPILED)
def test_documents_are_valid(schema: Any) -> None:
    """Every document is valid by jsonschema, needs no Hypothesis, is plain JSON, and there is more than one of most."""
    plan = blueprint(schema)
    assert not plan.has_strategies
    validator = _validator(schema)
    rng = seeded(7)
    written = set()
    for _ in range(150):
        document = plan.document(rng)
        validator.validate(document)
        written.add(json.dumps(document, allow_nan=False))
    assert len(written) > (1 if "const" not in schema else 0)


@pytest.mark.parametrize("schema", LEFT.values(), ids=LEFT)
def test_what_is_not_compiled_is_drawn(schema: Any) -> None:
    """hypothesis-jsonschema makes the values of that one place; without Hypothesis there are none."""
    plan = blueprint(schema)
    assert plan.has_strategies
    with pytest.raises(Stuck):
        plan.document(seeded(1))
    seen = []

    @fast
    @given(valid_documents(schema))
    def law(document: Any) -> None:
        seen.append(document)
        _validator(schema).validate(document)

    law()
    assert len(seen) > 1


@pytest.mark.parametrize("schema", NEVER.values(), ids=NEVER)
def test_what_nothing_fits_makes_nothing(schema: Any) -> None:
    """No document, no endless recursion, no wrong one."""
    with pytest.raises(Stuck):
        Blueprint(schema).document(seeded(1))


@pytest.mark.parametrize("name", ["all of", "if", "recursive", "one of by tag", "unique"])
def test_the_same_seed_makes_the_same_documents(name: str) -> None:
    """Two compilations of one schema agree: pull requests must not flake."""
    one, other = (blueprint(COMPILED[name]) for _ in range(2))
    rngs = seeded(3), seeded(3)
    assert [one.document(rngs[0]) for _ in range(50)] == [other.document(rngs[1]) for _ in range(50)]


def test_documents_differ_in_size_and_in_what_they_leave_out() -> None:
    """The least document is made, and large ones; lists are empty, short and full."""
    plan = blueprint(vendor_catalogue.SCHEMA)
    rng = seeded(5)
    lengths = [len(plan.document(rng)["products"]) for _ in range(600)]
    assert min(lengths) == 0
    assert max(lengths) > 20
    assert len(set(lengths)) > 6


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: Annotated[int, Field(ge=0, le=9)]


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tail: constr(min_length=2, max_length=20, pattern=r"^[a-z]+$")  # type: ignore[valid-type]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: str = Field(alias="stockKeepingUnit")
    price: Decimal
    at: datetime
    day: date | None = None
    id: UUID
    tags: set[str] = set()

    @field_validator("sku")
    @classmethod
    def _visible(cls, value: str) -> str:
        if not value:
            raise ValueError("an empty name")
        return value


class Shop(BaseModel):
    pet: Pet
    pets: list[Pet] = []
    lines: list[Line] = Field(min_length=1)
    tree: Tree | None = None
    counts: dict[str, int] = {}


@pytest.mark.parametrize("model", [Tree, Cat, Dog, TypeAdapter(list[Pet])])
def test_a_model_takes_the_documents_of_its_schema(model: Any) -> None:
    """All of them, where the schema says all that the model checks."""
    plan = blueprint(as_schema(model))
    rng = seeded(9)
    check = model.validate_json if isinstance(model, TypeAdapter) else model.model_validate_json
    for _ in range(300):
        check(json.dumps(plan.document(rng)))


def test_a_model_with_checks_of_its_own_takes_most() -> None:
    """Aliases, unions by tag, Decimals, dates: what a validator refuses beyond the schema is the smaller part."""
    plan = blueprint(as_schema(Shop))
    rng = seeded(10)
    refused, places = 0, set()
    for _ in range(300):
        document = plan.document(rng)
        try:
            Shop.model_validate_json(json.dumps(document))
        except ValidationError as error:
            places |= {fault["loc"][-1] for fault in error.errors()}
            refused += 1
    assert places == {"stockKeepingUnit", "price"}
    assert refused < 120, refused


def test_a_target_accepts_some_of_what_its_schema_allows() -> None:
    """The documents reach behind the validation: orders and catalogues are accepted."""
    for schema, parse, error in (
        (as_schema(vendor_order.Order), vendor_order.parse_order, vendor_order.VendorOrderError),
        (vendor_catalogue.SCHEMA, vendor_catalogue.parse_catalogue, vendor_catalogue.CatalogueError),
    ):
        plan, rng, accepted = blueprint(schema), seeded(11), 0
        for _ in range(300):
            try:
                parse(json.dumps(plan.document(rng)).encode())
                accepted += 1
            except error:
                pass
        assert accepted > 50, accepted
