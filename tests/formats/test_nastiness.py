"""Each named nastiness of CSV, text and HTTP comes from an ordinary seed in one step of the mutator that is for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fuzzlab import formats
from fuzzlab.errors import Undecodable
from fuzzlab.formats import Format
from tests.formats import seeded
from tests.formats.nastiness import CSV, HTTP, LIMIT, PATTERN, SEEDS, SIGNER, TEXT, Sheet, Webhook

TRIES = 20_000
"""Of one mutator: a class of thirty, then one character of twenty, then the place."""

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
