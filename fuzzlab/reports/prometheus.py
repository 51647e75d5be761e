"""A run as a Prometheus text file, for node_exporter's textfile collector (`--collector.textfile.directory`).

Gauges of the last run: a campaign is a batch job, nobody scrapes it while it runs. Text exposition format 0.0.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from fuzzlab.account import Account, TargetAccount
from fuzzlab.escape import escaped

__all__ = ["prometheus"]

Labels = dict[str, str]

_TARGET: tuple[tuple[str, str, Callable[[TargetAccount], float]], ...] = (
    ("executions", "Executions.", lambda t: t.result.executions),
    ("accepted", "Executions that the target accepted.", lambda t: t.result.accepted),
    ("rejected", "Executions that the target refused with a declared error.", lambda t: t.result.rejected),
    ("seconds", "Seconds in which it was executed.", lambda t: round(t.result.seconds, 3)),
    ("coverage", "Edges reached, 0 where the engine does not measure them.", lambda t: t.result.coverage),
    ("corpus_size", "Stored inputs.", lambda t: t.result.corpus_size),
    ("worker_restarts", "Workers that were lost and replaced.", lambda t: t.result.worker_restarts),
    ("open_findings", "Findings that failed and that nobody has accepted.",
     lambda t: sum(finding.status.is_open for finding in t.findings)),
    ("slowest_seconds", "Seconds of the slowest execution within the budget, 0 where none was seen.",
     lambda t: max((round(slow.seconds, 6) for slow in t.result.slow), default=0)),
)  # fmt: skip


def prometheus(run: Account) -> str:
    """Write a run as metrics."""
    whole = {"command": run.command}
    lines = [
        *_metric("run_began_timestamp_seconds", "When the last run began.", [(whole, round(run.began, 3))]),
        *_metric("run_seconds", "How long it took.", [(whole, round(run.seconds, 3))]),
    ]
    if run.exit_code is not None:
        said = "Its exit code: 0 clean, 1 findings, 2 a user's mistake, 3 the harness's failure, 130 interrupted."
        lines += _metric("run_exit_code", said, [(whole, run.exit_code)])
    for name, said, value in _TARGET:
        lines += _metric(f"target_{name}", said, [(_of(run, n), value(t)) for n, t in run.targets.items()])
    lines += _metric("target_refusals", "Refusals by the type of the error.", _refusals(run))
    lines += _metric("target_findings", "Findings that failed, by outcome and status.", _findings(run))
    return "".join(f"{line}\n" for line in lines)


def _metric(name: str, said: str, samples: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    yield f"# HELP fuzzlab_{name} {said}"
    yield f"# TYPE fuzzlab_{name} gauge"
    for labels, value in samples:
        shown = ",".join(f'{label}="{_quoted(text)}"' for label, text in labels.items())
        yield f"fuzzlab_{name}{{{shown}}} {value}"


def _of(run: Account, name: str) -> Labels:
    return {"target": name, "engine": run.engine}


def _refusals(run: Account) -> Iterator[tuple[Labels, float]]:
    for name, target in run.targets.items():
        for refusal in sorted(target.result.refusals, key=lambda refusal: (refusal.error, refusal.allowed)):
            yield {**_of(run, name), "error": refusal.error, "allowed": refusal.allowed}, refusal.count


def _findings(run: Account) -> Iterator[tuple[Labels, float]]:
    for name, target in run.targets.items():
        counts = Counter((str(f.verdict.outcome), str(f.status)) for f in target.findings)
        for (outcome, status), count in sorted(counts.items()):
            yield {**_of(run, name), "outcome": outcome, "status": status}, count


def _quoted(text: str) -> str:
    r"""Give a label's value: `\`, `"` and the end of a line are escaped; other controls are spelt out before."""
    return escaped(text).replace("\\", "\\\\").replace('"', '\\"')
