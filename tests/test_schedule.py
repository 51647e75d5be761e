"""Who gets the next worker: nobody starves, and nothing is promised that is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.schedule import FLOOR, LONGEST, SHORTEST, Standing, next_slice, shard, standings_after

NAMES = st.sampled_from("abcdefgh")
STANDING = st.builds(Standing, st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.1, 1e9))
STANDINGS = st.dictionaries(NAMES, STANDING, max_size=8)


@given(STANDINGS, st.lists(NAMES, max_size=8), st.floats(-10, float("inf")), st.integers(1, 64))
def test_a_turn(standings: dict[str, Standing], running: list[str], remaining: float, workers: int) -> None:
    """A turn is for a target of the campaign, within what is left; None exactly when there is nothing to give."""
    turn = next_slice(standings, running, remaining=remaining, workers=workers)
    assert (turn is None) == (remaining <= 0 or not standings)
    if turn is None:
        return
    assert turn.target in standings
    left = standings[turn.target].left
    assert 0 < turn.seconds <= min(remaining, left, LONGEST)
    assert turn.seconds >= min(SHORTEST, remaining, left)
    assert running.count(turn.target) == min(running.count(name) for name in standings)


def _simulate(
    rates: dict[str, float], workers: int, seconds: float, left: float = float("inf")
) -> tuple[dict[str, float], float]:
    """Run a campaign of perfect workers, over targets that meet so many new behaviours a second.

    Returns:
        what each target had, and the sum of the slices handed out.
    """
    standings = {name: Standing(left=left) for name in rates}
    spent = dict.fromkeys(rates, 0.0)
    running: list[tuple[float, str, float]] = []
    now = handed = 0.0
    while True:
        while len(running) < workers:
            names = [name for _, name, _ in running]
            having = {n: s for n, s in standings.items() if s.left > 0 and (left == float("inf") or n not in names)}
            turn = next_slice(having, names, remaining=seconds - now, workers=workers)
            if turn is None:
                break
            handed += turn.seconds
            running.append((now + turn.seconds, turn.target, turn.seconds))
        if not running:
            return spent, handed
        running.sort()
        now, name, length = running.pop(0)
        spent[name] += length
        met = round(rates[name] * length)
        standings = standings_after(standings, name, seconds=length, discoveries=met)


def _dry(targets: int) -> dict[str, float]:
    return {f"t{number}": 0.0 for number in range(targets)}


@given(st.integers(1, 12), st.integers(1, 8), st.floats(1, 100_000))
def test_a_campaign(targets: int, workers: int, seconds: float) -> None:
    """The slices fill workers x time and never more; with time for all, every target gets a share."""
    spent, handed = _simulate(_dry(targets), workers, seconds)
    assert handed <= workers * seconds * (1 + 1e-9)
    if seconds * workers >= SHORTEST * targets * 2:
        assert min(spent.values()) > 0


@pytest.mark.parametrize(("targets", "workers", "seconds"), [(11, 2, 60), (11, 2, 28_800), (11, 4, 600), (3, 1, 60)])
def test_shares_are_fair(targets: int, workers: int, seconds: float) -> None:
    """Where all are dry no target has more than twice another's time, but for a turn."""
    spent, handed = _simulate(_dry(targets), workers, seconds)
    assert max(spent.values()) <= 2 * min(spent.values()) + 10
    assert handed == pytest.approx(workers * seconds)


@pytest.mark.parametrize(("targets", "workers"), [(4, 1), (10, 2), (40, 4)])
def test_a_rich_target_gets_more_and_starves_no_other(targets: int, workers: int) -> None:
    """Over a night the one that still meets new behaviour has far more than its part; the floor is the others'."""
    seconds = 28_800.0
    spent, _ = _simulate({**_dry(targets), "rich": 5.0}, workers, seconds)
    equal = workers * seconds / (targets + 1)
    assert spent["rich"] > 1.8 * equal
    others = [had for name, had in spent.items() if name != "rich"]
    assert min(others) > 0.75 * FLOOR * equal


@given(st.integers(1, 12), st.integers(1, 4), st.floats(1, 2_000))
def test_time_for_each_target_is_given_to_each_exactly(targets: int, workers: int, left: float) -> None:
    """With a time for each target and none for all, each has that and the campaign ends."""
    spent, _ = _simulate(_dry(targets), workers, float("inf"), left)
    assert all(had == pytest.approx(left) for had in spent.values())


@given(st.lists(st.text(max_size=3), unique=True, max_size=20), st.integers(1, 8))
def test_shards_are_disjoint_and_complete(names: list[str], count: int) -> None:
    """Every target is in exactly one shard, whatever the order of the names, and no shard has two more than another."""
    parts = [shard(names, index=index, count=count) for index in range(1, count + 1)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert parts == [shard(names[::-1], index=index, count=count) for index in range(1, count + 1)]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
