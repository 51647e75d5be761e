"""Every opening bracket re-reads all that stands before it: seconds for 4 kB."""

from fuzzlab import formats, target

SEEDS = [b"(a)", b"(a, (b, c))", b"[x]"]
SIGNATURE = "hang tests.planted.quadratic:quadratic"


PAIRS = [tuple(pair) for pair in ("()", "[]", "{}", "<>", "«»", "“”", "「」", "『』", "【】", "〈〉", "《》")]


def depth_at(value: str, position: int) -> int:
    depth = 0
    for character in value[:position]:
        for opening, closing in PAIRS:
            depth += (character == opening) - (character == closing)
    return depth


@target(format=formats.text(max_size=4096))
def quadratic(value: str) -> int:
    deepest = 0
    for position, character in enumerate(value):
        if character in "([{<":
            deepest = max(deepest, depth_at(value, position))
    return deepest
