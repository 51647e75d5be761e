"""What is a secret: by the name it goes under, and by its own shape. Pure; `fuzzlab.redaction` acts on it."""

from __future__ import annotations

import functools
import re
from enum import StrEnum
from typing import Final

__all__ = [
    "CARD",
    "EMAIL",
    "JWT",
    "PREFIX",
    "SHAPES",
    "Kind",
    "is_card",
    "is_email",
    "kind_of_name",
    "luhn_sum",
    "numeric",
    "taints",
]


class Kind(StrEnum):
    """What sort of secret was replaced."""

    AUTHORISATION = "authorisation"
    COOKIE = "cookie"
    KEY = "key"
    SIGNATURE = "signature"
    CARD = "card"
    EMAIL = "email"


# Names are compared without case and punctuation: X-Api-Key, api_key and apiKey are one.
_ANYWHERE: Final = ("password", "passwd", "passphrase", "apikey", "privatekey", "clientsecret")
_ENDINGS: Final = (
    "secret", "secretkey", "secretaccesskey", "token", "tokens", "accesskey", "accesskeyid", "authkey", "signingkey",
    "subscriptionkey", "functionskey", "sharedkey", "encryptionkey", "masterkey", "credential", "credentials",
    "sessionid", "sessid", "sessionkey", "passcode", "pwd", "pincode", "secrets",
)  # fmt: skip
_KEYS: Final = frozenset((
    "pin", "otp", "totp", "cvv", "cvv2", "cvc", "cvc2", "csc", "securitycode", "ssn", "sid", "session", "csrf", "xsrf",
    "pass", "jwt", "samlresponse", "assertion", "clientassertion", "codeverifier", "pan", "cardnumber",
    "ccnumber",
))  # fmt: skip
_AUTHORISATIONS: Final = ("authorization", "authorisation")
_SIGNATURE_ENDINGS: Final = ("signature", "signature256", "hmac", "hmacsha256", "digest", "contentmd5")
"""Digests are among them: a digest of the body as it was lets its secrets be guessed and checked."""


@functools.lru_cache(maxsize=4096)
def kind_of_name(name: str) -> Kind | None:
    """Say what sort of secret goes under this name of a header, parameter, field or key; None for no secret."""
    word = "".join(c for c in name.lower() if c.isalnum())
    if word.endswith(_AUTHORISATIONS) or word in ("auth", "bearer"):
        return Kind.AUTHORISATION
    if word.endswith(("cookie", "cookies", "cookie2")):
        return Kind.COOKIE
    if word.endswith(_SIGNATURE_ENDINGS) or word == "sig":
        return Kind.SIGNATURE
    if word in _KEYS or word.endswith(_ENDINGS) or any(part in word for part in _ANYWHERE):
        return Kind.KEY
    return None


def taints(name: str) -> bool:
    """Whether all that lies inside a container of this name is secret (`credentials`, `tokens`, `cookies`)."""
    return kind_of_name(name) is not None and name.lower() not in _KEYS


def numeric(name: str) -> bool:
    """Whether a number of this name is a secret: a `pin` is one, `max_tokens` is none."""
    return kind_of_name(name) is Kind.KEY and not name.lower().endswith(("token", "tokens"))


def luhn_sum(digits: str) -> int:
    """Give the sum of ISO/IEC 7812-1, annex B; a number with its check digit sums to a multiple of ten."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total


def is_card(text: str) -> bool:
    """Whether 13 to 19 digits, spaces and hyphens aside, are a payment card's number.

    No scheme issues numbers that begin with 0, and 1 (airlines) begins every time stamp in milliseconds too.
    """
    digits = text.replace(" ", "").replace("-", "")
    plausible = 13 <= len(digits) <= 19 and digits.isascii() and digits.isdecimal() and digits[0] not in "01"
    return plausible and luhn_sum(digits) % 10 == 0


CARD: Final = r"(?<![0-9])(?<![0-9]\.)[2-9](?:[ -]?[0-9]){12,18}(?![0-9])"

# The bounds keep the search linear: the look-behind lets a run of letters be entered at its beginning only.
EMAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}(?:@|%40)(?:[^\W_](?:[^\W_]|-){0,62}\.){1,8}[^\W\d_]{2,24}(?![\w-])"
JWT: Final = r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*"

_EMAIL: Final = re.compile(EMAIL)


def is_email(text: str) -> bool:
    """Whether a text is one address and nothing else."""
    return "%" not in text and _EMAIL.fullmatch(text) is not None


PREFIX: Final = re.compile(
    r"(?:sk|pk|rk)_(?:live|test)_|gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|A[KS]IA(?=[0-9A-Z]{16})|AIza(?=[\w-]{30})"
    r"|whsec_|ya29\.|SG\.(?=[\w-]{16})|npm_(?=\w{30})|pypi-(?=\w{30})|shp(?:at|ca|pa|ss)_|dop_v1_|hf_(?=\w{30})"
    r"|sk-(?=[\w-]{20})|key-(?=[0-9a-f]{32})"
)
"""How issuers mark their keys; a fake keeps the mark, which says whose it is and nothing more."""

SHAPES: Final = re.compile(
    r"(?P<pem>-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?P<pem_body>[^-]{1,65536}))"
    rf"|(?P<jwt>{JWT})"
    rf"|(?<![A-Za-z0-9])(?P<issued>(?:{PREFIX.pattern})[A-Za-z0-9_.+/=-]{{8,512}})"
    r"|(?<![A-Za-z0-9])(?P<hook>(?<=/services/)T\w{6,16}/B\w{6,16}/\w{16,64})"
    r"|(?P<bot>(?<=/bot)[0-9]{6,12}:[\w-]{30,50})"
    r"|(?<![A-Za-z0-9])(?P<scheme>(?:[Bb]earer|[Bb]asic|BEARER|BASIC) {1,3})"
    r"(?P<credentials>[A-Za-z0-9_.~+/-]{8,8192}=*)"
    r"|(?<=://)(?P<userinfo>[^\s/@:\"'<>]{1,256}:[^\s/@\"'<>]{1,256})(?=@)"
    r"|<(?P<tag>[A-Za-z][\w:.-]{0,60})(?:\s[^<>]{0,500})?>(?:<!\[CDATA\[)?(?P<content>[^<>]{1,4096})>?</"
    r"|(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z][\w.-]{0,60})\\?[\"']?\]?\s{0,3}(?:=>|:=|[:=])[ \t]{0,3}"
    rf"|(?P<email>{EMAIL})"
    rf"|(?P<card>{CARD})"
)
"""Secrets in plain text, the leftmost first: what is replaced once is not looked at again."""
