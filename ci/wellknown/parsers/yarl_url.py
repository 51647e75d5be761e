"""yarl.URL (yarl.aio-libs.org, "Public API").

- Errors: ValueError, Python's convention, which its own refusals follow; the documentation names none.
- `idempotent`: "Already encoded URL is not changed", and str() gives the encoded form (URL).
- `storable(utf-8, log, http-header)`: "Internally all data are stored as percent-encoded strings for user, path,
  query and fragment URL parts and IDNA-encoded (RFC 5891) for host" (URL): ASCII, without control characters.
"""

from yarl import URL

from fuzzlab import formats, oracles, target


@target(
    format=formats.text(max_size=512),
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "log", "http-header"), oracles.bounded(64, ratio=16)],
)
def yarl_url(text: str) -> str:
    """Read an address."""
    return str(URL(text))
