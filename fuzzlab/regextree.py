"""Regular expressions as trees, as Python's own parser reads them: the one door to it."""

from __future__ import annotations

import re
import warnings
from re import _constants, _parser  # the only parser of Python's own syntax there is
from typing import Any, Final

__all__ = ["REPEATS", "inside", "parsed"]

REPEATS: Final = {getattr(_constants, name) for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")}


def parsed(pattern: str, flags: int) -> Any:
    """Give the operations of a pattern, as (operator, argument), or None for one that Python does not take."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FutureWarning: what the pattern's author was told already
            return _parser.parse(pattern, flags & ~re.DEBUG)
    except (re.error, ValueError, OverflowError, RecursionError):
        return None


def inside(operator: Any, argument: Any) -> list[Any]:
    """Give the patterns inside one operation, what it only looks at included."""
    if operator in REPEATS:
        return [argument[2]]
    if operator is _constants.SUBPATTERN:
        return [argument[3]]
    if operator is _constants.BRANCH:
        return list(argument[1])
    if operator in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [argument[1]]
    if operator is _constants.ATOMIC_GROUP:
        return [argument]
    if operator is _constants.GROUPREF_EXISTS:
        return [part for part in argument[1:] if part is not None]
    return []
