"""What `fuzzlab init` writes into a project: its configuration, a first target with seeds, CI."""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzlab import origin
from fuzzlab.corpus import Corpus
from fuzzlab.errors import UserError
from fuzzlab.escape import escaped
from fuzzlab.finder import load
from fuzzlab.intake import named
from fuzzlab.project import Project
from fuzzlab.scaffold import Plan
from fuzzlab.sketch import INIT, drawn_before, sketch
from fuzzlab.workflows import SERVICES, Wanted, detected, plan_workflows, repository_of

__all__ = ["Wish", "starter"]

IGNORED = ".fuzzlab/"
BINARY = "corpus/** -text"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for: a `module:function` or nothing, and what to say of it; a service, or None to look."""

    spec: str
    ci: str | None = None
    requirement: str = ""
    shards: int = 2
    branch: bool = False


def starter(project: Project, wish: Wish) -> Plan:
    """Plan it; what is there already stays.

    Raises:
        UserError: the function is none, or a file of the project cannot be read.
    """
    plan = Plan(project.root)
    _configuration(plan)
    if wish.spec:
        _first_target(plan, project, wish.spec)
    _line(plan, ".gitignore", IGNORED, {".fuzzlab", ".fuzzlab/", "/.fuzzlab", "/.fuzzlab/", "**/.fuzzlab/"})
    binary = BINARY.replace("corpus", project.config.corpus.replace(" ", "[[:space:]]"), 1)
    _line(plan, ".gitattributes", binary, {binary, f"/{binary}"})
    _services(plan, project, wish)
    return plan


def _configuration(plan: Plan) -> None:
    """Add the table at the end of pyproject.toml, and make sure that the file says the same as before beside it."""
    path = "pyproject.toml"
    table = ["[tool.fuzzlab]", 'targets = ["targets"]  # packages or modules that register them']
    before = _toml(plan, path)
    tool = before.get("tool", {})
    if isinstance(tool, dict) and "fuzzlab" in tool:
        return plan.keep(path, "has [tool.fuzzlab] already")
    content = plan.append(path, ["", *table] if before else table)
    try:
        after = tomllib.loads(content.decode("utf-8"))
    except tomllib.TOMLDecodeError:
        after = {}
    if after != {**before, "tool": {**tool, "fuzzlab": {"targets": ["targets"]}}}:
        raise UserError(f"{path}: no room for a table at its end; write [tool.fuzzlab] where its other tools stand")
    return None


def _toml(plan: Plan, path: str) -> dict[str, Any]:
    place = plan.root / path
    return tomllib.loads(place.read_text(encoding="utf-8")) if place.exists() else {}  # Project.find has read it before


def _line(plan: Plan, path: str, line: str, alike: set[str]) -> None:
    if alike.intersection(plan.lines(path)):
        plan.keep(path, f"has {line} already")
    else:
        plan.append(path, [line])


def _services(plan: Plan, project: Project, wish: Wish) -> None:
    root = repository_of(project.root)
    services = {None: detected(root or project.root), "both": frozenset(SERVICES), "none": frozenset[str]()}.get(
        wish.ci, frozenset({wish.ci or ""})
    )
    if not services:
        if wish.ci is None:
            plan.notes.append("no workflow: nothing here says GitHub or GitLab; --ci github or --ci gitlab writes one")
        return
    if root is not None and root != project.root:
        where = project.root.relative_to(root)
        if wish.ci is not None:
            raise UserError(f"--ci {wish.ci}: this project is the folder {where} of {root}, where its workflows belong")
        place = escaped(f"the folder {where} of {root}")
        plan.notes.append(f"no workflow: this project is {place}, where its workflows belong")
        return
    requirement, note = origin.requirement(wish.requirement)
    plan.notes += [note] if note else []
    plan_workflows(plan, project, services, Wanted(requirement=requirement, shards=wish.shards, branch=wish.branch))


def _first_target(plan: Plan, project: Project, spec: str) -> None:
    """Plan a target's file for the function, and its seeds; the trial leaves nothing in the project."""
    known = load(project.config.targets, root=project.root)
    if (before := drawn_before(project, spec)) is not None:
        return plan.keep(project.shown(before), "is there already")
    with tempfile.TemporaryDirectory(prefix="fuzzlab-") as scratch:
        made = sketch(project, spec, dict(known), Path(scratch))
    for path in made.packages:
        plan.create(project.shown(path), INIT)
    plan.create(project.shown(made.path), made.draft.text)
    corpus = Corpus(project, made.draft.name, lambda message: plan.notes.append(escaped(message)))
    for path, data in named(corpus, made.seeds):
        plan.create(project.shown(path), data)
    plan.notes += [*made.draft.refused, *made.draft.suggestions]
    return None
