"""What an argument shares with an input, and the input with that exchanged."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.stretches import LEAST, exchanged, rotated, shared, texts


@given(st.text())
def test_rotated(text: str) -> None:
    """Letters and digits change, to others of their kind; nothing else does, and so neither does the length."""
    other = rotated(text)
    assert len(other) == len(text)
    for before, after in zip(text, other, strict=True):
        is_changed = before.isascii() and before.isalnum()
        assert (before != after) == is_changed
        assert (before.isupper(), before.islower(), before.isdigit()) == (
            after.isupper(), after.islower(), after.isdigit(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "value", "argument"),
    [
        (b"convert report.pdf", None, "sh -c 'report.pdf'"),
        (b"name=REPORT", None, "SELECT report"),
        (b'{"a": "\\u0072eport"}', {"a": "report"}, "SELECT report"),
        (json.dumps({"a": {"b": ["report"]}}).encode(), None, "report.txt"),
        (b"file=my%20report", None, "/data/my report"),
        (b"file=my+report", None, "/data/my report"),
        (b64encode(b"\x00\x01report\x02"), None, "report"),
        (b"id: " + b64encode(b"report"), None, "report"),
        ("größe".encode(), "größe", "SELECT größe"),
        (b"\xff\xfereport", None, "report"),
        (b"\xe4bcdef", None, "\xe4bcdef"),
    ],
)
def test_shared(data: bytes, value: object, argument: str) -> None:
    """An input's text is found in whatever form it holds it, in any case of its letters."""
    assert shared(argument, texts(data, value), LEAST)


@pytest.mark.parametrize(
    ("data", "argument"),
    [(b"abc", "abcdef"), (b"", "SELECT 1"), (b"---- ....", "a ---- b"), (b"order", "SELECT 1"), (b"report", "")],
)
def test_nothing_shared(data: bytes, argument: str) -> None:
    """Short stretches, and those that hold nothing to exchange, do not count."""
    assert shared(argument, texts(data, None), LEAST) == []


def test_the_longest_first() -> None:
    """The stretch that says most is tried first, and only some are."""
    assert shared("SELECT name, report_of_may FROM t", texts(b"name report_of_may", None), 4)[0] == " report_of_may"
    assert shared("a1 c3 e5 g7 i9", texts(b"a1c3e5g7i9", None), 2) == ["a1", "c3", "e5"]


def test_what_would_stand_there_anyway() -> None:
    """A stretch says nothing where what it is exchanged for is in the argument already, whatever the input says."""
    assert shared("a1 b2 c3 d4 e5", texts(b"a1b2c3d4e5", None), 2) == ["e5"]


@pytest.mark.parametrize(
    ("data", "stretch", "others"),
    [
        (b"x=Abc; y=abc", "abc", [b"x=Bcd; y=bcd"]),
        (b"nothing of it", "abc", []),
        ("größe abcd".encode(), "größe", ["hsößf abcd".encode()]),
        (b"\xff abcd", "abcd", [b"\xff bcde"]),
    ],
)
def test_exchanged(data: bytes, stretch: str, others: list[bytes]) -> None:
    """Each place of the stretch is exchanged, and nothing else; the input itself is never given."""
    assert list(exchanged(data, stretch)) == others


def test_exchanged_within_base64() -> None:
    """What is packed is packed again, as long as before."""
    (other,) = exchanged(b"id: " + b64encode(b"\x00report\xff"), "report")
    assert b64decode(other.removeprefix(b"id: ")) == b"\x00sfqpsu\xff"


@given(st.binary(max_size=64), st.text(min_size=1, max_size=8))
def test_any_input(data: bytes, stretch: str) -> None:
    """Whatever the input is, it can be read and exchanged, and keeps its size."""
    texts(data, None)
    for other in exchanged(data, stretch.lower()):
        assert other != data
        assert len(other) == len(data)
