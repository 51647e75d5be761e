"""urllib.parse.parse_qsl (3.11, "urllib.parse — Parse URLs into components").

- Errors: ValueError, and only for `strict_parsing` and `max_num_fields` (parse_qsl), of which neither is used. So:
  none.
- `round_trip`: "Use the urllib.parse.urlencode() function to convert such lists of pairs into query strings"
  (parse_qsl); blank values are kept ("A true value indicates that blanks should be retained as blank strings").
- `storable(utf-8)`: percent-encoded sequences are decoded as UTF-8 with `errors="replace"`, so no surrogate comes out
  where none went in (the format makes none).
"""

from urllib.parse import parse_qsl, urlencode

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=512, surrogates=False),
    allow=(),
    oracles=[oracles.round_trip(urlencode), oracles.storable("utf-8"), oracles.bounded(64, ratio=8)],
    instrument=["urllib"],
)
def url_query(text: str) -> list[tuple[str, str]]:
    """Read a query."""
    return parse_qsl(text, keep_blank_values=True)
