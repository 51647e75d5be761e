"""What ClusterFuzzLite and OSS-Fuzz build a project's targets from: an image, a script, and four files a target.

Format of `.options`, `.dict` and `_seed_corpus.zip`: ClusterFuzz's documentation, "libFuzzer and AFL++" (Seed corpus,
Dictionaries, Custom options); of the image and project.yaml: OSS-Fuzz's, "Setting up a new project".
"""

from __future__ import annotations

import io
import math
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from fuzzlab.corpus import Corpus
from fuzzlab.dictionary import as_libfuzzer, for_libfuzzer, mine
from fuzzlab.errors import UserError
from fuzzlab.project import Project
from fuzzlab.scaffold import Plan
from fuzzlab.scope import Scope, packages
from fuzzlab.stencil import filled, quoted
from fuzzlab.target import Target
from fuzzlab.verdict import Status, input_id

__all__ = ["FOLDER", "clusterfuzz"]

FOLDER = ".clusterfuzzlite"
"""Where ClusterFuzzLite looks, in the root of a repository."""

FUZZERS = "fuzzers"

TIMEOUT = 25
"""Seconds after which ClusterFuzz itself holds an input to be too slow; more where the budget is large."""

SLOWER = 4
"""How much longer than the budget libFuzzer waits before it kills: the soft limit, at twice the budget, comes first."""

PACKED = (1980, 1, 1, 0, 0, 0)
"""The time in every archive, so that the same corpus is the same bytes."""

_PLAIN = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_REPOSITORY = re.compile(r"https://[A-Za-z0-9._~/-]+")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def clusterfuzz(
    project: Project, targets: Sequence[Target], folder: Path, warn: Callable[[str], None], *, requirement: str,
    repository: str = "",
) -> Plan:  # fmt: skip
    """Plan the files for these targets.

    Args:
        project: whose targets they are.
        targets: what to export.
        folder: where to; inside the project as ClusterFuzzLite wants it, or outside, for OSS-Fuzz.
        warn: is told of stored inputs that are passed over.
        requirement: how pip finds fuzzlab in the image.
        repository: from which the image clones the project; without one it is the folder that the image is built in.

    Raises:
        UserError: something of it cannot stand in a build file.
    """
    inside = folder.is_relative_to(project.root)
    place = folder.relative_to(project.root).as_posix() if inside else ""
    if inside and not (place != "." and _PLAIN.fullmatch(place)):
        raise UserError(f"--output {place!r}: a folder below the project, of letters, digits, '.', '_', '-'")
    if not inside and not repository:
        raise UserError(f"--output {folder}: outside of {project.root}; say --repository, which the image clones")
    if repository and not _REPOSITORY.fullmatch(repository):
        raise UserError(
            f"--repository {repository!r}: no https:// address of a repository, as in https://example.org/shop.git"
        )
    plan = Plan(folder)
    plan.create("Dockerfile", _dockerfile(project, place, requirement, repository))
    plan.create("build.sh", _build(place, repository), is_program=True)
    head = "".join(f"{key}: {quoted(repository)}\n" for key in ("homepage", "main_repo")) if repository else ""
    plan.create("project.yaml", filled("clusterfuzz/project.in", head=head))
    for target in targets:
        _one(plan, project, target, warn)
    return plan


def _one(plan: Plan, project: Project, target: Target, warn: Callable[[str], None]) -> None:
    base, roots = f"{FUZZERS}/{target.name}", packages(target)
    corpus = Corpus(project, target.name, warn)
    words = mine(target, Scope(roots)).words
    plan.create(f"{base}.py", _script(plan, project, target, corpus, roots), ours=True, is_program=True)
    plan.create(f"{base}.dict", as_libfuzzer(for_libfuzzer(target, words)).encode("ascii"), ours=True)
    timeout = max(TIMEOUT, math.ceil(target.contract.budget.wall * SLOWER))
    options = filled(
        "clusterfuzz/options.in",
        max_len=str(target.format.max_size), timeout=str(timeout), dictionary=f"{target.name}.dict",
    )  # fmt: skip
    plan.create(f"{base}.options", options.encode("ascii"), ours=True)
    plan.create(f"{base}_seed_corpus.zip", _packed(_seeds(corpus)), ours=True)


def _script(plan: Plan, project: Project, target: Target, corpus: Corpus, roots: Sequence[str]) -> str:
    modules = list(dict.fromkeys([target.home, target.module]))
    if unknown := [module for module in modules if not _MODULE.fullmatch(module)]:
        raise UserError(f"{target.name}: {unknown[0]!r} is no module that a program can import; rename it")
    accepted = sorted({f.signature for f in corpus.findings() if f.status is Status.ACCEPTED})
    up = os.path.relpath(project.root, plan.root / FUZZERS)
    return filled(
        "clusterfuzz/target.py.in",
        imports="\n".join(f"    import {module}" for module in modules),
        root=_literal(PurePosixPath(up).as_posix()),
        name=quoted(target.name),
        modules=_list(modules),
        packages=_list(roots),
        options=_list(target.options),
        accepted=_list(accepted),
    )


def _literal(text: str) -> str:
    """Write any text as Python source in ASCII."""
    return ascii(text)


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_literal, texts)) + "]"


def _seeds(corpus: Corpus) -> Iterator[bytes]:
    """Yield what to begin with: not what fails on record, for libFuzzer would end at it each time it starts."""
    failing = {finding.id for finding in corpus.findings() if finding.status is not Status.FIXED}
    yield from corpus.seeds()
    yield from corpus.regressions(but=failing)
    yield from corpus.coverage()


def _packed(inputs: Iterator[bytes]) -> bytes:
    """Pack inputs under their ids; the same inputs give the same bytes."""
    by_id = {input_id(data): data for data in inputs}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(by_id):
            archive.writestr(zipfile.ZipInfo(name, PACKED), by_id[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _dockerfile(project: Project, place: str, requirement: str, repository: str) -> str:
    if repository:
        source = f"RUN git clone --depth 1 {repository} $SRC/project\nCOPY build.sh $SRC/"
        source += f"\nCOPY {FUZZERS} $SRC/{FUZZERS}"
    else:
        source = f"COPY . $SRC/project\nCOPY {place}/build.sh $SRC/"
    return filled(
        "clusterfuzz/Dockerfile.in", requirement=quoted(requirement), source=source, install=project.install
    )  # fmt: skip


def _build(place: str, repository: str) -> str:
    fuzzers = f"$SRC/{FUZZERS}" if repository else f"$SRC/project/{place}/{FUZZERS}"
    return filled("clusterfuzz/build.sh.in", fuzzers=quoted(fuzzers))
