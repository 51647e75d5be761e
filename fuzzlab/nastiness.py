"""What is tried in turn: all that a format has a name for, and each part of an input exchanged, once each.

A search meets most of these some time, and some of them late: it changes what was changed before, and a header in
another order counts as one only in a table that is otherwise right. Once each costs some dozens of executions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from random import Random
from typing import Any, Final

from fuzzlab.exchanges import by_turns
from fuzzlab.formats import Format

__all__ = ["LARGE_EVERY", "in_turn", "large", "ordinary", "several", "small"]

LARGE_EVERY: Final = 256
"""Times that another way is tried between two of the large inputs: each may take a second, and the first ones find
most."""

BASES: Final = 2
"""Ordinary inputs that it is done to: a second one has what the first one lacks, and a third little more."""

SEVERAL: Final = 8
"""Ordinary inputs of which one part is exchanged."""

LONGEST_BASE: Final = 2048
"""Bytes of one: the larger they are, the more there is to be wrong in; but each of its rounds costs its size."""


def in_turn(form: Format[Any], recorded: Sequence[bytes], rng: Random) -> Iterator[bytes | None]:
    """Give all of it; None each time that something else is to be tried. What is small is made at once."""
    bases = ordinary(recorded)
    # By turns, for either is soonest done with what is one byte away from an ordinary input.
    others = by_turns(small(form, bases, rng), form.exchanges(several(recorded)))
    return _among(others, large(form, bases, rng))


def _among(others: Iterator[bytes], larger: Iterator[bytes]) -> Iterator[bytes | None]:
    """Yield one of the larger ones after each LARGE_EVERY of the others or, when those are used up, of None."""
    between = chain(others, repeat(None))
    for data in larger:
        yield from islice(between, LARGE_EVERY)
        yield data
    yield from others


def ordinary(recorded: Sequence[bytes]) -> list[bytes]:
    """Choose the inputs that it is done to: the largest that are not long, or the shortest."""
    by_size = sorted(set(recorded), key=lambda data: (len(data), data))
    return [data for data in by_size if len(data) <= LONGEST_BASE][-BASES:] or by_size[:1]


def several(recorded: Sequence[bytes]) -> list[bytes]:
    """Choose the inputs of which one part is exchanged: of all sizes that are not long, for others have other parts."""
    by_size = sorted({data for data in recorded if len(data) <= LONGEST_BASE}, key=lambda data: (len(data), data))
    return by_size[:: 1 + (len(by_size) - 1) // SEVERAL] if by_size else []


def small(form: Format[Any], bases: Sequence[bytes], rng: Random) -> list[bytes]:
    """Give what becomes of each base by everything that has a name, but for what is large; the shortest first."""
    form.forget()
    made = {data for base in bases for _, data in form.named(base, rng)}
    return sorted(made.difference(bases), key=lambda data: (len(data), data))


def large(form: Format[Any], bases: Sequence[bytes], rng: Random) -> Iterator[bytes]:
    """Yield the large ones, of one base: a hundred thousand rows take their parser a second."""
    for base in bases[-1:]:
        for _, data in form.named(base, rng, large=True):
            yield data
