"""Mutators of bytes that nobody knows the structure of: slices, fields, runs, marks; and their reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from fuzzlab.boundaries import INTEGERS, LENGTHS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

__all__ = ["MAGIC", "MUTATORS", "simpler"]

FIELD_WIDTHS: Final = (1, 2, 4, 8)
"""Bytes: the widths of length fields and of most other integers in binary formats."""

REPEATS: Final = (2, 3, 8, 16, 64, 100, 256, 1000, 4096)
"""Copies of one slice; from a few elements of an array to more than any loop expects."""

MOST_GROWTH: Final = 65_536
"""Bytes that one mutation adds at most."""

RUN_BYTES: Final = b"\x00\xff\x7f\x80 0A\n"
"""Padding, the signed and unsigned extremes, and what text is padded with."""

MAGIC: Final = (
    b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\r\n", b"%PDF", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x89PNG", b"GIF89a", b"\xca\xfe\xba\xbe", b"\x00",
)  # fmt: skip
"""Extreme fields, marks of encodings, and the first bytes by which readers choose another path."""


def _span(rng: Random, size: int) -> tuple[int, int]:
    start = rng.randrange(size)
    return start, min(size, start + rng.choice(LENGTHS))


def repeat_slice(rng: Random, data: bytes) -> bytes | None:
    """Write one slice many times over."""
    if not data:
        return None
    start, end = _span(rng, len(data))
    times = min(rng.choice(REPEATS), MOST_GROWTH // (end - start))
    return data[:end] + data[start:end] * times + data[end:]


def overwrite_integer(rng: Random, data: bytes) -> bytes | None:
    """Overwrite a field of 1, 2, 4 or 8 bytes by a boundary integer or the remaining size, in either byte order."""
    widths = [width for width in FIELD_WIDTHS if width <= len(data)]
    if not widths:
        return None
    width = rng.choice(widths)
    at = rng.randrange(len(data) - width + 1)
    number = rng.choice(INTEGERS) if rng.random() < 0.75 else len(data) - at - width + rng.randrange(-1, 2)
    field = (number % (1 << 8 * width)).to_bytes(width, rng.choice(("little", "big")))
    return data[:at] + field + data[at + width :]


def add_to_integer(rng: Random, data: bytes) -> bytes | None:
    """Make a field of 1, 2, 4 or 8 bytes a little larger or smaller, in either byte order."""
    widths = [width for width in FIELD_WIDTHS if width <= len(data)]
    if not widths:
        return None
    width = rng.choice(widths)
    at = rng.randrange(len(data) - width + 1)
    order: Literal["little", "big"] = rng.choice(("little", "big"))
    number = int.from_bytes(data[at : at + width], order) + rng.choice((-16, -2, -1, 1, 2, 16))
    return data[:at] + (number % (1 << 8 * width)).to_bytes(width, order) + data[at + width :]


def double_block(rng: Random, data: bytes) -> bytes | None:
    """Write a copy of one block somewhere else."""
    if not data:
        return None
    start, end = _span(rng, len(data))
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[start:end] + data[at:]


def swap_blocks(rng: Random, data: bytes) -> bytes | None:
    """Let two neighbouring blocks change places."""
    if len(data) < 2:
        return None
    start, middle, end = sorted((rng.randrange(len(data)), rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return data[:start] + data[middle:end] + data[start:middle] + data[end:]


def grow_run(rng: Random, data: bytes) -> bytes:
    """Put in a long run of one byte: one of the input's own, or padding."""
    at = rng.randrange(len(data) + 1)
    byte = data[at : at + 1] if rng.random() < 0.5 else b""
    return data[:at] + (byte or bytes((rng.choice(RUN_BYTES),))) * rng.choice(LENGTHS) + data[at:]


def delete_block(rng: Random, data: bytes) -> bytes | None:
    """Leave one block out."""
    if not data:
        return None
    start, end = _span(rng, len(data))
    return data[:start] + data[end:]


def insert_magic(rng: Random, data: bytes) -> bytes:
    """Put in, or write over, bytes that readers know."""
    magic = rng.choice(MAGIC)
    at = rng.randrange(len(data) + 1)
    return data[:at] + magic + data[at + (len(magic) if rng.random() < 0.5 else 0) :]


MUTATORS: Final = (
    repeat_slice,
    overwrite_integer,
    add_to_integer,
    double_block,
    swap_blocks,
    grow_run,
    delete_block,
    insert_magic,
)


def simpler(value: bytes) -> Iterator[bytes]:
    """Yield shorter bytes, then smaller ones."""
    size = len(value)
    step = size
    while step:
        for start in range(0, size, step):
            yield value[:start] + value[start + step :]
        step //= 2
    for byte in sorted(set(value) - {0, 0x30}):
        yield value.replace(bytes((byte,)), b"0")
        yield value.replace(bytes((byte,)), b"\x00")
