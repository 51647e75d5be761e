"""Sorted by a key, then paired with its neighbour: n log n."""

from fuzzlab import formats, target

SEEDS = [b"b,a,c", b"1,2"]


def merged(left: list[str], right: list[str]) -> list[str]:
    out: list[str] = []
    while left and right:
        out.append((left if left[-1] >= right[-1] else right).pop())
    return [*left, *right, *reversed(out)]


def sort(parts: list[str]) -> list[str]:
    if len(parts) < 2:
        return parts
    middle = len(parts) // 2
    return merged(sort(parts[:middle]), sort(parts[middle:]))


@target(format=formats.text(max_size=1 << 15))
def sorting(value: str) -> int:
    return len(sort(value.split(",")))
