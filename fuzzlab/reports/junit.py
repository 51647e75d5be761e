"""A run as JUnit XML: an item for each target under its engine, and one for each finding.

The dialect is the one that GitLab, Jenkins and GitHub's actions read: `testsuites`, `testsuite`, `testcase` with
`failure`, `error`, `skipped`. XML 1.0 cannot hold control characters, not even as references: all that others wrote
goes through `escaped`, which spells them out.
"""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree as ET

from fuzzlab.account import Account, TargetAccount
from fuzzlab.card import card, sentence
from fuzzlab.errors import ExitCode
from fuzzlab.escape import escaped, one_line
from fuzzlab.verdict import Finding, Status

__all__ = ["junit"]


def junit(run: Account) -> str:
    """Write a run as JUnit XML."""
    root = ET.Element("testsuites", name="fuzzlab", time=_seconds(run.seconds))
    for name, target in run.targets.items():
        root.append(_suite(run, name, target))
    if run.exit_code in (ExitCode.USER, ExitCode.HARNESS, ExitCode.INTERRUPTED):
        root.append(_broken(run))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, 0)) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(run: Account, name: str, target: TargetAccount) -> ET.Element:
    result = target.result
    suite = ET.Element("testsuite", name=escaped(name), time=_seconds(result.seconds), timestamp=_when(run.began))
    item = ET.SubElement(suite, "testcase", classname=escaped(name), name=run.engine, time=_seconds(result.seconds))
    if not target.is_started:
        ET.SubElement(item, "skipped", message="it did not have its turn")
    ET.SubElement(item, "system-out").text = (
        f"{result.executions} executions, {result.accepted} accepted, {result.rejected} rejected, "
        f"coverage {result.coverage}, corpus {result.corpus_size}, worker restarts {result.worker_restarts}"
    )
    if target.warnings:
        ET.SubElement(item, "system-err").text = "\n".join(one_line(warning, 1000) for warning in target.warnings)
    for finding in target.findings:
        _finding(suite, run, name, finding)
    for finding in target.passed.values():
        if finding.status is Status.FIXED:
            _item(suite, run, name, finding)
    return _counted(suite)


def _item(suite: ET.Element, run: Account, name: str, finding: Finding) -> ET.Element:
    said = f"{run.engine} {finding.id} {one_line(finding.signature)}"
    file = finding.verdict.location.rpartition(":")[0]
    item = ET.SubElement(suite, "testcase", classname=escaped(name), name=said, time="0.000")
    if file:
        item.set("file", escaped(file))
    return item


def _finding(suite: ET.Element, run: Account, name: str, finding: Finding) -> None:
    item = _item(suite, run, name, finding)
    if finding.status is Status.ACCEPTED:
        ET.SubElement(item, "skipped", message=f"accepted: {one_line(finding.reason)}")
        return
    if not finding.deterministic and run.command != "fuzz":
        said = "not reproducible, which fails a campaign and no pull request"
        ET.SubElement(item, "skipped", message=said).text = "\n".join(card(finding))
        return
    failure = ET.SubElement(item, "failure", type=escaped(finding.verdict.exception or finding.verdict.outcome))
    failure.set("message", sentence(finding.verdict))
    failure.text = "\n".join(card(finding))


def _broken(run: Account) -> ET.Element:
    """Give an item for a run that did not come to its end: what it did not find says nothing."""
    suite = ET.Element("testsuite", name="fuzzlab", time=_seconds(run.seconds), timestamp=_when(run.began))
    item = ET.SubElement(suite, "testcase", classname="fuzzlab", name=run.command or "run", time=_seconds(run.seconds))
    why = {ExitCode.INTERRUPTED: "interrupted", ExitCode.HARNESS: "failure of the harness"}
    said = why.get(ExitCode(run.exit_code or 0), "a user's mistake, or a place that cannot be written")
    error = ET.SubElement(item, "error", type=f"exit {run.exit_code}", message=said)
    error.text = "\n".join(one_line(warning, 1000) for warning in run.warnings)
    return _counted(suite)


def _counted(suite: ET.Element) -> ET.Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    return suite


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _when(began: float) -> str:
    return dt.datetime.fromtimestamp(began, dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")
