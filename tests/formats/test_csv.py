"""CSV: encodings, the dialect, the columns, what its mutators reach, and minima."""

from __future__ import annotations

import codecs
import csv as stdlib_csv
from datetime import date
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import BaseModel, Field

from fuzzlab import formats
from fuzzlab.errors import Undecodable, UserError
from tests.formats import seeded

fast = settings(
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
ANY = formats.csv()
DATA = b"code,amount\r\nAB-12,12.50\r\nCD-34,7\r\n"
ROWS = [["code", "amount"], ["AB-12", "12.50"], ["CD-34", "7"]]


class Currency(Enum):
    EUR = "EUR"
    USD = "USD"


class Row(BaseModel):
    code: str = Field(alias="cardCode")
    amount: int | None
    currency: Currency
    valid_until: date
    active: bool


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"", []),
        (DATA, ROWS),
        (codecs.BOM_UTF8 + DATA, ROWS),
        (DATA.decode().encode("utf-16"), ROWS),
        (codecs.BOM_UTF16_BE + DATA.decode().encode("utf-16-be"), ROWS),
        (DATA.decode().encode("utf-32"), ROWS),
        (codecs.BOM_UTF16_LE + b"a", [["\ufffd"]]),
        ("é,ß\n".encode(), [["é", "ß"]]),
        ("é,ß\n".encode("latin-1"), [["é", "ß"]]),
        (codecs.BOM_UTF8 + b"\xff,a", [["\ufffd", "a"]]),
        (b"\xed\xa0\x80,a", [["\ud800", "a"]]),
        (b'a,"b\nc""d"\rx', [["a", 'b\nc"d'], ["x"]]),
        (b'"open', [["open"]]),
        (b"a\x00b,", [["a\x00b", ""]]),
        (b"\r\n\n\n", [[], [], []]),
    ],
)
def test_decode(data: bytes, rows: list[list[str]]) -> None:
    """The byte-order mark, else UTF-8, else latin-1 says how the bytes are read; the dialect is Python's."""
    assert ANY.decode(data) == rows


def test_a_cell_beyond_the_limit_of_the_reader_is_undecodable() -> None:
    """Python's reader takes no cell of more than csv.field_size_limit() characters."""
    size = stdlib_csv.field_size_limit()
    assert ANY.decode(b"x" * size) == [["x" * size]]
    with pytest.raises(Undecodable, match="field larger than field limit"):
        ANY.decode(b"x" * (size + 1))


@pytest.mark.parametrize(
    "rows", [[["\ufeffa"]], [[""]], [[]], [[], ["a"]], [["a\r\nb", '"'], ["", ""]], [["\ud800"]], [[" a "]]]
)
def test_rows_at_the_edges_survive(rows: list[list[str]]) -> None:
    """A byte-order mark in the first cell, empty rows and cells, quotes and line ends read back as they were."""
    assert ANY.decode(ANY.encode(rows)) == rows


def test_another_delimiter() -> None:
    """The delimiter is used both ways."""
    format_ = formats.csv(delimiter=";")
    assert format_.encode([["a;b", "c,d"]]) == b'"a;b";c,d\r\n'
    assert format_.decode(b"a;b,c\n") == [["a", "b,c"]]


@pytest.mark.parametrize(
    ("columns", "names"),
    [(["x", "y"], ["x", "y"]), (("x",), ["x"]), (Row, ["cardCode", "amount", "currency", "valid_until", "active"])],
)
def test_columns_name_the_header(columns: Any, names: list[str]) -> None:
    """Valid tables begin with the header; the names are in the dictionary, and the members of an Enum."""
    format_ = formats.csv(columns)
    headers: list[list[str]] = []

    @fast
    @given(format_.values())
    def collect(rows: list[list[str]]) -> None:
        headers.extend(rows[:1])

    collect()
    assert headers.count(names) > len(headers) // 3
    assert format_.dictionary()[: len(names)] == tuple(name.encode() for name in names)
    assert (columns is not Row) or b"EUR" in format_.dictionary()


