"""A name of invisible characters only becomes empty, then is indexed (200 zero-width joiners, found in production)."""

from fuzzlab import formats, target

SEEDS = [b"123456789", b"user@platform", b"a-b-c-1-2-3"]
SIGNATURE = "crash IndexError tests.planted.invisible_only:invisible_only"

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@target(format=formats.text(max_size=1024))
def invisible_only(value: str) -> str:
    if not value:
        raise ValueError("empty")
    name = value.translate(INVISIBLE)
    return name[0].upper() + name[1:]
