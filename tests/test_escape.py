"""Hostile text made inert, wherever it came from."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.escape import escaped, hex_dump, one_line, shown_input

PIECES = (":", "::", "#", "##[", "[", "\\", "\x1b[31m", "\u202e", "\ud800", "\n", "\r", "error", "\x9b", "\u2028")
ANYTHING = st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(PIECES)).map("".join)


def _is_inert(text: str) -> bool:
    return text.isprintable() and "::" not in text and "##[" not in text


@given(ANYTHING)
def test_escaped_is_inert(text: str) -> None:
    """No control, no bidirectional character, no surrogate, no CI command comes out; all of it can be encoded."""
    shown = escaped(text)
    assert _is_inert(shown)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in shown)
    shown.encode("utf-8")


@given(ANYTHING)
def test_escaped_can_be_read_back(text: str) -> None:
    """Two texts never look the same: the escapes say which characters stood there."""
    names = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}

    def character(match: re.Match[str]) -> str:
        word = match[1]
        return names[word] if word in names else chr(int(word[1:], 16))

    assert re.sub(r"\\(x..|u.{4}|U.{8}|[tnr\\])", character, escaped(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("émile 😀", "émile 😀"),
        ("a\\b", "a\\\\b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u200d\ufeff\u00ad", "\\u200d\\ufeff\\xad"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u00a0\u3000", "\\xa0\\u3000"),
        ("::error file=x::", ":\\x3aerror file=x:\\x3a"),
        ("##[error]", "#\\x23[error]"),
        ("###vso[a]", "##\\x23vso[a]"),
        ("## title [a]", "## title [a]"),
    ],
)
def test_table(text: str, shown: str) -> None:
    """What shows as itself stays; the rest is spelt out."""
    assert escaped(text) == shown


@given(ANYTHING, st.integers(0, 30))
def test_one_line(text: str, limit: int) -> None:
    """One line, inert, that says when there is more."""
    shown = one_line(text, limit)
    assert _is_inert(shown)
    assert shown.endswith("…") or len(text) <= limit


@given(st.binary(max_size=600) | ANYTHING.map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_inputs(data: bytes) -> None:
    """An input is one inert quoted line, a hex dump a few inert rows."""
    shown = shown_input(data)
    assert _is_inert(shown)
    assert shown.startswith(('"', 'b"'))
    rows = hex_dump(data)
    assert all(_is_inert(row) for row in rows)
    assert len(rows) <= 9
    assert not data or bytes.fromhex(rows[0][8:55]) == data[:16]


@given(ANYTHING, ANYTHING)
def test_pieces_stay_inert_together(a: str, b: str) -> None:
    """Two escaped texts beside each other make no command that neither was."""
    assert "##[" not in escaped(a + b)
    assert "::" not in escaped(a + b)


def _read(shown: str) -> bytes:
    """Read what was shown as Python does; the colon that is spelt out is one."""
    value = eval(shown.replace(r"#\x23", "##"))
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


@given(st.lists(st.tuples(ANYTHING, st.integers(1, 60)), max_size=4))
def test_what_is_repeated_is_counted(parts: list[tuple[str, int]]) -> None:
    """It is shown whole, and reads as Python."""
    data = "".join(text * times for text, times in parts).encode("utf-8", "surrogatepass")
    shown = shown_input(data, 1_000_000)
    assert _is_inert(shown)
    assert _read(shown) == data


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"0;" + b"(" * 493, '"0;" + "(" * 493'),
        ("\u200d".encode() * 200, r'"\u200d" * 200'),
        (b"x\x9f" + b"\0" * 64 + b"a", r'b"x\x9f" + b"\x00" * 64 + b"a"'),
        (b'[{"a":' * 300, r'"[{\"a\":" * 300'),
        (b"(" * 19, '"' + "(" * 19 + '"'),
        (b"##[" * 20, r'"#\x23[" * 20'),
        (b"", '""'),
    ],
)
def test_runs(data: bytes, shown: str) -> None:
    """What stands there twenty times and more is counted."""
    assert shown_input(data) == shown


def test_large_inputs_are_cut() -> None:
    """A card shows a beginning and the size."""
    text = "".join(map(str, range(3_000)))
    assert shown_input(text.encode()).endswith(f"({len(text)} characters)")
    assert shown_input(b"\xff" + text.encode()).endswith(f"({len(text) + 1} bytes)")
    assert len(shown_input(b"x" * 10_000_000)) < 1000
    assert len(shown_input("".join(c * 20 for c in text[:800]).encode())) < 1000
    assert hex_dump(b"\x00" * 1000)[-1] == "…  1000 bytes in all"
