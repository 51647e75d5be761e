"""Same-shaped fakes in the place of secrets.

A fake is made of the secret's shape and of a number, how many secrets of that shape came before it, and of nothing
else: there is no key to lose and nothing to compute backwards, and two people who import one recording get the same
files. What has been replaced already is known again and stays. A fake of a few characters may be the secret by
chance; nobody can tell.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from fuzzlab.jsonleaves import leaves, written
from fuzzlab.sensitive import JWT, PREFIX, is_card, is_email, luhn_sum

__all__ = ["Fakes"]

DOMAIN: Final = "example.invalid"
"""Reserved by RFC 2606, section 2: no mail arrives there."""

NOBODY_S: Final = ".invalid"
"""The end of every address that is a fake already."""

SHORTEST_EMAIL: Final = len("a@b.invalid")
"""Characters: a shorter address has no fake of its length, and grows to this."""

ISSUER_DIGITS: Final = 6
"""Of a card number: they name the issuer, not the card, and a parser looks at them."""

MOST_TRIES: Final = 100
"""Fakes refused because another secret has them; a shape with so few fakes (one digit) gives one of them twice."""

KNOWN_AGAIN: Final = 16
"""Fakes of a shape that are told from secrets, so that what was imported once keeps them in whatever company."""

TELLING: Final = 8
"""Characters that a fake must have made up for that: a card's three digits are no fake because they look like one."""

HEX: Final = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
UUID_LENGTH: Final = 36
UUID_KEPT: Final = (14, 19)
"""Where a UUID says its version and variant (RFC 9562, section 4), which parsers check."""

TIMES: Final = ("exp", "iat", "nbf", "auth_time", "updated_at")
"""Claims of a token that are moments, no secrets, and that a parser compares."""

_ODD: Final = "!#$*?^"
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_STRUCTURE: Final = frozenset("-_.=+/:~ ,;%&@|\"'\\()[]{}<>\t\r\n")
"""Kept where they stand: they hold the rest in its form."""

_jwt: Final = re.compile(JWT)


