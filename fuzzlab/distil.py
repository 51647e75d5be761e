"""The smallest corpus with the same features: coverage inputs that add nothing are removed.

Nothing is touched in seeds or regressions. Inputs are removed one by one, at the end, and each adds nothing to those
that stay, so a corpus left in the middle of it has all its features too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.corpus import Corpus, Role, Stored
from fuzzlab.cover import cover
from fuzzlab.engines import coverage
from fuzzlab.errors import UserError
from fuzzlab.project import Project
from fuzzlab.target import Target
from fuzzlab.tracing import trace
from fuzzlab.verdict import Outcome
from fuzzlab.worker import scratch

__all__ = ["Distilled", "distil"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distilled:
    """What came of it; sizes are (files, bytes) of the coverage inputs, `features` those of the whole corpus.

    `costly` are the inputs that hang, or take their process along, with what they do: they stay.
    """

    target: str
    before: tuple[int, int]
    after: tuple[int, int]
    features: int
    costly: tuple[tuple[str, str], ...] = ()


def distil(project: Project, target: Target, warn: Callable[[str], None], *, dry_run: bool = False) -> Distilled:
    """Run every stored input of a target, and remove the coverage inputs that the others make superfluous.

    Raises:
        UserError: there is no coverage engine, the target does not import, or another process is at it.
        HarnessError: fuzzlab itself failed.
    """
    if (why := coverage.missing()) is not None:
        raise UserError(why)
    corpus = Corpus(project, target.name, warn)
    with _alone(corpus.coverage_folder, target.name):
        stored = list(corpus.stored())
        # What stays anyway comes first, for what only ever happens once in a process is then held by it.
        stored.sort(key=lambda s: (s.role is Role.COVERAGE, s.size, s.path))
        ours = [s for s in stored if s.role is Role.COVERAGE]
        before = _total(ours)
        if not ours:
            return Distilled(target=target.name, before=before, after=before, features=0)
        hangs = [f.verdict.place for f in corpus.findings() if f.verdict.outcome is Outcome.HANG]
        largest = max(s.size for s in stored)
        paths = [s.path for s in stored]
        traces = trace(target, scratch(project), paths, largest=largest, known_hangs=hangs)
        sets = [traces.features.get(number, array("I")) for number in range(len(stored))]
        stays = [s.role is not Role.COVERAGE or number in traces.costly for number, s in enumerate(stored)]
        chosen = set(cover(sets, [s.size for s in stored], stays))
        if not dry_run:
            _remove([s for number, s in enumerate(stored) if number not in chosen], project)
        return Distilled(
            target=target.name,
            before=before,
            after=_total([s for number, s in enumerate(stored) if number in chosen and s.role is Role.COVERAGE]),
            features=len(set().union(*sets)),
            costly=tuple((project.shown(Path(paths[number])), what) for number, what in sorted(traces.costly.items())),
        )


def _total(stored: Sequence[Stored]) -> tuple[int, int]:
    return len(stored), sum(s.size for s in stored)


def _remove(superfluous: Sequence[Stored], project: Project) -> None:
    try:
        for stored in superfluous:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(stored.path)  # noqa: PTH108 - below pathlib, as in the corpus
    except OSError as error:
        raise UserError(f"cannot remove from {project.state}: {error.strerror}") from None


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Keep a second distilling out: two that choose differently would together remove what neither would alone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield  # nothing is there to remove
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{name}: its corpus is being distilled by another process; wait for it") from None
        yield
    finally:
        os.close(descriptor)
