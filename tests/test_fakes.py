"""Fakes: of the secret's shape, the same for the same secret, and made of nothing else."""

from __future__ import annotations

import base64
import json
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.fakes import Fakes
from fuzzlab.sensitive import EMAIL, is_card, luhn_sum

CARDS = ["4242424242424242", "378282246310005", "6011111111111117", "30569309025904", "5555555555554444"]
TOKEN = ".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub": "usr_91", "n": 17, "exp": 1772446447}', b"\xff" * 32)
)


def classes(text: str) -> str:
    """Give a text with its digits and letters made one each."""
    return re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "0", text)))


ascii_words = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="!#$*?^`@"), min_size=1)


@given(ascii_words.filter(lambda word: any(c.isalnum() for c in word) and not is_card(word)))
def test_a_fake_has_the_shape(secret: str) -> None:
    """Length and class of every character stay, and so does punctuation."""
    assert classes(Fakes().of(secret)) == classes(secret)


@given(st.lists(st.text(min_size=1, max_size=30), max_size=12))
def test_to_fake_fakes_changes_nothing(secrets: list[str]) -> None:
    """Whoever redacts what is redacted, in the same order, gets it as it was."""
    first, second = Fakes(), Fakes()
    made = [first.of(secret) for secret in secrets]
    assert [second.of(fake) for fake in made] == made


def test_fakes_are_known_in_other_company() -> None:
    """What was made of the third secret stays where it is the only one; a short one may not."""
    secrets = [
        "hunter2hunter2",
        "letmein0letmei",
        "trustno1trustn",
        "a.b1@corp-of.example",
        "c.d2@corp-in.example",
        *CARDS,
    ]
    secrets += ["ab" * 16, "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"]
    first = Fakes()
    for fake in [first.of(secret) for secret in secrets]:
        assert fake not in secrets
        assert Fakes().of(fake) == fake


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8), unique=True, max_size=20))
def test_secrets_are_told_apart(secrets: list[str]) -> None:
    """Two secrets have two fakes, and one secret has one."""
    fakes = Fakes()
    made = [fakes.of(secret) for secret in secrets]
    assert len(set(made)) == len(made)
    assert [fakes.of(secret) for secret in secrets] == made


def test_a_fake_says_nothing_of_its_secret() -> None:
    """Of two secrets of one shape, each the first of its import, the fakes are the same."""
    assert Fakes().of("hunter2") == Fakes().of("letmei9") != "hunter2"
    assert Fakes().of("4242424242424242") == Fakes().of("4242420000000000")


@pytest.mark.parametrize("card", CARDS)
def test_a_card_stays_a_card(card: str) -> None:
    """Luhn's sum, length, issuer and separators stay; one card is one however it is spaced."""
    fakes = Fakes()
    fake = fakes.of(card)
    assert is_card(fake)
    assert (len(fake), fake[:6]) == (len(card), card[:6])
    assert fake != card
    assert fakes.of(f"{card[:4]} {card[4:8]}-{card[8:]}") == f"{fake[:4]} {fake[4:8]}-{fake[8:]}"


@given(st.from_regex(r"[a-z0-9_+-]{1,20}(\.[a-z0-9]{1,5}){0,2}@[a-z]{1,12}\.(com|org|co)", fullmatch=True))
def test_an_address_stays_an_address(address: str) -> None:
    """Valid, at a domain that nobody has, and as long, unless it was shorter than any."""
    fake = Fakes().of(address)
    assert re.fullmatch(EMAIL, fake)
    assert fake.endswith(".invalid")
    assert len(fake) == max(len(address), len("a@b.invalid"))
    if len(address) >= 17:
        assert fake.endswith("@example.invalid")
    local = fake.partition("@")[0]
    assert ".." not in local
    assert local[0] != "." != local[-1]


def test_a_token_stays_a_token() -> None:
    """Its head and its times stay; other claims and the signature are fakes, and the length is the same."""
    fake = Fakes().of(TOKEN)
    head, claims, signature = fake.split(".")
    assert head == TOKEN.split(".")[0]
    assert signature != TOKEN.split(".")[2]
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert read["exp"] == 1772446447
    assert (classes(read["sub"]), classes(str(read["n"]))) == ("aaa_00", "00")
    assert read["sub"] != "usr_91"
    assert len(fake) == len(TOKEN)


def test_identifiers_stay_readable() -> None:
    """A UUID stays one of its version; hexadecimal stays so; an issuer's mark stays."""
    fakes = Fakes()
    fake = uuid.UUID(fakes.of("72d3162e-cc78-41e3-81ab-4c9367dc0958"))
    assert (fake.version, fake.variant) == (4, uuid.RFC_4122)
    assert bytes.fromhex(fakes.of("00ff" * 16)) != bytes.fromhex("00ff" * 16)
    assert fakes.of("sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc").startswith("sk_live_")
    assert fakes.of("ghp_16C7e42F292c6912E7710c838347Ae178B4a").startswith("ghp_")


def test_what_has_nothing_to_change_is_changed() -> None:
    """A password of punctuation alone does not stay as it is; nothing stays nothing."""
    assert "." not in Fakes().of("..-..")
    assert Fakes().of("") == ""


@given(st.integers())
def test_a_number_stays_a_number(number: int) -> None:
    """As many digits, the same sign, no zero in front."""
    fake = Fakes().of_number(number)
    assert len(fake) == len(str(number))
    assert str(int(fake)) == fake or number == 0


def test_luhn() -> None:
    """The examples of the standard, with a digit wrong, and with two exchanged."""
    assert luhn_sum("79927398713") % 10 == 0
    assert luhn_sum("79927398710") % 10 != 0
    assert not is_card("4242424242424224")
    assert not is_card("1772442847300")
