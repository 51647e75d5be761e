"""A row with a cell too few is indexed like the others."""

from fuzzlab import formats, target

SEEDS = [b"code,amount,note\r\nA-1,10,x\r\nB-2,20,y\r\n", b"code,amount,note\r\nA-1,5,\r\n"]
SIGNATURE = "crash IndexError tests.planted.ragged_csv:ragged_csv"


@target(format=formats.csv(columns=["code", "amount", "note"], max_size=4096))
def ragged_csv(rows: list[list[str]]) -> list[tuple[str, str]]:
    if not rows or rows[0][:1] != ["code"]:
        raise ValueError("no header")
    return [(row[0], row[1]) for row in rows[1:] if row]
