"""HAR as it is exported, as it is broken, and as somebody hostile writes it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.importers import Exchange, Flaw, har


def log(*entries: Any) -> bytes:
    """Write a log of entries."""
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def entry(request: dict[str, Any] | None = None, **content: Any) -> dict[str, Any]:
    """Give a plain entry, changed in places."""
    asked = {"method": "GET", "url": "https://a.example/x?y=1#z", "headers": [], **(request or {})}
    return {"request": asked, "response": {"status": 200, "statusText": "OK", "headers": [], "content": content}}


def one(made: dict[str, Any]) -> Exchange:
    """Read a log of one entry."""
    (found,) = har.read(log(made), "x.har")
    assert isinstance(found, Exchange), found
    return found


def test_requests() -> None:
    """The path has the query and no fragment; pseudo-headers and the wire's framing are gone; Host is there."""
    headers = [(":authority", "a.example"), ("Transfer-Encoding", "chunked"), ("X", "é"), ("X", "2")]
    posted = {"mimeType": "text/plain", "text": "héllo"}
    request = {"method": "PUT", "headers": [{"name": n, "value": v} for n, v in headers], "postData": posted}
    found = one(entry(request))
    assert found.request is not None
    assert (found.host, found.path) == ("a.example", "/x")
    assert (found.request.method, found.request.path) == ("PUT", "/x?y=1")
    assert found.request.headers == (("Host", "a.example"), ("X", "Ã©"), ("X", "2"), ("Content-Length", "6"))
    assert found.request.body == "héllo".encode()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://u:p@A.example:443/", "a.example"), ("http://a.example:443/", "a.example:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)  # fmt: skip
def test_hosts(url: str, host: str) -> None:
    """A host is in lower case, with a port that is not the scheme's own, and without who logged in."""
    found = one(entry({"url": url}))
    assert found.host == host
    assert found.request is not None
    assert found.request.headers[0] == ("Host", host)


PACKED = gzip.compress(b'{"a":1}', mtime=0)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text": "{}"}, b"{}"),
        ({}, b""),
        ({"text": "AAH/", "encoding": "base64"}, b"\x00\x01\xff"),
        ({"text": "AAH/\r\nAA==", "encoding": "base64"}, b"\x00\x01\xff\x00"),
        ({"text": "é", "mimeType": "text/plain; charset=ISO-8859-1"}, b"\xe9"),
        ({"text": "é", "mimeType": 'text/plain; charset="utf-16le"'}, b"\xe9\x00"),
        ({"text": "€", "mimeType": "text/plain; charset=ISO-8859-1"}, "€".encode()),
        ({"text": "6869", "mimeType": "text/plain; charset=hex"}, b"6869"),
    ],
)
def test_bodies(content: dict[str, Any], body: bytes) -> None:
    """Out of base64, or in the charset that is named; a codec that is none is not asked."""
    found = one(entry(**content))
    assert found.response is not None
    assert found.response.body == body


@pytest.mark.parametrize(("text", "kept"), [('{"a":1}', False), (base64.b64encode(PACKED).decode(), True)])
def test_a_content_coding_is_kept_over_what_is_coded(text: str, kept: bool) -> None:
    """Most recorders unpack a body and keep the header; then it goes."""
    made = entry(text=text, encoding="base64" if kept else None)
    made["response"]["headers"] = [{"name": "Content-Encoding", "value": "gzip"}]
    found = one(made)
    assert found.response is not None
    assert (("Content-Encoding", "gzip") in found.response.headers) == kept


def test_parameters_become_a_form() -> None:
    """Firefox records the parameters of a form and not always its text."""
    params = [{"name": "a b", "value": "1&2"}, {"name": "c", "value": "é"}]
    found = one(entry({"postData": {"mimeType": "application/x-www-form-urlencoded", "params": params, "text": ""}}))
    assert found.request is not None
    assert found.request.body == b"a+b=1%262&c=%C3%A9"


def test_what_was_blocked_has_no_response() -> None:
    """Status 0 is no answer."""
    made = entry()
    made["response"]["status"] = 0
    assert one(made).response is None


