"""urllib.parse.urlsplit (3.11, "urllib.parse — Parse URLs into components").

- Errors: "Unmatched square brackets in the netloc attribute will raise a ValueError"; "Characters in the netloc
  attribute that decompose under NFKC normalization … will raise a ValueError".
- `idempotent`: "The result of this method [geturl()] remains unchanged if passed back through the original parsing
  function" ("Structured Parse Results").
- `bounded`: a URL is made of its parts.
"""

from urllib.parse import urlsplit

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=512),
    oracles=[oracles.deterministic(), oracles.idempotent(), oracles.bounded(16, ratio=2)],
    instrument=["urllib"],
)
def url_split(text: str) -> str:
    """Take an address apart and put it together."""
    return urlsplit(text).geturl()
