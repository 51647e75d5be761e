"""Ways in which inputs of every format can grow."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from fuzzlab import formats
from fuzzlab.errors import Undecodable
from fuzzlab.formats import Format
from fuzzlab.growth import COLLIDING, Swelling
from fuzzlab.patterns import pumps
from fuzzlab.swellings import Units, units

MESSAGE = b'POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"a": [1]}'

FORMATS: list[tuple[Format[Any], bytes]] = [
    (formats.raw(), b"\x00\x01GIF89a\xff"),
    (formats.text(), "Zoë, (a1) 東".encode()),
    (formats.json(), b'{"id": 7, "tags": ["a\\n", "b"], "lines": [{"sku": "x"}]}'),
    (formats.csv(), b"id,name\r\n1,Ada\r\n2,Grace\r\n"),
    (formats.http(body=formats.json(), signer=formats.signers.github("secret")), MESSAGE),
]
OF_CODE = units([b"sku"], [(r"(a+)+$", 0), (r"^\s*#", 0)])


def drawn(form: Format[Any], data: bytes, count: int = 300) -> list[Swelling]:
    rng = Random(3)  # noqa: S311 - a search, not a secret
    return [each for _ in range(count) if (each := form.swelling(rng, data, OF_CODE)) is not None and each.unit]


@pytest.mark.parametrize(("form", "data"), FORMATS, ids=lambda each: getattr(each, "name", ""))
def test_an_input_grows_without_end(form: Format[Any], data: bytes) -> None:
    """Each unit makes it longer; the same seed draws the same; the ways are many."""
    found = drawn(form, data)
    assert found == drawn(form, data)
    assert len(set(found)) > 100
    for swelling in found:
        sizes = [len(form.inflated(data, swelling, count)) for count in (0, 10, 1000)]
        assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(("form", "data"), FORMATS, ids=lambda each: getattr(each, "name", ""))
def test_an_empty_input_grows_too(form: Format[Any], data: bytes) -> None:
    """There is always something to begin with."""
    assert data
    assert len(drawn(form, b"")) > 50


def test_documents_stay_documents() -> None:
    """Most ways to grow a JSON document give one that can be read, whatever its size."""
    form, data = FORMATS[2]
    found = drawn(form, data)
    readable = 0
    for swelling in found:
        try:
            form.decode(form.inflated(data, swelling, 40))
            readable += 1
        except Undecodable:
            continue
    assert readable > len(found) / 2
    grown = [form.inflated(data, each, 3) for each in found if each.step == COLLIDING]
    assert any(
        json.loads(each)["id"] == [COLLIDING, 2 * COLLIDING, 3 * COLLIDING, 0] for each in grown if is_list(each)
    )


def is_list(data: bytes) -> bool:
    try:
        document = json.loads(data)
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("id"), list)


def test_a_grown_body_is_signed() -> None:
    """A request whose body grows is signed anew, and says its length; so does one on record, which has grown."""
    form, data = FORMATS[4]
    bodies = [each for each in drawn(form, data) if each.part]
    assert len(bodies) > 50
    for swelling in bodies:
        grown = form.inflated(data, swelling, 20)
        message = form.decode(grown)
        assert message.body == swelling.grown(20)
        assert message.header("Content-Length") == str(len(message.body))
        assert form.inflated(grown, swelling, 20) == grown
        assert form.inflated(grown, swelling, 5) == form.inflated(data, swelling, 5)


def test_the_patterns_of_the_code_say_what_to_repeat() -> None:
    """A repetition inside a repetition stands first; what leads there, and the literals, are known as well."""
    first, *rest = pumps(r"x=(\w+\s?)*;")
    assert (first.unit, first.depth) == ("a", 2)
    assert first.prefix == "x="
    assert {pump.unit for pump in rest} >= {"x", ";"}
    alternatives = pumps(r"((\r\n|\r|\n)+) *$")
    assert {pump.unit for pump in alternatives if pump.depth} >= {"\r\n", "\r", "\n"}
    assert pumps("(") == ()
    assert units([], []) == Units()
