"""Other forms of the same value, for `equivalent`: each gives None where it does not apply."""

from __future__ import annotations

import json
import re
from typing import Any, Final

__all__ = ["reordered_keys", "spaced"]

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_MARK: Final = b"\xef\xbb\xbf"
"""A byte-order mark must stay first."""


def reordered_keys(value: Any) -> Any:
    """Give a decoded JSON document with the keys of all its objects the other way round (RFC 8259, section 4)."""
    if not isinstance(value, (dict, list)):
        return None
    try:
        return _reversed(value)
    except RecursionError:
        return None


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [_reversed(item) for item in value]
    return value


def spaced(data: Any) -> Any:
    """Give a JSON document's bytes with white space wherever it means nothing (RFC 8259, section 2)."""
    if not isinstance(data, bytes) or data.startswith(_MARK):
        return None
    try:
        json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    return b"\r\n\t " + _TOKEN.sub(_spread, data) + b"\n"


def _spread(token: re.Match[bytes]) -> bytes:
    return token[0] if token[0][:1] == b'"' else b" \n" + token[0] + b"\t"
