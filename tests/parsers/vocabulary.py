"""Parsers that know words in every way in which Python code can know one."""

from __future__ import annotations

import enum
import re
import struct
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fuzzlab.strings import TOKENS  # a table of the harness, as a careless target may import one

HANDLERS = {"tbl-key-1": len, "tbl-key-2": str.upper}
NESTED = {"outer-a": {"inner-b": ("deep-c", "deep-d")}}
MEMBERS = frozenset({"set-member"})
SHAPE = re.compile(r"(?:RX-ONE|RX-TWO)/[0-9]{3}")
UNUSED = ("far-away",)


class Plan(enum.Enum):
    GOLD = "plan-gold"
    IRON = 7_001


Kind = Literal["kind-a", "kind-b"]


@dataclass
class Row:
    column_name: str
    kind: Kind


class Order(BaseModel):
    order_number: Annotated[str, Field(alias="orderNumber", pattern=r"^ORD-\d{2}$")]
    mode: Literal["mode-x"]


def every_way(value: str) -> object:
    """The docstring-word is none."""
    if value == "equals-1" or value in ("in-tuple", "in-tuple-2") or value in {"in-set", "in-set-2"}:
        return 1
    if value.startswith("prefix-") or value.find("found-") > 0:
        return {"display-key": 2}[value]
    if re.fullmatch(r"inline-\d+", value):
        raise ValueError("raised-word")
    match value:
        case "matched-word":
            return 3
    if int(value) == 73_193:
        print("printed-word")  # noqa: T201 - what it is about
    return helper(value), Plan(value), HANDLERS[value], NESTED, value in MEMBERS, SHAPE.match(value), TOKENS


def helper(value: str, kind: Kind = "kind-a") -> object:
    first, _ = struct.unpack(">IH", value.encode())
    if first == 0xCAFED00D:
        return f"fstring-{value}-tail"
    return Row(value, kind), Order.model_validate_json(value)
