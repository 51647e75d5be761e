"""JSON: its codec at the edges, what its mutators reach, schemas, and minima."""

from __future__ import annotations

import json as stdlib_json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import BaseModel, Field, ValidationError

from fuzzlab import documents, formats, narrowing
from fuzzlab.errors import HarnessError, Undecodable, UserError
from tests.formats import seeded

fast = settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
ANY = formats.json()


class Line(BaseModel):
    sku: str
    price: Decimal
    quantity: int = Field(ge=1)


class Order(BaseModel):
    id: str
    lines: list[Line]
    note: str | None = None


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


ORDER = {"id": "7", "lines": [{"sku": "a", "price": "1.50", "quantity": 1}]}
DATA = b'{"id": "7", "lines": [{"sku": "a", "price": "1.50", "quantity": 12}]}'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>504",
        b"{",
        b"[1,]",
        b"\xff",
        b"9" * 5000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe{",
        b'"\xed"',
        b"nul",
    ],
)
def test_what_is_no_document_is_undecodable(data: bytes) -> None:
    """Broken, too long and too deep documents are Undecodable."""
    with pytest.raises(Undecodable):
        ANY.decode(data)


@pytest.mark.parametrize(
    "value",
    [
        ["\ud800"],
        {"a": "\udc00\ud800"},
        ["\ud800\udc00"],
        "x\ud83d\ude00",
        {"\udfff": ["é\udc80"]},
        "\x00\u2028",
        10**400,
        -0.0,
        5e-324,
        [],
        {},
        "",
    ],
)
def test_values_at_the_edges_survive(value: Any) -> None:
    """Lone surrogates, alone and side by side, long integers and extreme floats read back as they were."""
    assert repr(ANY.decode(ANY.encode(value))) == repr(value)


def test_a_document_at_the_depth_limit_can_be_written() -> None:
    """What decode just reads, encode writes, and the mutators bear."""
    for depth in (500, 900, 990, 995):
        data = b'[{"a":' * (depth // 2) + b"1" + b"}]" * (depth // 2)
        try:
            value = ANY.decode(data)
        except Undecodable:
            continue
        assert ANY.encode(value) == data
        rng = seeded(depth)
        for mutator in ANY.mutators:
            changed = mutator(rng, value)
            assert changed is None or ANY.encode(changed)
        assert next(ANY.reductions(data))


def _holds(wanted: Any, tries: int = 30_000) -> bool:
    rng = seeded(11)
    for _ in range(tries):
        data = ANY.mutate(DATA, rng, 65_536)
        if data is not None and wanted(data):
            return True
    return False


def _tree(wanted: Any) -> Any:
    def on_bytes(data: bytes) -> bool:
        try:
            return bool(wanted(ANY.decode(data)))
        except (Undecodable, TypeError, KeyError, IndexError, AttributeError):
            return False

    return on_bytes


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(_tree(lambda d: d["id"] == 7), id="string becomes number"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] == "12"), id="number becomes string"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] == "012"), id="leading zero"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] == [12]), id="value becomes list"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] == {"value": 12}), id="value becomes object"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] is True), id="number becomes boolean"),
        pytest.param(_tree(lambda d: d["lines"] is None), id="null"),
        pytest.param(_tree(lambda d: "id" not in d and "lines" in d), id="key missing"),
        pytest.param(_tree(lambda d: "ID" in d), id="key in other case"),
        pytest.param(_tree(lambda d: len(d["lines"]) > 100), id="list grown"),
        pytest.param(_tree(lambda d: d["lines"] == []), id="list emptied"),
        pytest.param(_tree(lambda d: d["lines"][0] == 12), id="child in the place of its parent"),
        pytest.param(_tree(lambda d: d["lines"][0]["quantity"] == 2**63), id="boundary"),
        pytest.param(_tree(lambda d: list(d) == ["lines", "id"]), id="keys in other order"),
        pytest.param(_tree(lambda d: set(d["id"]) == {"\u200d"}), id="joiners"),
        pytest.param(lambda data: data.count(b'"id":') == 2 and data.startswith(b'{"id":'), id="doubled key"),
        pytest.param(lambda data: data.startswith(b"[" * 10_000), id="deep nesting"),
        pytest.param(lambda data: data.startswith(b"\xef\xbb\xbf{"), id="byte-order mark"),
        pytest.param(lambda data: data.startswith(b"<html>504"), id="html"),
        pytest.param(lambda data: b": 1e400}" in data, id="number spelling"),
        pytest.param(lambda data: b": NaN}" in data, id="NaN"),
        pytest.param(lambda data: DATA.startswith(data) and len(data) < 60, id="truncated"),
        pytest.param(lambda data: b"}}" in data, id="brace doubled"),
        pytest.param(lambda data: b"\\u0073" in data, id="escape"),
    ],
)
def test_named_nastiness_is_reached(wanted: Any) -> None:
    """One mutation of an ordinary order gives each of these within 30,000 tries."""
    assert _holds(wanted)


@pytest.mark.parametrize("model", [Order, Tree])
def test_documents_of_a_model_are_valid_before_they_are_broken(model: type[BaseModel]) -> None:
    """Every valid document is accepted by the model; recursive models are no exception."""

    @fast
    @given(documents.valid_documents(model.model_json_schema()))
    def law(document: Any) -> None:
        model.model_validate(document)

    law()


