"""A run as a Prometheus text file."""

from __future__ import annotations

import re

from fuzzlab.account import account
from fuzzlab.events import TargetResult
from fuzzlab.reports.prometheus import prometheus
from tests.reports.runs import golden, hostile_run, run

_SAMPLE = re.compile(r'(\w+)\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?[0-9][0-9.e+-]*)')
"""Of the text exposition format 0.0.4, without time stamps, which node_exporter refuses."""


def _samples(text: str) -> list[tuple[str, str, float]]:
    """Read it as a collector does: every metric once, with HELP and TYPE before its samples, no series twice."""
    assert text.endswith("\n")
    samples: list[tuple[str, str, float]] = []
    metrics: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            metrics.append(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {metrics[-1]} gauge"
        else:
            match = _SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == metrics[-1]
            samples.append((match[1], match[2], float(match[3])))
    assert len(metrics) == len(set(metrics)) > 5
    assert len(samples) == len({(name, labels) for name, labels, _ in samples}) > 0
    return samples


def test_golden(*, rewrite: bool) -> None:
    """Gauges of the last run, labelled by target and engine."""
    golden("metrics.prom", prometheus(run()), rewrite=rewrite)
    values = {(name, labels): value for name, labels, value in _samples(prometheus(run()))}
    assert values["fuzzlab_target_executions", 'target="pin",engine="coverage"'] == 1234
    assert values["fuzzlab_target_open_findings", 'target="idle",engine="coverage"'] == 0


def test_hostile_labels() -> None:
    """A label is one line of printable characters between its quotes."""
    text = prometheus(hostile_run())
    assert _samples(text)
    assert all(line.isprintable() for line in text.splitlines())
    assert "::" not in text


def test_nothing_was_run() -> None:
    """Without targets there are metrics without samples, which a collector takes."""
    assert [name for name, *_ in _samples(prometheus(account([])))] == [
        "fuzzlab_run_began_timestamp_seconds", "fuzzlab_run_seconds",
    ]  # fmt: skip
    assert TargetResult(name="x").slow == ()
