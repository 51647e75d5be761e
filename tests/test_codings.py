"""Content codings: what was packed is unpacked, and what cannot be says why."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab import codings
from fuzzlab.codings import Unreadable, codings_of, decoded, encoded, looks_coded

CHAINS = [(), ("gzip",), ("deflate",), ("gzip", "deflate"), ("deflate", "gzip")]


@given(st.binary(), st.sampled_from(CHAINS))
def test_packed_and_unpacked(data: bytes, chain: tuple[str, ...]) -> None:
    """Decoding undoes encoding, which gives the same bytes every time."""
    packed = encoded(data, chain)
    assert decoded(packed, chain) == data
    assert encoded(data, chain) == packed
    assert looks_coded(packed, chain) == bool(chain)


@given(st.binary(), st.sampled_from(CHAINS))
def test_any_bytes_are_refused_or_read(data: bytes, chain: tuple[str, ...]) -> None:
    """Nothing but Unreadable is raised."""
    try:
        decoded(data, chain)
    except Unreadable:
        assert chain


def test_what_senders_send() -> None:
    """Several members of gzip, deflate without its header, x-gzip, identity."""
    assert decoded(gzip.compress(b"a") + gzip.compress(b"b"), ("gzip",)) == b"ab"
    bare = zlib.compressobj(wbits=-15)
    assert decoded(bare.compress(b"abc") + bare.flush(), ("deflate",)) == b"abc"
    assert codings_of(" X-GZIP , identity") == ("gzip",)
    assert codings_of(None) == ()


@pytest.mark.parametrize(
    ("data", "chain", "why"),
    [
        (b"x", ("br",), "content coding is br"),
        (b"x", ("hunter2",), "an unknown one"),
        (b"xxxx", ("gzip",), "not compressed as it says"),
        (gzip.compress(b"abcdef", mtime=0)[:-9], ("gzip",), "cut short"),
    ],
)
def test_the_reason_is_in_our_words(data: bytes, chain: tuple[str, ...], why: str) -> None:
    """A message names known codings only: a header's content may be a secret."""
    with pytest.raises(Unreadable, match=why) as caught:
        decoded(data, chain)
    assert "hunter2" not in str(caught.value)


def test_a_bomb_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than the limit is refused, in one stream or in many."""
    monkeypatch.setattr(codings, "LARGEST", 1000)
    assert len(decoded(gzip.compress(bytes(1000)), ("gzip",))) == 1000
    for bomb in (gzip.compress(bytes(1001)), gzip.compress(bytes(300)) * 4):
        with pytest.raises(Unreadable, match="unpacks to more"):
            decoded(bomb, ("gzip",))
