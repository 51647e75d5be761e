"""What each sink refuses and what it takes, beside the real thing wherever there is one in the standard library."""

from __future__ import annotations

import csv
import email.policy
import html.parser
import http.client
import io
import json
import logging
import math
import shlex
import sqlite3
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.errors import UserError
from fuzzlab.oracles import storable
from fuzzlab.oracles.sinks import SINKS

HITS: dict[str, tuple[object, ...]] = {
    "utf-8": ("\ud800", "a\udfffb", "\ud83d"),
    "json": ("\udc80", math.nan, -math.inf, Decimal("NaN"), b"x"),
    "javascript": (2**53, -(2**53), 10**20, math.inf),
    "msgpack": (2**64, -(2**63) - 1, "\ud800"),
    "sqlite": ("a\x00b", "\x00", "\ud800", 2**63, -(2**63) - 1, math.nan),
    "postgresql": (
        "a\x00b", "\ud800", 2**63, Decimal("1e131072"), Decimal("1e-16384"), Decimal("0e-16384"), Decimal("sNaN"),
        Decimal("-NaN1"), IPv6Address("fe80::1%eth0"), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        time(1, tzinfo=timezone(timedelta(hours=-16))), time(1, tzinfo=ZoneInfo("Europe/Berlin")),
    ),
    "log": ("a\nb", "a\rb", "\x1b[31m", "\x9b31m", "a\u2028b", "\u202e", "\u2066", "\x00", "\ud800", "\x7f"),
    "csv": ("=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "a\x00b", "+1a", "-", "a\ud800"),
    "html": ("<b>", "a&b", ">", "\x00", "\ud800"),
    "html-attribute": ('a"b', "a'b", "`", "=", "<"),
    "url": ("a b", "javascript:x", "JavaScript:x", "data:text/html,x", "é", "%zz", "%", "a\nb", "\\", "<", "\x00"),
    "file-name": (
        "", ".", "..", "a/b", "a\\b", "a:b", "a\x00", "a\n", "CON", "con.txt", "Lpt1", "a.", "a ", "x" * 256,
        "é" * 128, "\ud800", "a?b", "aux.tar.gz",
    ),
    "path": (
        "/etc/passwd", "../x", "a/../b", "a//b", "C:x", "\\\\host\\x", "~/x", "", "a/./b", "a/NUL/b",
        "a/" * 3000 + "a",
    ),
    "http-header": ("a\r\nX: y", "a\nb", "é", "a\x00", "\x7f", " a", "a\t"),
    "email-header": ("a\r\nBcc: x", "a\nb", "a\rb", "\x00", "\ud800"),
    "shell": ("", "a b", "-rf", "$(x)", "`x`", "a;b", "a|b", "a&b", "*", "~", "'", '"', "\n", "é", "a>b", "#x", "!x"),
}  # fmt: skip

PASSES = (
    Decimal("NaN"), Decimal("0e-16383"), Decimal("-Infinity"), math.nan, datetime.min, datetime(1, 1, 1, tzinfo=UTC),
    date.max, time(1, tzinfo=timezone(timedelta(hours=15))), IPv6Address("fe80::1"), timedelta.max,
)  # fmt: skip
"""Of PostgreSQL's many types."""

NEAR_MISSES: dict[str, tuple[object, ...]] = {
    "utf-8": ("", "\ufffd", "\U0010ffff", "\x00", b"\xff", math.nan),
    "json": ("\x00\u2028", 10**400, 1e308, -0.0, Decimal("1.10"), None, True),
    "javascript": (2**53 - 1, 1 - 2**53, 1e300, True, "9007199254740993"),
    "msgpack": (2**64 - 1, -(2**63), math.nan, "é"),
    "sqlite": ("é😀", 2**63 - 1, -(2**63), 1.5, math.inf, b"\x00", None, True, Decimal(1), "x" * 100_000),
    "postgresql": ("é", 2**63 - 1, -(2**63), Decimal("1e131071"), Decimal("1e-16383"), b"\x00", *PASSES),
    "log": ("a\tb", "é \u200d 😀", "\u200e", "::error::", "\xa0", 5),
    "csv": ("1+1", "-5", "+49 30 1234-56", "-1.5e10", "a=1", "'=1", "", "a\nb", -1, "+1,000.00"),
    "html": ('a"b', "é", "javascript:x", "%3Cb%3E"),
    "html-attribute": ("a b", "é", "(x)", ";"),
    "url": ("https://example.org/a%20b?x=1#y", "/a/../b", "mailto:a@example.org", "datax:1", "", "[::1]"),
    "file-name": ("a", ".hidden", "CONSOLE", "com10", "a.con", "x" * 255, "é" * 127, "a b", "-", "nul_", "…"),
    "path": ("a", "a/b/c.txt", "...a/b", "a/..b", ".config/x", "a b/c"),
    "http-header": ("", "a b", "a\tb", "W/\"x\"", "~!", 5),
    "email-header": ("é", "a\tb", "", "=?utf-8?q?x?="),
    "shell": ("a", "a-b", "/a/b", "k=v", "user@host:22", "1.5", "%", "a,b+c"),
}  # fmt: skip


def test_every_sink_has_rows() -> None:
    """A sink without a planted value and a near miss is not tested."""
    assert set(HITS) == set(NEAR_MISSES) == set(SINKS)


@pytest.mark.parametrize(("sink", "leaf"), [(n, leaf) for n, leaves in HITS.items() for leaf in leaves], ids=ascii)
def test_it_refuses(sink: str, leaf: object) -> None:
    """Alone and inside of a result, with the path to it, in one line that is itself harmless."""
    complaint = storable(sink).check(id, "in", {"cells": ["fine", leaf]})
    assert complaint is not None
    assert complaint.startswith("result['cells'][1]: ")
    assert complaint.isprintable()
    assert complaint.isascii()


@pytest.mark.parametrize(("sink", "leaf"), [(n, v) for n, leaves in NEAR_MISSES.items() for v in leaves], ids=ascii)
def test_it_takes(sink: str, leaf: object) -> None:
    """What looks alike and is harmless passes: a false alarm costs more than a miss."""
    assert SINKS[sink](leaf) is None


TEXT = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="a.-_/\\:=+@ \t\r\n\x00\x1b<>&\"'`$%;|~é\u202e\ud800", max_size=6),
)  # fmt: skip


