"""pynmea2.parse: ParseError, a ValueError, with ChecksumError and SentenceTypeError under it, for a bad sentence."""

from __future__ import annotations

import pynmea2

REQUIREMENT = "pynmea2==1.19.0"
MODULES = ("pynmea2",)
FORMAT = "text"
ALLOWED = (ValueError,)
SEEDS = (
    b"$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*6D",
    b"$GPRMC,225446,A,4916.45,N,12311.12,W,000.5,054.7,191194,020.3,E",
    b"$GPGSV,4,1,13,02,02,213,,03,-3,000,,11,00,121,,14,13,172,05",
)


def run(data: bytes) -> None:
    """Read a sentence, look at what it says, and write it."""
    sentence = pynmea2.parse(data.decode("utf-8", "replace"))
    _ = str(sentence), repr(sentence)
    for name in ("latitude", "longitude", "datetime", "timestamp", "is_valid"):
        getattr(sentence, name, None)
