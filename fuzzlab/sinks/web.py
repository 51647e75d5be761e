"""Pages and addresses: HTML text, HTML attributes, URLs."""

from __future__ import annotations

import re
from typing import Final

from fuzzlab.sinks import character

__all__ = ["html", "html_attribute", "url"]

_TEXT: Final = re.compile("[<>&\x00\ud800-\udfff]")
_ATTRIBUTE: Final = re.compile("[<>&\"'`=\x00\ud800-\udfff]")
"""HTML Living Standard, sections 13.2.5.1 and 13.2.5.36 ff.: what ends text, or a value with any quotes or none."""

_NOT_IN_URL: Final = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]|%(?![0-9A-Fa-f]{2})")
"""RFC 3986, section 2: what must be percent-encoded, and a percent sign that encodes nothing."""

_ACTIVE: Final = re.compile(r"(?i:javascript|vbscript|data):")
"""Schemes that run what they carry."""


def html(leaf: object) -> str | None:
    """Text between tags, written as it is (CWE-79)."""
    if isinstance(leaf, str) and (found := _TEXT.search(leaf)):
        return f"{character(leaf, found.start())} is no plain text in HTML"
    return None


def html_attribute(leaf: object) -> str | None:
    """The value of an attribute, quoted in any way."""
    if not isinstance(leaf, str):
        return None
    if found := _ATTRIBUTE.search(leaf):
        return f"{character(leaf, found.start())} ends an attribute in HTML"
    return None


def url(leaf: object) -> str | None:
    """An address that is followed: only characters of URLs, and none that runs as a program."""
    if not isinstance(leaf, str):
        return None
    if found := _NOT_IN_URL.search(leaf):
        return f"{character(leaf, found.start())} cannot stand in a URL"
    return "its scheme runs what it carries" if _ACTIVE.match(leaf) else None
