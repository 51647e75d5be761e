"""The formats' tests."""

from __future__ import annotations

from random import Random

__all__ = ["seeded"]


def seeded(seed: int) -> Random:
    """Give a source of randomness that is the same in every run."""
    return Random(seed)  # noqa: S311 - it chooses mutations, and keeps no secret
