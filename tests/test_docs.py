"""What the documentation shows, done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ci.reference.commands import walk
from tests.pages import FENCE, Block, blocks, matches, run, steps
from tests.projects import REPOSITORY

PAGES = sorted(
    [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
    + [page for page in (REPOSITORY / "docs").rglob("*.md") if "generated" not in page.parts]
)
"""What people write; what the code writes is `tests/test_reference.py`'s."""

QUICK = {"README.md"}
"""Pages that run in the fast suite; to run all would take minutes."""


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def _is_run(block: Block) -> bool:
    return block.said("not-run") is None and block.language == "console"


RUN = [page for page in PAGES if any(map(_is_run, blocks(page)))]


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=_name(page), marks=[] if _name(page) in QUICK else [pytest.mark.slow]) for page in RUN],
)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    """Its files written, its commands run from top to bottom, each printing what is shown."""
    folder = tmp_path / "work"
    folder.mkdir()
    done = 0
    for step in run(page, folder):
        done += 1
        where = f"{step.block.place}: $ {step.command}"
        assert step.fits, f"{where}\nshows:\n" + "\n".join(step.shown) + f"\nprints ({step.code}):\n{step.printed}"
    assert done == sum(len(steps(block)) for block in blocks(page) if _is_run(block))


def test_each_block_is_run_written_or_says_why_not() -> None:
    """A block is a command, a file, or has a reason; the reasons are few and known."""
    reasons: dict[str, list[str]] = {}
    for page in PAGES:
        assert not INDENTED.search(FENCE.sub("", page.read_text(encoding="utf-8"))), f"{page}: a block without fences"
        for block in blocks(page):
            reason = block.said("not-run")
            if reason is not None:
                assert reason, f"{block.place}: not run, and no reason"
                reasons.setdefault(reason, []).append(block.place)
            else:
                assert block.language == "console" or block.said("title"), f"{block.place}: {block.language} block"
    assert set(reasons) <= REASONS, sorted(set(reasons) - REASONS)
    assert set(reasons) >= REASONS - {"a signature"}, (
        "a reason that no block gives any more (signatures are in pages that a build writes)"
    )


INDENTED = re.compile(r"\n\n    \S")
"""A block by indentation, which could say nothing of itself."""

REASONS = {
    "a part of a project",
    "a picture",
    "installs from a checkout; ci/wheel does it in an empty environment",
    "measures, for minutes or hours",
    "needs a run of GitHub Actions",
    "paths of your project; tests/test_libfuzzer.py runs such programs",
    "the checks of this repository",
    "the picture of one run",
}
"""Why a block is not run."""


def test_each_command_that_is_named_is_there() -> None:
    """In running text too: its words are commands, its options are options of that command."""
    commands = {" ".join(path): command for path, command in walk()}
    seen = 0
    for page in PAGES:
        for quoted in re.findall(r"`fuzzlab ([a-z][^`]*)`", page.read_text(encoding="utf-8")):
            words = quoted.split()
            path = " ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]
            assert path in commands, f"{_name(page)}: fuzzlab {quoted}"
            options = {name for option in commands[path].params for name in option.opts}
            for word in words:
                if word.startswith("--"):
                    assert word.partition("=")[0].strip("[]") in {*options, "--help"}, (
                        f"{_name(page)}: fuzzlab {quoted}"
                    )
            seen += 1
    assert seen > 50


@pytest.mark.parametrize(
    ("shown", "printed", "varies", "fits"),
    [
        ("a\nb", "a\nb\n", False, True),
        ("a\nb", "a\nc\n", False, False),
        ("a", "a\nb", False, False),
        ("a …", "a b c", False, True),
        ("a … c\nd", "a b\nc\nd", False, False),
        ("a\n…\nd", "a\nb\nc\nd", False, True),
        ("a\n…\nd", "a\nb\nc", False, False),
        ("…\nd", "a\nd", False, True),
        ("…", "a\nb", False, True),
        ("in 1.5 s", "in 2 s", False, False),
        ("1,234  runs in 1.5 s", "99 runs in 2 s", True, True),
        ('id 0123456789abcdef is "x"', 'id fedcba9876543210 is "\\u200d"', True, True),
        ("crash  IndexError", "crash  KeyError", True, False),
        ("1 new", "new", True, False),
    ],
)
def test_what_is_shown_is_compared(shown: str, printed: str, varies: bool, fits: bool) -> None:
    """`…` within a line and for lines; what varies."""
    assert matches(shown, printed, varies=varies) is fits
