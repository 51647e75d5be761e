"""Whether an input's verdict depends on the inputs before it, and what they leave behind: looked at now and then.

Executions are counted, not timed, so that a run with the same inputs looks at the same of them. Nothing is reported on
suspicion: what a call leaves behind must be left again by the same input, and an answer that is another than before
must be the earlier one again in a fresh process, and the other one there after the same inputs. So a cache, a lazy
import, a time stamp or a random number is no finding.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from fuzzlab.answer import Answer
from fuzzlab.executor import ACCEPTED_VERDICT, REJECTED_VERDICT, Executor
from fuzzlab.fresh import Fresh, Unanswered
from fuzzlab.guard import Guard
from fuzzlab.quantities import counted
from fuzzlab.scope import home
from fuzzlab.surroundings import Change, Surroundings
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["BATCH", "CAMPAIGN", "EVERY", "Found", "History"]

EVERY = 8192
"""Executions between two reviews. One takes some 600 µs and seven executions: 0.3 % of what takes 30 µs each."""

HELD = 8
"""Part of the target's memory that the inputs between two reviews may take, each as large as may be: of a format with a
large limit there are fewer."""

CAMPAIGN, BATCH = 1024, 1
"""Executions until the first review; each next one comes after twice as many. A batch may be a single input. In the
first tenths of a second a campaign finds most of what is one byte away from a seed; reviews, with what is forked for
them, took half of that time."""

FIRST = 16
"""Executions of a batch after each of which one looks: what is on record comes first in a replay, alone in triage."""

ALBUM = 4
"""Inputs whose answers are compared at each review, the latest ones; they are replaced in turn."""

FRAMES = (0, -24, 24)
"""By how much shorter or longer the stack of a fresh process is, whose answers must agree before they are believed.
What is random agrees with itself by chance; what nearly overflows the stack depends on where we stand."""

FRESH_EVERY = 16
"""Reviews between two that ask a fresh process although nothing seems to have changed: what was changed by the first
inputs of all was never otherwise here. A fork takes some milliseconds, so that is 0.1 µs an execution."""

FRUITLESS = 3
"""Searches that showed nothing before one thing is no longer looked at: it changes, but not by any single input."""

SEARCH_SECONDS = 0.5
"""Seconds of a search for the input that left something behind: a turn of a campaign may last no more than some."""

BLAME_SECONDS = 15.0
"""Seconds after which the search for the input that changed an answer goes no further: all that the supervisor sees of
it is a worker that does nothing, and one that does so for a minute is stuck. A question runs up to EVERY inputs, which
takes it up to ten seconds, and there are some sixteen."""

SAMPLE = 16
"""Inputs at the most that are run again for what has only become more, the latest: what grows for ever grows with any
of them, and a codec that is imported once is met by none."""

QUOTED = 400
"""Characters of the input before, in a message: enough to run it by hand."""

Found = tuple[bytes, Verdict]
"""An input of this process, and its verdict."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An input with its answer, and whether its result is the same each time."""

    data: bytes
    answer: Answer
    is_stable: bool

    def differs(self, other: Answer) -> bool:
        """Whether an answer is another one; where results vary by themselves, they do not count."""
        if (self.answer.outcome, self.answer.exception) != (other.outcome, other.exception):
            return True
        return self.is_stable and self.answer.digest != other.digest


