"""email.utils.parsedate_to_datetime (3.11, "email.utils: Miscellaneous utilities").

- Errors: "Performs the same function as parsedate(), but on success returns a datetime; otherwise ValueError is
  raised if date contains an invalid value such as an hour greater than 23 or a timezone offset not between -24 and 24
  hours".
- `round_trip`: "The inverse of format_datetime()". That one writes RFC 2822, whose years are from 1900 on (section
  3.3) and whose offsets are whole minutes, so it is asked of these.
"""

from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from fuzzlab import formats, oracles, target


class Beyond(Exception):
    """What RFC 2822 cannot write."""


@target(
    format=formats.text(max_size=128),
    allow=(ValueError, Beyond),
    oracles=[oracles.deterministic(), oracles.round_trip(format_datetime)],
    instrument=["email"],
)
def email_date(text: str) -> datetime:
    """Read the date of a message."""
    moment = parsedate_to_datetime(text)
    if moment.year < 1900 or (moment.utcoffset() or timedelta(0)) % timedelta(minutes=1):
        raise Beyond
    return moment
