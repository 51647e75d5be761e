"""How the next input is made: blindly, with words of the code, by the structure of the format, or afresh.

What pays differs between targets by orders of magnitude, so it is learned: each **arm** gets a share of the time in
proportion to what it earned per second. libFuzzer says what paid without being asked: it mutates one input five times
in a row, each time what came out last, and breaks off where an output reached something new.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Any, Final

from fuzzlab import nastiness
from fuzzlab.feedback import Feedback
from fuzzlab.formats import ByteMutation, Format

__all__ = ["ALL_TRIED", "MUTATE_DEPTH", "Mix", "Share"]

MUTATE_DEPTH: Final = 5
"""libFuzzer's mutations in a row of one input; its own default. The last one's success cannot be seen."""

Mutate = Callable[[bytes, int, int], bytes]
"""(input, max_size, a random number) -> another input: libFuzzer's custom mutator."""

Executed = Callable[[bytes, bool], None]
"""(input, whether it was accepted): told of each execution."""

BYTES, WORDS, STRUCTURE, ACCEPTED, FRESH, IN_TURN = range(6)
NONE_YET: Final = -1
"""While the first corpus runs nothing was made yet."""
NOT_RUN: Final = -2

PRIOR: Final = {
    "raw": (0.85, 0.06, 0.04, 0.04, 0.01),
    "text": (0.82, 0.06, 0.06, 0.05, 0.01),
}
"""Shares of the time before anything is known. libFuzzer's mutations are at home in bytes, and in text: on toml 0.10.2
half of ours found 5 bugs in 16 s, a twentieth 6 or 7, at twice the executions, because the inputs stay short."""

PRIOR_DEFAULT: Final = (0.1, 0.15, 0.25, 0.48, 0.02)
"""Where inputs are documents, blind mutations die at the first delimiter; without any, the search misses what no author
of mutators thought of."""

PRIOR_WEIGHT: Final = 16.0
"""Rewards that the prior is worth: a few lucky inputs must not turn it over."""

FLOOR: Final = 0.01
"""Of the time, for each arm: what does not pay now may pay later, and nothing else would tell."""

MEMORY: Final = 128.0
"""Rewards after which the first one has lost two thirds of its weight. Early ones are cheap and plenty for all."""

LEARN_EVERY: Final = 512
"""Executions between two looks at what was earned."""

NEW_REFUSAL: Final = 1 / 16
NEW_RESULT: Final = 1 / 2
"""What an input is worth that was only refused in a new way, or gave a new kind of result, against one that reached new
code. There are many ways to be refused, and behind none of them lies the code that trusts what was accepted."""

SHORTER: Final = 1 / 8
"""What an output shorter than what libFuzzer chose is worth: mostly it only takes its place."""

GROWTH: Final = (16, 16, 16, 16, 64, 64, 256, 1024)
"""Bytes that one step may add, picked at random by three bits. With a custom mutator libFuzzer's own gradual growth is
off, and its insertions and crossovers fill whatever room there is: inputs soon have a thousand times the length, and
the cost."""

BOLD: Final = 0xF00
"""Bits of a random number: one in sixteen of the format's mutations may use all the room there is, for nesting and long
runs are among what a format is good at, and nothing else gets there in one step. With one in four, and a learned share,
toml's corpus grew so long that executions took twice the time."""

STACKED: Final = 4
"""Mutations of the format on top of each other at the most, as libFuzzer stacks up to five of its own."""

WORDS_IN_ACCEPTED: Final = 1 / 3
"""Share of words among the changes to accepted inputs."""

SINGLE: Final = 3 / 4
"""Share of accepted inputs that are changed in one place: of changes in two places few are still accepted."""

POOL: Final = 256
"""Accepted inputs kept to be changed again; when it is full, a random one makes room."""

POOL_LARGEST: Final = 1024
SLOW: Final = 2.0
SHORT: Final = 256
DRAWS: Final = 2
"""Bytes of an input in it, how many times the usual it may take, beyond how many bytes a shorter one is looked for, and
how often: what is large or slow makes all that comes of it so. Among short ones the longer are as good: a document that
has the property in question is not the shortest."""


IN_TURN_EVERY: Final = 2
"""Inputs for each of those that are tried in turn, to begin with: what breaks a byte away from a seed is as near."""

ALL_TRIED: Final = 1 << 32
"""More than there ever are of inputs that are tried in turn."""

EARLY: Final = 8
"""Inputs for each of the first examples, until those are used up: with seeds, what is close to those comes first."""

NEAR: Final = 256
"""Rows of mutations after which every second one begins with a seed and not with what libFuzzer has chosen; after n
times as many it is one of n + 1. What breaks a byte away from an ordinary input should not wait for the corpus that the
first thousand inputs make."""

FRESH_PART, FRESH_LEAST = 0.05, 0.25
"""Of the time, and seconds that a batch is taken to cost before one was drawn. The first draw takes a second on a busy
machine, in which nothing is executed, and the first corpus has examples already: five seconds go by without another."""


