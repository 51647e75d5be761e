"""The choice of sets: the same union, what must stay, and nothing superfluous."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.cover import cover

SETS = st.lists(st.tuples(st.sets(st.integers(0, 12)), st.integers(0, 5), st.booleans()), max_size=12)


def _cover(sets: list[set[int]], sizes: list[int], kept: list[bool]) -> list[int]:
    return cover([array("I", sorted(numbers)) for numbers in sets], sizes, kept)


@given(SETS)
def test_it_is_a_cover_without_anything_superfluous(rows: list[tuple[set[int], int, bool]]) -> None:
    """The union is that of all; what is kept is there; of the rest, each holds what no other one of the cover does."""
    sets, sizes, kept = [s for s, _, _ in rows], [n for _, n, _ in rows], [k for _, _, k in rows]
    chosen = _cover(sets, sizes, kept)
    assert chosen == sorted(set(chosen))
    assert {i for i, is_kept in enumerate(kept) if is_kept} <= set(chosen)
    assert set().union(*(sets[i] for i in chosen)) == set().union(*sets)
    for i in chosen:
        others = set().union(*(sets[j] for j in chosen if j != i))
        assert kept[i] or not sets[i] <= others


@given(SETS)
def test_it_is_idempotent(rows: list[tuple[set[int], int, bool]]) -> None:
    """The cover of a cover is itself."""
    sets, sizes, kept = [s for s, _, _ in rows], [n for _, n, _ in rows], [k for _, _, k in rows]
    chosen = _cover(sets, sizes, kept)
    again = _cover([sets[i] for i in chosen], [sizes[i] for i in chosen], [kept[i] for i in chosen])
    assert again == list(range(len(chosen)))


@pytest.mark.parametrize(
    ("sets", "sizes", "kept", "chosen"),
    [
        ([], [], [], []),
        ([set()], [1], [False], []),
        ([set()], [1], [True], [0]),
        ([{1}, {1, 2}, {2}], [1, 9, 1], [False] * 3, [1]),  # fewest first, then bytes
        ([{1, 2}, {1, 2}, {1, 2}], [3, 1, 1], [False] * 3, [1]),
        ([{1, 2}, {2, 3}], [1, 1], [True, False], [0, 1]),
        ([{1, 2}, {2}], [1, 1], [True, False], [0]),
        ([{1, 2, 3, 4}, {1, 2, 5}, {3, 4, 6}], [1, 1, 1], [False] * 3, [1, 2]),  # what greedy took first goes again
    ],
)
def test_small_ones(sets: list[set[int]], sizes: list[int], kept: list[bool], chosen: list[int]) -> None:
    """The smallest cover by hand."""
    assert _cover(sets, sizes, kept) == chosen
