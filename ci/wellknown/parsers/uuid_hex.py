"""uuid.UUID (3.11, "uuid — UUID objects according to RFC 4122").

- Errors: ValueError, Python's convention ("Exceptions": ValueError), as the documentation says nothing of them.
- `agrees_with`: "a string of 32 hexadecimal digits"; "When a string of hex digits is given, curly braces, hyphens,
  and a URN prefix are all optional".
- `idempotent`: "str(uuid) returns a string in the form 12345678-1234-5678-1234-567812345678", which is such a string.
- `storable`: so it fits every sink.
"""

import re
import uuid

from fuzzlab import formats, oracles, target
from fuzzlab.oracles.sinks import SINKS

HEX = re.compile(r"[0-9A-Fa-f]{32}")


def documented(text: str) -> str:
    """Read what the documentation describes, in whatever order and number the optional parts stand."""
    digits = text.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
    if not HEX.fullmatch(digits):
        raise ValueError("not 32 hexadecimal digits")
    return str(uuid.UUID(int=int(digits, 16)))


@target(
    format=formats.text(max_size=128),
    oracles=[oracles.idempotent(), oracles.agrees_with(documented), oracles.storable(*SINKS)],
    instrument=["uuid"],
)
def uuid_hex(text: str) -> str:
    """Read a UUID."""
    return str(uuid.UUID(text))
