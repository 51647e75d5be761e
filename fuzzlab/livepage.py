"""The live page over HTTP: it shows a run, and can do nothing else. This is the only module that knows Starlette.

What is served is the business of whoever started it: others on this machine lack the token, and a page of another
origin that got a name to resolve to 127.0.0.1 lacks the Host header. There is one verb, GET, and nothing that it
changes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from fuzzlab.feed import Feed
from fuzzlab.lazy import LazyModule
from fuzzlab.loopback import ADDRESS
from fuzzlab.reports.html import live_policy

if TYPE_CHECKING:
    from starlette import applications, concurrency, requests, responses, routing
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
else:
    applications = LazyModule("starlette.applications")
    concurrency = LazyModule("starlette.concurrency")
    responses = LazyModule("starlette.responses")
    routing = LazyModule("starlette.routing")

__all__ = ["Guard", "LivePage"]

LOOK_EVERY = 0.5
"""Seconds between two looks at the log: a campaign says where it stands once a second."""

SHARE = 4
"""After a look comes a rest of so many times its length: many targets take a fifth of a core at most."""

BEAT = 15.0
"""Seconds after which a stream without news says that it lives: that a connection is gone shows when it is used."""

RETRY = 2000
"""Milliseconds after which a browser is to try again."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=(), camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Lets those through who have the token, ask this very host, and only want to read; marks all answers.

    Around the whole application, so that no answer is without its headers, not even one about a failure.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{ADDRESS}:{port}", f"localhost:{port}"}
        self._headers = {**_HEADERS, "Content-Security-Policy": live_policy()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # a web socket is let fall

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.lower().encode(), value.encode()) for name, value in self._headers.items()]
                message["headers"] = [*message.get("headers", ()), *ours]
            await send(message)

        status, text = self._refusal(scope)
        app = responses.PlainTextResponse(f"fuzzlab: {text}\n", status) if status else self._app
        await app(scope, receive, marked)

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        """Say why a request is refused; 0 where it is not."""
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return 421, "this is no host that is served here"
        if not self._has_token(scope["query_string"]):
            return 403, "the token is missing or another one's; the whole address stands where the server was started"
        if scope["method"] != "GET":
            return 405, "this page can only be read"
        return 0, ""

    def _has_token(self, query: bytes) -> bool:
        with suppress(ValueError):
            tokens = parse_qs(query, keep_blank_values=True, max_num_fields=16).get(b"token", [])
            return len(tokens) == 1 and secrets.compare_digest(tokens[0], self._token)
        return False


class LivePage:
    """The application: the page at `/`, its changes at `/events`."""

    def __init__(self, feed: Feed, *, token: str, port: int, is_ending: Callable[[], bool] = lambda: False) -> None:
        """Make it.

        Args:
            feed: what it shows.
            token: who has it may read.
            port: at which it is served.
            is_ending: whether the server is about to end; asked at each look.
        """
        self._feed = feed
        self._is_ending = is_ending
        self._readers = 0
        self._is_closed = False
        self._news = asyncio.Event()
        routes = [routing.Route("/", self._page), routing.Route("/events", self._events)]
        app = applications.Starlette(routes=routes, lifespan=self._lifespan)
        self.app: ASGIApp = Guard(app, token=token, port=port)

    @asynccontextmanager
    async def _lifespan(self, _app: Any) -> AsyncIterator[None]:
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _look(self) -> None:
        """Read the log for as long as the server is up."""
        while not self._is_ending():
            took = await concurrency.run_in_threadpool(self._feed.look, is_watched=self._readers > 0)
            self._tell()
            for _ in range(max(1, round(SHARE * took / LOOK_EVERY))):
                if not self._is_ending():
                    await asyncio.sleep(LOOK_EVERY)
        await concurrency.run_in_threadpool(self._feed.close)
        self._is_closed = True
        self._tell()

    def _tell(self) -> None:
        """Wake those who wait for news."""
        before, self._news = self._news, asyncio.Event()
        before.set()

    async def _page(self, _request: requests.Request) -> responses.Response:
        if self._feed.is_read:  # otherwise it is shown that it is being read
            await concurrency.run_in_threadpool(self._feed.look, is_watched=True)
        return responses.HTMLResponse(await concurrency.run_in_threadpool(self._feed.whole))

    async def _events(self, request: requests.Request) -> responses.Response:
        since = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        return responses.StreamingResponse(self._stream(since), media_type="text/event-stream")

    async def _stream(self, since: str) -> AsyncIterator[str]:
        self._readers += 1
        try:
            yield f"retry: {RETRY}\n\n"
            is_first = True
            while True:
                is_closed, news = self._is_closed, self._news
                document, now = await concurrency.run_in_threadpool(self._feed.changes, since)
                if now != since or is_first:
                    yield f"event: page\nid: {now}\ndata: {document}\n\n"
                    since, is_first = now, False
                if is_closed:
                    yield "event: end\ndata: {}\n\n"
                    return
                try:
                    await asyncio.wait_for(news.wait(), BEAT)
                except TimeoutError:
                    yield ": here\n\n"
        finally:
            self._readers -= 1
