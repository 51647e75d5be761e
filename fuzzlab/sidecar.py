"""A finding's record, the JSON file beside its input."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fuzzlab import __version__
from fuzzlab.verdict import Finding, Moment, Status, Verdict

__all__ = ["read_sidecar", "today", "turned", "written_sidecar"]

HISTORY_KEPT = 20
"""Entries of a history: the first, and the latest ones. A finding that comes and goes each night must not grow."""


def today() -> str:
    """Give the day, in UTC."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def turned(finding: Finding, status: Status, *, note: str = "") -> Finding:
    """Give the finding with another status, and the change in its history."""
    moment = Moment(today(), status, __version__, platform.python_version(), note)
    history = (*finding.history, moment)
    if len(history) > HISTORY_KEPT:
        history = (history[0], *history[1 - HISTORY_KEPT :])
    return replace(finding, status=status, reason=note if status is Status.ACCEPTED else "", history=history)


def written_sidecar(finding: Finding) -> bytes:
    """Write a record down; what was new is known from then on."""
    document = {
        "signature": finding.signature,
        **finding.verdict.to_json(),
        "date": finding.date,
        "versions": {"fuzzlab": __version__, "python": platform.python_version()},
        "minimised_from": finding.minimised_from,
        "minimised": finding.minimised,
        "deterministic": finding.deterministic,
        "status": Status.KNOWN if finding.status is Status.NEW else finding.status,
        "reason": finding.reason,
        "history": [_moment(moment) for moment in finding.history[:HISTORY_KEPT]],
        "options": finding.options,
        "cause": finding.cause,
    }
    if not finding.exact:
        del document["causes"]
    return json.dumps(document, indent=2, ensure_ascii=True).encode("ascii") + b"\n"


def read_sidecar(target: str, data: bytes, content: bytes, path: str) -> Finding:
    """Read a record.

    Those from before a field was kept have none: they hold no causes (`exact`), no history, and nothing to take up.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError: it is none.
    """
    document = json.loads(content)
    return Finding(
        target=target,
        verdict=Verdict.from_json(document),
        data=data,
        status=Status(document["status"]),
        deterministic=bool(document["deterministic"]),
        minimised_from=int(document["minimised_from"]),
        minimised=bool(document.get("minimised", True)),
        path=path,
        reason=str(document["reason"]),
        date=str(document["date"]),
        options=tuple(map(str, document["options"])),
        cause=str(document.get("cause", "")),
        history=tuple(map(_read_moment, document.get("history", ())[:HISTORY_KEPT])),
        exact="causes" in document,
    )


def _moment(moment: Moment) -> dict[str, Any]:
    versions = {"fuzzlab": moment.fuzzlab, "python": moment.python}
    return {"date": moment.date, "status": moment.status, "versions": versions, "note": moment.note}


def _read_moment(document: Mapping[str, Any]) -> Moment:
    versions = document["versions"]
    return Moment(
        str(document["date"]), Status(document["status"]), str(versions["fuzzlab"]), str(versions["python"]),
        str(document["note"]),
    )  # fmt: skip
