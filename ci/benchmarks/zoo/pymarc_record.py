"""pymarc.Record: PymarcException for what is no MARC record. Property: it can be written."""

from __future__ import annotations

from pymarc import Record
from pymarc.exceptions import PymarcException

REQUIREMENT = "pymarc==5.4.0"
MODULES = ("pymarc",)
FORMAT = "raw"
ALLOWED = (PymarcException,)
SEEDS = (
    b"00075    a2200049   4500001000400000245002100004\x1e123\x1e00\x1faA title :\x1fbrest.\x1e\x1d",
    (
        b"00098    a2200061   4500100001900000020000700019650001000026\x1e"
        b"1 \x1faName, A.\x1fd1970\x1e  \x1fa00\x1e 0\x1fa\xc3\x89t\xc3\xa9\x1e\x1d"
    ),
)


def run(data: bytes) -> None:
    """Read a record, show it, and write it."""
    record = Record(data=data)
    _ = str(record), record.title, record.author, record.isbn, record.subjects, record.as_dict()
    record.as_marc()
