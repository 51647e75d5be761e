"""Who gets the next worker: nobody starves, and nothing is promised that is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.schedule import LONGEST, SHORTEST, next_slice

NAMES = st.sampled_from("abcdefgh")
SPENT = st.dictionaries(NAMES, st.floats(0, 1e6), max_size=8)


@given(SPENT, st.lists(NAMES, max_size=8), st.floats(-10, 1e6), st.integers(1, 64))
def test_a_turn(spent: dict[str, float], running: list[str], remaining: float, workers: int) -> None:
    """A turn is for a target of the campaign, within what is left; None exactly when there is nothing to give."""
    turn = next_slice(spent, running, remaining=remaining, workers=workers)
    assert (turn is None) == (remaining <= 0 or not spent)
    if turn is None:
        return
    assert turn.target in spent
    assert 0 < turn.seconds <= min(remaining, LONGEST)
    assert turn.seconds >= min(SHORTEST, remaining)
    assert running.count(turn.target) == min(running.count(name) for name in spent)


def _simulate(targets: int, workers: int, seconds: float) -> tuple[dict[str, float], float]:
    """Run a campaign of perfect workers; give what each target had, and the sum of the slices handed out."""
    spent = {f"t{number}": 0.0 for number in range(targets)}
    running: list[tuple[float, str, float]] = []
    now = handed = 0.0
    while True:
        while len(running) < workers:
            names = [name for _, name, _ in running]
            turn = next_slice(spent, names, remaining=seconds - now, workers=workers)
            if turn is None:
                break
            handed += turn.seconds
            running.append((now + turn.seconds, turn.target, turn.seconds))
        if not running:
            return spent, handed
        running.sort()
        now, name, length = running.pop(0)
        spent[name] += length


@given(st.integers(1, 12), st.integers(1, 8), st.floats(1, 100_000))
def test_a_campaign(targets: int, workers: int, seconds: float) -> None:
    """The slices fill workers x time and never more; with time for all, every target gets a share."""
    spent, handed = _simulate(targets, workers, seconds)
    assert handed <= workers * seconds * (1 + 1e-9)
    if seconds * workers >= SHORTEST * targets * 2:
        assert min(spent.values()) > 0


@pytest.mark.parametrize(("targets", "workers", "seconds"), [(11, 2, 60), (11, 2, 28_800), (11, 4, 600), (3, 1, 60)])
def test_shares_are_fair(targets: int, workers: int, seconds: float) -> None:
    """No target has more than twice another's time."""
    spent, handed = _simulate(targets, workers, seconds)
    assert max(spent.values()) <= 2 * min(spent.values()) + SHORTEST
    assert handed == pytest.approx(workers * seconds)
