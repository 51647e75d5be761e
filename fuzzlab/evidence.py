"""Several inputs of one bug: which are kept, and how they are one finding.

A file in `regressions/` is one input with its record; the files whose records have one signature are one finding. Its
input is the smallest, the others are its evidence. Kept are those that fail at another line than the smallest does: two
lookups in one function share a signature, and whoever mends one should see the other. An input that fails at the same
line, such as the one that was first found, adds bytes and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fuzzlab.verdict import Finding, Outcome, Status, Verdict

__all__ = ["KEPT", "Ways", "grouped", "way"]

KEPT = 3
"""Inputs kept of one signature at the most: its smallest, and two that get there by another way."""

_RANK = (Status.ACCEPTED, Status.REGRESSED, Status.NEW, Status.KNOWN, Status.FIXED)
"""Of records that disagree, after a merge say, the first counts: a decision is about the signature, and it is fixed
only where all of its inputs are."""


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Give one finding a signature, in the order in which each is first met: its smallest input, with the others."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.target, finding.signature), []).append(finding)
    return [_one(group) for group in groups.values()]


def _one(group: list[Finding]) -> Finding:
    first, *others = sorted(group, key=lambda f: (not f.deterministic, len(f.data), f.data))
    decided = min(group, key=lambda f: _RANK.index(f.status))
    return replace(
        first, status=decided.status, reason=decided.reason, history=decided.history, evidence=tuple(others)
    )  # fmt: skip


class Ways:
    """The smallest input of each way by which one signature was reached, for the first few ways."""

    def __init__(self) -> None:
        self._smallest: dict[tuple[str, ...], tuple[bytes, Verdict]] = {}

    def met(self, data: bytes, verdict: Verdict) -> None:
        """Take an input of the signature in hand."""
        met = way(verdict)
        known = self._smallest.get(met)
        if met and (len(self._smallest) < KEPT if known is None else len(data) < len(known[0])):
            self._smallest[met] = data, verdict

    def others(self, data: bytes, verdict: Verdict) -> list[tuple[bytes, Verdict]]:
        """Give the inputs that get there by another way than `data`, the smallest first."""
        found = [kept for met, kept in self._smallest.items() if met != way(verdict) and kept[0] != data]
        return sorted(found, key=lambda kept: (len(kept[0]), kept[0]))[: KEPT - 1]


def way(verdict: Verdict) -> tuple[str, ...]:
    """Give the lines where it and its causes were raised, or nothing where lines say nothing.

    A stack runs out anywhere, a loop is interrupted anywhere, and an oracle complains at the target.
    """
    if verdict.outcome is not Outcome.CRASH or verdict.exception == RecursionError.__name__:
        return ()
    return (verdict.location, *(cause.location for cause in verdict.causes))
