"""Cassettes of vcrpy and of VCR, whole and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.importers import Exchange, Flaw, vcr
from tests.importers.test_har import JUNK


def interaction(body: Any = None, answer: Any = "{}", **request: Any) -> dict[str, Any]:
    """Give what vcrpy records."""
    asked = {"method": "GET", "uri": "https://a.example/x", "body": body, "headers": {"A": ["1", "2"]}, **request}
    status = {"code": 200, "message": "OK"}
    return {"request": asked, "response": {"status": status, "headers": {}, "body": {"string": answer}}}


def cassette(*interactions: Any) -> dict[str, Any]:
    """Give a whole cassette."""
    return {"version": 1, "interactions": list(interactions)}


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps], ids=["yaml", "json"])
def test_both_serialisers(write: Any) -> None:
    """The same entries out of YAML and JSON, every header as often as it was sent."""
    data = write(cassette(interaction("x=é", '{"b": "\\u2028"}'), interaction())).encode()
    assert vcr.looks_like(data)
    first, second = vcr.read(data, "c")
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert first.request is not None
    assert first.response is not None
    assert first.request.headers == (("Host", "a.example"), ("A", "1"), ("A", "2"), ("Content-Length", "4"))
    assert (first.request.body, first.response.body) == ("x=é".encode(), b'{"b": "\\u2028"}')
    assert second.number == 2


@given(st.binary(max_size=200) | st.text(max_size=50))
def test_bodies_are_as_they_were(body: bytes | str) -> None:
    """Bytes and text come out as vcrpy put them in."""
    (found,) = vcr.read(yaml.safe_dump(cassette(interaction(answer=body))).encode(), "c")
    assert isinstance(found, Exchange)
    assert found.response is not None
    assert found.response.body == (body if isinstance(body, bytes) else body.encode())


def test_ruby_s_cassettes() -> None:
    """`http_interactions`, methods in lower case, bodies in base64 or in an encoding that is named."""
    made = [
        {
            "request": {"method": "post", "uri": "http://a.example/", "body": {"encoding": "UTF-8", "string": "é"}},
            "response": {"status": {"code": 200, "message": None}, "headers": {"A": ["1"]},
                         "body": {"encoding": "ASCII-8BIT", "base64_string": "AAH/\n"}},
        },
        {"request": {"method": "get", "uri": "http://a.example/", "body": {"encoding": "ISO-8859-1", "string": "é"}}},
    ]  # fmt: skip
    data = b"---\n" + yaml.safe_dump({"http_interactions": made, "recorded_with": "VCR 6.2.0"}).encode()
    assert vcr.looks_like(data)
    first, second = vcr.read(data, "c")
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert first.request is not None
    assert first.response is not None
    assert second.request is not None
    assert (first.request.method, first.request.body, first.response.body) == ("POST", "é".encode(), b"\x00\x01\xff")
    assert (second.request.body, second.response) == (b"\xe9", None)


BROKEN: list[tuple[Any, str]] = [
    (None, "it is missing"), ({}, "its request is missing"), (interaction(uri=None), "its URL"),
    (interaction(headers=["x"]), "its headers"), (interaction(headers={"a": [{}]}), "a header is no name"),
    (interaction(body=[1]), "its request's body is no text"), (interaction(method=None), "its method"),
    ({**interaction(), "response": {"status": {"code": "x"}}}, "the status"),
    ({**interaction(), "response": {"status": {"code": 200}, "body": {"base64_string": "%"}}}, "no base64"),
]  # fmt: skip


@pytest.mark.parametrize("write", [yaml.safe_dump, json.dumps], ids=["yaml", "json"])
@pytest.mark.parametrize(("broken", "why"), BROKEN)
def test_a_broken_interaction_costs_itself(broken: Any, why: str, write: Any) -> None:
    """Its number and a reason; those around it are read."""
    before, flaw, after = vcr.read(write(cassette(interaction(), broken, interaction())).encode(), "c")
    assert isinstance(before, Exchange)
    assert isinstance(after, Exchange)
    assert isinstance(flaw, Flaw)
    assert flaw.number == 2
    assert why in flaw.why


def test_a_cassette_cut_short_keeps_what_was_whole() -> None:
    """Of a file that breaks off, the last entry is not trusted."""
    text = yaml.safe_dump(cassette(interaction(), interaction(), interaction("'secret-secret")))
    found = list(vcr.read(text[: text.index("secret-secret") + 5].encode(), "c"))
    assert [type(item) for item in found] == [Exchange, Exchange, Flaw]
    assert isinstance(found[2], Flaw)
    assert "secr" not in found[2].why


@given(JUNK, st.sampled_from(["request", "response"]), st.sampled_from(["method", "uri", "body", "headers", "status"]))
def test_anything_is_read(junk: Any, side: str, field: str) -> None:
    """Entries and flaws, no exception."""
    made = interaction()
    made[side][field] = junk
    for data in (yaml.safe_dump(cassette(made, junk)).encode(), json.dumps({"interactions": [made, junk]}).encode()):
        assert len(list(vcr.read(data, "c"))) == 2


@given(st.text(st.sampled_from("interactions:-[]{}&*!|>'\"#, \n\t")) | st.binary(max_size=60))
def test_any_text_is_read(text: str | bytes) -> None:
    """Whatever follows the beginning of a cassette."""
    data = text if isinstance(text, bytes) else text.encode()
    for beginning in (b"interactions:\n", b'{"interactions": [', b""):
        assert all(isinstance(item, Exchange | Flaw) for item in vcr.read(beginning + data, "c"))
