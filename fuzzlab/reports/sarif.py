"""A run's findings as SARIF 2.1.0, for GitHub's code scanning and for editors: a result each, at the parser's source.

A message is plain text in which `[text](target)` is a link and `{0}` a placeholder (sections 3.11.5 and 3.11.6), so
brackets and braces are escaped as these say. Paths are relative URIs from the root of the project (`%SRCROOT%`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fuzzlab import __version__
from fuzzlab.account import Account
from fuzzlab.card import cause_line, replay_command, sentence
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped, one_line, shown_input
from fuzzlab.excerpts import project_file
from fuzzlab.verdict import Finding, Frame, Outcome, Status

__all__ = ["sarif"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

ROOT = "%SRCROOT%"

_RULES = {
    Outcome.CRASH: "The parser raises an error that its contract does not allow.",
    Outcome.HANG: "The parser does not end within its budget of time.",
    Outcome.MEMORY: "The parser takes more memory than its budget.",
    Outcome.DIED: "The parser ends its process.",
    Outcome.BAD_RESULT: "The parser returns a result that breaks its contract.",
    Outcome.EFFECT: "The parser has a side effect that its contract does not allow.",
    Outcome.SUPERLINEAR: "The parser's cost grows faster than its input.",
}

_BASELINE = {Status.NEW: "new", Status.REGRESSED: "new"}
"""SARIF knows no results that came back: they are not in the baseline."""


def sarif(run: Account, root: Path) -> str:
    """Write what failed in a run as SARIF; what is fixed is not in it, by which a service closes it.

    Args:
        run: what was found.
        root: of the project, where the parser's source lies.
    """
    invocation: dict[str, Any] = {
        "executionSuccessful": run.exit_code not in (ExitCode.USER, ExitCode.HARNESS),
        "startTimeUtc": _when(run.began),
    }
    if run.exit_code is not None:
        invocation |= {"endTimeUtc": _when(run.began + run.seconds), "exitCode": run.exit_code}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "fuzzlab", "semanticVersion": __version__, "rules": list(_rules())}},
                "automationDetails": {"id": f"fuzzlab/{run.command or 'run'}/"},
                "invocations": [invocation],
                "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the project."}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, root) for finding in run.findings],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _rules() -> Iterator[dict[str, Any]]:
    for outcome, said in _RULES.items():
        name = "".join(word.capitalize() for word in outcome.split("_"))
        yield {
            "id": f"fuzzlab/{outcome}",
            "name": name,
            "shortDescription": {"text": said},
            "defaultConfiguration": {"level": "error"},
            "properties": {"tags": ["fuzzing", "robustness"], "precision": "very-high"},
        }


def _result(finding: Finding, root: Path) -> dict[str, Any]:
    verdict = finding.verdict
    said = f"{finding.target}: {sentence(verdict)}. Input: {shown_input(finding.data)}."
    if finding.path:
        said += f" Replay: {escaped(replay_command(finding))}"
    whole = hashlib.sha256(f"{finding.target}\n{finding.signature}".encode("utf-8", "backslashreplace")).hexdigest()
    result: dict[str, Any] = {
        "ruleId": f"fuzzlab/{verdict.outcome}",
        "ruleIndex": list(_RULES).index(verdict.outcome),
        "level": "note" if finding.status is Status.ACCEPTED else "error",
        "baselineState": _BASELINE.get(finding.status, "unchanged"),
        "message": {"text": _plain(said)},
        "locations": [_location(finding, root)],
        "fingerprints": {"fuzzlabFinding/v1": finding.id},
        "partialFingerprints": {"fuzzlabSignature/v1": whole},
        "properties": {
            "target": escaped(finding.target), "status": finding.status, "signature": escaped(finding.signature),
            "deterministic": finding.deterministic, "inputSize": len(finding.data),
        },
    }  # fmt: skip
    if finding.path:
        result["relatedLocations"] = [
            {
                "id": 1,
                "message": {"text": "The input."},
                "physicalLocation": {"artifactLocation": _artifact(finding.path)},
            }
        ]
    if verdict.frames:
        frames = [{"location": _framed(frame)} for frame in reversed(verdict.frames)]
        chain = "; ".join(map(cause_line, verdict.causes))
        result["stacks"] = [{"message": {"text": _plain(chain or escaped(verdict.exception))}, "frames": frames}]
    if finding.status is Status.ACCEPTED:
        accepted = {"kind": "external", "status": "accepted", "justification": one_line(finding.reason, 1000)}
        result["suppressions"] = [accepted]
    return result


def _location(finding: Finding, root: Path) -> dict[str, Any]:
    """Give the innermost frame inside the project: what lies in a library cannot be shown beside the code."""
    frames = [frame for frame in reversed(finding.verdict.frames) if frame.line > 0]
    at = finding.verdict.location
    frames.sort(key=lambda frame: f"{frame.file}:{frame.line}" != at)
    ours = [frame for frame in frames if project_file(root, frame.file) is not None]
    if ours or frames:
        return _framed((ours or frames)[0])
    return {"physicalLocation": {"artifactLocation": _artifact(finding.path or "pyproject.toml")}}


def _framed(frame: Frame) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(frame.file)}
    if frame.line > 0:
        place["region"] = {"startLine": frame.line}
    name = escaped(f"{frame.module}:{frame.function}")
    return {"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": name, "kind": "function"}]}


def _artifact(path: str) -> dict[str, str]:
    """Give a path as a relative URI; one that is absolute, or leads out, stays below the root."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    uri = "/".join(quote(part.encode("utf-8", "surrogateescape" if part.isascii() else "backslashreplace"), safe="")
                   for part in parts)  # fmt: skip
    return {"uri": uri or "unknown", "uriBaseId": ROOT}


def _plain(text: str) -> str:
    """Give text as a message that is nothing but text."""
    for sign, written in (("[", "\\["), ("]", "\\]"), ("{", "{{"), ("}", "}}")):
        text = text.replace(sign, written)
    return text


def _when(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
