"""Bytes as they are: for parsers of binary protocols, and for what has no format of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzzlab import words
from fuzzlab.blocks import MAGIC, MUTATORS, simpler
from fuzzlab.formats import DEFAULT_MAX_SIZE, Format
from fuzzlab.lazy import LazyModule
from fuzzlab.octets import octets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
else:
    st = LazyModule("hypothesis.strategies")

__all__ = ["Raw", "raw"]


class Raw(Format[bytes]):
    """Any bytes; the value is the input itself."""

    name = "raw"

    def __init__(self, *, max_size: int) -> None:
        self.max_size = max_size
        self.mutators = MUTATORS

    def decode(self, data: bytes) -> bytes:
        """Give `data`."""
        return data

    def encode(self, value: bytes) -> bytes:
        """Give `value`."""
        return value

    def values(self) -> SearchStrategy[bytes]:
        """Make bytes of every length up to the limit, and learned words between some."""
        anything = st.binary(max_size=self.max_size)
        if not self.words:
            return anything
        parts = st.one_of(st.sampled_from(self.words), st.binary(max_size=8))
        return st.one_of(anything, st.lists(parts, max_size=6).map(b"".join))

    def put_word(self, rng: Random, value: bytes) -> bytes | None:
        """Put a learned word anywhere."""
        return words.placed(rng, value, words.pick(rng, self.words)) if self.words else None

    def dictionary(self) -> tuple[bytes, ...]:
        """Give the marks that readers look for first."""
        return MAGIC

    def exchanges(self, inputs: Sequence[bytes]) -> Iterator[bytes]:
        """Yield each input with one field exchanged."""
        return (data for data in octets(inputs) if len(data) <= self.max_size)

    def simpler(self, value: bytes) -> Iterator[bytes]:
        """Yield shorter bytes, then smaller ones."""
        return simpler(value)


def raw(*, max_size: int = DEFAULT_MAX_SIZE) -> Raw:
    """Bytes without any structure that fuzzlab knows of.

    Args:
        max_size: the longest input to make, in bytes.
    """
    return Raw(max_size=max_size)
