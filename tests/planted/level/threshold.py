"""Looks closely at what is long, and only at that: one step up, then linear."""

from fuzzlab import formats, target

SEEDS = [b"hello", b"a b"]

LONG = 1000


@target(format=formats.text(max_size=1 << 14))
def threshold(value: str) -> int:
    if len(value) < LONG:
        return 0
    total = 0
    for character in value:
        for bit in range(20):
            total += ord(character) >> bit & 1
    return total