def test_rows_of_a_model_are_partly_valid() -> None:
    """Cells follow the types of the model."""
    valid = 0

    @fast
    @given(formats.csv(Row).values())
    def collect(rows: list[list[str]]) -> None:
        nonlocal valid
        for row in rows[1:]:
            if len(row) == 5 and row[2] in ("EUR", "USD") and row[4] in ("true", "false", "1", "0"):
                Row.model_validate(
                    dict(zip(("cardCode", "amount", "currency", "valid_until", "active"), row, strict=True))
                )
                valid += 1
                return

    with pytest.MonkeyPatch.context():
        try:
            collect()
        except ValueError:
            valid += 1
    assert valid > 0


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(lambda data: ANY.decode(data) == [*ROWS[:2], ["CD-34"]], id="short row"),
        pytest.param(lambda data: len(ANY.decode(data)[1]) > 2, id="long row"),
        pytest.param(
            lambda data: ANY.decode(data)[1:] == ROWS[1:] and ANY.decode(data)[0] == ["amount", "code"],
            id="header swapped",
        ),
        pytest.param(lambda data: ANY.decode(data) == ROWS[1:], id="no header"),
        pytest.param(lambda data: ANY.decode(data)[0] == ["code", "code"], id="name doubled"),
        pytest.param(lambda data: ANY.decode(data)[0] == ["Code", "amount"], id="name in other case"),
        pytest.param(lambda data: ["amount"] in ANY.decode(data), id="column missing"),
        pytest.param(lambda data: any("\n" in cell for row in ANY.decode(data) for cell in row), id="newline in cell"),
        pytest.param(lambda data: any("\x00" in cell for row in ANY.decode(data) for cell in row), id="NUL in cell"),
        pytest.param(lambda data: ANY.decode(data)[1][0] == "=AB-12", id="formula"),
        pytest.param(lambda data: data.startswith(codecs.BOM_UTF8), id="byte-order mark"),
        pytest.param(lambda data: data.startswith(codecs.BOM_UTF16), id="UTF-16"),
        pytest.param(lambda data: b"\r\n" not in data and data.count(b"\r") == 3, id="old line ends"),
        pytest.param(lambda data: data.count(b'"') == 1, id="unbalanced quote"),
        pytest.param(lambda data: data.count(b"\n") > 50_000, id="100,000 rows"),
        pytest.param(lambda data: any(len(cell) == 32_768 for row in ANY.decode(data) for cell in row), id="huge cell"),
        pytest.param(lambda data: data == b"code;amount\r\nAB-12;12.50\r\nCD-34;7\r\n", id="other delimiter"),
        pytest.param(lambda data: [] in ANY.decode(data), id="empty row"),
    ],
)
def test_named_nastiness_is_reached(wanted: Any) -> None:
    """One mutation of an ordinary upload gives each of these within 5,000 tries."""
    rng = seeded(21)
    for _ in range(5_000):
        data = ANY.mutate(DATA, rng, 1 << 20)
        try:
            if data is not None and wanted(data):
                return
        except (Undecodable, IndexError):
            continue
    pytest.fail("not reached")


@pytest.mark.parametrize(
    ("keep", "minimum"),
    [
        (lambda rows: any(len(row) != len(rows[0]) for row in rows), [[""], []]),
        (lambda rows: any("-" in cell for row in rows for cell in row), [["-"]]),
        (lambda rows: len(rows) > 2, [[], [], []]),
        (lambda rows: any(cell.isdigit() for row in rows[1:] for cell in row), [[], ["0"]]),
    ],
)
def test_minima(keep: Any, minimum: list[list[str]]) -> None:
    """A table loses rows and columns before its cells lose characters."""
    rows = [*ROWS, ["x"]]
    again = True
    while again:
        again = False
        for smaller in ANY.simpler(rows):
            if smaller != rows and keep(smaller):
                rows, again = smaller, True
                break
    assert rows == minimum


@pytest.mark.parametrize("wrong", [7, "code", [1], int, b"x"])
def test_wrong_columns_are_the_user_s_mistake(wrong: Any) -> None:
    """The door refuses them."""
    with pytest.raises(UserError, match="neither names nor a pydantic model"):
        formats.csv(wrong)


@pytest.mark.parametrize("wrong", ["", ",,", '"', "\n"])
def test_a_wrong_delimiter_is_the_user_s_mistake(wrong: str) -> None:
    """The door refuses it."""
    with pytest.raises(UserError, match="one character"):
        formats.csv(delimiter=wrong)