class History:
    """What the executions of one process gave, and whether it still is so."""

    def __init__(self, executor: Executor, guard: Guard, first: int, *, on_review: Callable[[], None]) -> None:
        """Prepare to look.

        Args:
            executor: of the target.
            guard: of the process.
            first: executions until the first review, CAMPAIGN or BATCH.
            on_review: called at each.
        """
        self._executor, self._fresh, self._is_batch = executor, Fresh(executor, guard), first == BATCH
        self._surroundings, self._on_review = Surroundings(guard), on_review
        self._is_on = "state" in executor.target.contract.sanitizers
        self._album: deque[_Kept] = deque(maxlen=ALBUM)
        self._most = max(
            1, min(EVERY, executor.target.contract.budget.memory // HELD // executor.target.format.max_size)
        )
        self._fruitless: Counter[str] = Counter()
        self._count = self._reviews = 0
        self._is_thorough = False
        self._compares = self._values = True
        self._last: Found | None = None
        self.past: list[bytes] = []
        self.limit = min(first, self._most)

    def begin(self) -> None:
        """Hold what is there now for right. No input has been executed yet."""
        if self._is_on:
            self._fresh.begin()
            self._executor.proof.elsewhere = self._fresh.meets
            self._surroundings.take()

    def rest(self) -> None:
        """Look at nothing."""
        self._is_on = False

    def after(self, data: bytes, verdict: Verdict) -> list[Found]:
        """Look after one execution of a batch; give what is found, with the inputs that it is about."""
        self.past.append(data)
        self._last = data, verdict
        self._count += 1
        found: list[Found] = []
        if self._is_on and (self._count <= FIRST or self._is_thorough):
            found = [*self._culprits([data]), *self._twice(data, verdict)]
            self._surroundings.put_back()  # what was found has been done again
        if len(self.past) >= self.limit:
            found += self.review(data, verdict)
        self._is_thorough = self._is_thorough or bool(found)
        return found

    def after_batch(self, done: int) -> list[Found]:
        """Look once more after several inputs at once, which may be the last of the process."""
        last, self._last = self._last, None
        return self.review(*last) if done > 1 and last is not None and self.past else []

    def review(self, data: bytes, verdict: Verdict) -> list[Found]:
        """Look at what the inputs of `past`, the last of which is `data`, have left; forget them."""
        self._on_review()
        if not self._is_on:
            self.past.clear()
            return []
        found = list(self._culprits(self.past))
        if self._compares:
            found += self._compared()
        if self._compares and _is_judged(verdict):
            found += self._keep(data, verdict)
        self._surroundings.put_back()
        self.past.clear()
        self.limit = min(self.limit * 2, self._most)
        return found

    def _culprits(self, inputs: Sequence[bytes]) -> Iterator[Found]:
        """Give the inputs that leave something behind, one for each thing, each time they run; put all back."""
        surroundings, executor = self._surroundings, self._executor
        if not (changes := surroundings.changes()):
            return
        surroundings.put_back()
        missing = {change.name for change in changes}
        end = time.monotonic() + SEARCH_SECONDS
        for data in inputs[-SAMPLE if all(change.is_growth for change in changes) else 0 :]:
            if not missing or time.monotonic() > end:
                break
            executor.attempt(data)
            once = {change.name: change for change in surroundings.changes()}
            if not once:
                continue
            surroundings.put_back()
            executor.attempt(data)
            again = {change.name for change in surroundings.changes()}
            surroundings.put_back()
            left = [once[name] for name in once if name in again]
            for change in [c for c in left if not c.is_growth] or left:
                name = change.name
                if name not in missing:
                    continue
                missing.discard(name)
                if not self._is_batch:  # it is told once of this process, and would be searched for each time
                    surroundings.ignore(name)
                yield data, self._left(change)
        for name in missing:
            self._fruitless[name] += 1
            if self._fruitless[name] >= FRUITLESS:
                surroundings.ignore(name)

    def _left(self, change: Change) -> Verdict:
        target = self._executor.target
        message = f"the call changes the {change.name} of the process: {change.what}"
        return Verdict(Outcome.EFFECT, "", message, f"state({change.name})", target.place, home(target))

    def _twice(self, data: bytes, verdict: Verdict) -> Iterator[Found]:
        """Give an input that is answered otherwise the second time."""
        if not _is_judged(verdict):
            return
        again = self._executor.attempt(data)
        if not again.is_judged or again.outcome is verdict.outcome:
            return
        if self._executor.attempt(data) != again:
            return
        alone, second = self._settled([data]), self._settled([data, data])
        if alone and second and alone.outcome is verdict.outcome and second.outcome is again.outcome:
            yield data, self._depends(f"{alone} the first time, {second} the second time")

    def _keep(self, data: bytes, verdict: Verdict) -> Iterator[Found]:
        """Keep an input with its answer; give it where that is another one already."""
        yield from self._twice(data, verdict)
        first, second = (self._executor.attempt(data, digested=True) for _ in range(2))
        kept = _Kept(data, first, self._values and first.digest == second.digest)
        if not first.is_judged or kept.differs(second):
            return
        self._album.append(kept)
        self._reviews += 1
        if self._reviews & (self._reviews - 1) == 0 or self._reviews % FRESH_EVERY == 0:
            yield from self._unlike_alone(kept)

    def _unlike_alone(self, kept: _Kept) -> Iterator[Found]:
        """Give an input that is answered otherwise in a process that has run nothing."""
        try:
            if not kept.differs(self._fresh.answer([kept.data])):
                return
        except Unanswered:
            return
        self._album.remove(kept)
        alone, now = self._settled([kept.data]), self._executor.attempt(kept.data, digested=True)
        if alone is None or not kept.differs(alone) or kept.differs(now):
            return
        vague = f"{_told(alone, now)} after {counted(self._executor.executions, 'execution')} of others"
        yield kept.data, self._depends(self._blamed(kept, alone, now) or vague)
        self._compares = self._is_batch

    def _compared(self) -> Iterator[Found]:
        """Give the inputs in the album that are answered otherwise than they were."""
        for kept in list(self._album):
            now = self._executor.attempt(kept.data, digested=True)
            if not kept.differs(now):
                continue
            self._album.remove(kept)
            if not now.is_judged or self._executor.attempt(kept.data, digested=True) != now:
                continue
            message = self._proven(kept, now)
            if message:
                yield kept.data, self._depends(message)
            elif (now.outcome, now.exception) == (kept.answer.outcome, kept.answer.exception):
                self._values = False  # a time stamp, or the like: twice the same is no proof of always the same
            else:
                self._fruitless["answer"] += 1
            if (message and not self._is_batch) or self._fruitless["answer"] >= FRUITLESS:
                self._compares = False

    def _proven(self, kept: _Kept, now: Answer) -> str:
        """Say how the answer depends on the inputs before, where a fresh process gives both; otherwise nothing."""
        alone = self._settled([kept.data])
        return "" if alone is None or kept.differs(alone) else self._blamed(kept, alone, now)

    def _blamed(self, kept: _Kept, alone: Answer, now: Answer) -> str:
        """Say after which of the inputs since the last review a fresh process gives the other answer; "" for none."""
        kept, past, end = replace(kept, answer=alone), list(self.past), time.monotonic() + BLAME_SECONDS
        full = self._settled([*past, kept.data])
        if full is None or full.outcome is not now.outcome or not kept.differs(full):
            return ""
        same, other = 0, len(past)
        while other - same > 1 and time.monotonic() < end:
            middle = (same + other) // 2
            answer = self._settled([*past[:middle], kept.data], FRAMES[:1])  # three of the whole agreed
            if answer is None:
                return ""
            same, other = (same, middle) if kept.differs(answer) else (middle, other)
        before = past[other - 1]
        pair = self._settled([before, kept.data])
        quoted = repr(before) if len(repr(before)) <= QUOTED else repr(before)[:QUOTED] + "…"
        if pair is not None and kept.differs(pair):
            return f"{_told(alone, pair)} after {quoted}"
        return f"{_told(alone, full)} after {other} other inputs, the last of them {quoted}"

    def _settled(self, inputs: Sequence[bytes], stacks: Sequence[int] = FRAMES) -> Answer | None:
        """Give the answer to the last input in a process that has run just these, if it is the same each time."""
        try:
            answers = {self._fresh.answer(inputs, frames=frames) for frames in stacks}
        except Unanswered:
            return None
        answer = answers.pop()
        return None if answers or not answer.is_judged else answer

    def _depends(self, message: str) -> Verdict:
        target, message = self._executor.target, f"the verdict depends on earlier inputs: {message}"
        return Verdict(Outcome.BAD_RESULT, "", message, "state", target.place, home(target))


def _told(alone: Answer, after: Answer) -> str:
    """Put two answers into words."""
    if str(alone) == str(after):
        return f"{alone} by itself, and with another result"
    return f"{alone} by itself, {after}"


def _is_judged(verdict: Verdict) -> bool:
    return verdict is ACCEPTED_VERDICT or verdict is REJECTED_VERDICT
