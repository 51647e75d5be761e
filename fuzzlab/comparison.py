"""Two revisions of a project over one corpus: the same inputs, each revision in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import fuzzlab
from fuzzlab.behaviour import Behaviour
from fuzzlab.changes import Verdicts, changes
from fuzzlab.channel import pack
from fuzzlab.corpus import Corpus
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.project import Project
from fuzzlab.revisions import Revision
from fuzzlab.target import Target
from fuzzlab.worker import scratch

__all__ = ["compare"]

Observed = dict[str, list[Behaviour] | str]
"""By target: what each input did, or why there is nothing to tell."""


def compare(
    project: Project, targets: Sequence[Target], base: Revision, head: Revision, *, warn: Callable[[str], None]
) -> list[Verdicts]:  # fmt: skip
    """Run every stored input of the targets in both revisions; give what differs, and differs the same way twice.

    Raises:
        UserError: one of the revisions does not import.
        HarnessError: fuzzlab itself failed.
    """
    inputs = {target.name: list(dict.fromkeys(Corpus(project, target.name, warn).inputs())) for target in targets}
    before, after = _both(project, targets, base, head, inputs)
    doubted: dict[str, list[int]] = {}
    for name, stored in inputs.items():
        one, other = before[name], after[name]
        if not isinstance(one, str) and not isinstance(other, str):
            doubted[name] = [index for index in range(len(stored)) if not one[index].same_as(other[index])]
    few = {name: [inputs[name][index] for index in indexes] for name, indexes in doubted.items() if indexes}
    again = [target for target in targets if target.name in few]
    twice = _both(project, again, base, head, few) if again else ({}, {})
    return [_verdicts(target.name, inputs[target.name], before, after, doubted, twice) for target in targets]


def _verdicts(
    name: str, inputs: Sequence[bytes], before: Observed, after: Observed, doubted: dict[str, list[int]],
    twice: tuple[Observed, Observed],
) -> Verdicts:  # fmt: skip
    one, other = before[name], after[name]
    if isinstance(one, str):
        return Verdicts(name, len(inputs), missing=f"new: {one}")
    if isinstance(other, str):
        return Verdicts(name, len(inputs), missing=f"gone: {other}")
    stable = []
    for position, index in enumerate(doubted[name]):
        same = (
            _same(run[name], position, first[index]) for run, first in zip(twice, (one, other), strict=True)
        )  # fmt: skip
        if all(same):
            stable.append((inputs[index], one[index], other[index]))
    return Verdicts(name, len(inputs), changes(stable), unstable=len(doubted[name]) - len(stable))


def _same(run: list[Behaviour] | str, position: int, first: Behaviour) -> bool:
    return not isinstance(run, str) and run[position].same_as(first)


def _both(
    project: Project, targets: Sequence[Target], base: Revision, head: Revision, inputs: dict[str, list[bytes]]
) -> tuple[Observed, Observed]:
    order = {
        "modules": project.config.targets,
        "scratch": str(scratch(project)),
        "supervisor": os.getpid(),
        "targets": [
            {"name": t.name, "options": t.options, "inputs": [pack(data) for data in inputs[t.name]]} for t in targets
        ],
    }
    text = json.dumps(order).encode()
    with _started(base, head, text) as one, _started(head, head, text) as other:
        return one.observed(inputs), other.observed(inputs)


@dataclass(frozen=True, slots=True)
class _Observer:
    """The process that runs one revision, and the files into which it speaks.

    They are no pipes: what a target leaves behind may hold one open, and is not waited for.
    """

    revision: Revision
    process: subprocess.Popen[bytes]
    told: IO[bytes]
    said: IO[bytes]

    def observed(self, inputs: dict[str, list[bytes]]) -> Observed:
        """Wait for what it has to tell."""
        code = self.process.wait()
        commit = self.revision.commit[:12]
        observed: Observed = {name: [] for name in inputs}
        try:
            for line in _lines(self.told):
                _take(json.loads(line), observed, self.revision)
        except (KeyError, TypeError, ValueError) as error:
            raise HarnessError(f"{commit}: what observes it says what means nothing ({error!r})") from error
        told = {name: len(each) for name, each in observed.items() if not isinstance(each, str)}
        if code != 0 or any(count != len(inputs[name]) for name, count in told.items()):
            last = b"".join(_lines(self.said))[-2000:].decode("utf-8", "replace")
            raise HarnessError(f"{commit}: what observes it ended early\n{last}")
        return observed


@contextmanager
def _started(revision: Revision, head: Revision, order: bytes) -> Iterator[_Observer]:
    """Start one; where nobody waits for it any more it is killed, and its workers die with it."""
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
        asked.write(order)
        asked.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "fuzzlab.observe"],
            cwd=revision.root, env=_environment(revision, head), stdin=asked, stdout=told, stderr=said,
        )  # fmt: skip
        try:
            yield _Observer(revision, process, told, said)
        finally:
            process.kill()
            process.wait()


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from file


def _take(message: dict[str, Any], observed: Observed, revision: Revision) -> None:
    if "user_error" in message:
        raise UserError(f"at {revision.commit[:12]}: {message['user_error']}")
    if "harness_error" in message:
        raise HarnessError(f"at {revision.commit[:12]}: {message['harness_error']}")
    name = message["target"]
    if "missing" in message:
        observed[name] = str(message["missing"])
    elif isinstance(behaviours := observed[name], list):
        behaviours.append(Behaviour.from_json(message))


def _environment(revision: Revision, head: Revision) -> dict[str, str]:
    """Let a revision's own code be imported where ours would be, from a `src` folder or an editable install too.

    The current folder stays off the path at the start: the revision may hold another fuzzlab.
    """
    ours = str(Path(fuzzlab.__file__).parents[1])
    moved = []
    for entry in [str(head.root / "src"), *sys.path]:
        place = Path.cwd() / entry
        if place.is_relative_to(head.repository) and str(place) != ours and place.is_dir():
            moved.append(str(revision.repository / place.relative_to(head.repository)))
    others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    path = os.pathsep.join(dict.fromkeys([*moved, *others, *([] if _is_installed(ours) else [ours])]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def _is_installed(folder: str) -> bool:
    return Path(folder).name in ("site-packages", "dist-packages")
