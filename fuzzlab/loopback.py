"""Where the live page is served: a port of this machine's own address, and the token that opens it."""

from __future__ import annotations

import importlib.util
import secrets
import socket

from fuzzlab.errors import UserError

__all__ = ["ADDRESS", "PORT", "address", "demand", "listen", "new_token"]

ADDRESS = "127.0.0.1"
"""Where it is served, and nowhere else."""

NEEDS = ("starlette", "uvicorn")
"""What must be installed for it."""

PORT = 8600
"""Where the page is looked for first; those after it are taken where it is in use."""

PORTS = 20
"""So many are tried before the kernel chooses."""

WAITING = 32
"""Connections that the kernel holds until they are answered; a browser opens six to a host at the most."""


def demand(option: str) -> None:
    """See that what the page needs is installed.

    Raises:
        UserError: it is not.
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDS):
        raise UserError(f"{option} needs starlette and uvicorn: pip install 'fuzzlab[dashboard]'")


def listen(port: int | None) -> socket.socket:
    """Open a port on this machine; the next free one where none is asked for.

    Raises:
        UserError: the one that is asked for cannot be had.
    """
    candidates = [port] if port is not None else [*range(PORT, PORT + PORTS), 0]
    for number in candidates:
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((ADDRESS, number))
            opened.listen(WAITING)
        except OSError as error:
            opened.close()
            reason = error.strerror or str(error)
        else:
            return opened
    raise UserError(f"--port {candidates[0]}: {reason}; without --port the next free one is taken")


def new_token() -> str:
    """Make a token that nobody guesses."""
    return secrets.token_urlsafe(32)


def address(opened: socket.socket, token: str) -> str:
    """Give the address at which somebody reads the page."""
    return f"http://{ADDRESS}:{opened.getsockname()[1]}/?token={token}"
