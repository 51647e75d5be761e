"""A set of numbers that the sender chooses: those of one hash are each compared with all before."""

from typing import Any

from fuzzlab import formats, target

SEEDS = [b'{"ids": [4, 8, 15]}', b'{"ids": []}']
PLACE = "tests.planted.steep.colliding:distinct"


def distinct(numbers: list[Any]) -> int:
    return len({number for number in numbers if isinstance(number, int)})


@target(format=formats.json(max_size=1 << 17))
def colliding(document: dict[str, Any]) -> int:
    numbers = document.get("ids") if isinstance(document, dict) else None
    return distinct(numbers) if isinstance(numbers, list) else 0
