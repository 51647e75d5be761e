"""Tables as lists of rows of cells: mutators of what `csv.reader` gives, and its reductions.

The header, where there is one, is the first row. No function here changes its argument; the rows that a change does not
touch are shared between the old table and the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fuzzlab import strings
from fuzzlab.boundaries import INTEGERS, NUMBER_SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

__all__ = [
    "CELLS", "FORMULAS", "MUTATORS", "SPELLINGS", "Rows", "exchanged", "grown_cell", "huge_cell", "repeat_row",
    "repeated", "respelled", "simpler", "with_cell",
]  # fmt: skip

MOST_GROWTH: Final = 1 << 20
"""Characters that one mutation adds at most: 100,000 short rows."""

ROW_REPEATS: Final = (1, 1, 2, 2, 3, 3, 10, 10, 50, 100, 100, 1_000, 10_000, 100_000)
"""Copies: a few, a page, and at times the whole upload; the large ones are rare, for each costs its target a second."""

CELL_SIZES: Final = (255, 256, 1_000, 32_767, 32_768, 65_536, 131_072, 131_073, 1_000_000)
"""Characters: columns of databases, a spreadsheet's cell (32,767), `csv.field_size_limit()` (131,072), and 1 MB."""

LINE_END: Final = 2
"""Characters that each row takes beside its cells and the delimiters between them."""

FORMULAS: Final = {
    "a formula by its sign": "=",
    "a formula by a plus": "+",
    "a formula by a minus": "-",
    "a formula by an at": "@",
    "a formula behind a tab": "\t",
    "a formula behind a carriage return": "\r",
    "a sum": "=1+1",
    "a command in a formula": "=cmd|' /C calc'!A0",
    "a link in a formula": '=HYPERLINK("http://x")',
}
"""What makes a spreadsheet compute a cell (OWASP, "CSV Injection")."""

CELLS: Final = {
    "an empty cell": "",
    "a blank cell": " ",
    "a cell that is a quote": '"',
    "a cell that is two quotes": '""',
    "a cell that is a single quote": "'",
    "a delimiter in a cell": ",",
    "a semicolon in a cell": ";",
    "a cell that is a newline": "\n",
    "a cell that is a line end": "\r\n",
    "a carriage return in a cell": "\r",
    "a newline in a cell": "a\nb",
    "a quote in a cell": 'a"b',
    "NUL in a cell": "\x00",
    "a cell that is a database's NULL": "NULL",
    "a cell that is a spreadsheet's error": "#N/A",
    "a cell that is a byte-order mark": "\ufeff",
    "a cell that is an escape": "\\",
    "a cell that is another database's NULL": "\\N",
    "a zero in a cell": "0",
}
"""What a cell may be."""

SPELLINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "a name in another case": str.upper,
    "a name in title case": str.title,
    "a name with a blank before it": lambda name: f" {name}",
    "a name with blanks": lambda name: f"{name} ",
    "a name in the plural": lambda name: f"{name}s",
    "a name without underscores": lambda name: name.replace("_", " "),
    "a name missing": lambda _: "",
    "a mark as part of the name": lambda name: f"\ufeff{name}",
    "a quote before a name": lambda name: f'"{name}',
}
"""How other people write a name of the header."""

_CELLS: Final = tuple(CELLS.values())
_FORMULAS: Final = tuple(FORMULAS.values())
_SPELLINGS: Final = tuple(SPELLINGS.values())

Rows = list[list[str]]


def _row(rng: Random, rows: Rows) -> int | None:
    return rng.randrange(len(rows)) if rows else None


def _with_row(rows: Rows, at: int, row: list[str]) -> Rows:
    changed = rows.copy()
    changed[at] = row
    return changed


def with_cell(rng: Random, rows: Rows, change: Callable[[str], str]) -> Rows | None:
    """Change some cell by a function."""
    at = _row(rng, rows)
    if at is None or not rows[at]:
        return None
    row = rows[at].copy()
    cell = rng.randrange(len(row))
    row[cell] = change(row[cell])
    return _with_row(rows, at, row)


def drop_cell(rng: Random, rows: Rows) -> Rows | None:
    """Make a row one cell shorter than the others."""
    at = _row(rng, rows)
    if at is None or not rows[at]:
        return None
    row = rows[at].copy()
    del row[rng.randrange(len(row))]
    return _with_row(rows, at, row)


def add_cell(rng: Random, rows: Rows) -> Rows | None:
    """Make a row longer than the others."""
    at = _row(rng, rows)
    if at is None:
        return None
    row = rows[at].copy()
    place = rng.randrange(len(row) + 1)
    row[place:place] = [rng.choice(_CELLS)] * rng.choice((1, 1, 2, 100))
    return _with_row(rows, at, row)


def nasty_cell(rng: Random, rows: Rows) -> Rows | None:
    """Make a cell hold what rows are made of: delimiters, quotes, line ends, NUL."""
    return with_cell(rng, rows, lambda cell: rng.choice((rng.choice(_CELLS), cell + rng.choice(_CELLS))))


def formula_cell(rng: Random, rows: Rows) -> Rows | None:
    """Make a cell begin as a formula does."""
    return with_cell(rng, rows, lambda cell: rng.choice(_FORMULAS) + cell)


def text_cell(rng: Random, rows: Rows) -> Rows | None:
    """Change a cell as text."""
    return with_cell(rng, rows, lambda cell: strings.mutated(rng, cell))


def number_cell(rng: Random, rows: Rows) -> Rows | None:
    """Make a cell a number at a boundary, or spelled as another language spells it."""
    return with_cell(
        rng, rows, lambda _: str(rng.choice(INTEGERS)) if rng.random() < 0.5 else rng.choice(NUMBER_SPELLINGS)
    )


