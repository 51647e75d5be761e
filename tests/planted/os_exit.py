"""A fatal setting ends the process, with a status that looks like success."""

import os

from fuzzlab import formats, target

SEEDS = [b"mode=fast", b"mode=slow;level=3", b"level=1"]
SIGNATURE = "died exit 0 tests.planted.os_exit:os_exit"


@target(format=formats.text(max_size=256))
def os_exit(value: str) -> dict[str, str]:
    settings = dict(part.partition("=")[::2] for part in value.split(";"))
    if settings.get("mode") == "":
        os._exit(0)
    return settings
