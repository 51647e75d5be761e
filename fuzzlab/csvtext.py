"""Mutators of an upload's bytes: encodings, line ends, delimiters and quotes, for what no list of rows can say.

What has a name stands in a table; the mutator that is for it draws from the table, and `NAMED` does each once.
"""

from __future__ import annotations

import codecs
import re
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

__all__ = ["DELIMITERS", "MUTATORS", "NAMED"]

DELIMITERS: Final = (",", ";", "\t", "|", ":")

NATIONAL: Final = "\xe9\xfc\xdf\xf1\u20ac"
"""Letters, and a sign, that the encodings of spreadsheets write in different bytes."""

ENCODINGS: Final = {
    "UTF-16 with its mark": "utf-16",
    "UTF-16 without": "utf-16-le",
    "UTF-16 the other way round": "utf-16-be",
    "UTF-32": "utf-32",
    "latin-1": "latin-1",
    "cp1252": "cp1252",
    "UTF-7": "utf-7",
    "Shift JIS": "shift_jis",
}
"""Without byte-order marks, but for the two that Python writes one for."""

LINE_ENDS: Final = {
    "line feeds": (b"\n",),
    "carriage returns": (b"\r",),
    "mixed line ends": (b"\r\n", b"\n", b"\r"),
    "a carriage return too many": (b"\r\r\n",),
    "line ends the wrong way round": (b"\n\r",),
    "a line end of EBCDIC": (b"\x85", b"\n"),
    "an empty line after each": (b"\n\n",),
}

AROUND: Final = {
    "Excel's end of file": (b"", b"\x1a"),
    "a block of NUL at the end": (b"", b"\x00" * 512),
    "delimiters at the end": (b"", b",,,\r\n"),
    "empty lines at the end": (b"", b"\r\n\r\n"),
    "a header in a comment": (b"# ", b""),
    "a line that names the delimiter": (b"sep=;\r\n", b""),
    "a title above the header": (b"Report\r\n\r\n", b""),
    "a line of totals": (b"", b"Total,3\r\n"),
}
"""What other programs put before the first row, and behind the last one."""

_WIDE: Final = ("utf-16", "utf-32")
"""Encodings in which every letter is another one."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LETTER: Final = re.compile(rb"[A-Za-z0-9]")


def toggle_bom(rng: Random, data: bytes) -> bytes:  # noqa: ARG001 - a mutator's shape; there is one way to do this
    """Add a byte-order mark, or take it away."""
    return data.removeprefix(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else codecs.BOM_UTF8 + data


def recode(rng: Random, data: bytes) -> bytes:
    """Write the document in another encoding, with or without its mark, and at times with a letter that shows it."""
    return recoded(rng, data, encoding=rng.choice(tuple(ENCODINGS.values())), shown=rng.random() < 0.5)


def recoded(rng: Random, data: bytes, *, encoding: str, shown: bool = True) -> bytes:
    """Write it in this encoding; one of plain letters is the same in most, unless a letter shows it."""
    if data.isascii() and shown:
        letters = [found.end() for found in _LETTER.finditer(data)]
        at = rng.choice(letters) if letters else len(data)
        known = [letter for letter in NATIONAL if letter.encode(encoding, "ignore")]
        data = data[:at] + rng.choice(known or NATIONAL).encode() + data[at:]
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def mix_line_ends(rng: Random, data: bytes) -> bytes | None:
    """End some or all of the lines otherwise."""
    return ended(rng, data, ends=rng.choice(tuple(LINE_ENDS.values())))


def ended(rng: Random, data: bytes, *, ends: tuple[bytes, ...]) -> bytes | None:
    """End the lines with these in turn, beginning with any of them."""
    lines = _LINE_END.split(data)
    if len(lines) < 2:
        return None
    first = rng.randrange(len(ends))
    return b"".join([line + ends[(at + first) % len(ends)] for at, line in enumerate(lines[:-1])]) + lines[-1]


def unbalance_quote(rng: Random, data: bytes) -> bytes:
    """Put in one quote, or take one away."""
    places = [at for at, byte in enumerate(data) if byte == ord('"')]
    if places and rng.random() < 0.5:
        at = rng.choice(places)
        return data[:at] + data[at + 1 :]
    at = rng.randrange(len(data) + 1)
    return data[:at] + b'"' + data[at:]


def double_quote(rng: Random, data: bytes) -> bytes:
    """Say a quote twice, or a doubled one once: inside quotes that is one quote, outside it is an empty cell."""
    places = [found.span() for found in re.finditer(rb'""?', data)]
    if not places:
        at = rng.randrange(len(data) + 1)
        return data[:at] + b'""' + data[at:]
    start, end = rng.choice(places)
    return data[:start] + (b'"' if end - start > 1 and rng.random() < 0.5 else b'"' * (end - start + 1)) + data[end:]


def end_otherwise(rng: Random, data: bytes) -> bytes:
    """Add what other programs put behind the last row, or before the first one."""
    return put_around(rng, data, around=rng.choice(tuple(AROUND.values())))


def put_around(rng: Random, data: bytes, *, around: tuple[bytes, bytes]) -> bytes:  # noqa: ARG001 - a mutator's shape
    """Put one thing before the first row and another behind the last one."""
    return around[0] + data + around[1]


def change_delimiter(rng: Random, data: bytes) -> bytes | None:
    """Divide the cells of all rows, or of one place, by another delimiter."""
    present = [mark.encode() for mark in DELIMITERS if mark.encode() in data]
    if not present:
        return None
    return data.replace(rng.choice(present), rng.choice(DELIMITERS).encode(), rng.choice((1, -1)))


def other_delimiter(rng: Random, data: bytes) -> bytes | None:
    """Divide two cells, and no others, by another delimiter than the first one that there is."""
    present = [(data.index(mark.encode()), mark) for mark in DELIMITERS if mark.encode() in data]
    if not present:
        return None
    at, mark = min(present)
    return data[:at] + rng.choice([other for other in DELIMITERS if other != mark]).encode() + data[at + 1 :]


def cut_off(rng: Random, data: bytes) -> bytes | None:
    """End in the middle of a cell, as an upload that was broken off."""
    return data[: rng.randrange(len(data))] if data else None


def cut_off_in_a_cell(rng: Random, data: bytes) -> bytes | None:
    """End behind a letter or a digit, beyond the first half where that has one."""
    letters = [found.end() for found in _LETTER.finditer(data[:-1])]
    return data[: rng.choice(letters[len(letters) // 2 :])] if letters else None


MUTATORS: Final = (
    toggle_bom,
    recode,
    mix_line_ends,
    unbalance_quote,
    double_quote,
    change_delimiter,
    end_otherwise,
    cut_off,
)

NAMED: Final[Mapping[str, Callable[[Random, bytes], bytes | None]]] = {
    "a byte-order mark": toggle_bom,
    **{
        name: partial(recoded, encoding=encoding, shown=not encoding.startswith(_WIDE))
        for name, encoding in ENCODINGS.items()
    },
    **{name: partial(ended, ends=ends) for name, ends in LINE_ENDS.items()},
    **{name: partial(put_around, around=around) for name, around in AROUND.items()},
    "another delimiter in one place": other_delimiter,
    "a quote left open": unbalance_quote,
    "doubled quotes": double_quote,
    "cut off in a cell": cut_off_in_a_cell,
}
"""Each nastiness that has a name, as the mutator that does this one."""