def huge_cell(rng: Random, rows: Rows, *, room: int = MOST_GROWTH) -> Rows | None:
    """Make a cell as long as a database column, a spreadsheet's cell or Python's own limit, if there is `room`."""
    return grown_cell(rng, rows, size=rng.choice(CELL_SIZES), room=room)


def grown_cell(rng: Random, rows: Rows, *, size: int, room: int) -> Rows | None:
    """Make a cell as long as that, if there is room, by saying it again and again."""
    if size > room:
        return None
    return with_cell(rng, rows, lambda cell: ((cell or "x") * (size // max(1, len(cell)) + 1))[:size])


def drop_row(rng: Random, rows: Rows) -> Rows | None:
    """Leave a row out, at times the header."""
    at = _row(rng, rows)
    return None if at is None else rows[:at] + rows[at + 1 :]


def double_row(rng: Random, rows: Rows) -> Rows | None:
    """Say a row (at times the header) again, elsewhere."""
    at = _row(rng, rows)
    if at is None:
        return None
    place = rng.randrange(len(rows) + 1)
    return [*rows[:place], rows[at], *rows[place:]]


def repeat_row(rng: Random, rows: Rows, *, room: int = MOST_GROWTH) -> Rows | None:
    """Say a row up to 100,000 times, of empty cells where it is too long for that in `room` characters."""
    return repeated(rng, rows, times=rng.choice(ROW_REPEATS), room=room)


def repeated(rng: Random, rows: Rows, *, times: int, room: int) -> Rows | None:
    """Say a row so many times, or as often as there is room for."""
    at = _row(rng, rows)
    if at is None:
        return None
    row = rows[at]
    if times * _size(row) > room:
        row = [""] * len(row)
    return rows[:at] + [row] * min(times, room // _size(row)) + rows[at:]


def _size(row: list[str]) -> int:
    return sum(map(len, row)) + max(0, len(row) - 1) + LINE_END


def swap_rows(rng: Random, rows: Rows) -> Rows | None:
    """Let two rows change places, at times the header with another."""
    if len(rows) < 2:
        return None
    one, other = rng.sample(range(len(rows)), 2)
    changed = rows.copy()
    changed[one], changed[other] = rows[other], rows[one]
    return changed


def empty_row(rng: Random, rows: Rows) -> Rows:
    """Put in a row of no cell, or of empty ones."""
    row = [""] * rng.choice((0, 0, 1, 2, len(rows[0]) if rows else 1))
    at = rng.randrange(len(rows) + 1)
    return [*rows[:at], row, *rows[at:]]


def move_column(rng: Random, rows: Rows) -> Rows | None:
    """Let two columns change places, in all rows or in the header only."""
    if not rows or len(rows[0]) < 2:
        return None
    one, other = rng.sample(range(len(rows[0])), 2)
    return exchanged(rows, one, other, last=1 if rng.random() < 0.5 else len(rows))


def exchanged(rows: Rows, one: int, other: int, *, last: int) -> Rows:
    """Let two columns change places in the rows before `last`."""
    changed = rows.copy()
    for at, row in enumerate(rows[:last]):
        if one < len(row) and other < len(row):
            changed[at] = row.copy()
            changed[at][one], changed[at][other] = row[other], row[one]
    return changed


def double_column(rng: Random, rows: Rows) -> Rows | None:
    """Say a column twice, so that a name stands twice in the header."""
    if not rows or not rows[0]:
        return None
    at = rng.randrange(len(rows[0]))
    return [[*row[: at + 1], *row[at : at + 1], *row[at + 1 :]] for row in rows]


def drop_column(rng: Random, rows: Rows) -> Rows | None:
    """Leave a column out, header and all."""
    if not rows or not rows[0]:
        return None
    at = rng.randrange(len(rows[0]))
    return [row[:at] + row[at + 1 :] for row in rows]


def rename_column(rng: Random, rows: Rows) -> Rows | None:
    """Write a name of the header as other people write it: case, spaces, a plural, nothing, another column's."""
    if not rows or not rows[0]:
        return None
    same_as = rng.choice(rows[0])
    return respelled(rng, rows, spelled=rng.choice((*_SPELLINGS, lambda _: same_as)))


def respelled(rng: Random, rows: Rows, *, spelled: Callable[[str], str]) -> Rows | None:
    """Write some name of the header otherwise."""
    if not rows or not rows[0]:
        return None
    header = rows[0].copy()
    at = rng.randrange(len(header))
    header[at] = spelled(header[at])
    return _with_row(rows, 0, header)


MUTATORS: Final = (
    drop_cell,
    add_cell,
    nasty_cell,
    nasty_cell,
    formula_cell,
    text_cell,
    text_cell,
    number_cell,
    drop_row,
    double_row,
    swap_rows,
    empty_row,
    move_column,
    double_column,
    drop_column,
    rename_column,
)
"""Those whose growth has to be told its limit, `repeat_row` and `huge_cell`, are not among them."""


def simpler(rows: Rows) -> Iterator[Rows]:
    """Yield tables of fewer rows, then of fewer columns and cells, then with simpler cells."""
    step = len(rows)
    while step:
        for start in range(0, len(rows), step):
            yield rows[:start] + rows[start + step :]
        step //= 2
    for column in range(max(map(len, rows), default=0)):
        yield [row[:column] + row[column + 1 :] for row in rows]
    for at, row in enumerate(rows):
        for column in range(len(row)):
            yield _with_row(rows, at, row[:column] + row[column + 1 :])
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            for shorter in strings.simpler(cell):
                yield _with_row(rows, at, [*row[:column], shorter, *row[column + 1 :]])
