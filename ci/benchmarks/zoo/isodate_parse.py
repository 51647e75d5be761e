"""isodate's four parsers: "ISO8601Error", a ValueError, for what is no ISO 8601."""

from __future__ import annotations

import isodate

REQUIREMENT = "isodate==0.7.2"
MODULES = ("isodate",)
FORMAT = "text"
ALLOWED = (ValueError,)
SEEDS = (b"P3Y6M4DT12H30M5.5S", b"2011-W06-4T18:24:00+01:00", b"P0003-06-04T12:30:05", b"20111-02")


def run(data: bytes) -> None:
    """Read a text as each of the kinds; what one refuses, the next may take."""
    text = data.decode("utf-8", "replace")
    for parse in (isodate.parse_duration, isodate.parse_datetime, isodate.parse_date, isodate.parse_time):
        try:
            parse(text)
        except ALLOWED:
            continue
