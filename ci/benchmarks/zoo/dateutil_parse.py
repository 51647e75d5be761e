"""python-dateutil's parser: its documentation allows ParserError, a ValueError, and OverflowError.

"ParserError: raised for invalid or unknown string formats"; "OverflowError: raised if the parsed date exceeds the
largest valid C integer".
"""

from __future__ import annotations

from dateutil import parser

REQUIREMENT = "python-dateutil==4.0.0"
MODULES = ("dateutil",)
FORMAT = "text"
ALLOWED = (ValueError, OverflowError)
SEEDS = (
    b"2003-09-25T10:49:41.5-03:00",
    b"Thu, 25 Sep 2003 10:49:41 -0300",
    b"10:36:28 UTC+3 2001",
    b"Sep of 03, 3 h 5m",
)


def run(data: bytes) -> None:
    """Parse a date."""
    parser.parse(data.decode("utf-8", "replace"))