class Share:
    """The bandit: shares of the time for arms, by what each has earned per second so far."""

    def __init__(self, prior: tuple[float, ...]) -> None:
        self.enabled = [share > 0 for share in prior]
        self._prior = [share**0.5 for share in prior]
        self._earned = [0.0] * len(prior)
        self._spent = [0.0] * len(prior)
        self._pulls = [0.0] * len(prior)

    def note(self, arm: int, *, cost: int, reward: float) -> None:
        """Count one pull of an arm: nanoseconds that it took, and what it earned."""
        self._spent[arm] += cost
        self._pulls[arm] += 1
        if reward:
            keep = 1 - reward / MEMORY
            for sums in (self._earned, self._spent, self._pulls):
                sums[:] = [keep * each for each in sums]
            self._earned[arm] += reward

    def shares(self) -> list[float]:
        """Give each arm's share of the time: a floor, and the rest by the square of what it earns per second."""
        arms = [arm for arm, enabled in enumerate(self.enabled) if enabled]
        # What an arm would have earned in its time if it paid as all do together; the prior counts as evidence.
        average = sum(self._earned) / (sum(self._spent) or 1.0)
        scale, even = PRIOR_WEIGHT / sum(self._prior[arm] for arm in arms), PRIOR_WEIGHT / len(arms)
        rates = {
            arm: ((self._earned[arm] + scale * self._prior[arm]) / (self._spent[arm] * average + even)) ** 2
            for arm in arms
        }
        total = sum(rates.values())
        free = 1 - FLOOR * len(arms)
        return [FLOOR + free * rates[arm] / total if arm in rates else 0.0 for arm in range(len(self.enabled))]

    def chances(self) -> list[float]:
        """Give the chance of each arm to be pulled: its share of the time over what a pull of it takes."""
        average = sum(self._spent) / (sum(self._pulls) or 1.0) or 1.0
        # An arm hardly pulled so far is taken to cost what all do.
        costs = [(spent + average) / (pulls + 1) for spent, pulls in zip(self._spent, self._pulls, strict=True)]
        weights = [share / cost for share, cost in zip(self.shares(), costs, strict=True)]
        return [weight / sum(weights) for weight in weights]


