"""What one execution gave, in a form that can be compared with another execution's, in another process too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fuzzlab.leaves import leaves
from fuzzlab.verdict import Outcome

__all__ = ["Answer", "digest"]

LEAVES_MOST = 10_000
"""Strings and numbers of a result that count: what differs only behind these is not seen."""

_PLAIN = (str, int, float, bytes, bool, type(None))


@dataclass(frozen=True, slots=True)
class Answer:
    """Accepted, with the digest of the result; rejected or a crash, with the name of the exception; or else a crash."""

    outcome: Outcome
    exception: str = ""
    digest: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether it is an answer at all: limits and effects show in an execution that counts."""
        return bool(self.exception) or not self.outcome.is_violation

    def __str__(self) -> str:
        """In words, without the result."""
        return f"{self.outcome} with {self.exception}" if self.exception else str(self.outcome)

    def to_json(self) -> dict[str, str]:
        """Plain data for a pipe."""
        return {"outcome": str(self.outcome), "exception": self.exception, "digest": self.digest}


def digest(result: object) -> str:
    """Give a few characters that are equal for equal results: of its strings and numbers, and of the types of the rest.

    Sets have no order, and what is known only by its address in memory has no value, so neither makes a difference.
    """
    parts = []
    for number, (path, leaf) in enumerate(leaves(result)):
        if number >= LEAVES_MOST:
            break
        parts.append(f"{path} {leaf!r}" if type(leaf) in _PLAIN else f"{path} {type(leaf).__qualname__}")
    return hashlib.sha256("\0".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()[:8]