BROKEN: list[tuple[Any, str]] = [
    (None, "it is missing or no object"),
    ({}, "its request is missing"),
    (entry({"url": None}), "its URL"),
    (entry({"url": "data:text/plain,x"}), "none of http"),
    (entry({"url": "http://[::1"}), "its URL"),
    (entry({"method": 3}), "its method"),
    (entry({"method": "GET /\r\nX:"}), "its method"),
    (entry({"headers": "x"}), "its headers"),
    (entry({"headers": [{"name": "a", "value": "b\r\nc: d"}]}), "a header cannot be written"),
    (entry({"headers": [{"name": "a"}]}), "a header is no name"),
    (entry({"postData": []}), "its postData"),
    (entry({"postData": {"text": 7}}), "its postData has a text that is none"),
    (entry({"postData": {"mimeType": "multipart/form-data", "params": [{"name": "f"}]}}), "multipart"),
    (entry(text="%%", encoding="base64"), "its content is no base64"),
    ({**entry(), "response": {"status": "200"}}, "the status"),
    ({**entry(), "response": 7}, "its response"),
]


@pytest.mark.parametrize(("broken", "why"), BROKEN)
def test_a_broken_entry_costs_itself(broken: Any, why: str) -> None:
    """Its number and a reason; those around it are read."""
    before, flaw, after = har.read(log(entry(), broken, entry()), "x.har")
    assert isinstance(before, Exchange)
    assert isinstance(after, Exchange)
    assert after.number == 3
    assert isinstance(flaw, Flaw)
    assert (flaw.number, flaw.source) == (2, "x.har")
    assert why in flaw.why


@pytest.mark.parametrize("spoilt", [b"{nonsense}", b'{"request": }', b"[" * 9000 + b"]" * 9000, b"1" * 5000])
def test_broken_json_costs_itself(spoilt: bytes) -> None:
    """One entry that is no JSON, between two that are."""
    good = json.dumps(entry()).encode()
    data = b'{"log": {"entries": [' + b", ".join((good, spoilt, good)) + b"]}}"
    before, flaw, after = har.read(data, "x.har")
    assert isinstance(before, Exchange)
    assert isinstance(after, Exchange)
    assert isinstance(flaw, Flaw)
    assert flaw.number == 2


def test_a_file_cut_short_keeps_what_was_whole() -> None:
    """At every place of the cut: the whole entries are read, and the broken one is named."""
    data = log(entry(text='{"a": "]}"}'), entry(text="[" * 9), entry())
    seen = set()
    for cut in range(data.index(b"["), len(data)):
        found = list(har.read(data[:cut], "x.har"))
        whole = [item for item in found if isinstance(item, Exchange)]
        flaws = [item for item in found if isinstance(item, Flaw)]
        assert [item.number for item in whole] == list(range(1, len(whole) + 1))
        assert all(flaw.number in (0, len(whole) + 1) for flaw in flaws)
        assert len(flaws) <= 1
        seen.add(len(whole))
    assert seen == {0, 1, 2, 3}


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Write a log of which one place is anything at all, and perhaps not all of it."""
    made = entry({"postData": {"mimeType": "a/b", "text": "x", "params": []}}, text="x", encoding="", mimeType="a/b")
    places = [made, made["request"], made["response"], made["request"]["postData"], made["response"]["content"]]
    place = draw(st.sampled_from(places))
    place[draw(st.sampled_from(sorted(place)))] = draw(JUNK)
    data = log(made, entry())
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@given(hostile() | st.binary(max_size=80) | st.binary(max_size=40).map(lambda data: b'{"log":{"entries":[' + data))
def test_anything_is_read(data: bytes) -> None:
    """Entries and flaws, no exception; what is read can be written as a message."""
    har.looks_like(data)
    for item in har.read(data, "x.har"):
        if isinstance(item, Exchange):
            assert item.request is not None
            assert not any("\n" in part for pair in item.request.headers for part in pair)
            if item.response is not None:
                item.response.wire()
