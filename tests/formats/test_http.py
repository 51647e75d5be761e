"""HTTP: the message as it is on the wire, and bodies that stay signed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fuzzlab import formats
from fuzzlab.errors import Undecodable, UserError
from fuzzlab.formats import HttpMessage, signers
from tests.formats import seeded

PLAIN = formats.http()
SIGNER = signers.github("secret")
SIGNED = formats.http(body=formats.json(), signer=SIGNER, path="/hook", headers={"User-Agent": "x"})
STRIPE = formats.http(body=formats.json(), signer=signers.stripe("secret"))
DOCUMENT = b'{"id": "7", "lines": [{"sku": "a"}]}'
INPUT = SIGNED.encode(SIGNED.message(DOCUMENT))


def _is_signed(data: bytes, signer: signers.Signer = SIGNER) -> bool:
    message = PLAIN.decode(data)
    return signer.sign(message) == message


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /a?b=c%20d HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX: \xe9\xff\r\nx: 2\r\n\r\n\x00\xff\r\n\r\nrest",
        b"X * HTTP/1.1\r\nA: b: c\r\nContent-Length: 999\r\n\r\nshort",
        b"POST http://a/b c HTTP/1.1\r\nFolded: a\r\n\tb\r\n  c\r\nNext: d\r\n\r\n",
        b'POST / HTTP/1.1\r\nA: say "hi" ; q=1\r\n\r\n' + bytes(range(256)),
        INPUT,
    ],
)
def test_well_formed_messages_are_kept_byte_for_byte(data: bytes) -> None:
    """encode(decode(data)) is data, whatever the body is and whatever Content-Length says."""
    assert PLAIN.encode(PLAIN.decode(data)) == data


def test_decode() -> None:
    """The head is latin-1, names keep their case, values lose the white space around them, the body is the rest."""
    data = b"PUT /a b HTTP/1.0\nHost:a\nX-Name: \t\xe9 \nx-name: 2\n\n\r\nbody"
    message = PLAIN.decode(data)
    assert message == HttpMessage("PUT", "/a b", (("Host", "a"), ("X-Name", "é"), ("x-name", "2")), b"\r\nbody")
    assert message.header("X-NAME") == "é"
    assert message.header("absent") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b'{"a": 1}',
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/x\r\n\r\n",
        b" / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: first\xff\r\nno colon\r\n\r\n",
    ],
)
def test_what_has_no_head_is_undecodable(data: bytes) -> None:
    """A request line, headers and an empty line are what makes a request."""
    with pytest.raises(Undecodable):
        PLAIN.decode(data)


def test_with_header_and_with_body() -> None:
    """with_header replaces all of the name, in the first one's place, or appends; the message itself stays."""
    message = HttpMessage("POST", "/", (("A", "1"), ("B", "2"), ("a", "3")), b"x")
    assert message.with_header("a", "9").headers == (("A", "9"), ("B", "2"))
    assert message.with_header("C", "4").headers == (("A", "1"), ("B", "2"), ("a", "3"), ("C", "4"))
    assert message.with_body(b"y") == HttpMessage("POST", "/", message.headers, b"y")
    assert message.body == b"x"
    with pytest.raises(AttributeError):
        message.body = b""  # type: ignore[misc]


def test_a_request_is_made_of_the_door_s_arguments() -> None:
    """Method, path, headers, type, length and signature stand in the requests that are made."""
    message = SIGNED.message(b"{}")
    assert (message.method, message.path, message.body) == ("POST", "/hook", b"{}")
    assert message.header("Content-Type") == "application/json"
    assert message.header("Content-Length") == "2"
    assert message.header("User-Agent") == "x"
    assert message.header("Host") == "example.com"
    assert _is_signed(SIGNED.encode(message))
    own = formats.http(body=formats.text(), headers=[("content-type", "x/y"), ("Host", "b")])
    assert own.message(b"").headers == (("Host", "b"), ("Content-Type", "x/y"), ("Content-Length", "0"))


