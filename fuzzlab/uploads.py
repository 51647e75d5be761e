"""What is wrong with the tables that people upload, by name: each as the mutator that does this one and no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from fuzzlab.rows import CELLS, FORMULAS, SPELLINGS, Rows, exchanged, grown_cell, repeated, respelled

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NAMED", "large"]

Mutator = Callable[[Random, Rows], Rows | None]

SIZES: Final = {
    "a cell at the spreadsheet's limit": 32_767,
    "a cell beyond that": 32_768,
    "a cell at the reader's limit": 131_072,
    "a cell beyond the reader's limit": 131_073,
    "a cell of a megabyte": 1_000_000,
}
COUNTS: Final = {"10,000 rows": 10_000, "100,000 rows": 100_000}
MANY: Final = 100
TOO_MANY: Final = 100
"""Cells beyond those of the header."""


def _row(rng: Random, rows: Rows) -> int | None:
    """Draw a row of some cells; not the header where there is another."""
    found = [at for at, row in enumerate(rows) if row]
    return rng.choice(found[1:] or found) if found else None


def _with_row(rng: Random, rows: Rows, change: Callable[[list[str]], list[str]]) -> Rows | None:
    at = _row(rng, rows)
    return None if at is None else [*rows[:at], change(rows[at]), *rows[at + 1 :]]


def _with_cell(rng: Random, rows: Rows, change: Callable[[str], str]) -> Rows | None:
    def changed(row: list[str]) -> list[str]:
        at = rng.randrange(len(row))
        return [*row[:at], change(row[at]), *row[at + 1 :]]

    return _with_row(rng, rows, changed)


def _of_rows(least: int, change: Callable[[Rows], Rows]) -> Mutator:
    """Give a mutator that needs so many rows, and no chance."""
    return lambda _, rows: change(rows) if len(rows) >= least else None


def _of_header(least: int, change: Callable[[Rows], Rows]) -> Mutator:
    """Give one that needs so many columns."""
    return lambda _, rows: change(rows) if rows and len(rows[0]) >= least else None


def _of_row(change: Callable[[list[str]], list[str]]) -> Mutator:
    return partial(_with_row, change=change)


def _become(cell: str) -> Mutator:
    return partial(_with_cell, change=lambda _: cell)


def _begin(prefix: str) -> Mutator:
    return partial(_with_cell, change=lambda cell: prefix + cell)


def _one_name_for_two(rng: Random, rows: Rows) -> Rows | None:
    if not rows or len(rows[0]) < 2:
        return None
    one, other = rng.sample(rows[0], 2)
    return [[one if name == other else name for name in rows[0]], *rows[1:]]


def _without(rng: Random, rows: Rows) -> Rows | None:
    at = rng.randrange(len(rows[0])) if rows and rows[0] else None
    return None if at is None else [row[:at] + row[at + 1 :] for row in rows]


def _twice(rng: Random, rows: Rows) -> Rows | None:
    at = rng.randrange(len(rows[0])) if rows and rows[0] else None
    return None if at is None else [[*row[: at + 1], *row[at:]] for row in rows]


NAMED: Final[Mapping[str, Mutator]] = {
    "no header": _of_rows(2, lambda rows: rows[1:]),
    "nothing but a header": _of_rows(2, lambda rows: rows[:1]),
    "the header twice": _of_rows(1, lambda rows: [rows[0], *rows]),
    "the header again at the end": _of_rows(2, lambda rows: [*rows, rows[0]]),
    "the header below a row": _of_rows(2, lambda rows: [rows[1], rows[0], *rows[2:]]),
    "rows the other way round": _of_rows(3, lambda rows: [rows[0], *rows[:0:-1]]),
    "a hundred rows": _of_rows(2, lambda rows: [*rows[:-1], *rows[-1:] * MANY]),
    "a row twice": _of_rows(2, lambda rows: [*rows, rows[-1]]),
    "columns in another order": _of_header(2, lambda rows: exchanged(rows, 0, 1, last=len(rows))),
    "names in another order": _of_header(2, lambda rows: exchanged(rows, 0, 1, last=1)),
    "a column missing": _without,
    "a name doubled": _twice,
    "one name for two columns": _one_name_for_two,
    **{name: partial(respelled, spelled=spelled) for name, spelled in SPELLINGS.items()},
    "a short row": _of_row(lambda row: row[:-1]),
    "a long row": _of_row(lambda row: [*row, "0"]),
    "a row of a hundred cells too many": _of_row(lambda row: [*row, *[""] * TOO_MANY]),
    "an empty row": _of_rows(1, lambda rows: [rows[0], [], *rows[1:]]),
    "a row of empty cells": _of_row(lambda row: [""] * len(row)),
    **{name: _become(cell) for name, cell in CELLS.items()},
    **{name: _begin(prefix) for name, prefix in FORMULAS.items()},
}
"""Name -> mutator, for all but what has to be told how much room there is."""


def large(room: int) -> Mapping[str, Mutator]:
    """Give those of cells and of numbers of rows, which are as large as there is room for in so many characters."""
    return {
        **{name: partial(grown_cell, size=size, room=room) for name, size in SIZES.items()},
        **{name: partial(repeated, times=times, room=room) for name, times in COUNTS.items()},
    }
