"""Each level of brackets is searched for its end from its beginning on, and copied."""

from fuzzlab import formats, target

SEEDS = [b"(a(b)c)", b"x"]
PLACE = "tests.planted.steep.recursion:end_of"


def end_of(text: str) -> int:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at
    raise ValueError("not closed")


def depth_of(text: str) -> int:
    if not text.startswith("("):
        return 0
    return 1 + depth_of(text[1 : end_of(text)])


@target(format=formats.text(max_size=1500))
def recursion(value: str) -> int:
    return depth_of(value)
