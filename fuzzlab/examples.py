"""Inputs drawn from a strategy without a test around them."""

from __future__ import annotations

import contextlib
import time
from random import Random
from typing import TYPE_CHECKING, Any

from fuzzlab.formats import Format
from fuzzlab.lazy import LazyModule

if TYPE_CHECKING:
    import hypothesis
    from hypothesis.strategies import SearchStrategy
else:
    hypothesis = LazyModule("hypothesis")

__all__ = ["EXAMPLES", "draw", "first_inputs", "further", "openers"]


EXAMPLES = 200
"""Examples of the format's strategy in a target's first corpus."""

LONG = 768
LONG_EXAMPLES = 8
"""Examples of more than LONG bytes (a run of 200 zero-width joiners has fewer) in the first corpus: some, for deep
nesting and long runs are found in no other way so soon; few, for their cost comes back whenever they are mutated."""

BATCH = 32
BATCH_SECONDS = 0.25
"""Further examples are drawn so many at once, and no longer: the worker makes no executions meanwhile."""


class _Enough(Exception):
    """The time is up."""


def draw(strategy: SearchStrategy[bytes], *, count: int, seed: int, seconds: float) -> list[bytes]:
    """Give up to `count` distinct inputs, the same ones for the same seed, and stop after `seconds`.

    A strategy may be slow (hypothesis-jsonschema makes 10 to 190 documents a second): the time limit ends it then.
    """
    found: dict[bytes, None] = {}
    end = time.monotonic() + seconds

    def collect(data: bytes) -> None:
        found[data] = None
        if time.monotonic() > end:
            raise _Enough

    options: dict[str, Any] = {
        "max_examples": count,
        "phases": (hypothesis.Phase.generate,),
        "database": None,
        "deadline": None,
        "suppress_health_check": list(hypothesis.HealthCheck),
        "verbosity": hypothesis.Verbosity.quiet,
    }
    test = hypothesis.seed(seed)(hypothesis.settings(**options)(hypothesis.given(strategy)(collect)))
    with contextlib.suppress(_Enough, hypothesis.errors.HypothesisException):  # what was drawn by then is good enough
        test()
    return list(found)


def first_inputs(form: Format[Any], *, count: int, seed: int, seconds: float) -> list[bytes]:
    """Give up to `count` distinct inputs of a format, without Hypothesis where it can do without; otherwise `draw`."""
    rng = Random(seed)  # noqa: S311 - a search, not a secret
    if form.sample(rng) is None:
        return draw(form.strategy(), count=count, seed=seed, seconds=seconds)
    found: dict[bytes, None] = {}
    end = time.monotonic() + seconds
    for _ in range(count):
        if (data := form.sample(rng)) is not None:
            found[data] = None
        if time.monotonic() > end:
            break
    return list(found)


def openers(form: Format[Any], *, seed: int, seconds: float) -> list[bytes]:
    """Give the examples of a first corpus: EXAMPLES at the most, of which some are long."""
    long_ones, kept = 0, []
    for data in first_inputs(form, count=EXAMPLES, seed=seed, seconds=seconds):
        long_ones += len(data) > LONG
        if len(data) <= LONG or long_ones <= LONG_EXAMPLES:
            kept.append(data)
    return kept


def further(form: Format[Any], *, seed: int) -> list[bytes]:
    """Give a batch of examples later on, none of them long."""
    drawn = first_inputs(form, count=BATCH, seed=seed, seconds=BATCH_SECONDS)
    return [data for data in drawn if len(data) <= LONG]
