"""Two revisions of a project over one corpus: the same inputs, each revision in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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
    project: Project, targets: Sequence[Target], base: Revision, head: Revision, *, warn: Any
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
        "targets": [
            {"name": t.name, "options": t.options, "inputs": [pack(data) for data in inputs[t.name]]} for t in targets
        ],
    }
    text = json.dumps(order)
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(_observed, base, head, text, inputs)
        after = pool.submit(_observed, head, head, text, inputs)
        return before.result(), after.result()


def _observed(revision: Revision, head: Revision, order: str, inputs: dict[str, list[bytes]]) -> Observed:
    """Run one revision."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzlab.observe"],
        cwd=revision.root, input=order, capture_output=True, text=True, check=False, env=_environment(revision, head),
    )  # fmt: skip
    observed: Observed = {name: [] for name in inputs}
    try:
        for line in done.stdout.splitlines():
            _take(json.loads(line), observed, revision)
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"{revision.commit[:12]}: what observes it says what means nothing ({error!r})") from error
    told = {name: len(each) for name, each in observed.items() if not isinstance(each, str)}
    if done.returncode != 0 or any(count != len(inputs[name]) for name, count in told.items()):
        raise HarnessError(f"{revision.commit[:12]}: what observes it ended early\n{done.stderr[-2000:]}")
    return observed


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
