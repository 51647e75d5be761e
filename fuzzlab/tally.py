"""What a run of inputs showed of a target beyond its findings: errors met, the slowest execution, where it refuses.

Taken inside a worker that answers batches, never in a campaign's loop: an observation costs about 0.5 µs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Tally"]

MOST = 64
"""Names and places kept of one run: a contract has a handful of errors, a parser some dozens of places that refuse."""

LONGEST = 300
"""Characters of a name: the worker that tells it runs hostile code."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over some executions.

    `errors` are the declared errors that were met, with how often; `refused` the places (`file:line`) where the code
    under test refused, with how often; `undecodable` how many inputs had no value in the format, so that the target was
    not called; `slowest` the longest execution, in seconds on the clock.
    """

    errors: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    undecodable: int = 0
    slowest: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        """Give the sums over both."""
        return Tally(
            _most(Counter(self.errors) + Counter(other.errors)),
            _most(Counter(self.refused) + Counter(other.refused)),
            self.undecodable + other.undecodable,
            max(self.slowest, other.slowest),
        )

    def to_json(self) -> dict[str, Any]:
        """Give plain data for a pipe or a file."""
        return {
            "errors": dict(self.errors), "refused": dict(self.refused), "undecodable": self.undecodable,
            "slowest": round(self.slowest, 6),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tally:
        """Read `to_json`'s data, which hostile code may have written.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: the data is no tally.
        """
        return cls(
            _read(data["errors"]), _read(data["refused"]), int(data["undecodable"]), min(3600.0, float(data["slowest"]))
        )


def _most(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common(MOST))


def _read(data: Mapping[str, Any]) -> dict[str, int]:
    return {str(name)[:LONGEST]: int(count) for name, count in list(data.items())[:MOST]}
