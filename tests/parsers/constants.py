"""Constants that a search by coverage does not meet: known through a membership, a table, a search, a conversion."""

from __future__ import annotations

import enum

from fuzzlab import formats, target

REGIONS = frozenset({"eu-central-7", "ap-north-3"})
HANDLERS = {"refund_created": "a", "payout.settled": "b"}
CODES = [0]


class Plan(enum.Enum):
    GOLD = "gold_2019"
    IRON = "iron_2021"


def _bug() -> object:
    return CODES[len(CODES)]


@target(format=formats.text(max_size=256))
def behind_in(value: str) -> object:
    if value in ("x-legacy-id", "x-partner-id"):
        return _bug()
    raise ValueError("no known header")


@target(format=formats.text(max_size=256))
def behind_set(value: str) -> object:
    if value not in REGIONS:
        raise ValueError("no known region")
    return _bug()


@target(format=formats.text(max_size=256))
def behind_dict(value: str) -> object:
    if HANDLERS.get(value) is None:
        raise ValueError("no known event")
    return _bug()


@target(format=formats.text(max_size=256))
def behind_find(value: str) -> object:
    if value.find("<!ENTITY ") < 0:
        raise ValueError("no entity")
    return _bug()


@target(format=formats.text(max_size=256))
def behind_enum(value: str) -> object:
    return _bug() if Plan(value) else None


@target(format=formats.text(max_size=256))
def behind_int(value: str) -> object:
    if int(value) == 73_193_771:
        return _bug()
    raise ValueError("another number")
