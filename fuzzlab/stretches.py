"""Where the input stands in an argument: the stretches that both share, and the same input with a stretch exchanged.

That a statement and the input share a word proves nothing: inputs are made of words of the code under test. What
proves that the input decides is that the argument changes with it, so a stretch is exchanged for another of the same
length and shape, and the execution is repeated (`proof.py`).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
import string
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_plus

from fuzzlab.leaves import leaves

__all__ = ["LEAST", "exchanged", "rotated", "shared", "texts"]

LEAST = 4
"""Characters that an argument and the input must share before an event that may be harmless is looked into, at the cost
of further executions. Three are met by chance in every path and statement."""

TRIED = 3
"""Shared stretches at the most that are exchanged, the longest first."""

SEARCHED = 1 << 16
"""Characters of an input that are looked through."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_PACKED_MOST = 64
"""Words of an input at the most that are read as base64."""

_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_NEXT = str.maketrans("".join(_KINDS), "".join(kind[1:] + kind[0] for kind in _KINDS))


def rotated(text: str) -> str:
    """Exchange each letter and digit for the next of its kind: same length, same shape, another text."""
    return text.translate(_NEXT)


def texts(data: bytes, value: object) -> list[str]:
    """Give an input's texts in lower case: the bytes, the strings of its value, what is packed as JSON or base64.

    Args:
        data: the input.
        value: what the format makes of it.
    """
    found = dict.fromkeys(_readings(data[:SEARCHED]))
    for _, leaf in leaves(value):
        found.update(dict.fromkeys(_leaf(leaf)))
    for text in list(found):
        found.update(dict.fromkeys(_unpacked(text)))
    return [text.lower() for text in found if text]


def _leaf(leaf: object) -> list[str]:
    if isinstance(leaf, str):
        return [leaf[:SEARCHED]]
    if isinstance(leaf, (bytes, bytearray)):
        return _readings(bytes(leaf[:SEARCHED]))
    return [str(leaf)] if type(leaf) in (int, float) else []


def _readings(data: bytes) -> list[str]:
    return [data.decode("latin-1"), *([] if data.isascii() else [data.decode("utf-8", "replace")])]


def _unpacked(text: str) -> Iterator[str]:
    if text[:1] in ("{", "[", '"') or text[:1].isspace():
        with contextlib.suppress(ValueError, RecursionError):
            yield from (leaf for _, leaf in leaves(json.loads(text)) if isinstance(leaf, str))
    if "%" in text or "+" in text:
        yield unquote_plus(text)
    for word in _BASE64.findall(text)[:_PACKED_MOST]:
        if (inner := _of_base64(word)) is not None:
            yield from _readings(inner)


def _of_base64(word: str) -> bytes | None:
    try:
        return base64.b64decode(word, altchars=b"-_" if "-" in word or "_" in word else None, validate=True)
    except (binascii.Error, ValueError):
        return None


def shared(argument: str, inputs: Sequence[str], least: int) -> list[str]:
    """Give what an argument shares with an input, the longest stretches first, each of at least `least` characters.

    Only those that can be exchanged count: a stretch of nothing but punctuation says nothing, nor does one where what
    it would be exchanged for stands in the argument anyway, `b` for `a`.

    Args:
        argument: an event's argument, as text.
        inputs: as `texts` gives them.
        least: characters.
    """
    lowered = argument.lower()
    grams = {text[at : at + least] for text in inputs for at in range(len(text) - least + 1)}
    found: dict[str, None] = {}
    at = 0
    while at <= len(lowered) - least:
        end = at + least
        if lowered[at:end] not in grams:
            at += 1
            continue
        for text in inputs:
            while end < len(lowered) and lowered[at : end + 1] in text:
                end += 1
        found[lowered[at:end]] = None
        at = end
    changeable = [stretch for stretch in found if rotated(stretch) not in lowered]
    return sorted(changeable, key=len, reverse=True)[:TRIED]


def exchanged(data: bytes, stretch: str) -> Iterator[bytes]:
    """Yield the input with each place of a stretch rotated: in its bytes, or in what they hold as base64."""
    place = re.compile(re.escape(stretch), re.IGNORECASE)

    def rotate(found: re.Match[str]) -> str:
        return rotated(found.group())

    def repack(found: re.Match[str]) -> str:
        inner = _of_base64(found.group())
        if inner is None or not place.search(inner.decode("latin-1")):
            return found.group()
        changed = place.sub(rotate, inner.decode("latin-1")).encode("latin-1")
        alphabet = b"-_" if "-" in found.group() or "_" in found.group() else None
        return base64.b64encode(changed, altchars=alphabet).decode("ascii")

    seen = {data}
    for encoding in ("latin-1", "utf-8"):
        text = data.decode(encoding, "surrogateescape")
        for changed in (place.sub(rotate, text), _BASE64.sub(repack, text)):
            other = changed.encode(encoding, "surrogateescape")
            if other not in seen:
                seen.add(other)
                yield other
