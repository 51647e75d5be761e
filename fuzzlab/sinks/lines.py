"""Where one value is one line, one cell, one word: logs, CSV, headers, shells."""

from __future__ import annotations

import re
from typing import Final

from fuzzlab.sinks import character, lone_surrogate

__all__ = ["csv_cell", "email_header", "http_header", "log_line", "shell_word"]

_LOG: Final = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls but the tab, Unicode's own line ends, bidirectional controls (CWE-117, CVE-2021-42574)."""

_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9 ().,/-]*(?:[eE][+-]?[0-9]+)?", re.ASCII)
"""A number, a date, a telephone number: begins as a formula does, and is none."""

_NOT_IN_HEADER: Final = re.compile("[^\t\x20-\x7e]")
"""RFC 9110, section 5.5: visible ASCII, space and tab; other octets are obsolete and nobody agrees what they mean."""

_MAIL: Final = re.compile("[\x00\n\r\ud800-\udfff]")
"""RFC 5322, section 2.2: a header ends at CRLF; other text is encoded (RFC 2047), but a surrogate has no encoding."""

_SHELL: Final = re.compile(r"[^\w@%+=:,./-]", re.ASCII)
"""What `shlex.quote` quotes."""


def log_line(leaf: object) -> str | None:
    """A name that ends the line writes the next one; an escape or a bidirectional control repaints the screen."""
    if isinstance(leaf, str) and (found := _LOG.search(leaf)):
        return f"{character(leaf, found.start())} does not belong into a log line"
    return None


def csv_cell(leaf: object) -> str | None:
    """A cell that a spreadsheet takes for a formula (OWASP, "CSV Injection"), NUL, which ends files early, no UTF-8."""
    if not isinstance(leaf, str) or not leaf:
        return None
    if leaf[0] in "=+-@\t\r" and not _PLAIN_NUMBER.fullmatch(leaf):
        return f"{character(leaf, 0)} begins a formula in a spreadsheet"
    if "\x00" in leaf:
        return f"{character(leaf, leaf.index(chr(0)))} is no text in a CSV file"
    return lone_surrogate(leaf)


def http_header(leaf: object) -> str | None:
    """A header's value: no line end (CWE-113), visible ASCII, and no blank around it, which is not transmitted."""
    if not isinstance(leaf, str):
        return None
    if found := _NOT_IN_HEADER.search(leaf):
        return f"{character(leaf, found.start())} cannot stand in an HTTP header"
    if leaf != leaf.strip(" \t"):
        return "the blanks around it are lost in an HTTP header"
    return None


def email_header(leaf: object) -> str | None:
    """A subject or a name: no line end, with which further headers begin (CWE-93)."""
    if isinstance(leaf, str) and (found := _MAIL.search(leaf)):
        return f"{character(leaf, found.start())} cannot stand in an e-mail header"
    return None


def shell_word(leaf: object) -> str | None:
    """One word of a command, neither empty nor an option (CWE-78, CWE-88)."""
    if not isinstance(leaf, str):
        return None
    if not leaf:
        return "an empty text is no word of a command"
    if leaf[0] == "-":
        return "'-' at 0 begins an option of a command"
    if found := _SHELL.search(leaf):
        return f"{character(leaf, found.start())} means something to a shell"
    return None
