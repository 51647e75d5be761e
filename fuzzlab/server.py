"""The server of the live page. This is the only module that knows uvicorn.

Beside a campaign it is a process of its own (`fuzzlab.companion`): what it costs, and how it fails, is no business of
the campaign's.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fuzzlab.feed import Feed
from fuzzlab.follower import Follower
from fuzzlab.lazy import LazyModule
from fuzzlab.livepage import LivePage
from fuzzlab.project import Project

if TYPE_CHECKING:
    import uvicorn
else:
    uvicorn = LazyModule("uvicorn")

__all__ = ["main", "serve"]

READERS = 32
"""Connections at once: a browser holds six to a host at the most."""

CLOSING = 2
"""Seconds that connections have to end when the server does."""

BEHIND = 5
"""Of the server beside a campaign: it gives way to workers, and still paints on a busy machine."""


def serve(follower: Follower, root: Path, opened: socket.socket, token: str, is_told: Callable[[], bool]) -> None:
    """Serve the page until it is told to end, or by Ctrl-C.

    Args:
        follower: reads the log.
        root: of the project.
        opened: where it is served.
        token: who has it may read.
        is_told: whether to end.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """

    def is_ending() -> bool:
        if is_told():
            server.should_exit = True
        return server.should_exit

    page = LivePage(Feed(follower, root), token=token, port=opened.getsockname()[1], is_ending=is_ending)
    config = uvicorn.Config(
        page.app, access_log=False, date_header=False, http="h11", lifespan="on", limit_concurrency=READERS,
        log_config=None, log_level="critical", loop="asyncio", proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=CLOSING, ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.run(sockets=[opened])


def main() -> None:
    """Serve beside a campaign: orders come as a line of JSON, and what follows it, or that nothing can, is the end."""
    order = json.loads(sys.stdin.readline())
    os.nice(BEHIND)
    opened = socket.socket(fileno=int(order["socket"]))
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.readline()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    follower = Follower(Project.find(Path(order["root"])), name=order["run"], since=order["since"])
    serve(follower, Path(order["root"]), opened, order["token"], ended.is_set)
