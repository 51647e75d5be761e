"""tablib's import of CSV: "TablibException" for what is no table, csv.Error for what is no CSV."""

from __future__ import annotations

import csv

import tablib
from tablib.exceptions import TablibException

REQUIREMENT = "tablib==3.10.0"
MODULES = ("tablib",)
FORMAT = "csv"
ALLOWED = (TablibException, csv.Error)
HAS_EFFECTS = True  # its DBF is written by way of a file
SEEDS = (b"name,age\r\nAda,36\r\nBob,41\r\n", b'a,b,c\n"x, y",2,\n1,,"q""r"\n')


def run(data: bytes) -> None:
    """Read a table and write it as others ask for it."""
    table = tablib.Dataset().load(data.decode("utf-8", "replace"), format="csv")
    for name in ("csv", "json", "html", "rst", "dbf"):
        table.export(name)
