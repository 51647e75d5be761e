"""What differs between two revisions of a parser, input by input, put together to changes that people can read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from fuzzlab.behaviour import Behaviour, difference

__all__ = ["Change", "Sort", "Verdicts", "changes"]

Sort = Literal[
    "accepted -> refused", "refused -> accepted", "another value", "another error", "breaks", "breaks no more",
    "breaks otherwise",
]  # fmt: skip
"""How a change is called; the last three are of the contract, and not of what is accepted."""

ORDER: Final = (
    "breaks", "accepted -> refused", "refused -> accepted", "another value", "another error", "breaks otherwise",
    "breaks no more",
)  # fmt: skip
"""What somebody should see first stands first."""

_SORTS: Final[dict[tuple[str, str], Sort]] = {
    ("accepted", "refused"): "accepted -> refused",
    ("refused", "accepted"): "refused -> accepted",
    ("accepted", "accepted"): "another value",
    ("refused", "refused"): "another error",
    ("accepted", "broke"): "breaks",
    ("refused", "broke"): "breaks",
    ("broke", "broke"): "breaks otherwise",
    ("broke", "accepted"): "breaks no more",
    ("broke", "refused"): "breaks no more",
}


@dataclass(slots=True)
class Change:
    """One change: the inputs that show it, of which the smallest stands for all.

    `detail` tells changes of one sort apart: the error and where it is raised, the place in the value and its types.
    """

    sort: Sort
    detail: str
    data: bytes
    before: Behaviour
    after: Behaviour
    inputs: int = 1


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What two revisions make of a target's inputs: how many there were, what changed, and what cannot be compared.

    `unstable` counts inputs to which one of the two answers differently each time; `missing` says why nothing was
    compared, where one of them does not have the target.
    """

    target: str
    inputs: int = 0
    changes: list[Change] = field(default_factory=list)
    unstable: int = 0
    missing: str = ""


def changes(compared: Iterable[tuple[bytes, Behaviour, Behaviour]]) -> list[Change]:
    """Put inputs that differ together; what matters most first, then by how many inputs show it."""
    found: dict[tuple[str, str], Change] = {}
    for data, before, after in compared:
        sort = _SORTS[before.kind, after.kind]
        detail = _detail(before, after)
        change = found.get((sort, detail))
        if change is None:
            found[sort, detail] = Change(sort, detail, data, before, after)
            continue
        change.inputs += 1
        if (len(data), data) < (len(change.data), change.data):
            change.data, change.before, change.after = data, before, after
    return sorted(found.values(), key=lambda change: (ORDER.index(change.sort), -change.inputs, change.detail))


def _detail(before: Behaviour, after: Behaviour) -> str:
    match before.kind, after.kind:
        case "accepted", "accepted":
            return difference(before.value, after.value)
        case "refused", "refused":
            return f"{before.what} -> {after.what}"
        case "broke", "broke":
            return f"{before.what} -> {after.what}"
        case ("broke", _) | (_, "accepted"):
            return _raised(before)
    return _raised(after)


def _raised(behaviour: Behaviour) -> str:
    if behaviour.kind == "broke":
        return behaviour.what
    return f"{behaviour.what} at {behaviour.where}" if behaviour.where else behaviour.what
