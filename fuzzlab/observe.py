"""One revision of a project, observed: `python -m fuzzlab.observe`, started by `fuzzlab.comparison` in its folder.

It reads one order as JSON from standard input (which targets, which files), runs each file through its target in a
worker, and prints a line of JSON for each. A process of its own, for two versions of one module cannot be imported into
one. It is this fuzzlab that observes, and not the one that the revision pins.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fuzzlab.behaviour import Behaviour
from fuzzlab.channel import unpack
from fuzzlab.errors import ExitCode, FuzzlabError, UserError
from fuzzlab.escape import one_line
from fuzzlab.finder import adhoc, load
from fuzzlab.guard import die_with
from fuzzlab.project import Project
from fuzzlab.target import Target
from fuzzlab.testimony import broken
from fuzzlab.worker import Worker

__all__ = ["main"]

BATCH = 512
"""Inputs a message: what they did comes back one by one."""


def main() -> int:
    """Answer one order."""
    out, sys.stdout = sys.stdout, sys.stderr  # a project's module may print at its import
    order = json.load(sys.stdin)
    die_with(order["supervisor"])
    try:
        root = Path.cwd()
        # A revision without a pyproject.toml of its own lies below one that is not its own.
        project = Project.find(root) if (root / "pyproject.toml").is_file() else None
        known = load(project.config.targets if project else order["modules"], root=root)
        for wanted in order["targets"]:
            for line in _observed(wanted, known, Path(order["scratch"])):
                out.write(json.dumps({"target": wanted["name"], **line}) + "\n")
    except UserError as error:
        out.write(json.dumps({"user_error": str(error)}) + "\n")
    except FuzzlabError as error:
        out.write(json.dumps({"harness_error": str(error)}) + "\n")
    out.flush()
    return ExitCode.CLEAN


def _observed(wanted: dict[str, Any], known: dict[str, Target], scratch: Path) -> Iterator[dict[str, Any]]:
    """Yield what each input did, or why there is nothing to tell."""
    if wanted["options"]:
        spec, format_name, *allow = wanted["options"]
        try:
            target = adhoc(spec, format_name=format_name or None, allow=allow)
        except UserError as error:
            yield {"missing": one_line(str(error))}
            return
    elif wanted["name"] not in known:
        yield {"missing": "it is not registered there"}
        return
    else:
        target = known[wanted["name"]]
    inputs = [unpack(packed) for packed in wanted["inputs"]]
    seen: dict[int, Behaviour] = {}
    worker = Worker(target, scratch, largest=max(map(len, inputs), default=0), observer=seen.__setitem__)
    try:
        for begin in range(0, len(inputs), BATCH):
            batch = inputs[begin : begin + BATCH]
            seen.clear()
            for index, verdict in worker.run(batch):
                seen[index] = broken(verdict)  # a hang or a death tells of itself in no other way
            yield from ({"index": begin + index, **seen[index].to_json()} for index in range(len(batch)))
    finally:
        worker.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
