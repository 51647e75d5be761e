"""One field of ordinary bytes exchanged for each value at an end of its range: what exchanges.py is for text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

__all__ = ["MOST", "octets"]

PLACES: Final = 240
"""Places of all inputs together, evenly spread in each: with some fifty changes at each, all are tried."""

MOST: Final = 12_000
"""Inputs of one campaign, as exchanges.MOST."""

BYTES: Final = (0x00, 0xFF, 0x80, 0x7F, 0x01, 0x20, 0x30, 0x0A)
"""Ends of a byte's ranges, signed and not; what texts and numbers consist of, and what ends a line."""

STEPS: Final = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8)
"""Added to a byte: the numbers of kinds, versions and tags lie close to each other."""

FIELDS: Final = tuple(
    dict.fromkeys(
        value.to_bytes(size, order)
        for size in (2, 4)
        for value in (0, 1, 2 ** (8 * size - 1) - 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1)
        for order in ("big", "little")
    )
)
"""The same of lengths, offsets and counts of two and four bytes, in either order."""


def octets(inputs: Sequence[bytes]) -> Iterator[bytes]:
    """Yield inputs with one field exchanged, or what is before or behind it missing; what is soonest done first."""
    seen = set(map(hash, inputs))
    for data in islice(_all(inputs), MOST):
        if (known := hash(data)) not in seen:
            seen.add(known)
            yield data


def _all(inputs: Sequence[bytes]) -> Iterator[bytes]:
    most = max(1, PLACES // max(1, len(inputs)))
    places = [(data, at) for data in inputs for at in range(0, len(data), 1 + max(0, len(data) - 1) // most)]
    for data, at in places:
        yield data[:at]
        yield data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[: at + 1] + data[at:]
    for data, at in places:
        for byte in (*BYTES, *(data[at] + more & 0xFF for more in STEPS), data[at] ^ 0x80):
            yield data[:at] + bytes([byte]) + data[at + 1 :]
    for data, at in places:
        for field in FIELDS:
            if at + len(field) <= len(data):
                yield data[:at] + field + data[at + len(field) :]
