"""How likely the next execution is to meet new behaviour: when a campaign may stop."""

from __future__ import annotations

import math
from collections import deque

__all__ = ["Discoveries"]

CONFIDENCE = 1.645
"""The normal distribution's quantile of 95 %."""


class Discoveries:
    """When new behaviour was met, counted in executions.

    The estimate is the upper 95 % bound of a Poisson rate (Garwood 1936, through the approximation of the chi-square
    quantile by Wilson and Hilferty, 1931) over the later half of all executions. Where that half met nothing it is the
    rule of three, 3 / n (Hanley and Lippman-Hand, 1983). A search meets less and less, so what half of it met is no too
    small a guess for what comes next. The estimator of Good and Turing (1953; for fuzzing: Böhme, STADS, 2018) would
    need how often each behaviour was met, which libFuzzer does not tell.
    """

    def __init__(self) -> None:
        self._met: deque[int] = deque()

    def note(self, executions: int) -> None:
        """New behaviour was met after so many executions."""
        self._met.append(executions)

    def chance(self, executions: int) -> float:
        """Give the bound of the chance of new behaviour an execution, after so many of them; 1.0 before the first."""
        if executions <= 0:
            return 1.0
        begin = executions // 2
        while self._met and self._met[0] < begin:
            self._met.popleft()
        return min(1.0, _upper(len(self._met)) / (executions - begin))


def _upper(events: int) -> float:
    """Give the upper 95 % bound of a Poisson distribution's mean of which `events` were seen."""
    degrees = 2 * (events + 1)
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + CONFIDENCE * math.sqrt(spread)) ** 3 / 2)