class Mix:
    """One target's custom mutator, and what it has learned."""

    def __init__(
        self,
        form: Format[Any],
        rng: Random,
        *,
        feedback: Feedback,
        blind: ByteMutation,
        fresh: Callable[[], list[bytes]],
        recorded: Sequence[bytes] | None = None,
        tried: int = 0,
        told: Callable[[int], None] = lambda _: None,
        examples: Sequence[bytes] = (),
        seeds: Sequence[bytes] = (),
    ) -> None:
        """Prepare one.

        Args:
            form: of the target's input.
            rng: of all choices.
            feedback: knows whether an input showed something new that is no branch.
            blind: libFuzzer's own mutation.
            fresh: gives batches of examples of the format's strategy, an empty one when there are no more.
            recorded: ordinary inputs, of which much is tried in turn first; those of the first corpus that were
                accepted where it is empty, and none where it is None.
            tried: how many of these were before.
            told: of how many are.
            examples: to be tried early, one in every EARLY inputs.
            seeds: ordinary inputs, mutated more often than others to begin with.
        """
        self.share = Share(PRIOR.get(form.name, PRIOR_DEFAULT))
        self.share.enabled[WORDS] = bool(form.words)
        self.accepted: list[bytes] = []
        self._form = form
        self._feedback = feedback
        self._rng = rng
        self.blind = blind
        self._fresh = fresh
        self._recorded, self._tried, self._told = recorded, tried, told
        self._turns = nastiness.in_turn(form, recorded, rng) if recorded else None
        self._batch: list[bytes] = sorted(examples, key=len, reverse=True)  # taken from the end
        self._early = len(self._batch)
        self._seeds = list(seeds)
        self._rows = 0
        self._began = time.perf_counter()
        self._drawing = FRESH_LEAST
        self._ways: tuple[Callable[[bytes, int, int], bytes | None], ...] = (
            self._bytes,
            self._words,
            self._structure,
            self._accepted,
            self._example,
        )

    def mutator(self) -> tuple[Mutate, Executed]:  # noqa: C901, PLR0915 - the hot path is one function
        """Give libFuzzer's custom mutator, and what to call after each execution."""
        clock, share, random, ways, blind = time.perf_counter_ns, self.share, self._rng.random, self._ways, self._bytes
        feedback = self._feedback
        limits = list(accumulate(share.chances()))
        last, early = len(ways) - 1, self._early
        out, arm, step, good, size = b"", NONE_YET, 1, False, 0
        began = made = clock()
        left = LEARN_EVERY
        in_turn = self._in_turn()
        usual = 0.0  # grows from nothing: what is found first, by whatever arm, counts little

        def executed(data: bytes, accepted: bool) -> None:  # noqa: FBT001 - called once an execution
            nonlocal good
            if data == out:  # and not what another worker found, which is read in between
                good = accepted
            if accepted and arm == NONE_YET:
                self.keep(data)

        def mutate(data: bytes, max_size: int, seed: int) -> bytes:  # noqa: C901, PLR0912 - as above
            nonlocal out, arm, step, began, made, left, usual, size, early
            now = clock()
            if arm >= 0:
                goes_on = data == out
                if goes_on or step < MUTATE_DEPTH:
                    took = now - made
                    usual += (took - usual) / LEARN_EVERY
                    reward = 0.0
                    if not goes_on:
                        reward = min(1.0, usual / took) * (SHORTER if len(out) < size else 1.0)
                        if feedback.taught:
                            reward *= NEW_RESULT if good else NEW_REFUSAL
                        if good and took < SLOW * usual:
                            self.keep(out)
                    if arm < IN_TURN:
                        share.note(arm, cost=now - began, reward=reward)
                step = step % MUTATE_DEPTH + 1 if goes_on else 1
            feedback.taught = False
            left -= 1
            if not left:
                left = LEARN_EVERY
                limits[:] = accumulate(share.chances())
            began = now
            if step == 1:
                data = self._begun(data, max_size)
                size = len(data)
            changed = next(in_turn, None) if left % IN_TURN_EVERY else None
            if changed is not None and len(changed) <= max_size:
                arm, out = IN_TURN, changed
            else:
                arm = 0
                if early and seed % EARLY == 0:
                    arm, early = last, early - 1
                else:
                    drawn = random()
                    while arm < last and limits[arm] <= drawn:
                        arm += 1
                changed = ways[arm](data, max_size, seed)
                out = blind(data, max_size, seed) if changed is None else changed
            if not out:  # libFuzzer does not run it, and asks again
                arm = NOT_RUN
            made = clock()
            return out

        return mutate, executed

    def _in_turn(self) -> Iterator[bytes | None]:
        """Give what is tried in turn, from where the worker before this one was; None where another way is due."""
        if self._recorded is None:
            return
        number = 0
        for data in self._turns or nastiness.in_turn(self._form, self.accepted, self._rng):
            number += data is not None
            if number > self._tried:
                if data is not None:
                    self._told(number)
                yield data
        self._told(ALL_TRIED)

    def _begun(self, data: bytes, max_size: int) -> bytes:
        """Give what a row of mutations begins with: what libFuzzer has chosen, or a seed."""
        self._rows += 1
        seeds, random = self._seeds, self._rng.random
        if seeds and random() * (self._rows + NEAR) < NEAR:
            return seeds[int(len(seeds) * random())][:max_size]
        return data

    def keep(self, data: bytes) -> None:
        """Keep an accepted input, to be changed again."""
        if len(data) > POOL_LARGEST:
            return
        if len(self.accepted) >= POOL:
            self.accepted.pop(self._rng.randrange(POOL))
        self.accepted.append(data)

    def _bytes(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Mutate blindly, where the format has its payload."""
        changed = self._form.mutate_bytes(data, self.blind, min(max_size, len(data) + GROWTH[seed >> 12 & 7]))
        return changed if len(changed) <= max_size else data[:max_size]

    def _words(self, data: bytes, max_size: int, seed: int) -> bytes | None:
        """Put a word into what libFuzzer has chosen or, as often, into an accepted input."""
        if seed & 1:
            data = self._picked(data)
        return self._form.place_word(data, self._rng, max_size)

    def _structure(self, data: bytes, max_size: int, seed: int) -> bytes | None:
        limit = _limit(data, max_size, seed)
        mutate, rng = self._form.mutate, self._rng
        changed: bytes | None = None
        for _ in range(1 + int(STACKED * rng.random() * rng.random())):
            step = mutate(changed or data, rng, limit)
            changed = step if step is not None else changed
        return changed

    def _accepted(self, data: bytes, max_size: int, seed: int) -> bytes | None:
        """Change an accepted input, and not what libFuzzer has chosen."""
        rng = self._rng
        data = self._picked(data)
        if self._form.words and rng.random() < WORDS_IN_ACCEPTED:
            return self._form.place_word(data, rng, max_size)
        if rng.random() < SINGLE:
            return self._form.mutate(data, rng, _limit(data, max_size, seed))
        return self._structure(data, max_size, seed)

    def _picked(self, data: bytes) -> bytes:
        """Draw an accepted input, the latest and the shorter ones oftener; `data` where there is none."""
        pool, random = self.accepted, self._rng.random
        if not pool:
            return data
        drawn = pool[-1 - int(len(pool) * random() * random())]
        if len(drawn) <= SHORT:
            return drawn
        return min(drawn, *(pool[-1 - int(len(pool) * random() * random())] for _ in range(DRAWS)), key=len)

    def _example(self, data: bytes, max_size: int, seed: int) -> bytes | None:  # noqa: ARG002 - one shape for all arms
        if not self._batch:
            now = time.perf_counter()
            if self._drawing > (now - self._began) * FRESH_PART:
                return None
            self._batch = self._fresh()
            self._drawing += time.perf_counter() - now
            self.share.enabled[FRESH] = bool(self._batch)
            if not self._batch:
                return None
        example = self._batch.pop()
        return example if len(example) <= max_size else None


def _limit(data: bytes, max_size: int, seed: int) -> int:
    """Give the size that a change may lead to."""
    return max_size if not seed & BOLD else min(max_size, len(data) + GROWTH[seed >> 12 & 7])
