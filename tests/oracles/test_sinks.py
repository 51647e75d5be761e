"""Where a result goes next: leaves of every container, and what each sink refuses."""

from __future__ import annotations

import datetime as dt
import itertools
import subprocess
import sys
from collections import OrderedDict, UserDict, deque, namedtuple
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from fuzzlab import oracles
from fuzzlab.errors import UserError
from fuzzlab.leaves import MAX_DEPTH, ends, leaves
from fuzzlab.oracles.sinks import SINKS, TAKES_PLAIN_TEXT

BAD = "a\ud800b"


class _Bad(Enum):
    NAME = BAD


class _Fine(StrEnum):
    RED = "red"


class _Number(IntEnum):
    ONE = 1


@dataclass
class _Card:
    code: object
    rest: list[object] = field(default_factory=list)


@dataclass(slots=True)
class _Slotted:
    code: object


class _Inner(BaseModel):
    value: Any


class _Order(BaseModel):
    inner: _Inner
    amount: Any = 1


_Pair = namedtuple("_Pair", ["a", "b"])  # noqa: PYI024 - a plain one, as old parsers return


@pytest.mark.parametrize(
    ("result", "place"),
    [
        (BAD, "result"),
        ([BAD], "result[0]"),
        ([["x", [BAD]]], "result[0][1][0]"),
        ((1, BAD), "result[1]"),
        ({"a": BAD}, "result['a']"),
        ({BAD: 1}, "result key"),
        ({("a", BAD): 1}, "result key"),
        ({BAD}, "result"),
        (frozenset([BAD]), "result"),
        (_Pair(1, BAD), "result"),
        (_Bad.NAME, "result.value"),
        (_Card(BAD), "result.code"),
        (_Card("x", [BAD]), "result.rest[0]"),
        (_Slotted(BAD), "result.code"),
        (_Order(inner=_Inner(value=BAD)), "result.inner.value"),
        (OrderedDict(a=BAD), "result['a']"),
        (MappingProxyType({"a": BAD}), "result['a']"),
        (UserDict(a=BAD), "result['a']"),
        (deque([BAD]), "result"),
        ("\udfff", "result"),
        ("😀".encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")[:0] + "\ud83d", "result"),
    ],
    ids=ascii,
)
def test_utf8_refuses(result: object, place: str) -> None:
    """A lone surrogate is found wherever it hides, and the complaint says where, itself encodable."""
    complaint = oracles.storable("utf-8").check(id, "in", result)
    assert complaint is not None
    assert complaint.startswith(place)
    assert "surrogate" in complaint
    complaint.encode("utf-8")


@pytest.mark.parametrize(
    "result",
    ["", "plain", "é😀\u200d\ufffd\U0010ffff\x00", b"\xff", 1, None, float("nan"), [], {}, set(), [[["x"]]], _Fine.RED],
    ids=ascii,
)
def test_utf8_takes(result: object) -> None:
    """Every other character has UTF-8; what is no text is none of its business."""
    assert oracles.storable("utf-8").check(id, "in", result) is None


@pytest.mark.parametrize(
    "result",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        [1, {"a": float("nan")}],
        _Card(float("nan")),
        _Order(inner=_Inner(value=Decimal("NaN"))),
        b"bytes",
        bytearray(b"x"),
        {"a": b"x"},
        BAD,
        {float("nan"): 1},
    ],
    ids=ascii,
)
def test_json_refuses(result: object) -> None:
    """What RFC 8259 has no way to write is named."""
    assert oracles.storable("json").check(id, "in", result) is not None


@pytest.mark.parametrize(
    "result",
    [
        None,
        True,
        0,
        -0.0,
        1e308,
        10**400,
        Decimal("1.10"),
        "text",
        [1, "a", None, {"b": [2.5]}],
        _Card("x", [1, 2]),
        _Order(inner=_Inner(value="x")),
        _Fine.RED,
        _Number.ONE,
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, tzinfo=dt.UTC),
        UUID(int=0),
        (1, 2),
        {1: "a"},
    ],
    ids=ascii,
)
def test_json_takes(result: object) -> None:
    """Ordinary results pass."""
    assert oracles.storable("json", "utf-8").check(id, "in", result) is None


def test_a_deep_result_ends() -> None:
    """10,000 levels are walked without recursion, and what lies beyond the limit is a leaf."""
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    assert oracles.storable("utf-8", "json").check(id, "in", value) is None
    assert len(list(leaves(value))) == 1


def test_a_cycle_ends() -> None:
    """A list that holds itself is walked in an end."""
    value: list[Any] = ["x"]
    value.append(value)
    assert oracles.storable("utf-8").check(id, "in", value) is None
    assert len(list(leaves(value))) <= 2 * MAX_DEPTH


CYCLE = "value = ['x']; value += [value, value]"
SHARED = "value = 'x'\nfor _ in range(100): value = [value, value]"


@pytest.mark.parametrize("source", [CYCLE, SHARED], ids=["cycle", "shared"])
def test_branching_ends(source: str) -> None:
    """A list that holds itself twice, and a list of shared lists (YAML's "billion laughs"), do not take for ever."""
    script = f"from fuzzlab import oracles\n{source}\nassert oracles.storable('utf-8').check(id, 'in', value) is None"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=10)


def test_a_wide_result_is_seen_whole() -> None:
    """The last of many leaves is looked at as the first."""
    result = [*itertools.repeat("x", 50_000), BAD]
    complaint = oracles.storable("utf-8").check(id, "in", result)
    assert complaint is not None
    assert "result[50000]" in complaint


def test_doors() -> None:
    """Its name has its sinks; no sink and an unknown one are the user's mistakes."""
    assert oracles.storable("utf-8", "json").name == "storable(utf-8,json)"
    with pytest.raises(UserError, match="did you mean 'json'"):
        oracles.storable("jsn")
    with pytest.raises(UserError, match="at least one"):
        oracles.storable()


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | st.binary(max_size=3)
)

RESULTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=3)
        | st.frozensets(LEAVES, max_size=3)
        | st.builds(_Card, inner, st.lists(inner, max_size=2))
        | st.builds(_Slotted, inner)
        | st.builds(lambda value: _Order(inner=_Inner(value=value)), inner)
        | st.builds(_Pair, inner, inner)
        | st.sampled_from([_Bad.NAME, _Fine.RED, _Number.ONE, deque(["x"]), MappingProxyType({"a": [1]})])
    ),
    max_leaves=12,
)


@given(RESULTS)
def test_with_paths_and_without_there_are_the_same_leaves(result: object) -> None:
    """The quick walk meets what the one that makes paths meets, each as often."""
    key = lambda leaf: (type(leaf).__name__, repr(leaf))  # noqa: E731
    assert sorted(ends(result), key=key) == sorted((leaf for _, leaf in leaves(result)), key=key)


def test_what_is_too_deep_for_a_path_is_no_complaint() -> None:
    """A bad leaf below MAX_DEPTH levels has no path, and the quick walk's suspicion comes to nothing."""
    deep: object = BAD
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    assert BAD in ends(deep)
    assert oracles.storable("utf-8").check(id, "in", deep) is None


@given(st.sampled_from(sorted(TAKES_PLAIN_TEXT)), st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text(name: str, text: str) -> None:
    """Sinks that are not asked about printable ASCII would have taken it."""
    assert SINKS[name](text) is None
