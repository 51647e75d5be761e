"""The chance of new behaviour: a bound that holds, and falls as nothing comes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.plateau import Discoveries


def test_nothing_is_known_before_the_first_execution() -> None:
    """No campaign ends before it has begun."""
    assert Discoveries().chance(0) == 1.0


@given(st.integers(1, 10**9))
def test_where_nothing_is_met_it_is_the_rule_of_three(executions: int) -> None:
    """3 / n of the later half (exactly 2.996 / n), within the approximation's error."""
    later = executions - executions // 2
    assert Discoveries().chance(executions) == pytest.approx(min(1.0, 2.996 / later), rel=0.02)


@pytest.mark.parametrize(("events", "bound"), [(0, 2.996), (1, 4.744), (2, 6.296), (5, 10.513), (20, 29.062)])
def test_it_is_the_poisson_bound(events: int, bound: float) -> None:
    """Against the exact quantiles of the chi-square distribution (half of that of 2(r+1) degrees at 95 %)."""
    found = Discoveries()
    for _ in range(events):
        found.note(9_000)
    assert found.chance(10_000) * 5_000 == pytest.approx(bound, rel=0.02)


def test_the_bound_holds() -> None:
    """A search whose chance falls as 20 / n is given a smaller bound than its true chance in about 5 % of cases."""
    rng = Random(7)  # noqa: S311 - a simulation
    too_small = 0
    for _ in range(400):
        found, n = Discoveries(), 0
        while (n := n + max(1, round(rng.expovariate(20 / max(n, 20))))) < 20_000:
            found.note(n)
        too_small += found.chance(20_000) < 20 / 20_000
    assert too_small <= 400 * 0.08


def test_what_was_met_long_ago_counts_no_more() -> None:
    """A rich beginning does not keep a campaign alive."""
    found = Discoveries()
    for n in range(1, 1_000):
        found.note(n)
    assert found.chance(1_000_000) == Discoveries().chance(1_000_000)
