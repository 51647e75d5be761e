"""Comma-separated rows: uploads that somebody made in a spreadsheet.

Source: RFC 4180, read as leniently as Python's `csv` reads it.
"""

from __future__ import annotations

import codecs
import csv as stdlib_csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from fuzzlab import csvtext, rows, uploads, words
from fuzzlab.csvtext import DELIMITERS
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats import Format
from fuzzlab.lazy import LazyModule
from fuzzlab.rows import Rows
from fuzzlab.shapes import Shape, shapes

if TYPE_CHECKING:
    from random import Random

    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")

__all__ = ["Csv", "csv"]

MAX_SIZE: Final = 1 << 20
"""Bytes: 100,000 short rows, which is what people upload at once and what a row-wise parser must survive."""

MOST_COLUMNS: Final = 6
MOST_ROWS: Final = 12
"""Of a generated document: small ones meet every rule about rows; the mutators make the long ones."""

QUOTINGS: Final = (
    stdlib_csv.QUOTE_ALL,
    stdlib_csv.QUOTE_ALL,
    stdlib_csv.QUOTE_MINIMAL,
    stdlib_csv.QUOTE_NONE,
)
SPACED: Final = 1 / 4
"""Of the documents in another dialect: those with a blank behind each delimiter, as people type them."""

DIALECTS: Final[Mapping[str, dict[str, Any]]] = {
    "semicolons": {"delimiter": ";"},
    "tabs": {"delimiter": "\t"},
    "bars": {"delimiter": "|"},
    "colons": {"delimiter": ":"},
    "every cell quoted": {"quoting": stdlib_csv.QUOTE_ALL},
    "single quotes": {"quoting": stdlib_csv.QUOTE_ALL, "quotechar": "'"},
    "escapes in the place of doubled quotes": {"escapes": True},
    "blanks behind the delimiters": {"spaced": True},
}
"""Name -> what another program does otherwise."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte-order marks and what they announce; the UTF-32 mark begins with that of UTF-16."""


