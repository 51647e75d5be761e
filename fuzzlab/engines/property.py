"""Hypothesis makes the inputs, a worker runs them, and every bug found is shrunk before the search goes on.

Hypothesis stops at its first failure; here a signature that was found is masked and the search goes on with what is
left of its examples. Nothing of Hypothesis's own formats is stored: a finding is bytes.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from random import Random
from typing import TYPE_CHECKING, Any

from fuzzlab import nastiness
from fuzzlab.engines import Runner
from fuzzlab.errors import FuzzlabError
from fuzzlab.formats import Format
from fuzzlab.lazy import LazyModule
from fuzzlab.target import Target
from fuzzlab.verdict import Verdict

if TYPE_CHECKING:
    import hypothesis
    from hypothesis import strategies as st
else:
    hypothesis = LazyModule("hypothesis")
    st = LazyModule("hypothesis.strategies")

__all__ = ["Failure", "check"]

ROUND = 10_000
"""Examples of one run of Hypothesis where only the time ends the search: it remembers each, to try none twice."""

NAMED_SHARE = 2
"""Inputs at the most that have a name for each example, which they cost a fraction of: ten examples shall be quick."""

MOST_COSTLY = 3
"""Hangs and deaths after which the rest of it is left to the examples: what the ordinary input does, all of it may do,
at a second or a worker each."""

NAMED = -1
"""The number of the round in which nothing is left to Hypothesis."""

MUTATIONS = 4
"""Changes at the most that turn a seed into an example: one place wrong, or a few."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that broke the contract, shrunk where that is cheap, and how long it took to meet the bug."""

    data: bytes
    verdict: Verdict
    first_size: int
    executions: int


class _Broken(Exception):
    """Tells Hypothesis that the example in hand fails."""


class _TimeUp(BaseException):
    """Ends a round at once; anything that Hypothesis took for a failure of the example, it would shrink."""


@dataclass(slots=True)
class _Search:
    """One target's search over several rounds of Hypothesis; a round ends with its first new cheap failure."""

    runner: Runner
    deadline: float = math.inf
    found: dict[str, Failure] = field(default_factory=dict)
    examples: int = 0
    wanted: str = ""
    failure: FuzzlabError | None = None

    def example(self, data: bytes) -> None:
        """Try one input; raise for Hypothesis where it shows the bug of this round."""
        if not self.wanted:
            if time.monotonic() >= self.deadline:
                raise _TimeUp
            self.examples += 1
        try:
            verdict = self.runner.verdict(data)
        except FuzzlabError as error:  # Hypothesis would try again, and call it flaky
            self.failure = error
            raise _Broken from error
        if not verdict.outcome.is_violation:
            return
        signature = verdict.signature
        known = self.found.get(signature)
        if known is None:
            self.found[signature] = Failure(data, verdict, len(data), self.runner.executions)
            # To see a hang again takes a second, a death takes a worker: triage minimises those, within bounds.
            if self.wanted or verdict.outcome.is_costly:
                return
            self.wanted = signature
        elif signature != self.wanted:
            return
        elif (len(data), data) <= (len(known.data), known.data):
            self.found[signature] = Failure(data, verdict, known.first_size, known.executions)
        raise _Broken


def check(
    target: Target, runner: Runner, *, seeds: Sequence[bytes], examples: int | None, seed: int | None,
    seconds: float = math.inf,
) -> Iterator[Failure]:  # fmt: skip
    """Try `examples` inputs; yield each bug once, shrunk.

    Args:
        target: what is tested.
        runner: where it runs.
        seeds: ordinary inputs, which half of the examples are mutations of.
        examples: how many inputs to make, None for as many as the time allows; shrinking is not counted.
        seed: None makes the same inputs each time (a pull request must not flake), a number others.
        seconds: after which no more are made; a bug that is being shrunk is shrunk to the end.
    """
    search = _Search(runner, deadline=time.monotonic() + seconds)
    target.format.fit(seeds)
    yield from _named(search, target, seeds, examples, _seed(target.name, seed, NAMED))
    strategy = _inputs(target.format, seeds)
    round_number = 0
    reported = set(search.found)
    while (left := ROUND if examples is None else examples - search.examples) > 0:
        before = search.examples
        search.wanted = ""
        is_over = _round(search, strategy, left, _seed(target.name, seed, round_number))
        round_number += 1
        for data, verdict in runner.late:
            search.found.setdefault(verdict.signature, Failure(data, verdict, len(data), runner.executions))
        runner.late.clear()
        for signature, failure in search.found.items():
            if signature not in reported:
                reported.add(signature)
                yield failure
        tried = search.examples - before
        if is_over or tried == 0 or (tried < left and not search.wanted):
            return  # the time is up, or Hypothesis has nothing more to try


