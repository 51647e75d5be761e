"""datetime.datetime.fromisoformat (3.11, "datetime — Basic date and time types").

- Errors: ValueError, Python's convention, as the documentation says nothing of them.
- `round_trip`: isoformat() gives "a string representing the date and time in ISO 8601 format", and fromisoformat
  takes "any valid ISO 8601 format" but for four exceptions, of which isoformat() writes none.
- `storable(json, javascript, msgpack)`: a point in time is written as text.
"""

from datetime import datetime

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=64),
    oracles=[
        oracles.deterministic(),
        oracles.round_trip(datetime.isoformat),
        oracles.storable("json", "javascript", "msgpack"),
        oracles.bounded(1),
    ],
)
def datetime_iso(text: str) -> datetime:
    """Read a point in time."""
    return datetime.fromisoformat(text)