class Fakes:
    """The fakes of one import: the same secret has the same fake wherever it stands."""

    def __init__(self) -> None:
        self._fakes: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._used: set[str] = set()
        self._own: dict[str, frozenset[str]] = {}

    def of(self, secret: str) -> str:
        """Give the fake of a secret: a card's of a card's number, an address's of an address, a token's of a token."""
        if not secret:
            return secret
        known = self._fakes.get(secret)
        if known is None:
            known = self._fakes[secret] = self._made(secret)
        return known

    def of_number(self, secret: int) -> str:
        """Give the fake of a number: one of the same sign and of as many digits."""
        return "-" * (secret < 0) + self.of(str(abs(secret)))

    def _made(self, secret: str) -> str:
        if is_card(secret):
            return self._card(secret)
        if is_email(secret):
            return self._email(secret)
        if secret.startswith("eyJ") and _jwt.fullmatch(secret):
            return self._jwt(secret)
        return self._like(secret)

    def _like(self, secret: str) -> str:
        prefix = found[0] if (found := PREFIX.match(secret)) else ""
        rest = secret[len(prefix) :]
        if not any(c.isalnum() or c in _ODD for c in rest):
            rest = "x" * len(rest)  # of punctuation alone, nothing would be left to change
        hexadecimal = HEX.fullmatch(rest) is not None
        kept: tuple[int, ...] = UUID_KEPT if hexadecimal and len(rest) == UUID_LENGTH and "-" in rest else ()
        pattern = "".join(c if at in kept else _class(c, hexadecimal=hexadecimal) for at, c in enumerate(rest))
        if rest.isdecimal():  # a number stays one of as many digits, and an identifier keeps its zero
            zero = int(rest[0]) == 0
            pattern, kept = ("0" if zero else "1") + pattern[1:], (0,) if zero else kept
        if sum(sign in "0aAfF" for sign in pattern) >= TELLING and self._is_own(rest, f"{prefix}|{pattern}", kept):
            return secret
        return prefix + self._next(f"{prefix}|{pattern}", lambda stream: _filled(pattern, kept, stream))

    def _is_own(self, text: str, shape: str, kept: tuple[int, ...]) -> bool:
        """Whether a text is one that we would put in a secret's place."""
        if shape not in self._own:
            pattern = shape.partition("|")[2]
            streams = (_stream(f"{shape}|{number}|0") for number in range(1, KNOWN_AGAIN + 1))
            self._own[shape] = frozenset(_filled(pattern, kept, stream) for stream in streams)
        return text in self._own[shape]

    def _card(self, secret: str) -> str:
        digits = secret.replace(" ", "").replace("-", "")
        if digits != secret:
            plain = iter(self.of(digits))
            return "".join(next(plain) if c.isdigit() else c for c in secret)
        issuer = digits[:ISSUER_DIGITS]

        def make(stream: Iterator[int]) -> str:
            start = issuer + "".join(str(next(stream) % 10) for _ in digits[ISSUER_DIGITS:-1])
            return start + str(-luhn_sum(start + "0") % 10)

        return self._next(f"card|{issuer}|{len(digits)}", make)

    def _email(self, secret: str) -> str:
        if secret.endswith(NOBODY_S):
            return secret
        length = max(len(secret), SHORTEST_EMAIL)
        domain = DOMAIN if length >= len(DOMAIN) + 2 else f"{'b' * (length - len('a@.invalid'))}.invalid"
        room = length - len(domain) - 1
        local = secret.partition("@")[0][:room]
        shape = "".join(_class(c, hexadecimal=False) for c in local).replace("!", "a").ljust(room, "a")
        shape = re.sub(r"[^a0A+._-]", "a", shape)
        # A dot stands alone and not at an end (RFC 5322, section 3.2.3).
        shape = "a" + re.sub(r"\.(?=\.|$)", "a", shape[1:]) if shape else shape
        return self._next(f"email|{shape}|{domain}", lambda stream: f"{_filled(shape, (), stream)}@{domain}")

    def _jwt(self, secret: str) -> str:
        """Give a token that a reader of tokens reads: the head as it is, other claims, another signature."""
        head, claims, signature = secret.split(".")
        try:
            text = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode("utf-8")
            json.loads(text)
            parts: list[str] = []
            end = 0
            for leaf in leaves(text):
                value = leaf.value(text)
                if leaf.is_key or leaf.name in TIMES or not isinstance(value, str | int) or isinstance(value, bool):
                    continue
                fake = written(self.of(value)) if isinstance(value, str) else self.of_number(value)
                parts += (text[end : leaf.start], fake)
                end = leaf.end
            faked = "".join((*parts, text[end:])).encode()
            claims = base64.urlsafe_b64encode(faked).rstrip(b"=").decode()
        except (binascii.Error, ValueError, RecursionError):
            claims = self._like(claims) if claims else ""
        return f"{head}.{claims}.{self._like(signature) if signature else ''}"

    def _next(self, shape: str, make: Callable[[Iterator[int]], str]) -> str:
        number = self._numbers[shape] = self._numbers.get(shape, 0) + 1
        fake = ""
        for attempt in range(MOST_TRIES):
            fake = make(_stream(f"{shape}|{number}|{attempt}"))
            if fake not in self._used:
                break
        self._used.add(fake)
        return fake


def _class(c: str, *, hexadecimal: bool) -> str:
    """Give the sign of a character's class; where it stands for itself, itself."""
    if c.isdecimal():
        return "0"
    if hexadecimal and c != "-":
        return "f" if c.islower() else "F"
    if c.isupper():
        return "A"
    if c.isalnum():
        return "a"
    return c if c in _STRUCTURE else "!"


def _filled(pattern: str, kept: tuple[int, ...], stream: Iterator[int]) -> str:
    made = []
    for at, sign in enumerate(pattern):
        number = next(stream)
        if at in kept:
            made.append(sign)
        elif sign == "0":
            made.append(str(number % 10))
        elif sign == "1":
            made.append(str(1 + number % 9))
        elif sign in "aA":
            letter = _LOWER[number % 26]
            made.append(letter if sign == "a" else letter.upper())
        elif sign in "fF":
            letter = _LOWER[number % 6]
            made.append(letter if sign == "f" else letter.upper())
        else:
            made.append(_ODD[number % len(_ODD)] if sign == "!" else sign)
    return "".join(made)


def _stream(seed: str) -> Iterator[int]:
    """Yield bytes without end, the same for the same seed in every version of Python."""
    block = 0
    while True:
        yield from hashlib.sha256(f"{block}|{seed}".encode("utf-8", "surrogatepass")).digest()
        block += 1
