"""json.loads (3.11, "json — JSON encoder and decoder").

- Errors: "If the data being deserialized is not a valid JSON document, a JSONDecodeError will be raised" (json.load);
  bytes must be "UTF-8, UTF-16 or UTF-32" (json.loads), and what is none is a UnicodeDecodeError. "Implementation
  Limitations" keeps the nesting of a document and its numbers to what the interpreter can do: RecursionError, and
  ValueError for integers of more than 4300 digits (stdtypes, "Integer string conversion length limitation").
- `round_trip`: "loads(dumps(x)) != x if x has non-string keys" (json.dumps, note), and a document has none.
- `equivalent`: white space between tokens and the order of keys mean nothing (RFC 8259, sections 2 and 4; the module
  complies with it, "Standard Compliance and Interoperability", which also settles NaN, repeated names and
  surrogates).
- `bounded`: nothing in a document stands for more than itself.
"""

import json
from typing import Any

from fuzzlab import formats, oracles, target


def dumped(result: Any) -> bytes:
    """Write a document; a lone surrogate is written as an escape."""
    return json.dumps(result).encode()


@target(
    format=formats.json(),
    allow=(ValueError, RecursionError),
    oracles=[
        oracles.deterministic(),
        oracles.round_trip(dumped),
        oracles.equivalent(oracles.transforms.spaced),
        oracles.bounded(16, ratio=4),
    ],
)
def json_loads(data: bytes) -> Any:
    """Read a document."""
    return json.loads(data)
