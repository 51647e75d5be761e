"""What each of many inputs reaches in the code under test: features, as libFuzzer counts them."""

from __future__ import annotations

import os
import shutil
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fuzzlab.blackbox import IMPATIENT
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.escape import one_line
from fuzzlab.process import TICK, Child, Lost
from fuzzlab.quarters import made_in
from fuzzlab.target import Target

__all__ = ["Traces", "trace"]

SLOWNESS = 3.0
"""How many times its time budget an execution gets, as in a campaign: the code is instrumented."""

LOSSES = 100
"""Inputs that may cost a worker. Each costs a start; with more, the corpus is no corpus but a list of crashes."""


@dataclass(slots=True)
class Traces:
    """By the position of an input: its features, ascending, and the signatures of those that cannot be traced.

    What hangs, is killed, or takes the worker with it has no features that would be the same a second time.
    """

    features: dict[int, array[int]] = field(default_factory=dict)
    costly: dict[int, str] = field(default_factory=dict)


def trace(target: Target, folder: Path, paths: Sequence[str], *, largest: int, known_hangs: Sequence[str]) -> Traces:
    """Execute each input once.

    One process executes all, for the numbers of features are a process's own where modules are imported late. So when
    a process is lost, the next ones first look for whatever else costs one, and then all is begun again without them.

    Args:
        target: what runs them.
        folder: for a worker's files.
        paths: the inputs.
        largest: bytes of the largest of them.
        known_hangs: places where the target is known to hang.

    Raises:
        UserError: the target does not import, or too many inputs take the process with them.
        HarnessError: fuzzlab itself failed.
    """
    traces, losses = Traces(), 0
    while True:
        rest = [index for index in range(len(paths)) if index not in traces.costly]
        traces.features = {}
        is_whole = True
        while rest:
            passed = _passed(target, folder, paths, rest, traces, largest=largest, known_hangs=known_hangs)
            if passed is None:
                break
            is_whole, losses = False, losses + 1
            if losses > LOSSES:
                raise UserError(
                    f"{target.name}: more than {LOSSES} stored inputs end their process; "
                    f"`fuzzlab replay {target.name}` shows them"
                )
            rest = rest[passed + 1 :]
        if is_whole:
            for index in traces.costly:
                traces.features.pop(index, None)
            return traces


def _passed(
    target: Target, folder: Path, paths: Sequence[str], rest: Sequence[int], traces: Traces, *, largest: int,
    known_hangs: Sequence[str],
) -> int | None:  # fmt: skip
    """Run one process over the inputs `rest`; give the position of the one that took it along, or None."""
    with _control_file(folder, [paths[index] for index in rest]) as control:
        order = {
            "do": "trace",
            "known_hangs": list(known_hangs),
            "trace": {"control": str(control), "largest": max(1, largest)},
        }
        capacity = max(target.format.max_size, largest) + 4096
        child = Child(target, folder, capacity=capacity, order=order, slowness=SLOWNESS)
        child.box.head[IMPATIENT] = 1
        try:
            lost = _lost(child, rest, traces)
            done = 0
            for done, features in enumerate(_read(control), 1):
                traces.features[rest[done - 1]] = features
            if done == len(rest):
                return None
            if child.process.returncode == 0:
                raise HarnessError(f"{target.name}: libFuzzer ended after {done} of {len(rest)} inputs")
            traces.costly[rest[done]] = lost.verdict.signature if lost.verdict else one_line(lost.reason)
            return done
        finally:
            child.close()


def _lost(child: Child, rest: Sequence[int], traces: Traces) -> Lost:
    """Look after a process until its end, which is a loss even when all went well; note what it tells."""
    try:
        child.wait_ready()
    except Lost as lost:
        raise UserError(
            f"{child.target.name}: {child.target.home} kills the process that imports it: {lost.reason.strip()}"
        ) from None
    try:
        while True:
            child.watch()
            message = child.receive(TICK)
            if message is not None and message["is"] == "verdict":
                if not 0 <= message["index"] < len(rest):
                    raise HarnessError(f"{child.target.name}: a worker told of an input that it was not given")
                traces.costly[rest[message["index"]]] = message["verdict"].signature
    except Lost as lost:
        return lost


@contextmanager
def _control_file(folder: Path, paths: Sequence[str]) -> Iterator[Path]:
    """Write the file by which libFuzzer's merging processes speak to each other (FuzzerMerge.h has its grammar)."""
    made = made_in(folder)
    try:
        control = made / "control"
        with control.open("wb") as file:
            file.write(b"%d\n0\n" % len(paths))
            for number, path in enumerate(paths):
                if not path.isprintable():  # a file a line
                    copy = made / str(number)
                    shutil.copyfile(path, copy)
                    path = str(copy)
                file.write(os.fsencode(path) + b"\n")
        yield control
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _read(control: Path) -> Iterator[array[int]]:
    """Yield the features of each input that ended; a last line without an end was cut short with its process."""
    with control.open("rb") as file:
        for line in file:
            if line.startswith(b"FT ") and line.endswith(b"\n"):
                yield array("I", sorted(map(int, line.split()[2:])))