@given(TEXT)
def test_a_shell_word_is_what_the_shell_module_leaves_alone(text: str) -> None:
    """`shlex.quote` quotes exactly what is refused, but for options."""
    if not text.startswith("-"):
        assert (SINKS["shell"](text) is None) == (shlex.quote(text) == text)


@given(TEXT | st.integers(-(2**70), 2**70) | st.floats() | st.binary(max_size=5))
def test_what_sqlite_takes_comes_back_equal(leaf: object) -> None:
    """Against a table of a database of its own."""
    if SINKS["sqlite"](leaf) is None:
        with sqlite3.connect(":memory:") as connection:
            connection.execute("CREATE TABLE t (v)")
            connection.execute("INSERT INTO t VALUES (?)", (leaf,))
            assert connection.execute("SELECT v FROM t").fetchone() == (leaf,)
            assert connection.execute("SELECT count(*) FROM t WHERE v = ?", (leaf,)).fetchone() == (1,)


@given(TEXT | st.integers() | st.floats())
def test_what_json_takes_is_written_strictly(leaf: object) -> None:
    """As RFC 8259 wants it, in UTF-8, read back equal."""
    if SINKS["json"](leaf) is None:
        assert json.loads(json.dumps(leaf, allow_nan=False, ensure_ascii=False).encode()) == leaf
    else:
        with pytest.raises((ValueError, UnicodeEncodeError)):
            json.dumps(leaf, allow_nan=False, ensure_ascii=False).encode()


