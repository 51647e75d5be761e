"""Workflows of CI services, from stencils: a job on each pull request, a sharded campaign each night."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fuzzlab.errors import UserError
from fuzzlab.project import Project
from fuzzlab.scaffold import Plan
from fuzzlab.stencil import filled, quoted

__all__ = ["SERVICES", "Wanted", "detected", "plan_workflows", "repository_of"]

SERVICES = ("github", "gitlab")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the workflows say: how pip finds fuzzlab, parts of a night, whether it pushes findings as a branch."""

    requirement: str
    shards: int = 2
    branch: bool = False


def repository_of(root: Path) -> Path | None:
    """Give the repository that a folder lies in, or None."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def detected(root: Path) -> frozenset[str]:
    """Name the services that a repository is meant for, by what lies in it and by where it was cloned from."""
    try:
        origins = (root / ".git" / "config").read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        origins = ""
    found = {
        "github": (root / ".github").is_dir() or "github.com" in origins,
        "gitlab": (root / ".gitlab-ci.yml").is_file() or (root / ".gitlab").is_dir() or "gitlab" in origins,
    }
    return frozenset(name for name, is_there in found.items() if is_there)


def plan_workflows(plan: Plan, project: Project, services: Collection[str], wanted: Wanted) -> None:
    """Plan the files of these services.

    Raises:
        UserError: something of the project cannot stand in a workflow.
    """
    corpus = project.config.corpus
    try:
        common = {"requirement": quoted(wanted.requirement), "corpus": quoted(corpus), "install": project.install}
    except ValueError:
        raise UserError(f"[tool.fuzzlab] corpus {corpus!r}: not ASCII, which no workflow is sure to keep") from None
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if "github" in services:
        one = filled("github/pull-request.yml.in", python=quoted(python), **common)
        plan.create(".github/workflows/fuzzlab.yml", one)
        branch = filled("github/branch.yml.in") if wanted.branch else ""
        shards = ", ".join(map(str, range(1, wanted.shards + 1)))
        count = str(wanted.shards)
        night = filled(
            "github/night.yml.in", python=quoted(python), shards=shards, count=count, branch=branch, **common
        )  # fmt: skip
        plan.create(".github/workflows/fuzzlab-night.yml", night)
    if "gitlab" in services:
        jobs = filled("gitlab/fuzzlab.yml.in", image=quoted(f"python:{python}"), count=str(wanted.shards), **common)
        plan.create(".gitlab/fuzzlab.yml", jobs)
        if any(".gitlab/fuzzlab.yml" in line for line in plan.lines(".gitlab-ci.yml")):
            plan.keep(".gitlab-ci.yml", "includes it already")
        elif (project.root / ".gitlab-ci.yml").exists():
            plan.notes.append(".gitlab-ci.yml is yours: add `- local: .gitlab/fuzzlab.yml` below its `include:`")
        else:
            plan.create(".gitlab-ci.yml", filled("gitlab/root.yml.in"))
