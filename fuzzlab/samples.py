"""Small inputs of many kinds: which of them an unknown parser accepts tells what it reads."""

from __future__ import annotations

__all__ = ["JSON", "SAMPLES"]

JSON = (b'{"a": 1}', b"[1, 2]", b'{"id": "x", "items": [{"n": 1.5}], "ok": true}', b"[]", b"{}")
"""Documents that are JSON, and hardly anything else."""

SAMPLES = (
    *JSON, b"", b" ", b"0", b"1", b"-1", b"42", b"1.5", b"1e3", b"true", b"null", b'"x"', b"a", b"abc", b"a b c",
    b"Hello, world", b"1.2.3", b"v1.0rc1", b">=1.0,<2", b"2024-02-29", b"2024-02-29T12:30:00",
    b"2024-02-29T12:30:00+01:00", b"20240229", b"2024-W09-4", b"12:30", b"12:30:59.5", b"P1DT2H", b"1h30m",
    b"29 Feb 2024", b"02/29/2024", b"Thu, 29 Feb 2024 12:30:00 GMT", b"127.0.0.1", b"10.0.0.0/8", b"::1",
    b"fe80::/10", b"00:1b:44:11:3a:b7", b"12345678-1234-5678-1234-567812345678", b"a@example.com",
    b"Ann <a@example.com>", b"http://example.com/a?b=c#d", b"https://user@example.com:8080/", b"example.com:443",
    b"/a/b.txt", b"a=1&b=2", b"a=1; b=2", b"a: 1", b"a = 1\n", b"[a]\nb = 1\n", b"a: 1\nb:\n  - c\n", b"a,b\n1,2\n",
    b"a;b\n1;2\n", b"a\tb\n1\t2\n", b"<a>b</a>", b"<html><body><p>x</p></body></html>", b"# Title\n\ntext *x*\n",
    b"text/html; charset=utf-8", b"en-US,en;q=0.5", b"bytes=0-99", b"Basic YTpi", b"aGVsbG8=", b"68656c6c6f",
    b"%41%20b", b"%2541", b"&lt;a&gt;", b"&amp;lt;", b"\\u0041\\\\n",
    b"#ff8800", b"rgb(1, 2, 3)", b"+1 650-253-0000", b"EUR 12.50", b"12,50", b"1,234.56",
    b"1/3", b"1 + 2 * 3", b"a.b[0].c", b"$.a[0]", b"^a+$", b"* * * * *", b"SELECT 1",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"Subject: x\r\n\r\nbody", b"DE89370400440532013000", b"4111111111111111",
    b"978-3-16-148410-0", b"packaging>=1.0; python_version < '3'", b"BEGIN:VCARD\nFN:a\nEND:VCARD\n",
    b"\x00\x01\x02\x03", b"\x00" * 64, b"\xff\xfe", bytes(range(256)), "é".encode(), "\u0661\u200d".encode(),
)  # fmt: skip
"""One of each kind, and some that hardly anything accepts."""
