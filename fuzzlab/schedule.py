"""Which target gets the next free worker, and for how long: pure, so that the policy can be read and tested."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

__all__ = ["Slice", "Standing", "next_slice", "shard", "standings_after"]

FLOOR = 0.5
"""The part of the workers' time that is shared equally. The rest goes where new behaviour is met: one rich target may
have half of a night, and starves no other."""

ROUNDS = 4
"""How often every target has its turn where there are more of them than workers: what it found is known by then."""

SHORTEST, USUAL, LONGEST = 2.0, 10.0, 600.0
"""Seconds of a turn. A coverage worker takes about half a second to start, and begins with the whole corpus, so a turn
is 10 s where there is time for all targets to have one. A night's campaign comes round to every target, so that an
input of one is not first tried at dawn."""

MEMORY = 2.0
"""Rounds after which what a target found and what it had count half: a rich target dries up."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A target's turn."""

    target: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about a target: worker-seconds had and new behaviours met, of late; seconds that it may have yet."""

    seconds: float = 0.0
    discoveries: float = 0.0
    left: float = math.inf

    @property
    def rate(self) -> float:
        """New behaviours a second, of late; a target of which little is known is not judged by one lucky second."""
        return self.discoveries / (self.seconds + SHORTEST)


def next_slice(
    standings: Mapping[str, Standing], running: Collection[str], *, remaining: float, workers: int
) -> Slice | None:  # fmt: skip
    """Give the next turn to a target with the fewest workers: of these, to the one furthest below its due.

    Its due is an equal share of the floor, and of the rest as much as its part in the new behaviours met of late.

    Args:
        standings: where each target still in the campaign stands.
        running: the targets that have a worker now, once for each worker.
        remaining: seconds left of the campaign.
        workers: how many run at once.

    Returns:
        the turn, or None when there is no time or no target left.
    """
    if remaining <= 0 or not standings:
        return None
    having = Counter(running)
    all_rates = sum(standing.rate for standing in standings.values())
    dues = {
        name: FLOOR / len(standings) + (1 - FLOOR) * (standing.rate / all_rates if all_rates else 1 / len(standings))
        for name, standing in standings.items()
    }
    chosen = min(standings, key=lambda name: (having[name], standings[name].seconds / dues[name]))
    share = remaining * workers / len(standings)
    turn = share if len(standings) <= workers else max(share / ROUNDS, min(share, USUAL))
    return Slice(chosen, min(max(turn, SHORTEST), LONGEST, remaining, standings[chosen].left))


def standings_after(
    standings: Mapping[str, Standing], target: str, *, seconds: float, discoveries: int
) -> dict[str, Standing]:
    """Give where all targets stand after a turn of one of them."""
    fading = 0.5 ** (1 / (MEMORY * len(standings)))
    after = {
        name: replace(standing, seconds=standing.seconds * fading, discoveries=standing.discoveries * fading)
        for name, standing in standings.items()
    }
    had = after[target]
    after[target] = Standing(had.seconds + seconds, had.discoveries + discoveries, had.left - seconds)
    return after


def shard(names: Sequence[str], *, index: int, count: int) -> list[str]:
    """Give the `index`th (from 1) of `count` disjoint parts whose union is all: every count-th name, in their order."""
    return sorted(names)[index - 1 :: count]
