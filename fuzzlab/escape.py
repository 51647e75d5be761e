"""Hostile text made inert: no terminal escape, bidirectional control or CI command ever leaves fuzzlab as it came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["escaped", "hex_dump", "is_text", "one_line", "shown_input"]

SHOWN_CHARACTERS = 400
"""Characters of an input that a card shows; the file has the rest."""

_COMMAND = re.compile(r"##(?=\w*\[)")
"""The beginning of a command in the logs of Azure's, GitHub's and TeamCity's runners."""

_RUN = re.compile(r"(.{1,8}?)\1{19,}", re.DOTALL)
"""The same few characters twenty times in a row: 497 parentheses are counted and not read."""

SEARCHED = 1 << 14
"""Characters of the longest text in which runs are looked for: at each place there are eight lengths to try."""

RUN_COST = 8
"""Characters of what is shown that the count of a run is worth."""

SHOWN_ROWS = 8
"""Rows of 16 bytes that a hex dump shows."""


def escaped(text: str) -> str:
    r"""Give `text` with every character spelt out that does not show as itself.

    Controls, format and bidirectional characters, surrogates, unassigned and private characters and exotic spaces
    become `\xNN`, `\uNNNN` or `\UNNNNNNNN`, a backslash `\\`. `##[`, `##vso[`, `##teamcity[` and `::` begin commands in
    the logs of CI systems (GitHub's runner looks for the former anywhere in a line), so they are broken up.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(_spelt(c) for c in text)
    else:
        text = text.replace("\\", "\\\\")
    return _broken_up(text)


def one_line(text: str, limit: int = 200) -> str:
    """Give the beginning of `text`, escaped, as part of one line."""
    return escaped(text if len(text) <= limit else text[:limit]) + ("…" if len(text) > limit else "")


def shown_input(data: bytes, limit: int = SHOWN_CHARACTERS) -> str:
    r"""Give an input as one line of quoted, escaped text; bytes that are no UTF-8 (surrogates apart) as `\xNN`.

    It reads as Python does; what is repeated stands there once: `"0;" + "(" * 493`.
    """
    try:
        return _shown(data.decode("utf-8", "surrogatepass"), limit, _text_literal, "characters")
    except UnicodeDecodeError:
        return _shown(data.decode("latin-1"), limit, _bytes_literal, "bytes")


def _shown(text: str, limit: int, literal: Callable[[str], str], unit: str) -> str:
    shown, room, covered = [], limit, 0
    for part, times in _parts(text):
        if room <= 0:
            break
        if times > 1:
            shown.append(f"{literal(part)} * {times}")
            room -= RUN_COST
        else:
            part = part[:room]
            shown.append(literal(part))
        room -= len(part)
        covered += len(part) * times
    rest = f"… ({len(text)} {unit})" if covered < len(text) else ""
    return " + ".join(shown or [literal("")]) + rest


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Split a text into stretches, each with how often it stands there in a row."""
    at = 0
    for run in _RUN.finditer(text) if len(text) <= SEARCHED else ():
        if run.start() > at:
            yield text[at : run.start()], 1
        yield run[1], len(run[0]) // len(run[1])
        at = run.end()
    if at < len(text):
        yield text[at:], 1


def _text_literal(text: str) -> str:
    shown = escaped(text).replace('"', '\\"')
    return f'"{shown}"'


def _bytes_literal(latin: str) -> str:
    shown = "".join(c if " " <= c <= "~" and c not in '\\"' else f"\\x{ord(c):02x}" for c in latin)
    return f'b"{_broken_up(shown)}"'


def hex_dump(data: bytes, most: int = SHOWN_ROWS) -> list[str]:
    """Give `most` rows of `offset  16 bytes  |printable|`, for inputs that are not text."""
    rows = []
    for offset in range(0, min(len(data), most * 16), 16):
        part = data[offset : offset + 16]
        shown = "".join(chr(b) if 32 < b < 127 and b not in b"#:" else "." for b in part)
        rows.append(f"{offset:06x}  {part.hex(' '):<47}  |{shown}|")
    if len(data) > most * 16:
        rows.append(f"…  {len(data)} bytes in all")
    return rows


def is_text(data: bytes) -> bool:
    """Whether an input shows whole as text (UTF-8, or lone surrogates in its manner)."""
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _broken_up(text: str) -> str:
    return _COMMAND.sub("#\\\\x23", text).replace("::", ":\\x3a")


def _spelt(c: str) -> str:
    if c == "\\":
        return "\\\\"
    if c.isprintable():
        return c
    code = ord(c)
    named = {9: "\\t", 10: "\\n", 13: "\\r"}
    if code in named:
        return named[code]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
