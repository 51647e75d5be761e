"""Our own mistakes and the user's."""

from __future__ import annotations

import pytest

from fuzzlab.errors import FuzzlabError, HarnessError, Undecodable, UserError, nearest


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("gamer", ["gamer_id", "pin"], " (did you mean 'gamer_id'?)"),
        ("jsn", ["json", "csv"], " (did you mean 'json'?)"),
        ("zzz", ["json", "csv"], ""),
        ("x", [], ""),
        ("", ["json"], ""),
    ],
)
def test_nearest(word: str, known: list[str], hint: str) -> None:
    """The closest known word is offered, and nothing where none is close."""
    assert nearest(word, known) == hint


def test_the_tree() -> None:
    """Each is a FuzzlabError and none is another."""
    for cls in (UserError, HarnessError, Undecodable):
        assert cls.__mro__[1] is FuzzlabError
    assert not issubclass(FuzzlabError, ValueError)
