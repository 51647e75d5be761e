"""Linear with a large constant: each character costs as much as a line elsewhere."""

from fuzzlab import formats, target

SEEDS = [b"hello", b"a b"]


@target(format=formats.text(max_size=4096))
def heavy(value: str) -> int:
    total = 0
    for character in value:
        for bit in range(60):
            total += ord(character) >> bit & 1
    return total
