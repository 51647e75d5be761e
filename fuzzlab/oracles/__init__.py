"""Checks of an accepted result: the protocol of oracles, and their doors.

"It did not raise" is the smallest part of the promise: the result must also be one that the code behind the parser can
handle. An oracle looks at one accepted result and says in one sentence what is wrong with it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

__all__ = ["Call", "Oracle", "idempotent", "round_trip", "storable"]

Call = Callable[[object], object]
"""The target itself, taking a value in the shape that its annotation asks for."""


@runtime_checkable
class Oracle(Protocol):
    """One check, named as the clause of the contract that it stands for."""

    @property
    def name(self) -> str:
        """The clause, as it stands in a signature: `idempotent`, `storable(json)`."""

    def check(self, call: Call, value: object, result: object) -> str | None:
        """Say what is wrong with `result`, which `call(value)` gave; None when nothing is."""


from fuzzlab.oracles.roundtrip import idempotent, round_trip  # noqa: E402
from fuzzlab.oracles.sinks import storable  # noqa: E402
