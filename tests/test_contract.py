"""The promise, as people write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fuzzlab import oracles
from fuzzlab.contract import Budget, contract
from fuzzlab.errors import UserError
from fuzzlab.sanitizers import ALL


def test_defaults() -> None:
    """ValueError may refuse; a second of CPU, five on the wall, 512 MiB, every sanitizer."""
    promise = contract()
    assert promise.allow == (ValueError,)
    assert (promise.budget.seconds, promise.budget.wall, promise.budget.memory) == (1.0, 5.0, 512 << 20)
    assert promise.sanitizers == ALL


def test_allow_replaces_the_default() -> None:
    """One class or several; none at all means that every error is a violation."""
    assert contract(allow=KeyError).allow == (KeyError,)
    assert contract(allow=[KeyError, OSError]).allow == (KeyError, OSError)
    assert contract(allow=()).allow == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"allow": "ValueError"}, "not an exception class"),
        ({"allow": [ValueError("x")]}, "not an exception class"),
        ({"allow": int}, "not an exception class"),
        ({"allow": [None]}, "not an exception class"),
        ({"oracles": [oracles.idempotent]}, "call it"),
        ({"oracles": [oracles.Oracle]}, "not an oracle"),
        ({"oracles": [3]}, "not an oracle"),
        ({"sanitizers": ["sockets"]}, "unknown"),
        ({"sanitizers": "write"}, "unknown"),
    ],
)
def test_what_cannot_be_meant(options: dict[str, Any], words: str) -> None:
    """Each is the user's mistake, in one line."""
    with pytest.raises(UserError, match=words):
        contract(**options)


@pytest.mark.parametrize(
    "options", [{"seconds": 0}, {"seconds": -1}, {"seconds": 1e9}, {"seconds": float("nan")}, {"memory": 1}]
)
def test_impossible_budgets(options: dict[str, Any]) -> None:
    """A budget that no execution could keep, or that ends nothing, is refused."""
    with pytest.raises(UserError, match="Budget"):
        Budget(**options)


@pytest.mark.parametrize(
    ("option", "value"),
    [("reads", "data"), ("reads", [1]), ("writes", "data"), ("statements", ["shop.db"]), ("statements", [":run"])],
)
def test_declarations_that_mean_nothing(option: str, value: Any) -> None:
    """A word in the place of a list, or a function without its module, is refused in one line that shows the form."""
    with pytest.raises(UserError, match=rf"^{option}=.*, as in {option}=\['[^\n]*$"):
        contract(**{option: value})


def test_folders() -> None:
    """A folder is meant from where the project is run, and nothing beside it that begins alike."""
    declared = contract(reads=["data"], writes=["/srv/out/"]).declared
    assert declared == ((f"{Path.cwd()}/data/",), ("/srv/out/",))
    assert contract().declared == (None, ())
