"""The event log read back: the last run's events, of a night's millions those that a report can show.

A log is hostile, or cut short, or from another version: a line that means nothing is passed over.
"""

from __future__ import annotations

import base64
import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from fuzzlab.corpus import recorded
from fuzzlab.curves import POINTS, part_end
from fuzzlab.errors import UserError
from fuzzlab.events import (
    Event,
    FindingPassed,
    FindingSeen,
    Plateaued,
    Progressed,
    Refusal,
    RunFinished,
    RunStarted,
    Slow,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Warned,
    WorkerRestarted,
)
from fuzzlab.journal import LOG
from fuzzlab.project import Project
from fuzzlab.sidecar import read_sidecar
from fuzzlab.verdict import Finding, Status

__all__ = ["CAMPAIGN", "LONGEST", "Run", "begun", "chronicle", "documents", "event_of", "last_run", "on_record"]

CAMPAIGN = "fuzz"
"""The command whose runs are campaigns: a replay after one is not what a page is about."""

BLOCK = 1 << 20
"""Bytes read at once."""

LONGEST = 16 << 20
"""Bytes of a line that is read: the largest are findings, with inputs of 64 KiB at the most."""

_HEAD = re.compile(rb'\{"time": ([0-9.]{1,20}), "run": "([0-9a-f]{8})", "event": "Progressed", "target": "([^"\\\\]+)"')
"""How a line of progress begins, as the journal writes it."""

_START = b'"event": "RunStarted"'


@dataclass(frozen=True, slots=True)
class Run:
    """Where in the log a run begins, its name there, and when it was, in seconds since 1970."""

    offset: int
    name: str
    began: float
    command: str


def chronicle(project: Project, warn: Callable[[str], None]) -> Iterator[Event]:
    """Yield the events of the last campaign, or where there was none those of the last run of another command.

    Of a target's progress so much as a curve can show. Findings are given as they stand on record now.

    Raises:
        UserError: nothing was run here.
    """
    path = project.state / LOG
    try:
        run = last_run(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})") from None
    if run is None:
        raise UserError("nothing to report: no run has been made here; `fuzzlab fuzz` makes one")
    known = {(f.target, f.signature): f for f in recorded(project, warn)}
    for document in documents(path, run):
        if (event := event_of(document, known)) is not None:
            yield event


def last_run(path: Path, end: int | None = None) -> Run | None:
    """Look for the beginning of the last campaign, from the end of the log (or a place in it) backwards.

    Raises:
        OSError: the log cannot be read.
    """
    other: Run | None = None
    if not path.exists():
        return None
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END) if end is None else end
        tail = b""
        while end > 0:
            begin = max(0, end - BLOCK)
            file.seek(begin)
            block = file.read(end - begin) + tail
            at = block.rfind(_START)
            while at >= 0:
                line = block.rfind(b"\n", 0, at) + 1
                if line == 0 and begin > 0:
                    break  # its beginning lies in the block before
                if (run := begun(block[line : block.find(b"\n", at) + 1 or None], begin + line)) is not None:
                    if run.command == CAMPAIGN:
                        return run
                    other = other or run
                at = block.rfind(_START, 0, line)
            tail, end = block[: block.find(b"\n") + 1 or len(block)][:LONGEST], begin
    return other


