"""tomllib.loads (3.11, "tomllib — Parse TOML files").

- Errors: "A TOMLDecodeError will be raised on an invalid TOML document" (tomllib.load), and no other is spoken of.
  The specification bounds neither nesting nor integers of other bases.
- `storable(utf-8)`: TOML 1.0.0, "String": escapes are Unicode scalar values, and a document is UTF-8 ("Spec"), so no
  lone surrogate can come out where none went in (the format makes none).
- `bounded`: TOML has no reference and no repetition; a table has at most one key for each byte.
"""

import tomllib
from typing import Any

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=16_384, surrogates=False),
    allow=tomllib.TOMLDecodeError,
    oracles=[oracles.deterministic(), oracles.storable("utf-8"), oracles.bounded(64, ratio=8)],
    instrument=["tomllib"],
)
def tomllib_loads(text: str) -> dict[str, Any]:
    """Read a document."""
    return tomllib.loads(text)
