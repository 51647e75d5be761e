"""The rules for PostgreSQL against a real server, in both directions: `ci/test --postgres` starts one.

What a rule passes is written to a table and read back equal; what it refuses, the server refuses or gives back changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from fuzzlab.oracles import same
from fuzzlab.sinks.databases import FRACTION_DIGITS, HIGHEST, LARGEST_EXPONENT, LOWEST, WHOLE_DIGITS, postgresql

SERVER: Final = os.environ.get("FUZZLAB_POSTGRES")

COLUMNS: Final[dict[type, str]] = {
    str: "text", bool: "boolean", int: "bigint", float: "double precision", Decimal: "numeric", bytes: "bytea",
    datetime: "timestamp", date: "date", time: "time", timedelta: "interval", UUID: "uuid", IPv4Address: "inet",
    IPv6Address: "inet",
}  # fmt: skip
"""The column that fits a type best; with a time zone for what has one."""

EAST, WEST = timezone(timedelta(hours=1)), timezone(timedelta(hours=-1))

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def server() -> Iterator[Connection]:
    """Give a connection with one table, which nobody else sees, a column for each type."""
    if SERVER is None:
        pytest.skip("a real server; ci/test --postgres starts one")
    with psycopg.connect(SERVER, autocommit=True) as connection:
        names = sorted({*COLUMNS.values(), "timestamptz", "timetz"})
        columns = SQL(", ").join(SQL("{} ").format(Identifier(name)) + SQL(name) for name in names)
        connection.execute(SQL("CREATE TEMPORARY TABLE t ({})").format(columns))
        yield connection


def _column(leaf: Any) -> str:
    column = COLUMNS[type(leaf)]
    return f"{column}tz" if isinstance(leaf, (datetime, time)) and leaf.tzinfo is not None else column


def _back(server: Connection, leaf: Any) -> object:
    """Write a leaf and read it; what driver or server raise says that it does not go there."""
    column = _column(leaf)
    try:
        server.execute("TRUNCATE t")
        server.execute(SQL("INSERT INTO t ({}) VALUES (%s)").format(Identifier(column)), (leaf,))
        row = server.execute(SQL("SELECT {} FROM t").format(Identifier(column))).fetchone()
    except (psycopg.Error, UnicodeEncodeError) as error:
        return error
    assert row is not None
    return row[0]


def _survives(server: Connection, leaf: Any) -> bool:
    back = _back(server, leaf)
    if isinstance(back, datetime) and back.tzinfo is not None:
        return bool(back == leaf.astimezone(UTC))  # in an hour that comes twice nothing equals (PEP 495)
    return same(back, leaf)


def _agree(server: Connection, leaf: Any) -> None:
    complaint = postgresql(leaf)
    assert _survives(server, leaf) == (complaint is None), f"{leaf!r:.80}: {complaint}, {_back(server, leaf)!r:.200}"


EXPONENTS: Final = st.one_of(
    st.integers(-20, 20),
    *(st.integers(edge - 3, edge + 3) for edge in (-FRACTION_DIGITS, WHOLE_DIGITS, LARGEST_EXPONENT)),
)  # fmt: skip

DECIMALS: Final = st.one_of(
    st.decimals(),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=8),
        EXPONENTS,
    ),
    st.sampled_from(["NaN", "-NaN", "sNaN", "-sNaN1", "NaN123", "Infinity", "-Infinity", "0E-16384"]).map(Decimal),
)  # fmt: skip

ZONES: Final = st.one_of(
    st.none(),
    st.integers(-(24 * 60 - 1), 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from([-16, -15, 15, 16]).map(lambda hours: timezone(timedelta(hours=hours))),
    st.timezones(),
)  # fmt: skip

EDGES: Final = st.sampled_from([datetime.min, datetime.max]).flatmap(
    lambda edge: st.timedeltas(timedelta(0), timedelta(hours=25)).map(
        lambda step: edge + step if edge == datetime.min else edge - step
    )
)

DATETIMES: Final = st.one_of(
    st.datetimes(timezones=ZONES), st.builds(lambda moment, zone: moment.replace(tzinfo=zone), EDGES, ZONES)
)

LEAVES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "strings": st.text() | st.text(alphabet="a\x00\x01\x7f\ud800\udfff\ufeff\ufffe\uffff\U0010ffffé", max_size=4),
    "integers": st.integers() | st.sampled_from([LOWEST, HIGHEST]).flatmap(lambda n: st.integers(n - 2, n + 2)),
    "floats": st.floats() | st.sampled_from([5e-324, -0.0, 1.7976931348623157e308, 2.0**63]),
    "decimals": DECIMALS,
    "datetimes": DATETIMES,
    "dates": st.dates() | st.sampled_from([date.min, date.max]),
    "times": st.times(timezones=st.none() | ZONES),
    "intervals": st.timedeltas() | st.sampled_from([timedelta.min, timedelta.max, timedelta(days=-1)]),
    "others": st.one_of(st.binary(), st.booleans(), st.uuids(), st.ip_addresses()),
}  # fmt: skip


@pytest.mark.parametrize("kind", LEAVES)
@settings(max_examples=300)
@given(data=st.data())
def test_rules_and_server_agree(server: Connection, kind: str, data: st.DataObject) -> None:
    """On any leaf, in both directions."""
    _agree(server, data.draw(LEAVES[kind]))


@pytest.mark.parametrize("kind", ["strings", "integers", "decimals", "datetimes", "times"])
def test_both_answers_are_met(kind: str) -> None:
    """The strategies reach what is refused and what is not, or the agreement would say little."""
    few = settings(max_examples=300)
    assert postgresql(find(LEAVES[kind], lambda leaf: postgresql(leaf) is None, settings=few)) is None
    assert postgresql(find(LEAVES[kind], lambda leaf: postgresql(leaf) is not None, settings=few)) is not None


@pytest.mark.parametrize(
    "leaf",
    [
        "\x00", "\ud800", HIGHEST + 1, LOWEST - 1, Decimal("0E-16384"), Decimal("1E+131072"), Decimal("sNaN"),
        Decimal((0, (0,), LARGEST_EXPONENT + 1)), Decimal("-NaN"), datetime(1, 1, 1, tzinfo=EAST),
        datetime(9999, 12, 31, 23, 59, tzinfo=WEST), time(1, tzinfo=timezone(timedelta(hours=16))),
        time(1, tzinfo=ZoneInfo("Europe/Berlin")), IPv6Address("fe80::1%eth0"),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_refused_does_not_survive(server: Connection, leaf: object) -> None:
    """Each rule once, with what is just beyond its edge."""
    assert postgresql(leaf) is not None
    assert not _survives(server, leaf)


@pytest.mark.parametrize(
    "leaf",
    [
        "\x01\ufffe\U0010ffff", HIGHEST, LOWEST, Decimal("0E-16383"), Decimal("1E+131071"), Decimal("1E-16383"),
        Decimal("NaN"), Decimal("-Infinity"), Decimal((0, (0,), LARGEST_EXPONENT)), float("nan"), datetime.min,
        datetime.max, datetime(1, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=23))),
        date.min, date.max, time(1, tzinfo=timezone(timedelta(hours=15, minutes=59))), timedelta.max, timedelta.min,
        IPv6Address("fe80::1"), b"\x00", True,
    ],
    ids=ascii,
)  # fmt: skip
def test_what_passes_survives(server: Connection, leaf: object) -> None:
    """Each rule once, with what is just inside its edge."""
    assert postgresql(leaf) is None
    assert _survives(server, leaf)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\udfffb"], ids=ascii)
def test_it_is_the_server_that_refuses_a_text(server: Connection, text: str) -> None:
    """The driver refuses these before they are sent; as bytes, which it does not look into, the server does."""
    assert postgresql(text) is not None
    with pytest.raises(psycopg.errors.CharacterNotInRepertoire):
        server.execute("SELECT convert_from(%s, 'UTF8')", (text.encode("utf-8", "surrogatepass"),))
