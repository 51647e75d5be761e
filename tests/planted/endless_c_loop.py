"""An empty stride makes an iterator in C that never ends, where no exception can be raised."""

import itertools

from fuzzlab import formats, target

SEEDS = [b"0:10:2", b"1:5:1", b"7"]
SIGNATURE = "hang tests.planted.endless_c_loop:reaches"


@target(format=formats.text(max_size=64))
def endless_c_loop(value: str) -> bool:
    parts = value.split(":")
    if len(parts) != 3:
        raise ValueError("start:stop:step")
    start, stop, step = (int(part[:6]) for part in parts)
    return reaches(start, stop, step)


def reaches(start: int, stop: int, step: int) -> bool:
    if step == 0:
        return any(map(bool, itertools.repeat(0)))
    return (stop - start) // step > 0
