"""Inputs drawn from a strategy without a test around them."""

from __future__ import annotations

import time

from hypothesis import strategies as st

from fuzzlab.examples import draw


def test_the_same_seed_draws_the_same() -> None:
    """Distinct inputs, as many as were asked for, and others for another seed."""
    strategy = st.binary(min_size=4, max_size=8)
    first = draw(strategy, count=50, seed=1, seconds=60)
    assert first == draw(strategy, count=50, seed=1, seconds=60)
    assert first != draw(strategy, count=50, seed=2, seconds=60)
    assert len(first) == len(set(first)) <= 50
    assert len(first) > 25


def test_it_stops() -> None:
    """Few values, an empty strategy and a slow one end."""
    assert draw(st.just(b"x"), count=50, seed=1, seconds=60) == [b"x"]
    assert draw(st.nothing(), count=50, seed=1, seconds=60) == []
    slow = st.binary().map(lambda data: time.sleep(0.05) or data)  # type: ignore[func-returns-value]  # None is the point
    began = time.monotonic()
    assert draw(slow, count=10_000, seed=1, seconds=0.3)
    assert time.monotonic() - began < 10