class Csv(Format[Rows]):
    """Rows of cells, the header among them."""

    name = "csv"

    def __init__(
        self, *, columns: Mapping[str, Mapping[str, Any]], delimiter: str, header: bool, max_size: int
    ) -> None:
        self.columns = dict(columns)
        self.delimiter = delimiter
        self.header = header
        self.max_size = max_size
        self._shapes: tuple[Shape, ...] = ()
        self.mutators = (*rows.MUTATORS, self.repeat_row, self.huge_cell)
        self.raw_mutators = (*csvtext.MUTATORS, self.change_dialect)
        self.named_values, self.named_large = uploads.NAMED, uploads.large(max_size)
        self.named_bytes = {**csvtext.NAMED, **{name: partial(self._in, **how) for name, how in DIALECTS.items()}}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.columns)

    def decode(self, data: bytes) -> Rows:
        """Read rows.

        The byte-order mark says the encoding and is left out; without one it is UTF-8, or latin-1 (which has a
        character for every byte) where it is not, for that is what spreadsheets export.

        Raises:
            Undecodable: a cell longer than `csv.field_size_limit()`.
        """
        try:
            return list(stdlib_csv.reader(io.StringIO(_text(data), newline=""), delimiter=self.delimiter))
        except stdlib_csv.Error as error:
            raise Undecodable(str(error)) from error

    def encode(self, value: Rows) -> bytes:
        """Write rows in UTF-8, lines ended by CR LF, cells quoted where they must be."""
        out = io.StringIO(newline="")
        stdlib_csv.writer(out, delimiter=self.delimiter).writerows(value)
        text = out.getvalue()
        if text.startswith("\ufeff"):
            text = "\ufeff" + text  # the first one would be read as a byte-order mark
        return text.encode("utf-8", "surrogatepass")

    def values(self) -> SearchStrategy[Rows]:
        """Make small tables of these columns, and the same with one or two mutations."""
        if self.columns:
            table = self._table(list(self.columns), [self._cells(kind) for kind in self.columns.values()])
        else:
            names = st.lists(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1), min_size=1, max_size=MOST_COLUMNS)
            table = names.flatmap(lambda chosen: self._table(chosen, [self._cells({})] * len(chosen)))
        return st.one_of(table, st.builds(_broken, table, st.randoms(use_true_random=False), st.integers(1, 2)))

    def _table(self, names: list[str], cells: list[SearchStrategy[str]]) -> SearchStrategy[Rows]:
        lines = st.lists(st.tuples(*cells).map(list), max_size=MOST_ROWS)
        return lines.map(lambda body: [names.copy(), *body]) if self.header else lines

    def _cells(self, kind: Mapping[str, Any]) -> SearchStrategy[str]:
        plausible = _cells(kind)
        return st.one_of(plausible, st.sampled_from(words.as_text(self.words))) if self.words else plausible

    def imitate(self, patterns: Sequence[tuple[str, int]]) -> None:
        """Take in the code's regular expressions: cells in their shapes are made."""
        self._shapes = shapes(patterns)
        others = tuple(mutator for mutator in self.mutators if mutator != self.put_shape)
        self.mutators = (*others, self.put_shape, self.put_shape) if self._shapes else others

    def put_shape(self, rng: Random, value: Rows) -> Rows | None:
        """Put a text in the shape of one of the code's regular expressions, or nearly, into a cell."""
        if not self._shapes:
            return None
        text = rng.choice(self._shapes)(rng)
        return rows.with_cell(rng, value, lambda cell: words.placed(rng, cell, text))

    def put_word(self, rng: Random, value: Rows) -> Rows | None:
        """Put a learned word into a cell."""
        if not self.words:
            return None
        word = words.pick(rng, self.words).decode("utf-8", "replace")
        return rows.with_cell(rng, value, lambda cell: words.placed(rng, cell, word))

    def dictionary(self) -> tuple[bytes, ...]:
        """Give the names of the columns, their known values, and what rows are made of."""
        known = [value for kind in self.columns.values() for value in kind.get("enum", ())]
        tokens = (
            *self.columns,
            *map(str, known),
            *DELIMITERS,
            *rows.FORMULAS.values(),
            *(cell for cell in rows.CELLS.values() if cell),
        )
        return tuple(word.encode() for word in dict.fromkeys(tokens) if word)

    def repeat_row(self, rng: Random, value: Rows) -> Rows | None:
        """Say a row up to 100,000 times, as far as the limit allows."""
        return rows.repeat_row(rng, value, room=self.max_size)

    def huge_cell(self, rng: Random, value: Rows) -> Rows | None:
        """Make a cell as long as a database column, a spreadsheet's cell or Python's own limit."""
        return rows.huge_cell(rng, value, room=self.max_size)

    def change_dialect(self, rng: Random, data: bytes) -> bytes | None:
        """Write the same rows as another program would: its quotes, its delimiter, its way to write a quote."""
        return self._in(
            rng,
            data,
            delimiter=rng.choice((self.delimiter, self.delimiter, *DELIMITERS)),
            quotechar=rng.choice("\"'"),
            quoting=rng.choice(QUOTINGS),
            escapes=rng.random() < 0.5,
            line_end=rng.choice(("\r\n", "\n", "\r")),
            spaced=rng.random() < SPACED,
        )

    def _in(
        self,
        rng: Random,  # noqa: ARG002 - a mutator's shape; a dialect leaves nothing to chance
        data: bytes,
        *,
        delimiter: str = "",
        quotechar: str = '"',
        quoting: Literal[0, 1, 2, 3] = stdlib_csv.QUOTE_MINIMAL,
        escapes: bool = False,
        line_end: str = "\r\n",
        spaced: bool = False,
    ) -> bytes | None:
        """Write the same rows in one dialect; None where it has no way to write some cell."""
        out = io.StringIO(newline="")
        writer = stdlib_csv.writer(
            out,
            delimiter=delimiter or self.delimiter,
            quotechar=quotechar,
            quoting=quoting,
            doublequote=not escapes,
            escapechar="\\" if escapes else None,
            lineterminator=line_end,
        )
        try:
            writer.writerows(self.decode(data))
        except (Undecodable, stdlib_csv.Error):  # without an escape, not every cell can be written unquoted
            return None
        text = out.getvalue()
        if spaced:
            text = text.replace(delimiter or self.delimiter, (delimiter or self.delimiter) + " ")
        return text.encode("utf-8", "surrogatepass")

    def simpler(self, value: Rows) -> Iterator[Rows]:
        """Yield tables of fewer rows, then of fewer columns and cells, then with simpler cells."""
        return rows.simpler(value)


