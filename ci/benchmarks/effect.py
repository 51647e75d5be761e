"""How two samples of times differ: the Vargha-Delaney effect size.

Source: A. Vargha and H. D. Delaney, "A Critique and Improvement of the CL Common Language Effect Size Statistics of
McGraw and Wong", 2000; used for fuzzers as in Klees et al., "Evaluating Fuzz Testing", 2018.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

__all__ = ["MISS", "a12", "median"]

MISS = math.inf
"""The time of a trial that did not find it: longer than any, and as long as another miss."""


def a12(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Give the chance that a time of ours is shorter than one of theirs, a tie counting half."""
    wins = sum((mine < other) + (mine == other) / 2 for mine in ours for other in theirs)
    return wins / (len(ours) * len(theirs))


def median(times: Sequence[float]) -> float:
    """Give the median time; MISS where half of the trials or more missed."""
    return statistics.median_high(times)
