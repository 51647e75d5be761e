"""Inputs that stand in tests and docstrings."""

from __future__ import annotations

from fuzzlab.harvest import in_docstring, in_tests
from fuzzlab.outline import outline

TESTS = """
import pytest
from shop.orders import parse, Order
from shop import orders
import other

GOOD = "module"
ROWS = ["row 1", "row 2"]

def test_plain():
    assert parse("plain") == parse(b"bytes") == orders.parse("by module")
    other.parse("of another")
    text = "local"
    parse(text)
    parse(GOOD, strict=True)
    parse("encoded".encode())
    parse(str(1))

@pytest.mark.parametrize("text", ["one", pytest.param("two", id="x")])
def test_one(text):
    parse(text)

@pytest.mark.parametrize(("n", "text"), [(1, "three"), pytest.param(2, "four")])
def test_two(n, text):
    parse(text)

@pytest.mark.parametrize("n, text", [[1, "five"]])
def test_three(n, text):
    parse(text)

def test_loop():
    for text in ROWS:
        parse(text)
    for text, n in [("pair", 1)]:
        parse(text)

class TestOrder:
    def test_model(self):
        Order.model_validate_json('{"a": 1}')
        Order.model_validate({"b": [2]})
        Order.from_dict({"c": 3})

parse("loose")
"""


def test_every_way_of_giving_a_literal() -> None:
    """As it stands, by a name, a loop or pytest's parameters; with the line; nothing of another function."""
    test = outline("test_shop", TESTS, path="tests/test_shop.py", is_package=False)
    found = in_tests([test], module="shop.orders", attribute="parse")
    assert {sample.data.decode() for sample in found} == {
        "plain", "bytes", "by module", "local", "module", "encoded", "one", "two", "three", "four", "five", "row 1",
        "row 2", "pair", "loose",
    }  # fmt: skip
    (plain,) = (sample for sample in found if sample.data == b"plain")
    assert plain.where == "tests/test_shop.py:11"
    assert [sample.is_text for sample in found if sample.data == b"bytes"] == [False]

    assert {s.data for s in in_tests([test], module="shop.orders", attribute="Order")} == {b'{"a": 1}', b'{"b": [2]}'}
    assert [s.data for s in in_tests([test], module="shop.orders", attribute="Order.from_dict")] == [b'{"c": 3}']


def test_examples_of_a_docstring() -> None:
    """What doctest would run, and only calls of the function; a broken one costs nothing."""
    text = """Parse.

    >>> parse("one")
    1
    >>> shop.parse(b'two')["x"]
    >>> print(parse('''three
    ... lines'''))
    >>> other("no")
    >>> parse(
    """
    found = in_docstring(text, attribute="parse", where="its docstring")
    assert [sample.data for sample in found] == [b"one", b"two", b"three\nlines"]
    assert in_docstring(">>>broken", attribute="parse", where="x") == []
