"""Documents a second from a schema: compiled, and by hypothesis-jsonschema alone, in Hypothesis and as first corpus."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Annotated, Any, Literal

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel, Field

from ci.benchmarks.measure import Bar, Measure
from fuzzlab import formats
from fuzzlab.documents import SEEDS, blueprint, valid_documents
from fuzzlab.examples import first_inputs
from fuzzlab.formats import Format
from fuzzlab.narrowing import fallback
from fuzzlab.schemas import as_schema
from targets import vendor_catalogue, vendor_order

__all__ = ["schemas"]

BAR = Bar(1000, at_least=True)
"""Documents a second."""

FASTER = Bar(1, at_least=True)
"""No schema is slower than hypothesis-jsonschema was, on the same narrowed schema."""

SECONDS = 1.0
"""That one contestant runs in one round."""

COUNT = 2000
"""Documents at the most in one round: a night's property tests have as many."""

GATES = 5
"""Draws of a whole document that the slow one gets at least: it makes ten in a second."""


class _Tree(BaseModel):
    name: str
    children: list[_Tree] = []


class _Card(BaseModel):
    kind: Literal["card"]
    number: Annotated[str, Field(pattern=r"^[0-9]{12,19}$")]


class _Wallet(BaseModel):
    kind: Literal["wallet"]
    owner: Annotated[str, Field(min_length=1, max_length=64)]


class _Payment(BaseModel):
    by: Annotated[_Card | _Wallet, Field(discriminator="kind")]
    tags: dict[str, int] = {}


MODELS: dict[str, Any] = {
    "vendor_order": vendor_order.Order,
    "vendor_catalogue": vendor_catalogue.SCHEMA,
    "a recursive model": _Tree,
    "a union by tag": _Payment,
}


def schemas(rounds: int) -> Iterator[Measure]:
    """Let the contestants take turns on each model."""
    for name, model in MODELS.items():
        definition = as_schema(model)
        contestants: dict[str, Callable[[int], float]] = {
            "documents": _by_itself(definition),
            "documents in Hypothesis": _in_hypothesis(valid_documents(definition)),
            "inputs, half of them broken": _in_hypothesis(formats.json(model).strategy()),
            "a first corpus": _first_corpus(formats.json(model)),
            "Hypothesis, a number alone": _in_hypothesis(st.integers(0, SEEDS - 1)),
            "hypothesis-jsonschema": _in_hypothesis(_as_it_was(definition)),
        }
        samples: dict[str, list[float]] = {title: [] for title in contestants}
        for number in range(rounds):
            for title, run in contestants.items():
                samples[title].append(run(number))
        for title, rates in samples.items():
            bar = None if title.lower().startswith("hypothesis") else BAR
            yield Measure(f"{name}: {title}", "1/s", tuple(rates), bar)
        pairs = zip(samples["documents in Hypothesis"], samples["hypothesis-jsonschema"], strict=True)
        yield Measure(f"{name}: compiled to alone", "x", tuple(ours / theirs for ours, theirs in pairs), FASTER)


def _as_it_was(definition: Mapping[str, Any]) -> SearchStrategy[Any]:
    return fallback(definition, definition)


class _Enough(Exception):
    """The time is up."""


def _in_hypothesis(strategy: SearchStrategy[Any]) -> Callable[[int], float]:
    def run(number: int) -> float:
        began = time.perf_counter()
        made = 0

        def example(_: Any) -> None:
            nonlocal made
            made += 1
            if made >= GATES and time.perf_counter() - began > SECONDS:
                raise _Enough

        quiet = settings(
            max_examples=COUNT,
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        with contextlib.suppress(_Enough):
            seed(number)(quiet(given(strategy)(example)))()
        return made / (time.perf_counter() - began)

    return run


def _by_itself(definition: Mapping[str, Any]) -> Callable[[int], float]:
    plan = blueprint(definition)

    def run(number: int) -> float:
        rng = Random(number)  # noqa: S311 - a search, not a secret
        began = time.perf_counter()
        for _ in range(COUNT):
            plan.document(rng)
        return COUNT / (time.perf_counter() - began)

    return run


def _first_corpus(form: Format[Any]) -> Callable[[int], float]:
    def run(number: int) -> float:
        began = time.perf_counter()
        made = first_inputs(form, count=COUNT, seed=number, seconds=SECONDS)
        return len(made) / (time.perf_counter() - began)

    return run
