"""What change of an ordinary input causes a finding: one drift of a recorded one, named.

Triage leaves the smallest input, which shows where a parser breaks and not how such an input comes about. Here it is
the other way round: each recorded input that the target accepts goes through its format's drifts, one at a time, until
one shows the same failure. It holds for findings of every engine, for it asks the target and not the engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any, Final

from fuzzlab.formats import Format
from fuzzlab.triage import Bench
from fuzzlab.verdict import Finding, Outcome

__all__ = ["MOST_RECORDED", "cause"]

MOST_RECORDED: Final = 8
"""Recorded inputs whose drifts are tried: seeds of one target mostly have the same fields."""

MOST_SAMPLES: Final = 64
"""Inputs made of the schema where nothing is recorded, until MOST_RECORDED of them are accepted."""

MOST_TRIED: Final = 3000
CAUSE_SECONDS: Final = 5.0
"""Executions, and seconds, that a cause may take; of a fast parser the first are a fifth of a second."""


def cause(
    finding: Finding,
    bench: Bench,
    form: Format[Any],
    recorded: Iterable[bytes],
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> str:
    """Name the drift that makes an accepted input fail as this finding does, and its place; or the empty string.

    A finding that costs a second or a worker each time is not looked into.
    """
    if not finding.deterministic or finding.verdict.outcome.is_costly:
        return ""
    end = time.monotonic() + CAUSE_SECONDS
    left = MOST_TRIED
    for data in islice(_accepted([*recorded] or _samples(form), bench), MOST_RECORDED):
        for name, changed in form.drifts(data):
            if should_stop() or not left or time.monotonic() > end:
                return ""
            if len(changed) <= form.max_size and changed != data:
                left -= 1
                if bench.verdict(changed).signature == finding.signature:
                    return name
    return ""


def _samples(form: Format[Any]) -> Iterator[bytes]:
    """Make inputs of the schema, the same ones each time."""
    rng = Random(0)  # noqa: S311 - a search, not a secret
    for _ in range(MOST_SAMPLES):
        if (data := form.sample(rng)) is None:
            return
        yield data


def _accepted(inputs: Iterable[bytes], bench: Bench) -> Iterator[bytes]:
    return (data for data in inputs if bench.verdict(data).outcome is Outcome.ACCEPTED)