def test_values_are_signed() -> None:
    """Every generated request bears a valid signature over its body."""

    @settings(
        max_examples=50,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(SIGNED.strategy())
    def law(data: bytes) -> None:
        assert _is_signed(data)

    law()


def test_mutated_bodies_are_mostly_signed_again() -> None:
    """About 7 of 8 changed bodies are signed, and keep a right Content-Length; the rest are not signed."""
    rng = seeded(31)
    changed = signed = 0
    sent = PLAIN.decode(INPUT)
    for _ in range(3_000):
        message = SIGNED.change_body(rng, sent)
        if message is not None and message.body != DOCUMENT:
            changed += 1
            signed += SIGNER.sign(message) == message
            assert message.header("Content-Length") == str(len(message.body))
            assert message.header("User-Agent") == "x"
    assert changed > 1_000
    assert 0.8 < signed / changed < 0.95


def test_a_wrong_content_length_stays_wrong() -> None:
    """A length that was wrong before a mutation is kept as it is written."""
    data = SIGNED.encode(SIGNED.message(DOCUMENT).with_header("Content-Length", "3"))
    mutated = SIGNED.mutate_bytes(data, lambda body, _: body[:5], 1000)
    assert PLAIN.decode(mutated).header("Content-Length") == "3"
    assert PLAIN.decode(mutated).body == DOCUMENT[:5]
    assert _is_signed(mutated)


def test_blind_mutations_reach_the_body_and_are_signed_again() -> None:
    """mutate_bytes hands over the body and room for what stands around it."""
    seen: list[tuple[bytes, int]] = []

    def mutation(data: bytes, room: int) -> bytes:
        seen.append((data, room))
        return (data + b"!" * 10_000)[:room]

    mutated = SIGNED.mutate_bytes(INPUT, mutation, 1_000)
    assert seen[0][0] == DOCUMENT
    assert 950 < len(mutated) <= 1_000
    assert _is_signed(mutated)
    assert SIGNED.mutate_bytes(b"no head", lambda data, _: data[::-1], 1_000) == b"daeh on"
    assert len(SIGNED.mutate_bytes(INPUT, lambda data, room: data[:room], 20)) <= 20


def test_reductions_of_a_signed_message_are_signed() -> None:
    """A simpler body is signed again; the head becomes simpler without it."""
    bodies = [data for data in SIGNED.reductions(INPUT) if PLAIN.decode(data).body != DOCUMENT]
    assert len(bodies) > 10
    assert all(_is_signed(data) for data in bodies)
    assert any(PLAIN.decode(data).header("User-Agent") is None for data in SIGNED.reductions(INPUT))


def test_reductions_of_a_message_with_a_bad_signature_keep_it() -> None:
    """What broke behind a bad signature is not repaired while it is reduced."""
    message = SIGNED.message(DOCUMENT).with_header("X-Hub-Signature-256", "sha256=00")
    for data in SIGNED.reductions(SIGNED.encode(message)):
        assert PLAIN.decode(data).header("X-Hub-Signature-256") in (None, "sha256=00", *_shorter("sha256=00"))


def _shorter(value: str) -> set[str]:
    return {made for made in formats.text().simpler(value) if len(made) <= len(value)}


@pytest.mark.parametrize(
    ("format_", "wanted"),
    [
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature") is None, id="signature missing"),
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature").startswith("t=-1,v1="), id="time negative"),
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature").startswith("t=1_700_000_000,"), id="time spelled"),
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature").startswith("t=nan,"), id="time is no number"),
        pytest.param(STRIPE, lambda m: "\xe9" in m.header("Stripe-Signature"), id="signature not ASCII"),
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature").endswith("v1="), id="signature empty"),
        pytest.param(STRIPE, lambda m: m.header("Stripe-Signature").count("v1=") == 2, id="two signatures"),
        pytest.param(
            STRIPE, lambda m: len([n for n, _ in m.headers if n == "Stripe-Signature"]) == 2, id="header doubled"
        ),
        pytest.param(STRIPE, lambda m: m.header("Content-Type").endswith("charset=utf-16"), id="charset"),
        pytest.param(STRIPE, lambda m: "\r\n" in m.header("Host"), id="header folded"),
        pytest.param(STRIPE, lambda m: m.headers[0][0] != "Host" and len(m.headers) == 4, id="headers swapped"),
        pytest.param(STRIPE, lambda m: m.method == "GET", id="method"),
        pytest.param(STRIPE, lambda m: len(m.path) > 1000, id="long path"),
        pytest.param(STRIPE, lambda m: m.header("Transfer-Encoding") == "chunked", id="chunked"),
        pytest.param(STRIPE, lambda m: len(m.headers) > 100, id="many headers"),
        pytest.param(
            STRIPE,
            lambda m: m.body == b'{"id":"7"}' and signers.stripe("secret").sign(m) == m,
            id="key missing, signed",
        ),
    ],
)
def test_named_nastiness_is_reached(format_: Any, wanted: Any) -> None:
    """One mutation of an ordinary signed webhook gives each of these within 20,000 tries."""
    data = format_.encode(format_.message(DOCUMENT))
    rng = seeded(32)
    for _ in range(20_000):
        mutated = format_.mutate(data, rng, 65_536)
        try:
            if mutated is not None and wanted(PLAIN.decode(mutated)):
                return
        except (Undecodable, AttributeError, IndexError, TypeError):
            continue
    pytest.fail("not reached")


@pytest.mark.parametrize(
    "options",
    [
        {"method": ""},
        {"method": "A B"},
        {"path": "/\r\nX"},
        {"headers": {"A": "b\r\n\r\n"}},
        {"headers": {"A:": "b"}},
        {"headers": {"A": "\u20ac"}},
    ],
)
def test_what_no_request_can_hold_is_the_user_s_mistake(options: dict[str, Any]) -> None:
    """The door refuses what would not read back."""
    with pytest.raises(UserError, match="no HTTP request"):
        formats.http(**options)
