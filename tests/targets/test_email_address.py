"""E-mail addresses: the normal form or a refusal, without the network."""

import pytest

from targets.email_address import EmailAddressError, email_address


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ada@example.com", "ada@example.com"),
        (" Ada+cards@Example.COM\n", "Ada+cards@example.com"),
        ("ada@m\u00fcnchen.de", "ada@m\u00fcnchen.de"),
        ("ada@xn--mnchen-3ya.de", "ada@m\u00fcnchen.de"),
        ("u\u0308nal@example.com", "\u00fcnal@example.com"),
        ("INFO@example.com", "info@example.com"),
        ("ada@example\u3002com", "ada@example.com"),
    ],
)
def test_accepts(value: str, expected: str) -> None:
    """An address is given in its normal form, which is its own normal form."""
    assert email_address(value) == expected
    assert email_address(expected) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@mail.test",
        "ada@lovelace@example.com",
        '"ada lovelace"@example.com',
        "ada@[127.0.0.1]",
        "Ada <ada@example.com>",
        "ada\uff20example.com",
        "a\u200dda@example.com",
        "\u0301@example.com",
        "ada@xn--0.com",
        "ada@a\u200db.com",
        "ada@\ufb01.\u2488com",
        "ada\x00@example.com",
        "ada\ud800@example.com",
        "ada@exa\udfffmple.com",
        "a" * 255 + "@example.com",
        "@" * 65536,
    ],
)
def test_refuses(value: str) -> None:
    """Whatever the libraries below think of it, a bad address gives the declared error."""
    with pytest.raises(EmailAddressError):
        email_address(value)
