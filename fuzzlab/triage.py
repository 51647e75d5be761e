"""From a failure to a finding: does it happen again, and with how little."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from fuzzlab.evidence import Ways, way
from fuzzlab.formats import Format, Reductions
from fuzzlab.verdict import Finding, Outcome, Verdict

__all__ = ["Bench", "amplified", "minimise", "reproduced", "triage"]

REPEATS = 2
"""Runs in a fresh worker before a failure is held to be deterministic."""

MINIMISE_SECONDS = 20.0
"""Seconds of minimising a finding at the most; most need less than one."""

COSTLY_SECONDS = 30.0
"""The same for hangs and deaths, each of whose attempts takes up to twice the budget, or a worker."""

SAVE_EVERY = 2.0
"""Seconds of minimising that a kill may cost."""

PLAIN_SIZE = 256
"""Bytes of an input whose single characters are made plain: nobody reads those of a longer one."""

STRETCHES = 2048
"""Parts of an input left out one by one at the most: byte by byte, what is left of 10 kB would take a minute."""


class Bench(Protocol):
    """Where triage tries inputs: a worker that can be made new."""

    def verdict(self, data: bytes) -> Verdict:
        """Run one input."""

    def fresh(self) -> None:
        """Let the next input find a new process."""


def triage(
    finding: Finding,
    bench: Bench,
    form: Format[Any],
    *,
    seconds: float | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_better: Callable[[Finding], None] = lambda _: None,
) -> Finding:
    """Give the finding deflaked and minimised, always with an input of the same signature.

    Minimising ends after `seconds` (by default, as long as is usual for its outcome), or when `should_stop` says so; it
    is then marked as not minimised, to be taken up again, unless all of its time made nothing smaller. `on_better` is
    told of the smallest input so far, every SAVE_EVERY seconds at the most, so that it can be stored.

    A failure that does not happen again is kept as it is, marked as not deterministic. One that comes out as another
    violation in a fresh process, and does so each time, is that other one: the engine's process had a history.
    """
    verdict = reproduced(finding.data, bench)
    if verdict is None and finding.verdict.outcome is Outcome.HANG:
        for larger in amplified(finding.data, form.max_size):
            if not should_stop() and (verdict := reproduced(larger, bench)) is not None:
                finding = finding.with_input(larger, verdict)
                break
    if verdict is None:
        return replace(finding, deterministic=False)
    limit = seconds if seconds is not None else COSTLY_SECONDS if verdict.outcome.is_costly else MINIMISE_SECONDS
    search = _Search(bench, form, time.monotonic() + limit, should_stop)
    for kept in (finding.with_input(finding.data, verdict), *finding.evidence):
        search.ways.met(kept.data, kept.verdict)

    def told_now_and_then(data: bytes, best: Verdict) -> None:
        if time.monotonic() - search.saved >= SAVE_EVERY:
            search.saved = time.monotonic()
            on_better(finding.with_input(data, best))

    data, best = search.smallest(finding.data, verdict, _has_the_signature, on_better=told_now_and_then)
    is_final = not search.was_told and (not search.is_late or (limit > 0 and data == finding.data))
    evidence = []
    for other, first in search.ways.others(data, best):
        smaller, same = search.smallest(other, first, _goes_the_same_way)
        evidence.append(replace(finding, data=smaller, verdict=same, path="", evidence=(), minimised=True))
    return replace(finding.with_input(data, best), minimised=is_final, evidence=tuple(evidence))


@dataclass(slots=True)
class _Search:
    """A bench with a budget of time, and what was met on the way."""

    bench: Bench
    form: Format[Any]
    end: float
    should_stop: Callable[[], bool]
    ways: Ways = field(default_factory=Ways)
    was_told: bool = False
    is_late: bool = False
    saved: float = field(default_factory=time.monotonic)

    def smallest(
        self, data: bytes, first: Verdict, is_same: Callable[[Verdict, Verdict], bool], *,
        on_better: Callable[[bytes, Verdict], None] = lambda _data, _verdict: None,
    ) -> tuple[bytes, Verdict]:  # fmt: skip
        """Give the smallest input whose verdict is the same as the `first`, and that verdict."""
        best = first

        def still_fails(candidate: bytes) -> bool:
            nonlocal best
            attempt = self.bench.verdict(candidate)
            if _has_the_signature(first, attempt):
                self.ways.met(candidate, attempt)
            if not is_same(first, attempt):
                return False
            best = attempt
            on_better(candidate, attempt)
            return True

        return minimise(data, still_fails, self.form.reductions, self._must_stop), best

    def _must_stop(self) -> bool:
        self.was_told, self.is_late = self.should_stop(), time.monotonic() > self.end
        return self.was_told or self.is_late


def _has_the_signature(first: Verdict, attempt: Verdict) -> bool:
    return attempt.signature == first.signature


def _goes_the_same_way(first: Verdict, attempt: Verdict) -> bool:
    return attempt.signature == first.signature and way(attempt) == way(first)


def reproduced(data: bytes, bench: Bench) -> Verdict | None:
    """Give the violation that `data` shows each time in a process that has run nothing before, or None."""
    signatures = set()
    for _ in range(REPEATS):
        bench.fresh()
        verdict = bench.verdict(data)
        signatures.add(verdict.signature)
        if not verdict.outcome.is_violation or len(signatures) > 1:
            return None
    return verdict


def amplified(data: bytes, max_size: int) -> Iterator[bytes]:
    """Yield `data` repeated, and its middle: what is slow while instrumented hangs when there is more of it."""
    third = len(data) // 3
    for times in (2, 4):
        for larger in (data * times, data[:third] + data[third:-third] * (3 * times) + data[-third:] if third else b""):
            if len(data) < len(larger) <= max_size:
                yield larger
    if data and max_size < len(data) * 4:
        yield (data * 4)[:max_size]


def minimise(
    data: bytes,
    still_fails: Callable[[bytes], bool],
    reductions: Callable[[bytes], Reductions],
    should_stop: Callable[[], bool],
) -> bytes:
    """Give the smallest input found that still fails; never a larger one than `data`.

    First in the format's terms (a document loses keys, not braces), then in bytes, until neither helps. Each candidate
    is tried once.
    """
    tried = {_digest(data)}
    best = data

    def improve(candidates: Callable[[bytes], Reductions]) -> bool:
        nonlocal best
        improved, again = False, True
        while again:
            again, taken, source = False, None, candidates(best)
            while (candidate := _next(source, taken)) is not None:
                if should_stop():
                    return False
                taken = False
                if len(candidate) > len(best) or (digest := _digest(candidate)) in tried:
                    continue
                tried.add(digest)
                if still_fails(candidate):
                    best, improved, again, taken = candidate, True, True, True
        return improved

    progress = True
    while progress:
        progress = improve(reductions)
        progress = improve(byte_reductions) or progress
    return best


def _next(source: Reductions, taken: bool | None) -> bytes | None:  # noqa: FBT001 - what a reduction is sent
    """Tell a search whether its last candidate was taken, and give its next."""
    try:
        return source.send(taken)
    except StopIteration:
        return None


def _digest(data: bytes) -> bytes:
    """Give what is remembered of a candidate: of a large input there would otherwise be thousands."""
    return hashlib.blake2b(data, digest_size=16).digest()


def byte_reductions(data: bytes) -> Reductions:
    """Yield `data` without a stretch of it: halves, quarters, … single bytes (delta debugging; Zeller 2002).

    Then, of a short one, with a digit or a letter as plain as it can be, so that a person sees which of them matter.
    """
    chunk = len(data)
    while chunk >= max(1, len(data) // STRETCHES):
        begin = 0
        while begin < len(data):
            shorter = data[:begin] + data[begin + chunk :]
            if (yield shorter):
                data = shorter
            else:
                begin += chunk
        chunk = min(chunk // 2 if chunk > 3 else chunk - 1, max(len(data), 1))
    for at, byte in enumerate(data if len(data) <= PLAIN_SIZE else b""):
        for plain in b"01" if byte in b"123456789" else b"a" if chr(byte).isalpha() and byte < 128 else b"":
            if plain < byte and (yield data[:at] + bytes([plain]) + data[at + 1 :]):
                data = data[:at] + bytes([plain]) + data[at + 1 :]
                break
