"""Bytes are put together one by one: all that is there is copied each time."""

from fuzzlab import formats, target

SEEDS = [b"%41%42", b"plain"]
PLACE = "tests.planted.steep.concatenation:unquoted"


def unquoted(data: bytes) -> bytes:
    out, at = b"", 0
    while at < len(data):
        if data[at : at + 1] == b"%" and len(data) > at + 2:
            out, at = out + bytes.fromhex(data[at + 1 : at + 3].decode("latin-1")), at + 3
        else:
            out, at = out + data[at : at + 1], at + 1
    return out


@target(format=formats.raw(max_size=1 << 17))
def concatenation(data: bytes) -> int:
    return len(unquoted(data))
