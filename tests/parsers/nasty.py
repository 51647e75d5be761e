"""Parsers that note which named nastiness they meet, and at which execution, where another process can read it.

They crash at nothing: what one nastiness does would hide those that come with it. The note is mapped memory, made at
the import, because a worker may not open files later.
"""

import json
import mmap
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fuzzlab import Budget, formats, target
from fuzzlab.sanitizers import ALL
from tests.formats import nastiness
from tests.formats.nastiness import CSV, HTTP, LIMIT, PATTERN, SIGNER, TEXT, Sheet, Webhook
from tests.test_jsontext import NASTINESS, ORDER

__all__ = ["NOTE", "WORD", "nasty_json", "nasty_rows", "nasty_text", "nasty_webhook"]

NOTE = "FUZZLAB_TEST_NASTINESS"
"""The environment variable that names the file; without it there is memory that nobody else sees."""

WORD = 8
SIZE = 4096

if NOTE in os.environ:
    with Path(os.environ[NOTE]).open("r+b") as file:
        _met = memoryview(mmap.mmap(file.fileno(), SIZE)).cast("Q")
else:
    _met = memoryview(mmap.mmap(-1, SIZE)).cast("Q")


def _note(table: Mapping[str, tuple[str, Callable[[Any], bool]]], value: object) -> None:
    """Count an execution in the first word, and put its number into the word of what is met for the first time."""
    _met[0] += 1
    for place, (_, has) in enumerate(table.values(), start=1):
        if not _met[place] and has(value):
            _met[place] = _met[0]


def _matches(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


@target(format=formats.text(max_size=60_000), budget=Budget(seconds=20))
def nasty_text(value: str) -> str:
    _note(TEXT, value)
    if len(value) > LIMIT or PATTERN.match(value) is None:
        raise ValueError(len(value))
    return value


@target(format=formats.csv(), budget=Budget(seconds=20))
def nasty_rows(data: bytes) -> int:
    sheet = Sheet(data)
    _note(CSV, sheet)
    if len(sheet.header) != 3:
        raise ValueError(sheet.header)
    return len(sheet.rows)


@target(
    format=formats.http(body=formats.json(), signer=SIGNER, path="/hook"),
    budget=Budget(seconds=20),
    sanitizers=sorted(ALL - {"expansion"}),  # it unpacks whatever comes, to see what it is
)
def nasty_webhook(message: formats.HttpMessage) -> str:
    webhook = Webhook(message)
    _note(HTTP, webhook)
    if webhook.v1 is None or not webhook.is_signed:
        raise ValueError(webhook.signature)
    return webhook.stated


AMONG_OTHER_CHANGES = {
    "a value in an envelope": r'"id":\{"value":',
    "a list that became its element": r'"lines":\{"sku"',
    "a thousand elements": r"(\{[^{}]*\},){100}",
    "one value in the place of another": r'"id":\[?\{"sku"',
}
"""How these show in a document in which a campaign has changed more than one place."""

JSON: dict[str, tuple[str, Callable[[str], bool]]] = {
    name: (mutator, partial(_matches, re.compile(AMONG_OTHER_CHANGES.get(name, pattern))))
    for name, (mutator, pattern) in NASTINESS.items()
}


@target(format=formats.json(), allow=(ValueError, RecursionError), budget=Budget(seconds=20))
def nasty_json(data: bytes) -> object:
    _note(JSON, data.decode("utf-8", "surrogateescape"))
    return json.loads(data)


SEEDS = {
    "nasty_json": ORDER,
    "nasty_text": nastiness.SEEDS["text"],
    "nasty_rows": nastiness.SEEDS["csv"],
    "nasty_webhook": nastiness.SEEDS["http"],
}
TABLES: dict[str, Mapping[str, object]] = {
    "nasty_json": JSON,
    "nasty_text": TEXT,
    "nasty_rows": CSV,
    "nasty_webhook": HTTP,
}
