"""A filter puts its text between quotes and trusts that it holds none."""

import sqlite3

from fuzzlab import formats, target

SEEDS = [b"name=Anna", b"city=Bergen;name=Ole"]
SIGNATURE = "effect injection(sql) tests.planted.sql_built:_customers"

LONG = 9

_DATABASE = sqlite3.connect(":memory:", check_same_thread=False)
_DATABASE.execute("CREATE TABLE customers (name TEXT, city TEXT)")


def _customers(column: str, value: str) -> int:
    if column == "city":
        return len(_DATABASE.execute("SELECT name FROM customers WHERE city = ?", (value,)).fetchall())
    statement = f"SELECT city FROM customers WHERE name = '{value}'"  # noqa: S608 - it is the bug
    return len(_DATABASE.execute(statement).fetchall())


@target(format=formats.text(max_size=256), allow=(ValueError, sqlite3.Error))
def sql_built(value: str) -> list[int]:
    found = []
    for part in value.split(";"):
        column, _, text = part.partition("=")
        if column not in ("name", "city"):
            raise ValueError(column)
        if column == "name" and len(text) < LONG:
            text = ""  # the shop looks for such names in another way
        found.append(_customers(column, text))
    return found
