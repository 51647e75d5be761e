"""JSON lines between processes, one of which hostile code may have taken over."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab.channel import Channel, Closed, pack, unpack
from fuzzlab.errors import HarnessError

Pair = tuple[Channel, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Give our end, and the other end's bare socket."""
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    yield channel, theirs
    channel.close()
    theirs.close()


@given(st.binary())
def test_bytes_survive(data: bytes) -> None:
    """What is packed is ASCII, fits a JSON string, and unpacks to the same bytes."""
    assert unpack(json.loads(json.dumps(pack(data)))) == data


@pytest.mark.parametrize("text", ["*", "AA=A", "\n", "é", "A"])
def test_what_nobody_packed(text: str) -> None:
    """What is no base64 is refused, not guessed at."""
    with pytest.raises(ValueError, match=r"\S"):
        unpack(text)


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers() | st.none()), max_size=5))
@settings(max_examples=30, deadline=None)
def test_messages_come_whole_and_in_order(messages: list[dict[str, object]]) -> None:
    """Any messages arrive as they were sent, and then comes Closed."""
    ours, theirs = socket.socketpair()
    sender, receiver = Channel(theirs), Channel(ours)
    for message in messages:
        sender.send(message)
    sender.close()
    for message in messages:
        assert receiver.receive(1) == message
    with pytest.raises(Closed):
        receiver.receive(1)
    receiver.close()


def test_no_message_in_time(pair: Pair) -> None:
    """Nothing, and half a line, are None after the timeout; the rest makes it whole."""
    channel, theirs = pair
    assert channel.receive(0) is None
    theirs.sendall(b'{"is": ')
    assert channel.receive(0.01) is None
    theirs.sendall(b'"ran"}\n{"is"')
    assert channel.receive(1) == {"is": "ran"}
    assert channel.receive(0.01) is None


def test_a_large_message(pair: Pair) -> None:
    """A batch of inputs is larger than any socket's buffer."""
    channel, theirs = pair
    other = Channel(theirs)
    message = {"inputs": [pack(b"x" * 1_000_000)] * 8}
    thread = threading.Thread(target=other.send, args=(message,))
    thread.start()
    assert channel.receive(30) == message
    thread.join()


@pytest.mark.parametrize(
    "line", [b"", b"garbage", b"[]", b"null", b"3", b'"text"', b"\xff\xfe", b"{", b"{}}", b"[" * 100_000, b"\x1b[31m"]
)
def test_hostile_lines(pair: Pair, line: bytes) -> None:
    """What is no message is the harness's error, short and printable; nothing of it is evaluated."""
    channel, theirs = pair
    theirs.sendall(line + b"\n")
    with pytest.raises(HarnessError) as caught:
        channel.receive(1)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_nobody_reads(pair: Pair) -> None:
    """To send to an end that is gone is Closed, and so is to wait for it."""
    channel, theirs = pair
    theirs.close()
    with pytest.raises(Closed):
        channel.send({"is": "lost"})
    with pytest.raises(Closed):
        channel.receive(1)


def test_high_descriptors() -> None:
    """A campaign with many files open may have an end above the 1023 that select(2) can watch."""
    ours, theirs = socket.socketpair()
    try:
        high = os.dup2(ours.fileno(), 1500)
    except OSError:
        pytest.skip("fewer than 1500 descriptors are allowed here")
    ours.close()
    channel = Channel(socket.socket(fileno=high))
    theirs.sendall(b"{}\n")
    assert channel.receive(1) == {}
    channel.close()
    theirs.close()
