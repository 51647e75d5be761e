"""What a function did with some inputs before anybody knew it: values that a worker tells and a draft is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["IDEMPOTENT", "METHODS", "Shape", "Trial", "Tried", "read_tried"]

IDEMPOTENT = "idempotent"
"""The claim that a result, given in again, comes out equal."""

METHODS = (
    "isoformat", "to_json", "to_string", "to_text", "to_bytes", "to_wire", "serialize", "render", "dumps", "geturl",
    "as_string", "tobytes", "pack", "model_dump_json",
)  # fmt: skip
"""Methods of a result that may write what was read."""

LONGEST = 200
"""Characters of a name that a worker tells."""

MOST = 64
"""Claims looked at."""


class Shape(StrEnum):
    """How a function takes its input."""

    STR = "str"
    BYTES = "bytes"
    DOCUMENT = "document"
    TEXT_FILE = "text file"
    BINARY_FILE = "binary file"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one input.

    `error` is the name of what it raised, or of how it ended, empty where it was accepted; `data` the input. `type` is
    that of its result, `held` says of each claim (`idempotent`, a renderer) whether it held for it.
    """

    data: bytes
    error: str = ""
    place: str = ""
    type: str = ""
    held: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """All that was tried in one shape."""

    shape: Shape
    tried: tuple[Tried, ...] = ()

    @property
    def accepted(self) -> list[Tried]:
        """Those that gave a result."""
        return [each for each in self.tried if not each.error]

    @property
    def errors(self) -> dict[str, list[Tried]]:
        """Those that did not, by what they raised, the most frequent first."""
        found: dict[str, list[Tried]] = {}
        for each in self.tried:
            if each.error:
                found.setdefault(each.error, []).append(each)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    def claims(self) -> dict[str, tuple[int, int]]:
        """Give for each claim for how many accepted inputs it held, of how many that it could be asked for."""
        counts: dict[str, tuple[int, int]] = {}
        for each in self.accepted:
            for claim, held in each.held.items():
                good, asked = counts.get(claim, (0, 0))
                counts[claim] = good + held, asked + 1
        return counts

    def __add__(self, other: Sequence[Tried]) -> Trial:
        """Give the trial with more in it."""
        return Trial(self.shape, (*self.tried, *other))


def read_tried(message: Mapping[str, Any]) -> tuple[int, str, dict[str, bool]]:
    """Read what a worker tells of an accepted input: its index, the type of its result, which claims held.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is none.
    """
    held = {str(claim)[:LONGEST]: bool(held) for claim, held in list(message["held"].items())[:MOST]}
    return int(message["index"]), str(message["type"])[:LONGEST], held
