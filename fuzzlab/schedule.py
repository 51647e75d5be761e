"""Which target gets the next free worker, and for how long: pure, so that the policy can be read and tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

__all__ = ["Slice", "next_slice"]

SHORTEST = 2.0
"""Seconds. A coverage worker takes about half a second to start."""

LONGEST = 600.0
"""Seconds. A night's campaign comes round to every target, so that a new input of one is not first tried at dawn."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A target's turn."""

    target: str
    seconds: float


def next_slice(
    spent: Mapping[str, float], running: Collection[str], *, remaining: float, workers: int
) -> Slice | None:  # fmt: skip
    """Give the next turn to the target with the fewest workers, then the least time so far: an equal share of the rest.

    Args:
        spent: seconds that each target still in the campaign has had.
        running: the targets that have a worker now, once for each worker.
        remaining: seconds left of the campaign.
        workers: how many run at once.

    Returns:
        the turn, or None when there is no time or no target left.
    """
    if remaining <= 0 or not spent:
        return None
    having = Counter(running)
    chosen = min(spent, key=lambda name: (having[name], spent[name]))
    share = remaining * workers / len(spent)
    return Slice(chosen, min(max(share, SHORTEST), LONGEST, remaining))
