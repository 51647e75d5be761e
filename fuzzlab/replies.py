"""What a worker says, read field by field: hostile code may have written it."""

from __future__ import annotations

from collections.abc import Callable

from fuzzlab.behaviour import Behaviour
from fuzzlab.channel import Message, unpack
from fuzzlab.slowest import SLOW_KEPT
from fuzzlab.tally import Tally
from fuzzlab.trial import read_tried
from fuzzlab.verdict import Verdict

__all__ = ["GARBLED", "SAID", "read"]

GARBLED = (KeyError, TypeError, ValueError, OverflowError, AttributeError)
"""What `read` raises for fields that are none."""


_BATCH = frozenset({"ran", "verdict", "late"})

SAID = {
    "run": _BATCH | {"behaviour"}, "lines": _BATCH, "try": _BATCH | {"tried"}, "fuzz": frozenset({"finding"}),
    "trace": frozenset({"verdict"}), "meter": frozenset({"metered", "mined", "placed"}),
}  # fmt: skip
"""What a worker may say behind its `ready`, by what it was told to do."""


def read(message: Message) -> Message | None:
    """Give a worker's message with each field as what it is; None for one that no worker has to say.

    Raises:
        GARBLED: its fields are not those of its kind.
    """
    kind = message.get("is")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    return None if reader is None else {"is": kind, **reader(message)}


def _ready(_message: Message) -> Message:
    return {}


def _ran(message: Message) -> Message:
    """The end of a batch: how far it came, and what was seen on the way."""
    return {
        "done": int(message["done"]),
        "slow": [(int(index), int(nanoseconds)) for index, nanoseconds in message["slow"][:SLOW_KEPT]],
        "lines": {str(path): set(map(int, found)) for path, found in message.get("lines", {}).items()},
        "tally": Tally.from_json(message["tally"]) if "tally" in message else None,
    }


def _verdict(message: Message) -> Message:
    """An input of the batch in hand broke the contract."""
    return {"index": int(message["index"]), "verdict": Verdict.from_json(message["verdict"])}


def _late(message: Message) -> Message:
    """An input that had its verdict already has another one."""
    return {"verdict": Verdict.from_json(message["verdict"]), "data": unpack(message["data"])}


def _finding(message: Message) -> Message:
    """An input of the coverage engine broke the contract; `at` is when, in seconds."""
    numbers = {"executions": int(message["executions"]), "sequence": int(message["sequence"])}
    return {**_late(message), **numbers, "at": int(message["at"]) / 1e9}


def _behaviour(message: Message) -> Message:
    """What an input did, whatever its verdict."""
    return {"index": int(message["index"]), "behaviour": Behaviour.from_json(message)}


def _tried(message: Message) -> Message:
    """What came of an accepted input of a trial."""
    index, name, held = read_tried(message)
    return {"index": index, "type": name, "held": held}


def _metered(message: Message) -> Message:
    return {"costs": [float(cost) for cost in message["costs"]]}


def _mined(message: Message) -> Message:
    patterns = [(str(source), int(flags)) for source, flags in message["patterns"]]
    return {"words": list(map(unpack, message["words"])), "patterns": patterns}


def _placed(message: Message) -> Message:
    return {"verdict": Verdict.from_json(message["verdict"])}


_READERS: dict[str, Callable[[Message], Message]] = {
    "ready": _ready, "ran": _ran, "verdict": _verdict, "late": _late, "finding": _finding, "behaviour": _behaviour,
    "tried": _tried, "metered": _metered, "mined": _mined, "placed": _placed,
}  # fmt: skip
