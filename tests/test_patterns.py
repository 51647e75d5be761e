"""Regular expressions from inside."""

from __future__ import annotations

import re

import pytest

from fuzzlab.patterns import looks_like_one, pieces, samples

TABLE = {
    r"PO-\d{4}": (["PO-"], ("PO-0000",)),
    r"^(?:GIFT|CARD)[-_](?P<n>[0-9A-TV-Z]{4})(?P=n)$": (["GIFT", "CARD"], ("GIFT-00000000", "CARD-00000000")),
    r"(a)\1b": (["a", "b"], ("aab",)),
    r"[^a-z0]+@x\.y": (["@x.y"], ("A@x.y",)),
    r"[^\W\d]{2}": ([], ("aa",)),
    r"(?i)bearer\s+(\S+)": (["bearer"], ("bearer a",)),
    r"(?<!x)yes(?!no)": (["x", "yes", "no"], ("yes",)),
    r"a{1000000}b": (["a", "b"], ()),  # no token is so long
    r"x(?=y)": (["x", "y"], ()),  # what only looks ahead takes no room
    r"(": ([], ()),
    r"a*": (["a"], ()),
}


@pytest.mark.parametrize("pattern", TABLE)
def test_a_pattern_from_inside(pattern: str) -> None:
    """The runs of plain characters, and texts that match."""
    assert (list(pieces(pattern)), samples(pattern)) == TABLE[pattern]


@pytest.mark.parametrize("pattern", [p for p, (_, found) in TABLE.items() if found])
def test_a_sample_matches(pattern: str) -> None:
    """Each sample is matched by its pattern."""
    assert all(re.search(pattern, text) for text in samples(pattern))


def test_what_may_be_a_pattern() -> None:
    """Plain words are not worth reading as one."""
    assert looks_like_one(r"\d+")
    assert not looks_like_one("plain words, and-signs")
