"""Quadratic, and too short for it to matter: its budget is a code of forty characters."""

from fuzzlab import formats, target

SEEDS = [b"AB-12", b"A"]


@target(format=formats.text(max_size=128))
def bounded(value: str) -> int:
    return sum(a == b for a in value for b in value)
