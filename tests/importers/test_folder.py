"""Raw messages, a file each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.importers import Exchange, Flaw, folder


def one(data: bytes) -> Exchange:
    """Read a file that is a message."""
    assert folder.looks_like(data)
    (found,) = folder.read(data, "m")
    assert isinstance(found, Exchange)
    return found


def test_a_request_is_kept_as_it_is() -> None:
    """Its own bytes, whatever its lines end with."""
    for end in (b"\r\n", b"\n"):
        data = end.join((b"POST /a?b HTTP/1.1", b"Host:  A.example:8080", b"x:y", b"", b"body\n"))
        found = one(data)
        assert (found.raw, found.host, found.path, found.response) == (data, "a.example:8080", "/a", None)
        assert found.request is not None
        assert found.request.body == b"body\n"


def test_a_response() -> None:
    """Status, reason and headers; a reason may be missing."""
    found = one(b"HTTP/1.1 404 Not Found\r\nA: 1\r\n\r\nno")
    assert found.response is not None
    assert (found.response.status, found.response.reason, found.response.headers) == (404, "Not Found", (("A", "1"),))
    assert found.response.body == b"no"
    assert found.response.wire() == found.raw
    bare = one(b"HTTP/1.0 204\n\n")
    assert bare.response is not None
    assert bare.response.reason == ""


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"abc0123456789"),
        (b"0\r\n\r\n", b""),
        (b"3\nabc\n0\n\n", b"abc"),
        (b"4\r\nabc", b"4\r\nabc"),
        (b"zz\r\nabc", b"zz\r\nabc"),
        (b"ffffffff\r\nabc", b"ffffffff\r\nabc"),
    ],
)
def test_chunks_are_put_together(sent: bytes, body: bytes) -> None:
    """As a framework hands them over; what is not in chunks stays."""
    found = one(CHUNKED + sent)
    assert found.request is not None
    assert found.request.body == body
    assert (found.raw is None) == (body != sent)
    if found.raw is None:
        assert found.request.header("Transfer-Encoding") is None


def test_what_an_editor_added_is_cut_off() -> None:
    """White space behind the length that the message names; anything else behind it stays."""
    head = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
    for sent, body in ((b"{}\n", b"{}"), (b"{}x", b"{}x"), (b"{", b"{")):
        request = one(head + sent).request
        assert request is not None
        assert request.body == body


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nx\r\n\r\n", b"HTTP/1.1 200\r\nx"])
def test_a_broken_head_is_a_flaw(data: bytes) -> None:
    """In words of ours."""
    (flaw,) = folder.read(data, "m")
    assert isinstance(flaw, Flaw)
    assert flaw.number == 1


@given(st.binary(max_size=80), st.sampled_from([b"", CHUNKED, b"HTTP/1.1 200 OK\r\n", b"GET / HTTP/1.1\r\n"]))
def test_any_bytes_are_read(data: bytes, before: bytes) -> None:
    """One entry or one flaw."""
    folder.looks_like(before + data)
    (found,) = folder.read(before + data, "m")
    assert found.number == 1
