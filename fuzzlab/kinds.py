"""Which word of the black box counts the refusals by a type of error: each has one, as long as there are any left."""

from __future__ import annotations

from collections.abc import Sequence

from fuzzlab.blackbox import KINDS, KINDS_MOST, BlackBox
from fuzzlab.chain import exception_name
from fuzzlab.errors import Undecodable

__all__ = ["Kinds"]

UNDECODED, MANY = "no value in the format", "errors of other types"
"""What stands for the type of an error where the format refuses, and for the types beyond those that are told apart."""


class Kinds:
    """Gives words: `words.get(type(error)) or word_of(error)`, of which the first part stands in the hot path."""

    def __init__(self, box: BlackBox, allow: Sequence[type[BaseException]]) -> None:
        self.words: dict[type[BaseException], int] = {}
        self._box = box
        self._allow = allow

    def word_of(self, error: BaseException) -> int:
        """Give the word for an error of a type that was not met before, and name the type there."""
        kind = type(error)
        number = len(self.words)
        if number >= KINDS_MOST - 1:
            self._box.name_kind(KINDS_MOST - 1, "", MANY)
            return KINDS + KINDS_MOST - 1  # not kept: a type that is made for one input must not live on here
        if isinstance(error, Undecodable):
            self._box.name_kind(number, "", UNDECODED)
        else:
            allowed = next((exception_name(cls) for cls in self._allow if issubclass(kind, cls)), "")
            self._box.name_kind(number, allowed, exception_name(kind))
        self.words[kind] = KINDS + number
        return KINDS + number
