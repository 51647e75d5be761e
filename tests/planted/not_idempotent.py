"""The canonical form halves doubled separators instead of folding them: canonical once is not canonical."""

from fuzzlab import formats, oracles, target

SEEDS = [b"a-b-c", b"1234-5678", b"x"]
SIGNATURE = "bad_result idempotent tests.planted.not_idempotent:not_idempotent"


@target(format=formats.text(max_size=256), oracles=[oracles.idempotent()])
def not_idempotent(value: str) -> str:
    return value.replace("--", "-")
