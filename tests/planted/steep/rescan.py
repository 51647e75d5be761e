"""The line of a position is counted from the beginning of the text, for each of its tokens."""

from fuzzlab import formats, target

SEEDS = [b"a = 1\nb = 2\n", b"c = 3"]
PLACE = "tests.planted.steep.rescan:line_of"


def line_of(text: str, position: int) -> int:
    line = 1
    for at in range(position):
        if text[at] == "\n":
            line += 1
    return line


@target(format=formats.text(max_size=4096))
def rescan(value: str) -> int:
    position = last = 0
    for token in value.split(" "):
        last = line_of(value, position)
        position += len(token) + 1
    return last
