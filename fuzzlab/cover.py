"""The smallest choice of sets with the same union."""

from __future__ import annotations

import hashlib
import heapq
from array import array
from collections.abc import Sequence

__all__ = ["cover"]


def cover(sets: Sequence[array[int]], sizes: Sequence[int], kept: Sequence[bool]) -> list[int]:
    """Choose sets whose union is that of all: those that are kept anyway, and few and small others.

    Greedy: what adds most comes first, the smaller of equals, the earlier of those. Nobody knows a way to the smallest
    cover that is not exponential; greedy is within ln(n) of it, and what the later ones made superfluous goes again.

    Args:
        sets: numbers, ascending, each once in a set.
        sizes: what a set costs, the tie-breaker.
        kept: which sets are in the cover whatever they hold.

    Returns:
        indexes, ascending.
    """
    times = _Times(1 + max((max(numbers, default=-1) for numbers in sets), default=-1))
    chosen = [index for index, is_kept in enumerate(kept) if is_kept]
    for index in chosen:
        times.add(sets[index])

    # Of equal sets only the smallest can ever be chosen, and a large corpus is full of equal ones.
    best: dict[bytes, int] = {}
    for index in sorted(range(len(sets)), key=lambda i: (sizes[i], i)):
        if not kept[index]:
            best.setdefault(hashlib.blake2b(sets[index], digest_size=16).digest(), index)
    # What a set adds only falls as others are chosen, so one that still adds what it promised is the best there is.
    heap = [(-times.new(sets[i]), sizes[i], i) for i in best.values()]
    heapq.heapify(heap)
    added = []
    while heap and heap[0][0] < 0:
        promised, size, index = heapq.heappop(heap)
        adds = times.new(sets[index])
        if adds == -promised:
            times.add(sets[index])
            added.append(index)
        elif adds:
            heapq.heappush(heap, (-adds, size, index))

    for index in sorted(added, key=lambda i: (-sizes[i], i)):
        if times.can_spare(sets[index]):
            times.add(sets[index], -1)
        else:
            chosen.append(index)
    return sorted(chosen)


class _Times:
    """How many of the chosen sets hold each number."""

    def __init__(self, numbers: int) -> None:
        self._times = [0] * numbers

    def add(self, numbers: array[int], count: int = 1) -> None:
        times = self._times
        for number in numbers:
            times[number] += count

    def new(self, numbers: array[int]) -> int:
        return len(numbers) - sum(map(bool, map(self._times.__getitem__, numbers)))

    def can_spare(self, numbers: array[int]) -> bool:
        return 1 not in map(self._times.__getitem__, numbers)