def _text(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(
                encoding, "surrogatepass" if encoding == "utf-8" and _is_utf8(data) else "replace"
            )
    return data.decode("utf-8", "surrogatepass") if _is_utf8(data) else data.decode("latin-1")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _broken(table: Rows, rng: Random, times: int) -> Rows:
    for _ in range(times):
        table = rng.choice(rows.MUTATORS)(rng, table) or table
    return table


def _cells(kind: Mapping[str, Any]) -> SearchStrategy[str]:
    """Make plausible cells of one column, by its JSON Schema."""
    kinds = [kind, *kind.get("anyOf", ())]
    for each in kinds:
        if "enum" in each:
            return st.sampled_from([str(value) for value in each["enum"]])
        if each.get("type") == "integer":
            return st.integers(-1, 10**6).map(str)
        if each.get("type") == "number":
            return st.decimals(-1, 10**6, places=2).map(str)
        if each.get("type") == "boolean":
            return st.sampled_from(("true", "false", "1", "0"))
        if each.get("format") == "date":
            return st.dates().map(str)
        if each.get("format") == "date-time":
            return st.datetimes().map(lambda moment: moment.isoformat())
        if each.get("format") == "uuid":
            return st.uuids().map(str)
    return st.one_of(
        st.text("abcdefghijklmnopqrstuvwxyz0123456789-_ ", max_size=20),
        st.text(max_size=8),
        st.sampled_from(tuple(rows.CELLS.values())),
    )


def csv(
    columns: Sequence[str] | type[Any] | None = None,
    *,
    delimiter: str = ",",
    header: bool = True,
    max_size: int = MAX_SIZE,
) -> Csv:
    """Rows of comma-separated cells, for a target that takes bytes or `list[list[str]]`.

    Args:
        columns: the names in order, or a pydantic model of one row; by default, any.
        delimiter: one character.
        header: whether the first row names the columns.
        max_size: the longest input to make, in bytes.

    Raises:
        UserError: `columns` is something else, or the delimiter is not one character.
    """
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UserError(f"formats.csv(delimiter={delimiter!r}): it must be one character, no quote and no line end")
    if isinstance(columns, type) and hasattr(columns, "model_json_schema"):
        schema = columns.model_json_schema()
        named = {name: _resolved(kind, schema) for name, kind in schema.get("properties", {}).items()}
    elif columns is None:
        named = {}
    elif (
        isinstance(columns, Sequence)
        and not isinstance(columns, str | bytes)
        and all(isinstance(each, str) for each in columns)
    ):
        named = {name: {} for name in columns}
    else:
        raise UserError(f"formats.csv(columns={columns!r}): neither names nor a pydantic model of a row")
    return Csv(columns=named, delimiter=delimiter, header=header, max_size=max_size)


def _resolved(kind: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow one reference into the definitions, which is where pydantic puts an Enum."""
    if "$ref" not in kind:
        return kind
    found: Mapping[str, Any] = schema.get("$defs", {}).get(str(kind["$ref"]).rpartition("/")[2], {})
    return found
