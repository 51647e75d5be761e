"""The reference is written by the code; nothing that a user can say or read is missing from it."""

from __future__ import annotations

import ast
from pathlib import Path

import click
import pytest

import fuzzlab
from ci.reference import commands, configuration, documents, events, interface
from ci.reference.__main__ import PAGES, write
from ci.reference.markdown import code, docstring, prose, table
from fuzzlab.cli import COMMANDS
from fuzzlab.errors import ExitCode
from fuzzlab.oracles.sinks import SINKS
from fuzzlab.project import Config

PACKAGE = Path(fuzzlab.__file__).parent


def test_each_command_and_each_option_has_its_place() -> None:
    """With its help: an option that says nothing of itself fails here."""
    page = commands.page()
    walked = dict(commands.walk())
    assert {path[0] for path in walked} == set(COMMANDS)
    assert ("corpus", "distil") in walked, "the commands of a group are walked too"
    for path, command in walked.items():
        assert f"`fuzzlab {' '.join(path)}`\n" in page
        assert command.help, path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{path} {option.opts}"
                assert f"`{option.opts[0]}" in page, f"{path} {option.opts}"
    for one in ExitCode:
        assert f"| `{int(one)}` | `{one.name}` | {one.meaning}" in page.replace("\\", "")


def test_what_the_page_says_of_all_commands_is_so() -> None:
    """All but `completion` take --json."""
    without = {
        path for path, command in commands.walk()
        if not isinstance(command, click.Group) and not any("--json" in option.opts for option in command.params)
    }  # fmt: skip
    assert without == {("completion",)}


def test_each_key_of_the_configuration_has_its_place() -> None:
    """With what it is for."""
    page = configuration.page()
    for key, field in Config.model_fields.items():
        assert field.description, key
        assert f"| `{key}` |" in page
        assert field.description in page.replace("\\", "")


def test_each_event_and_what_it_carries_has_its_place() -> None:
    """Down to the verdict of a finding."""
    page = events.page()
    for event in events.members():
        assert f"## `{event.__name__}`" in page
    assert "### `Finding`" in page
    assert "### `Verdict`" in page
    assert "### `Frame`" in page


def test_each_document_has_its_place() -> None:
    """A model named *Document that a command prints is on the page, with all its fields."""
    page = documents.page()
    names = {
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Document")
    }
    assert {"RunDocument", "FindingDocument", "AuditDocument"} <= names
    assert {name for name in names if name not in page} == set()
    for model in documents.DOCUMENTS.values():
        for field in model.model_fields:
            assert f"| `{field}` |" in page


def test_each_public_name_has_its_place() -> None:
    """Of each module that has an `__all__` for users, and each sink."""
    page = interface.page()
    for name, module in interface.MODULES.items():
        for member in module.__all__:
            assert f"{name.removeprefix('fuzzlab.')}.{member}`" in page or f"{name}.{member}`" in page, member
    for sink in SINKS:
        assert f"| `{sink}` |" in page


def test_pages_are_written_once(tmp_path: Path) -> None:
    """What has not changed is not written again, so that it is not built again."""
    write(tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == set(PAGES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write(tmp_path)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (code("a|b"), "`a|b`"),
        (code("`x`"), "`` `x` ``"),
        (prose("a <b> [c] `<d>` __e"), r"a \<b> \[c] `<d>` \_\_e"),
        (table(["a"], [["b|c"]]), "| a |\n|---|\n| b\\|c |\n"),
    ],
)
def test_markup(made: str, expected: str) -> None:
    """What comes from the code is text, and never markup."""
    assert made == expected


def test_a_docstring_with_sections() -> None:
    """Arguments become a list of terms."""

    def function() -> None:
        """Do it.

        Args:
            what: is done,
                with all that
                belongs to it.

        Raises:
            OSError: it cannot be.
        """

    assert docstring(function).splitlines() == [
        "Do it.", "", "Arguments:", "", "- `what`: is done,", "  with all that", "  belongs to it.", "", "Raises:", "",
        "- `OSError`: it cannot be.",
    ]  # fmt: skip
