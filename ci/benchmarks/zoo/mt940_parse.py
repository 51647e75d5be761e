"""mt940.parse: a bank's statement; ValueError for what is none."""

from __future__ import annotations

import mt940

REQUIREMENT = "mt-940==5.1.1"
MODULES = ("mt940",)
FORMAT = "text"
ALLOWED = (ValueError,)
SEEDS = (
    (
        b":20:STARTUMS\n:25:10020030/1234567\n:28C:5/1\n:60F:C240131EUR5432,10\n"
        b":61:2402010201DR500,00NTRFNONREF//55555\n:86:177?00UEBERTRAG?20EREF+x?32NAME\n:62F:C240201EUR4932,10\n-"
    ),
    b":20:1\n:25:A/B\n:28:1\n:60M:D230105USD0,\n:61:230105C1,5FMSCx\n:62M:C230105USD1,5\n:64:C230105USD1,5\n",
)


def run(data: bytes) -> None:
    """Read a statement and its transactions."""
    statement = mt940.parse(data.decode("utf-8", "replace") + "\n")
    _ = [transaction.data for transaction in statement], statement.data
