"""What the stored inputs reach in the source, and what only a finding does: a replay under coverage.py, in workers."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from fuzzlab.corpus import Corpus
from fuzzlab.errors import FuzzlabError
from fuzzlab.escape import escaped, one_line
from fuzzlab.excerpts import project_file, source_file, source_lines
from fuzzlab.lines import is_missing, measured
from fuzzlab.page import Line, Reached, SourceFile
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.scope import shown_path
from fuzzlab.target import Target
from fuzzlab.verdict import Status
from fuzzlab.worker import Worker, scratch

__all__ = ["reach"]

BATCH = 64
"""Inputs between two looks at the clock."""

LISTED = 8_000
"""Lines of source in the page: it must open on a telephone. Files beyond stand in the table only, libraries first."""

MISSING = "Needs coverage.py: pip install 'fuzzlab[report]', then `fuzzlab report` again."
LEFT_OUT = "Left out: --source-time 0."

Lines = dict[str, set[int]]


def reach(project: Project, targets: Sequence[Target], *, seconds: float, warn: Callable[[str], None]) -> Reached:
    """Run the stored inputs of targets, the ordinary ones first, for so many seconds at the most.

    Inputs of findings that hang or kill are left out: each would cost a worker or the time of all others.
    """
    if not seconds:
        return Reached(note=LEFT_OUT)
    if is_missing():
        return Reached(note=MISSING)
    end = time.monotonic() + seconds
    ordinary: Lines = defaultdict(set)
    by_finding: Lines = defaultdict(set)
    count, skipped = 0, []
    for target in targets:
        if time.monotonic() >= end:
            skipped.append(target.name)
            continue
        try:
            count += _run(project, target, ordinary, by_finding, end, warn)
        except FuzzlabError as error:
            warn(f"source lines of {target.name}: {one_line(str(error))}")
            skipped.append(target.name)
    looked_at = len(targets) - len(skipped)
    note = f"A replay of {counted(count, 'stored input')} of {counted(looked_at, 'target')}, by coverage.py."
    if time.monotonic() >= end:
        note += f" It ended after {seconds:g} s; --source-time gives it more."
    if skipped:
        note += f" Not looked at: {escaped(', '.join(skipped))}."
    return Reached(note=note, files=_files(project.root, ordinary, by_finding))


def _run(
    project: Project, target: Target, ordinary: Lines, by_finding: Lines, end: float, warn: Callable[[str], None]
) -> int:
    """Run one target's inputs; give how many."""
    corpus = Corpus(project, target.name, warn)
    open_ones = [f for f in corpus.findings() if f.status is not Status.FIXED]
    failing = {finding.data for finding in open_ones}
    inputs = [data for data in dict.fromkeys(corpus.inputs()) if data not in failing]
    cheap = list(dict.fromkeys(f.data for f in open_ones if not f.verdict.outcome.is_costly))
    largest = max(map(len, [*inputs, *failing]), default=0)
    worker = Worker(target, scratch(project), largest=largest, lines=True)
    try:
        worker.start()
        batches = [inputs[at : at + BATCH] for at in range(0, len(inputs), BATCH)] or [[]]
        count = _taken(worker, batches, ordinary, end)
        return count + _taken(worker, [[data] for data in cheap], by_finding, end)
    finally:
        worker.close()


def _taken(worker: Worker, batches: Iterable[Sequence[bytes]], lines: Lines, end: float) -> int:
    """Run batches until the time is over, and take in what they reached."""
    count = 0
    for number, batch in enumerate(batches):
        if number and time.monotonic() >= end:
            break
        for _ in worker.run(batch):
            pass
        count += len(batch)
        for path, found in worker.lines.items():
            lines[path] |= found
        worker.lines.clear()
    return count


def _files(root: Path, ordinary: Lines, by_finding: Lines) -> list[SourceFile]:
    """Write down what was reached, the project's own files first, as many of them whole as there is room for."""
    shown = {path: shown_path(path) for path in {**ordinary, **by_finding}}
    paths = [path for path, name in shown.items() if source_file(root, name) == Path(path).resolve()]
    paths.sort(key=lambda path: (project_file(root, shown[path]) is None, shown[path]))
    files, room = [], LISTED
    for path in paths:
        usual = ordinary.get(path, set())
        code, (reached, altogether) = measured(Path(path), [usual, usual | by_finding.get(path, set())])
        if altogether:
            text = source_lines(Path(path))
            room -= len(text)
            lines = [_line(number, line, code, reached, altogether) for number, line in enumerate(text, 1)]
            files.append(
                SourceFile(
                    path=escaped(shown[path]), code=len(code), reached=len(altogether),
                    by_finding=len(altogether - reached), lines=lines if room >= 0 else [],
                )
            )  # fmt: skip
    return files


def _line(number: int, text: str, code: set[int], reached: set[int], altogether: set[int]) -> Line:
    kind = ""
    if number in code:
        kind = "reached" if number in reached else "finding" if number in altogether else "missed"
    return Line(number=number, text=escaped(text.expandtabs(4)), kind=kind)
