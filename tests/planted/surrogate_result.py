"""An escape for code points lets half of a surrogate pair into the result, which no database takes."""

import re

from fuzzlab import formats, oracles, target

SEEDS = [b"caf\\u00e9", b"plain", b"\\u0041\\u0042"]
SIGNATURE = "bad_result storable(utf-8) tests.planted.surrogate_result:surrogate_result"

ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")


@target(format=formats.text(max_size=256, surrogates=False), oracles=[oracles.storable("utf-8")])
def surrogate_result(value: str) -> str:
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)
