"""What documentation and source say that is raised."""

from __future__ import annotations

import pytest

from fuzzlab.outline import outline
from fuzzlab.promises import class_of, documented, raised
from fuzzlab.reach import Index

GOOGLE = """Parse.

Args:
    x: y

Raises:
    OrderError: no order,
        KeyError: this is prose.
    a.B: never

Other:
    No: x
"""
NUMPY = """Parse.

Raises
------
OrderError
    No order.
KeyError
    Never.

Notes
-----
No
"""
PROSE = "Parse it.  Raises a ValueError for what is none, and raise `LookupError` otherwise."
STYLES = {
    "google": (GOOGLE, ["OrderError", "a.B"]),
    "google, several": ("Raises:\n    ValueError, KeyError: refused\n", ["ValueError", "KeyError"]),
    "numpy": (NUMPY, ["OrderError", "KeyError"]),
    "sphinx": (
        ":param x: y\n:raises OrderError: no order\n:raise ~shop.KeyError: z\n",
        ["OrderError", "shop.KeyError"],
    ),
    "prose": (PROSE, ["ValueError", "LookupError"]),
    "nothing": ("It raises the roof, and the price: 3.", []),
    "hostile": ('Raises:\n    os.system("x"): y\n    """: z\n    A-B: c\n', ["os.system", "x", "A", "B"]),
}


@pytest.mark.parametrize(("text", "names"), STYLES.values(), ids=STYLES)
def test_styles(text: str, names: list[str]) -> None:
    """Names only, whatever stands there; whether they are errors is decided by looking them up."""
    assert documented(text) == names


def test_raised_behind_a_function() -> None:
    """By it and what it calls; not a caller's mistakes, and not by others."""
    source = (
        "def read(x):\n    if not x:\n        raise TypeError(x)\n    return _deep(x)\n"
        "def _deep(x):\n    raise OrderError(x) from None\n"
        "def other(x):\n    raise KeyError\n"
    )
    index = Index({"shop": outline("shop", source, path="shop.py", is_package=False)})
    (promise,) = raised(index, ["shop:read"])
    assert (promise.name, promise.module, promise.where) == ("OrderError", "shop", "shop.py:6")


def test_names_become_classes_only_of_errors() -> None:
    """A function, a module or a class of another kind is no error."""
    names = {"E": ValueError, "os": __import__("os"), "C": type("C", (), {"Bad": KeyError}), "text": "x"}
    assert class_of("E", [{}, names]) is ValueError
    assert class_of("C.Bad", [names]) is KeyError
    for name in ("os.system", "os", "C", "text.upper", "missing", "E.missing", ""):
        assert class_of(name, [names]) is None
