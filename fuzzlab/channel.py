"""JSON lines between a worker and its supervisor, over a socket pair; nothing is ever unpickled."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import socket
from typing import Any

from fuzzlab.errors import HarnessError

__all__ = ["Channel", "Closed", "pack", "unpack"]

CHUNK = 1 << 20
"""Bytes read at once."""

LINE_LIMIT = 256 << 20
"""Bytes of one message: a batch of inputs is far smaller; a worker that hostile code took over may send anything."""

Message = dict[str, Any]


class Closed(Exception):
    """The other end is gone."""


def pack(data: bytes) -> str:
    """Give bytes as they stand in a message."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Read what `pack` wrote."""
    return base64.b64decode(text, validate=True)


class Channel:
    """One end: messages out, messages in, in order."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._buffer = bytearray()
        self._readable = select.poll()  # select.select() cannot watch descriptors beyond 1023
        self._readable.register(end, select.POLLIN)

    def fileno(self) -> int:
        """Give the descriptor, for a selector."""
        return self._socket.fileno()

    def is_open(self) -> bool:
        """Whether this end still exists: code in the same process may have closed it."""
        try:
            os.fstat(self._socket.fileno())
        except OSError:
            return False
        return True

    def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            Closed: nobody reads it.
        """
        try:
            self._socket.sendall(json.dumps(message).encode("ascii") + b"\n")
        except OSError as error:
            raise Closed from error

    def receive(self, timeout: float | None = None) -> Message | None:
        """Give the next message, or None when none is complete within `timeout` seconds.

        Raises:
            Closed: there will be no more.
            HarnessError: what came is not a message.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            if not self._readable.poll(None if timeout is None else timeout * 1000):
                return None
            try:
                chunk = self._socket.recv(CHUNK)
            except OSError as error:
                raise Closed from error
            if not chunk:
                raise Closed
            self._buffer += chunk
            if len(self._buffer) > LINE_LIMIT:
                raise HarnessError("a worker sent a message without end")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise HarnessError(f"a worker sent what is no message: {line[:80]!r}") from error
        if not isinstance(message, dict):
            raise HarnessError(f"a worker sent what is no message: {line[:80]!r}")
        return message

    def close(self) -> None:
        """Close this end."""
        with contextlib.suppress(OSError):
            self._socket.close()