@given(TEXT)
def test_what_a_log_takes_is_one_record(text: str) -> None:
    """A handler of the standard library writes exactly one line."""
    if SINKS["log"](text) is None:
        stream = io.StringIO()
        logging.StreamHandler(stream).handle(logging.LogRecord("x", 20, "x", 1, "name %s", (text,), None))
        assert len(stream.getvalue().splitlines()) == 1


@given(TEXT)
def test_what_a_csv_takes_is_one_cell(text: str) -> None:
    """The csv module writes and reads it as it was; a spreadsheet sees no formula."""
    if SINKS["csv"](text) is None:
        stream = io.StringIO(newline="")
        csv.writer(stream).writerow([text, "x"])
        written = stream.getvalue().encode()
        assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [[text, "x"]]


@given(TEXT)
def test_what_html_takes_is_text(text: str) -> None:
    """A parser sees one element with this attribute and this text, and nothing else."""
    if SINKS["html-attribute"](text) is None:
        seen: list[object] = []

        class Parser(html.parser.HTMLParser):
            def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
                seen.append((tag, attrs))

            def handle_data(self, data: str) -> None:
                seen.append(data)

            def handle_comment(self, data: str) -> None:
                seen.append(("comment", data))

        assert SINKS["html"](text) is None
        parser = Parser(convert_charrefs=False)
        parser.feed(f'<p title="{text}">{text}</p>')
        parser.close()
        assert seen[0] == ("p", [("title", text)])
        assert "".join(part for part in seen[1:] if isinstance(part, str)) == text
        assert all(isinstance(part, str) for part in seen[1:])


@given(TEXT)
def test_what_an_http_header_takes_is_one_value(text: str) -> None:
    """The standard library's parser gives the same value back, and no further header."""
    if SINKS["http-header"](text) is None:
        raw = b"X: " + text.encode("ascii") + b"\r\n\r\n"
        assert http.client.parse_headers(io.BytesIO(raw)).items() == [("X", text)]


@given(TEXT)
def test_what_an_email_header_takes_is_one_header(text: str) -> None:
    """Written and read by the standard library there is no second header."""
    if SINKS["email-header"](text) is None and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text):
        message = EmailMessage(policy=email.policy.SMTP)
        message["Subject"] = text
        assert message_from_bytes(message.as_bytes(), policy=email.policy.SMTP).keys() == ["Subject"]


@given(TEXT)
def test_what_a_url_takes_is_split_without_loss(text: str) -> None:
    """No character is dropped on the way, as WHATWG readers drop tabs and line ends."""
    if SINKS["url"](text) is None:
        try:
            assert urlsplit(text).geturl().replace("#", "").replace("?", "").lower() in (
                text.replace("#", "").replace("?", "").lower(),
                text.removeprefix("//").replace("#", "").replace("?", "").lower(),
            )
        except ValueError:
            assert "[" in text or "]" in text  # an address of IPv6 that is none


@given(text=TEXT)
def test_what_a_path_takes_stays_inside(text: str) -> None:
    """Joined to a folder and resolved it is below that folder, under its own name."""
    if SINKS["path"](text) is None:
        folder = Path("/srv/data")
        joined = Path(f"{folder}/{text}")
        assert joined.is_relative_to(folder)
        assert ".." not in joined.parts
        assert joined != folder
        if "/" not in text:
            assert SINKS["file-name"](text) is None
            assert joined.name == text


@pytest.mark.parametrize("name", ["a", ".hidden", "x" * 255, "é" * 127, "a b", "-", "…"])
def test_a_file_name_is_one(tmp_path: Path, name: str) -> None:
    """The file system agrees."""
    (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_doors() -> None:
    """Several sinks make one oracle, named with all of them; a typing error is the user's."""
    assert storable("sqlite", "log").name == "storable(sqlite,log)"
    with pytest.raises(UserError, match="did you mean 'postgresql'"):
        storable("postgres")
