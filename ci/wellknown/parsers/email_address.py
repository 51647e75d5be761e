"""email.utils.parseaddr (3.11, "email.utils: Miscellaneous utilities").

- Errors: none. "Returns a tuple of that information, unless the parse fails, in which case a 2-tuple of ('', '') is
  returned" (parseaddr).
- `round_trip`: formataddr is "The inverse of parseaddr()". It is asked of addresses in ASCII: a name in another
  script is encoded (formataddr, `charset`) and such an address has no form.
"""

from email.utils import formataddr, parseaddr

from fuzzlab import formats, oracles, target


class Beyond(Exception):
    """What the documentation promises nothing of."""


@target(
    format=formats.text(max_size=512),
    allow=Beyond,
    oracles=[oracles.deterministic(), oracles.round_trip(formataddr)],
    instrument=["email"],
)
def email_address(text: str) -> tuple[str, str]:
    """Read an address with its name."""
    pair = parseaddr(text)
    if not "".join(pair).isascii():
        raise Beyond
    return pair