def begun(line: bytes, offset: int) -> Run | None:
    """Read the beginning of a run; None where a line is none."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        document = json.loads(line)
        if document["event"] == "RunStarted":
            return Run(offset, str(document["run"]), float(document["time"]), str(document["command"]))
    return None


def documents(path: Path, run: Run, end: int | None = None) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of a run; of each target's progress, the last one in every part of the run's time.

    Args:
        path: of the log.
        run: whose lines they are.
        end: of what is read, where a line ends; that of the log where it is not given.
    """
    with path.open("rb") as file:
        step = max(1e-3, abs(_ended(file, run) - run.began) / POINTS)
        left = file.seek(0, os.SEEK_END) - run.offset if end is None else end - run.offset
        file.seek(run.offset)
        name, began, head = run.name.encode("ascii", "replace"), run.began, _HEAD.match
        waiting: dict[bytes, bytes] = {}
        until: dict[bytes, float] = {}
        told: Counter[bytes] = Counter()
        for line in iter(partial(file.readline, LONGEST), b""):  # a microsecond each, of which a night has millions
            left -= len(line)
            if left < 0:
                break
            if (match := head(line)) is not None:
                time, owner, target = match.groups()
                if owner != name:
                    continue
                if (seconds := float(time) - began) >= until.get(target, -math.inf):
                    until[target] = part_end(seconds, step * 2 ** (told[target] // POINTS))  # the clock may have jumped
                    told[target] += 1
                    if target in waiting:
                        yield from _read(waiting[target], run.name)
                waiting[target] = line
            else:
                for document in _read(line, run.name):
                    if document.get("event") == "TargetFinished":  # what is last must stay last
                        before = waiting.pop(str(document.get("target")).encode("utf-8", "replace"), b"")
                        yield from _read(before, run.name)
                    yield document
        for line in waiting.values():
            yield from _read(line, run.name)


def _ended(file: BinaryIO, run: Run) -> float:
    """Give the time of the last whole line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(run.offset, size - BLOCK))
    for line in reversed(file.read().splitlines()):
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            return float(json.loads(line)["time"])
    return run.began


def _read(line: bytes, run: str) -> Iterator[Mapping[str, Any]]:
    with suppress(ValueError, RecursionError):
        document = json.loads(line)
        if isinstance(document, dict) and document.get("run") == run:
            yield document


def event_of(document: Mapping[str, Any], known: Mapping[tuple[str, str], Finding]) -> Event | None:
    """Read an event back; None for one that this version does not know, or that lacks what it should have."""
    with suppress(KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return _event(document, known)
    return None


def _event(d: Mapping[str, Any], known: Mapping[tuple[str, str], Finding]) -> Event | None:
    makers: dict[str, Callable[[], Event]] = {
        "RunStarted": lambda: RunStarted(str(d["command"]), list(map(str, d["targets"])), float(d["began"])),
        "RunFinished": lambda: RunFinished(int(d["exit_code"]), float(d["seconds"])),
        "TargetStarted": lambda: TargetStarted(str(d["target"]), tuple(map(str, d["allowed"]))),
        "Progressed": lambda: Progressed(_result(d)),
        "TargetFinished": lambda: TargetFinished(_result(d)),
        "FindingSeen": lambda: FindingSeen(_finding(d, known)),
        "FindingPassed": lambda: FindingPassed(_finding(d, known)),
        "WorkerRestarted": lambda: WorkerRestarted(str(d["target"]), str(d["reason"])),
        "Plateaued": lambda: Plateaued(str(d["target"]), int(d["executions"])),
        "Warned": lambda: Warned(str(d["message"]), str(d["target"])),
    }
    make = makers.get(d["event"])
    return make() if make is not None else None


def _result(d: Mapping[str, Any]) -> TargetResult:
    newest = d["newest"]
    return TargetResult(
        name=str(d["target"]), executions=int(d["executions"]), seconds=float(d["seconds"]),
        accepted=int(d["accepted"]), rejected=int(d["rejected"]), coverage=int(d["coverage"]),
        corpus_size=int(d["corpus_size"]), newest=None if newest is None else float(newest),
        worker_restarts=int(d["worker_restarts"]), workers=int(d["workers"]),
        refusals=tuple(Refusal(str(error), str(allowed), int(count)) for error, allowed, count in d["refusals"]),
        slow=tuple(
            Slow(float(s["seconds"]), str(s["id"]), int(s["size"]), base64.b64decode(s["begin"]))
            for s in d.get("slow", ())
        ),
    )  # fmt: skip


def _finding(d: Mapping[str, Any], known: Mapping[tuple[str, str], Finding]) -> Finding:
    """Give a finding as it is on record; where it is not, as it was when it was told."""
    told, target = d["finding"], str(d["target"])
    status = Status(told["status"])
    data = base64.b64decode(d["input"] or "")
    told_then = read_sidecar(target, data, json.dumps(d["record"]).encode(), str(told["input_file"]))
    if d["input"] is None and (target, told_then.signature) not in known:
        raise ValueError("an input that is nowhere any more")
    told_now = replace(
        told_then, status=status, found_after_seconds=float(told["found_after_seconds"]),
        found_after_executions=int(told["found_after_executions"]),
    )  # fmt: skip
    return on_record(told_now, known, is_passed=d["event"] == "FindingPassed")


def on_record(told: Finding, known: Mapping[tuple[str, str], Finding], *, is_passed: bool) -> Finding:
    """Give a finding as it is on record; new it stays for the run that found it, and passed for who saw that."""
    finding = known.get((told.target, told.signature))
    if finding is None:
        return told
    if is_passed or (told.status is Status.NEW and finding.status is Status.KNOWN):
        finding = replace(finding, status=told.status)
    return replace(
        finding, found_after_seconds=told.found_after_seconds, found_after_executions=told.found_after_executions
    )