def _named(
    search: _Search, target: Target, seeds: Sequence[bytes], examples: int | None, seed: int
) -> Iterator[Failure]:
    """Try what has a name, done to an ordinary input, then some with one part exchanged, beside the examples."""
    form, runner, rng = target.format, search.runner, Random(seed)  # noqa: S311 - a search, not a secret
    bases = nastiness.ordinary(seeds)[-1:]
    inputs = [*nastiness.small(form, bases, rng), *nastiness.large(form, bases, rng)]
    if examples is not None and len(inputs) > (most := NAMED_SHARE * examples):
        inputs = [inputs[at] for at in sorted(rng.sample(range(len(inputs)), most))]
    exchanged = islice(form.exchanges(nastiness.several(seeds)), None if examples is None else NAMED_SHARE * examples)
    costly = 0
    for data in chain(inputs, exchanged):  # one by one: without a number of examples there are 20,000
        verdict = runner.verdict(data)
        if verdict.outcome.is_violation and (signature := verdict.signature) not in search.found:
            search.found[signature] = failure = Failure(data, verdict, len(data), runner.executions)
            yield failure
        costly += verdict.outcome.is_costly
        if costly == MOST_COSTLY or time.monotonic() > search.deadline:
            return


def _round(search: _Search, strategy: st.SearchStrategy[bytes], examples: int, seed: int) -> bool:
    """Let Hypothesis look for one bug; say whether the time is up."""
    options: dict[str, Any] = {
        "max_examples": examples,
        "phases": (hypothesis.Phase.generate, hypothesis.Phase.shrink),
        "database": None,
        "deadline": None,
        "report_multiple_bugs": False,
        "suppress_health_check": list(hypothesis.HealthCheck),
        "verbosity": hypothesis.Verbosity.quiet,
        "print_blob": False,
    }

    def example(data: bytes) -> None:
        search.example(data)

    test = hypothesis.seed(seed)(hypothesis.settings(**options)(hypothesis.given(strategy)(example)))
    try:
        test()
    except _Broken:
        pass
    except _TimeUp:
        return True
    except (hypothesis.errors.Flaky, hypothesis.errors.FlakyFailure):
        pass  # the target answers differently each time: triage will say so
    except AssertionError as error:
        # Ctrl-C in the middle of Hypothesis's own start: what it holds to be impossible then comes out instead.
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    if search.failure is not None:
        raise search.failure
    return False


def _inputs(form: Format[Any], seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Half fresh examples of the format, half seeds changed in a few places.

    The changes draw from a source of their own: Hypothesis's likes small numbers, and takes the first mutators
    most.
    """
    fresh = form.strategy()
    if not seeds:
        return fresh

    def change(args: tuple[bytes, int, Random]) -> bytes:
        data, times, rng = args
        form.forget()  # or the same draws would make another input the next time, which Hypothesis calls flaky
        for _ in range(times):
            data = form.mutate(data, rng, form.max_size) or data
        return data

    changed = st.tuples(
        st.sampled_from(list(seeds)), st.integers(0, MUTATIONS), st.binary(min_size=8, max_size=8).map(Random)
    ).map(change)  # fmt: skip
    # Not one_of, which takes strategies apart: of a format with ten kinds of examples each would be as likely as seeds.
    return st.booleans().flatmap(lambda of_seed: changed if of_seed else fresh)


def _seed(name: str, seed: int | None, round_number: int) -> int:
    text = f"{name} {seed} {round_number}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
