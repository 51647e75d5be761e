"""Checks of an accepted result: the protocol of oracles, and their doors.

"It did not raise" is the smallest part of the promise: the result must also be one that the code behind the parser can
handle. An oracle looks at one accepted result and says in one sentence what is wrong with it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from fuzzlab.sameness import same

__all__ = [
    "Call",
    "Oracle",
    "Repeats",
    "agrees_with",
    "bounded",
    "deterministic",
    "equivalent",
    "idempotent",
    "matches",
    "round_trip",
    "same",
    "short",
    "storable",
    "transforms",
]

SHOWN = 80
"""Characters of a value that a message quotes."""

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


class Repeats:
    """An oracle that hands the same value on again, and may have an opinion on refusals.

    The executor gives it a value decoded anew, for the target may have changed the one that it had.
    """

    __slots__ = ()

    def check_refusal(self, value: object, error: BaseException) -> str | None:  # noqa: ARG002 - for those that override it
        """Say what is wrong with the refusal of `value`; None when nothing is."""
        return None


def short(value: object) -> str:
    """Quote a value in a message."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the code under test wrote it
        text = f"<{type(value).__name__}>"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


from fuzzlab.oracles import transforms  # noqa: E402
from fuzzlab.oracles.differential import agrees_with, deterministic, equivalent  # noqa: E402
from fuzzlab.oracles.roundtrip import idempotent, round_trip  # noqa: E402
from fuzzlab.oracles.shape import bounded, matches  # noqa: E402
from fuzzlab.oracles.sinks import storable  # noqa: E402
