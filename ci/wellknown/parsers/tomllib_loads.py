"""tomllib.loads (3.11, "tomllib — Parse TOML files").

- Errors: "A TOMLDecodeError will be raised on an invalid TOML document" (tomllib.load). It is a ValueError, and so is
  what the interpreter raises for an integer of more than 4300 digits (stdtypes, "Integer string conversion length
  limitation"), with which a document is valid. Nesting has no limit in the specification, and none is documented.
- `storable(utf-8)`: TOML 1.0.0, "String": escapes are Unicode scalar values, and a document is UTF-8 ("Spec"), so no
  lone surrogate can come out where none went in (the format makes none).
- `bounded`: TOML has no reference and no repetition; a table has at most one key for each byte.
"""

import tomllib
from typing import Any

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=16_384, surrogates=False),
    allow=ValueError,
    oracles=[oracles.deterministic(), oracles.storable("utf-8"), oracles.bounded(64, ratio=8)],
    instrument=["tomllib"],
)
def tomllib_loads(text: str) -> dict[str, Any]:
    """Read a document."""
    return tomllib.loads(text)
