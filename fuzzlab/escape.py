"""Hostile text made inert: no terminal escape, bidirectional control or CI command ever leaves fuzzlab as it came."""

from __future__ import annotations

import re

__all__ = ["escaped", "hex_dump", "is_text", "one_line", "shown_input"]

SHOWN_CHARACTERS = 400
"""Characters of an input that a card shows; the file has the rest."""

_COMMAND = re.compile(r"##(?=\w*\[)")
"""The beginning of a command in the logs of Azure's, GitHub's and TeamCity's runners."""

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
    r"""Give an input as one quoted, escaped line; bytes that are no UTF-8 (surrogates apart) as `\xNN`."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        shown = "".join(chr(b) if 32 <= b < 127 and b not in b'\\"' else f"\\x{b:02x}" for b in data[:limit])
        shown = _broken_up(shown)
        return f'b"{shown}"' + _rest(len(data), limit, "bytes")
    shown = escaped(text[:limit]).replace('"', '\\"')
    return f'"{shown}"' + _rest(len(text), limit, "characters")


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


def _rest(length: int, limit: int, unit: str) -> str:
    return f"… ({length} {unit})" if length > limit else ""
