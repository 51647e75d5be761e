"""A project at another revision: a git worktree beside the working one, gone when it is no longer needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.errors import HarnessError, UserError, nearest
from fuzzlab.project import Project

__all__ = ["Revision", "checked_out"]

SHORT = 12
"""Digits of a commit that are shown."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A project as it was: its folder, and the repository's folder around it; `commit` in hexadecimal digits."""

    root: Path
    repository: Path
    commit: str


@contextmanager
def checked_out(project: Project, name: str) -> Iterator[tuple[Revision, Revision]]:
    """Check `name` out beside the project; give it, and what it is compared with: the working tree as it stands.

    Hooks do not run: the repository's own would take the checkout for somebody's work.

    Raises:
        UserError: there is no git, no repository, no such revision, or no such project in it.
        HarnessError: git cannot make a worktree.
    """
    top = Path(_git(project.root, "rev-parse", "--show-toplevel", wrong=_no_repository(project.root)))
    commit = _commit(project.root, name)
    place = project.state / "revisions" / f"{commit[:SHORT]}-{os.getpid()}"
    place.parent.mkdir(parents=True, exist_ok=True)
    _sweep(project.root, place.parent)
    try:
        _git(project.root, "worktree", "add", "--detach", "--force", str(place), commit)
        root = place / project.root.relative_to(top)
        if not root.is_dir():
            raise UserError(f"{name} has no folder {project.root.relative_to(top)}: this project is younger")
        head = Revision(project.root, top, _git(project.root, "rev-parse", "HEAD"))
        yield Revision(root, place, commit), head
    finally:
        _remove(project.root, place)


def _commit(root: Path, name: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except HarnessError:
        names = ["HEAD", *_git(root, "for-each-ref", "--format=%(refname:short)").split()]
        raise UserError(f"no revision {name!r}{nearest(name, names)}; name a branch, a tag or a commit") from None


def _sweep(root: Path, folder: Path) -> None:
    """Remove what a comparison left that was killed."""
    for left in folder.iterdir():
        pid = left.name.rpartition("-")[2]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            _remove(root, left)


def _remove(root: Path, place: Path) -> None:
    """Remove a worktree, one that was interrupted while it was made too: git knows that by a lock of its own.

    The folder goes first, for git then asks for nothing in it; and git hears no Ctrl-C, which a terminal sends to all.
    """
    shutil.rmtree(place, ignore_errors=True)
    command = ["git", "-C", str(root), "worktree", "remove", "--force", "--force", str(place)]
    subprocess.run(command, capture_output=True, check=False, start_new_session=True)  # noqa: S603 - as below


def _git(root: Path, *words: str, wrong: str = "") -> str:
    command = ["git", "-C", str(root), "-c", "core.hooksPath=/dev/null", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - words of ours, and a revision behind --end-of-options
    except FileNotFoundError:
        raise UserError("there is no git here, which gives the other revision") from None
    if done.returncode != 0:
        if wrong:
            raise UserError(wrong)
        raise HarnessError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _no_repository(root: Path) -> str:
    return f"{root} lies in no git repository: there is no other revision to compare with"
