"""The same from 64 joiners on: shorter ones are refused, longer ones fall through a fast path."""

from fuzzlab import formats, target

SEEDS = [b"123456789", b"user@platform", b"a-b-c-1-2-3"]
SIGNATURE = "crash IndexError tests.planted.invisible_64:invisible_64"

JOINER = "\u200d"


@target(format=formats.text(max_size=1024))
def invisible_64(value: str) -> str:
    name = value.replace(JOINER, "")
    if not name and len(value) < 64:
        raise ValueError("nothing visible")
    return name[0].upper() + name[1:]