def test_inputs_of_a_model_are_partly_valid() -> None:
    """Among the inputs there are valid ones, invalid documents, and what is no document."""
    seen = {"valid": 0, "invalid": 0, "broken": 0}

    @settings(fast, max_examples=100)
    @given(formats.json(Order).strategy())
    def collect(data: bytes) -> None:
        try:
            Order.model_validate(ANY.decode(data))
            seen["valid"] += 1
        except Undecodable:
            seen["broken"] += 1
        except ValidationError:
            seen["invalid"] += 1

    collect()
    assert min(seen.values()) > 0, seen


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a", "b"]},
    {
        "$ref": "#/$defs/t",
        "$defs": {"t": {"type": "object", "properties": {"t": {"$ref": "#/$defs/t"}, "n": {"type": "null"}}}},
    },
    {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}},
            {"properties": {"b": {"type": "null"}}, "required": ["b"]},
        ]
    },
    {"type": "array", "items": {"anyOf": [{"enum": ["x", 2]}, {"type": "string", "maxLength": 2}]}, "maxItems": 3},
    {
        "type": "object",
        "properties": {"title": {"type": "string"}, "default": {"type": "boolean"}},
        "required": ["title"],
    },
    {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
    {"definitions": {"a/b": {"enum": [7]}}, "type": "array", "items": {"$ref": "#/definitions/a~1b"}, "minItems": 1},
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_documents_of_a_narrowed_schema_are_valid(schema: dict[str, Any]) -> None:
    """Narrowing a schema forbids some documents and allows no new ones."""
    validator = jsonschema.Draft202012Validator(schema)

    @fast
    @given(documents.valid_documents(schema))
    def law(document: Any) -> None:
        validator.validate(document)

    law()


def test_remote_references_are_anything() -> None:
    """A schema with a reference to another document still gives documents."""

    @fast
    @given(
        formats.json(
            {"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}, "required": ["a"]}
        ).values()
    )
    def law(document: Any) -> None:
        formats.json().encode(document)

    law()


def test_the_schema_s_words_are_known() -> None:
    """Names, constants and members of enums are in the dictionary, first of all, and the mutators use them."""
    format_ = formats.json(
        {
            "type": "object",
            "properties": {"colour": {"enum": ["vermilion", 3]}, "kind": {"const": "k9"}, "extra": {"type": "integer"}},
        }
    )
    assert {b"colour", b"vermilion", b"kind", b"k9", b'"extra":'} <= set(format_.dictionary())
    assert format_.dictionary()[0] == b"colour"
    rng = seeded(12)
    made = [
        ANY.decode(data)
        for _ in range(2000)
        if (data := format_.mutate(b'{"colour": 3}', rng, 1000)) and b"vermilion" in data
    ]
    assert {"colour": "vermilion"} in made
    assert any(isinstance(d, dict) and "extra" in d for _ in range(2000) for d in [format_.known_property(rng, {})])


@pytest.mark.parametrize("wrong", [7, "schema", int, [{}], object()])
def test_what_is_no_schema_is_the_user_s_mistake(wrong: Any) -> None:
    """The door refuses it with one line."""
    with pytest.raises(UserError, match=r"^formats\.json\(.*neither a pydantic model nor a JSON Schema"):
        formats.json(wrong)


def test_an_impossible_schema_is_the_user_s_mistake() -> None:
    """So does the strategy, when no document can be made."""
    with pytest.raises(UserError, match="is no JSON Schema"):
        formats.json({"type": 17}).values()


def test_versions_that_do_not_go_together_are_named() -> None:
    """The harness says which versions of Hypothesis work."""
    error = narrowing.incompatible(AttributeError("'many' object has no attribute 'more'"))
    assert isinstance(error, HarnessError)
    assert narrowing.WINDOW in str(error)
    assert "'more'" in str(error)


def _minimal(data: bytes, keep: Any) -> bytes:
    again = True
    while again:
        again = False
        for smaller in ANY.reductions(data):
            if keep(smaller):
                data, again = smaller, True
                break
    return data


@pytest.mark.parametrize(
    ("keep", "minimum"),
    [
        (_tree(lambda d: d["lines"][0]["quantity"] != 0), b'{"lines":[{"quantity":1}]}'),
        (_tree(lambda d: isinstance(d, dict) and "lines" in d), b'{"lines":[]}'),
        (_tree(lambda d: isinstance(d, list)), b"[]"),
        (_tree(lambda d: d is not None), b"{}"),
        (_tree(lambda d: len(d["id"]) >= 1 and isinstance(d["id"], str)), b'{"id":"0"}'),
    ],
)
def test_minima(keep: Any, minimum: bytes) -> None:
    """A document loses keys, not braces."""
    assert _minimal(DATA, keep) == minimum


def test_deep_documents_lose_many_levels_at_once() -> None:
    """900 levels come down to the 300 that matter within a few hundred candidates."""
    tried = 0

    def keep(data: bytes) -> bool:
        nonlocal tried
        tried += 1
        return data.count(b"[") >= 300

    assert _minimal(b"[" * 900 + b"]" * 900, keep) == b"[" * 300 + b"]" * 300
    assert tried < 2000


def test_the_tree_is_shared_not_copied() -> None:
    """A mutation rebuilds the path to the change, and leaves the rest where it is."""
    document = {"a": {"deep": [1, 2]}, "b": {"other": [3]}}
    rng = seeded(13)
    shared = 0
    for _ in range(200):
        changed = rng.choice(ANY.mutators)(rng, document)
        if isinstance(changed, dict):
            shared += any(value is document["a"] or value is document["b"] for value in changed.values())
    assert document == {"a": {"deep": [1, 2]}, "b": {"other": [3]}}
    assert shared > 50


def test_encoding_is_compact_utf8() -> None:
    """A document is written in UTF-8 without white space, and json.loads reads it."""
    assert ANY.encode({"é": [1, "\u200d"]}) == '{"é":[1,"\u200d"]}'.encode()
    assert stdlib_json.loads(ANY.encode(ORDER)) == ORDER
