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

__all__ = ["draw", "first_inputs"]


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
