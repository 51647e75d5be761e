"""What was seen is kept in a list: each new line is compared with all of them, equal ones with the first."""

from fuzzlab import formats, target

SEEDS = [b"sku-1\nsku-2\n", b"sku-9"]
PLACE = "tests.planted.steep.membership:unique"


def unique(lines: list[str]) -> list[str]:
    seen: list[str] = []
    for line in lines:
        if line not in seen:
            seen.append(line)
    return seen


@target(format=formats.text(max_size=1 << 16))
def membership(value: str) -> int:
    return len(unique(value.split("\n")))
