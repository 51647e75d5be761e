"""What a live page shows, and what of it changed since when: the account of a run that goes on, rendered in parts."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fuzzlab.follower import Follower
from fuzzlab.page import Page, Reached, page_of
from fuzzlab.reports.html import Live, render, sections, title

__all__ = ["Feed", "Snapshot"]

SILENCE = 60.0
"""Seconds without a word after which a run is held to be gone; one that goes on says where it stands each second."""

_REACHED = Reached(note="Not looked at here; the report replays the stored inputs for it: fuzzlab report")

_STATES = {
    "reading": "Reading the event log",
    "waiting": "Waiting for a run to begin",
    "running": "Live: the run goes on",
    "silent": f"No news for {SILENCE:.0f} s: the run is stopped, or was killed",
    "ended": "The run has ended; the next campaign is shown here when it begins",
    "over": "The run has ended; this page stays as it is. To see it served again: fuzzlab dashboard",
    "closed": "The server has ended; this page stays as it is",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The page at one moment. `parts` are its sections by id, each with the number of the one it came with."""

    number: int
    kind: str
    run: str
    page: Page
    parts: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Where the run is, in words."""
        return _STATES[self.kind]


class Feed:
    """Makes snapshots of what a follower has read; any thread may ask for them.

    `changes` are told by revision: a name of this server's life and a number. Whoever has one of another life, or none,
    gets all of it. `is_read` says whether the log was read from its beginning, which takes its time.
    """

    def __init__(self, follower: Follower, root: Path) -> None:
        self._follower = follower
        self._root = root
        self._life = secrets.token_hex(4)
        self._lock = threading.Lock()
        self._is_stale = False
        self._is_closed = False
        self.is_read = False
        self.latest = Snapshot(0, "reading", "", self._page("reading"))

    def look(self, *, is_watched: bool) -> float:
        """Read on, render what changed if anybody watches, and say how many seconds that took."""
        with self._lock:
            began = time.monotonic()
            self._is_stale |= self._follower.advance()
            while self._follower.is_behind:
                self._follower.advance()
            self.is_read = True
            kind = self._kind()
            if is_watched and (self._is_stale or kind != self.latest.kind):
                self._renew(kind)
            return time.monotonic() - began

    def close(self) -> None:
        """Make the last snapshot."""
        self._is_closed = True
        self.look(is_watched=True)

    def whole(self) -> str:
        """Give the page."""
        now = self.latest
        return render(now.page, Live(self._revision(now), now.state, now.kind, now.run))

    def changes(self, since: str) -> tuple[str, str]:
        """Give what is new since a revision, as a document, and the revision that it leads to."""
        now = self.latest
        life, _, number = since.partition("-")
        known = int(number) if life == self._life and number.isdecimal() and len(number) < 16 else -1
        document = {
            "kind": now.kind,
            "state": now.state,
            "run": now.run,
            "title": title(now.page),
            "targets": [target.anchor for target in now.page.targets],
            "parts": {name: text for name, (text, came) in now.parts.items() if came > known},
        }
        return json.dumps(document), self._revision(now)

    def _revision(self, snapshot: Snapshot) -> str:
        return f"{self._life}-{snapshot.number}"

    def _kind(self) -> str:
        if self._is_closed:
            return "closed" if self._follower.account.exit_code is None else "over"
        if self._follower.run is None:
            return "waiting"
        if self._follower.account.exit_code is not None:
            return "ended"
        return "silent" if self._follower.is_silent(SILENCE) else "running"

    def _renew(self, kind: str) -> None:
        self._is_stale = False
        before = self.latest
        run = self._follower.run.name if self._follower.run is not None else ""
        number = before.number + 1
        page = self._page(kind)
        made = sections(page, before.page if before.parts else None)
        wanted = {"head", "summary", "findings", *(target.anchor for target in page.targets)}
        parts = {name: part for name, part in before.parts.items() if name in wanted}
        for name, text in made.items():
            if name not in parts or parts[name][0] != text:
                parts[name] = text, number
        self.latest = Snapshot(number, kind, run, page, parts)

    def _page(self, kind: str) -> Page:
        page = page_of(self._follower.account, self._root, _REACHED)
        if kind == "running":
            return page.model_copy(update={"verdict": "Running"})  # a report cannot know
        return page if page.command else page.model_copy(update={"verdict": _STATES[kind]})
