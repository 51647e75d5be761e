"""A tree is walked by recursion, and the sender chooses how deep it is."""

from fuzzlab import formats, target

SEEDS = [b'{"a": [1, 2, {"b": null}]}', b"[]"]
SIGNATURE = "crash RecursionError tests.planted.deep_nesting"


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@target(format=formats.json(max_size=8192))
def deep_nesting(document: dict | list) -> int:  # type: ignore[type-arg]  # as teams write it
    return depth(document)
