"""Each named nastiness of CSV, text and HTTP comes from an ordinary seed in one step of the mutator that is for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fuzzlab import drift, formats
from fuzzlab.errors import Undecodable
from fuzzlab.formats import Format
from fuzzlab.injections import KINDS
from fuzzlab.unicode import CLASSES
from tests.formats import seeded
from tests.formats.nastiness import CSV, HTTP, LIMIT, PATTERN, SEEDS, SIGNER, TEXT, Sheet, Webhook
from tests.test_jsontext import ORDER

TRIES = 20_000
"""Of one mutator: a class of thirty, then one character of twenty, then the place."""

LARGE = 1 << 14
"""Bytes."""

TRIES_OF_UPLOADS = 3_000
"""Each may write a megabyte."""

OF_TEXT = formats.text(max_size=60_000)
OF_TEXT.learn([str(LIMIT).encode()])
OF_TEXT.imitate([(PATTERN.pattern, PATTERN.flags)])
OF_CSV = formats.csv()
OF_HTTP = formats.http(body=formats.json(), signer=SIGNER, path="/hook")


def _named(form: Format[Any], name: str) -> tuple[Callable[..., Any], bool]:
    """The mutator of this name, and whether it takes bytes; it must be one that the format uses."""
    for mutator in form.raw_mutators:
        if mutator.__name__ == name:
            return mutator, True
    known = {mutator.__name__: mutator for mutator in form.mutators}
    return known[name], False


def _made(form: Format[Any], name: str, seed: bytes, tries: int) -> Iterator[bytes]:
    mutator, takes_bytes = _named(form, name)
    rng = seeded(zlib.crc32(name.encode()))
    value = seed if takes_bytes else form.decode(seed)
    for _ in range(tries):
        changed = mutator(rng, value)
        if changed is not None:
            data = changed if takes_bytes else form.encode(changed)
            if len(data) <= form.max_size:
                yield data


SEEDED = 20
"""Sources of chance that each law of what comes by name is tried with."""


def _round(form: Format[Any], data: bytes, number: int) -> dict[str, bytes]:
    """All that has a name, done to an input once."""
    return {**dict(form.named(data, seeded(number))), **dict(form.named(data, seeded(number), large=True))}


@pytest.mark.parametrize("number", range(SEEDED))
def test_csv_by_name(number: int) -> None:
    """Each row of the table is met by what the format gives under the row's name, wherever chance puts it."""
    made = _round(OF_CSV, SEEDS["csv"], number)
    assert [name for name, (_, has) in CSV.items() if not has(Sheet(made.get(name, b"")))] == []


IN_TWO_PLACES = {"a signed body with a field missing"}
"""Of three fields, one is left out by chance."""


def test_http_by_name() -> None:
    """All rows but one are met by what the format gives by name, whatever the names are."""
    for number in range(SEEDED):
        values = [Webhook(OF_HTTP.decode(data)) for data in _round(OF_HTTP, SEEDS["http"], number).values()]
        assert {name for name, (_, has) in HTTP.items() if not any(map(has, values))} <= IN_TWO_PLACES


def test_text_by_name() -> None:
    """Every injection, every class of characters and every limit is met."""
    for name in KINDS:
        _, has = TEXT[f"an injection: {name}"]
        assert has(OF_TEXT.decode(_round(OF_TEXT, SEEDS["text"], 1)[f"an injection: {name}"]))
    for number in range(SEEDED):
        values = [OF_TEXT.decode(data) for data in _round(OF_TEXT, SEEDS["text"], number).values()]
        for size in (LIMIT - 1, LIMIT, LIMIT + 1):
            assert any(len(value) == size for value in values)
        for pieces in CLASSES.values():
            assert any(piece in value for value in values for piece in pieces)


def test_json_by_name() -> None:
    """Every drift is tried once, and what is deep or long when it is asked for."""
    form = formats.json()
    names = set(_round(form, ORDER, 1))
    assert {"a thousand elements in list 0", "100000 times [", "1000 times ["} <= names
    assert len(names & set(drift.NAMES)) > len(drift.NAMES) / 2


def test_what_is_large_has_to_be_asked_for() -> None:
    """A first second of uploads has none of a megabyte, and a small limit has none at all."""
    assert max(len(data) for _, data in OF_CSV.named(SEEDS["csv"], seeded(1))) < LARGE
    large = dict(OF_CSV.named(SEEDS["csv"], seeded(1), large=True))
    assert max(map(len, large.values())) > 1_000_000
    small = formats.csv(max_size=LARGE)
    assert all(len(data) <= LARGE for _, data in small.named(SEEDS["csv"], seeded(1), large=True))


@pytest.mark.parametrize("name", TEXT)
def test_text(name: str) -> None:
    """The seed does not have it; one step of its mutator does."""
    mutator, has = TEXT[name]
    assert not has(OF_TEXT.decode(SEEDS["text"]))
    assert any(has(OF_TEXT.decode(data)) for data in _made(OF_TEXT, mutator, SEEDS["text"], TRIES))


@pytest.mark.parametrize("name", CSV)
def test_csv(name: str) -> None:
    """The seed does not have it; one step of its mutator does."""
    mutator, has = CSV[name]
    assert not has(Sheet(SEEDS["csv"]))
    assert any(has(Sheet(data)) for data in _made(OF_CSV, mutator, SEEDS["csv"], TRIES_OF_UPLOADS))


@pytest.mark.parametrize("name", HTTP)
def test_http(name: str) -> None:
    """The seed does not have it; one step of its mutator does."""
    mutator, has = HTTP[name]
    assert not has(Webhook(OF_HTTP.decode(SEEDS["http"])))

    def found(data: bytes) -> bool:
        try:
            return has(Webhook(OF_HTTP.decode(data)))
        except Undecodable:
            return False

    assert any(map(found, _made(OF_HTTP, mutator, SEEDS["http"], TRIES)))


@pytest.mark.parametrize(("form", "table"), [(OF_TEXT, TEXT), (OF_CSV, CSV), (OF_HTTP, HTTP)])
def test_every_row_names_a_mutator_of_the_format(form: Format[Any], table: Any) -> None:
    """No row of the table is satisfied by a function that no format calls."""
    names = {mutator.__name__ for mutator in (*form.mutators, *form.raw_mutators)}
    assert {mutator for mutator, _ in table.values()} <= names
