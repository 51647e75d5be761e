"""The event log as it grows: what the last campaign amounts to, at any moment.

A night's log is read as `fuzzlab.chronicle` reads it, which passes over most of its lines; from there on each line as
it comes. A line that is cut in two is waited for. Another campaign's beginning takes the place of the one before.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from fuzzlab.account import Account
from fuzzlab.chronicle import CAMPAIGN, LONGEST, Run, begun, documents, event_of, last_run, on_record
from fuzzlab.corpus import recorded
from fuzzlab.events import FindingPassed, FindingSeen
from fuzzlab.journal import LOG
from fuzzlab.project import Project
from fuzzlab.verdict import Finding

__all__ = ["Follower"]

AT_ONCE = 4 << 20
"""Bytes of new lines read in one go: a fraction of a second's work. Fifty targets write 10 kB a second."""

Known = Mapping[tuple[str, str], Finding]


class Follower:
    """Reads on when it is told to; it writes nothing, and never raises for what stands in the log.

    `account` is what the run that is followed amounts to, `run` where it began, None before there is one. `told` is
    when it was last heard of, in seconds since 1970. `is_behind` says that there is more to read at once.
    """

    def __init__(self, project: Project, *, name: str | None = None, since: int = 0) -> None:
        """Begin to follow.

        Args:
            project: whose log it is.
            name: the only run that counts, where it is known; otherwise the last campaign does.
            since: where in the log to look for that run.
        """
        self.account = Account()
        self.run: Run | None = None
        self.told = 0.0
        self.is_behind = False
        self._project = project
        self._path = project.state / LOG
        self._name = name
        self._since = since
        self._at = 0
        self._file: tuple[int, int] | None = None
        self._known: Known = {}
        self._stamp: Any = None

    def advance(self) -> bool:
        """Read what has come, and say whether there was anything."""
        changed = self._look_up()
        self.is_behind = False
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                if self._file != (status.st_dev, status.st_ino) or status.st_size < self._at:
                    self._begin(file, status)  # deleted, or emptied: another log
                    return True
                return self._read_on(file, status.st_size) or changed
        except OSError:  # nothing was run yet, or what was is gone: the page stays as it is
            return changed

    def _begin(self, file: BinaryIO, status: os.stat_result) -> None:
        """Start over with the log as it is now."""
        is_first = self._file is None
        self._file = status.st_dev, status.st_ino
        if self._name is not None:
            self._at = self._since if is_first and self._since <= status.st_size else 0
            self.is_behind = True
            return
        self._at = _line_end(file, status.st_size)
        run = last_run(self._path, self._at)
        if run is None:
            return
        self._follow(run)
        for document in documents(self._path, run, self._at):
            self._take(document)

    def _read_on(self, file: BinaryIO, size: int) -> bool:
        """Read whole lines from where we are."""
        if size == self._at:
            return False
        file.seek(self._at)
        block = file.read(AT_ONCE)
        end = block.rfind(b"\n") + 1
        if end == 0 and size - self._at > len(block):  # one line, longer than that
            block += file.read(LONGEST - len(block))
            end = block.rfind(b"\n") + 1
            end = end or (len(block) if len(block) >= LONGEST else 0)
        lines = block[:end].splitlines(keepends=True)
        for line in lines:
            self._line(line)
        self.is_behind = end > 0 and self._at < size
        return bool(lines)

    def _line(self, line: bytes) -> None:
        with suppress(ValueError, RecursionError):
            document = json.loads(line)
            if isinstance(document, dict):
                if document.get("event") == "RunStarted" and (run := begun(line, self._at)) is not None:
                    self._turn_to(run)
                if self.run is not None and document.get("run") == self.run.name:
                    self._take(document)
        self._at += len(line)

    def _turn_to(self, run: Run) -> None:
        """Follow a run that begins, if it is one to follow."""
        if self._name is not None:
            is_wanted = run.name == self._name and self.run is None
        else:
            is_wanted = run.command == CAMPAIGN or self.run is None or self.run.command != CAMPAIGN
        if is_wanted:
            self._follow(run)

    def _follow(self, run: Run) -> None:
        self.run, self.account, self.told = run, Account(), run.began

    def _take(self, document: Mapping[str, Any]) -> None:
        event = event_of(document, self._known)
        if event is None:
            return
        self.account.event(event)
        with suppress(KeyError, TypeError, ValueError, OverflowError):
            self.told = float(document["time"])
        if self.account.exit_code is None and self.run is not None:  # how long it has gone on, for it does not say so
            self.account.seconds = max(0.0, self.told - self.run.began)

    def _look_up(self) -> bool:
        """Read the record again where it has changed: a finding was stored, made smaller, accepted."""
        stamp = _stamp(self._project.corpus)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self._known = {(f.target, f.signature): f for f in recorded(self._project, lambda _message: None)}
        changed = False
        for target in self.account.targets.values():
            changed |= self._renew(target.seen.values(), is_passed=False)
            changed |= self._renew(target.passed.values(), is_passed=True)
        return changed

    def _renew(self, findings: Iterable[Finding], *, is_passed: bool) -> bool:
        changed = False
        for finding in list(findings):
            now = on_record(finding, self._known, is_passed=is_passed)
            if now != finding:
                self.account.event(FindingPassed(now) if is_passed else FindingSeen(now))
                changed = True
        return changed

    def is_silent(self, seconds: float) -> bool:
        """Whether the run has not ended, and has not been heard of for so long."""
        return self.run is not None and self.account.exit_code is None and time.time() - self.told > seconds


def _line_end(file: BinaryIO, size: int) -> int:
    """Give where the last whole line ends."""
    begin = max(0, size - LONGEST)
    file.seek(begin)
    return begin + file.read(size - begin).rfind(b"\n") + 1


def _stamp(corpus: Path) -> Any:
    """Give what changes whenever a record is written: files are put in their place by a rename."""
    stamps = []
    with suppress(OSError), os.scandir(corpus) as folders:
        for folder in folders:
            with suppress(OSError):
                stamps.append((folder.name, os.stat(f"{folder.path}/regressions").st_mtime_ns))  # noqa: PTH116 - 50 a second
    return sorted(stamps)
