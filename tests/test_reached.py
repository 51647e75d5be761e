"""Which lines of source the stored inputs reach, and which only a finding does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fuzzlab.lines import measured
from fuzzlab.project import Project
from fuzzlab.reached import LEFT_OUT, MISSING, reach
from fuzzlab.target import REGISTRY
from tests.parsers import refusing
from tests.projects import environment, fuzzlab, make_project

SOURCE = '''
"""A parser in which one branch breaks, one kills, and one is for nobody."""

import os

from fuzzlab import formats, target


@target(format=formats.raw())
def branchy(data: bytes) -> bytes:
    if data == b"seed":
        kept = data.upper()
        return kept
    if data == b"broken":
        where = "only a finding comes here"
        raise KeyError(where)
    if data == b"killed":
        os.kill(os.getpid(), 9)
    if data == b"nobody":
        return b"nor here"
    return data
'''

assert refusing  # registers its targets


def test_lines_by_kind(tmp_path: Path) -> None:
    """Seeds reach their branch, a finding its own, nobody the last; what kills is left out, and costs nothing."""
    make_project(tmp_path, SOURCE)
    seeds = tmp_path / "corpus" / "branchy" / "seeds"
    seeds.mkdir(parents=True)
    for name in ("seed", "other", "broken", "killed"):
        (seeds / name).write_text(name)
    ran = fuzzlab(tmp_path, "replay", "--json")
    assert {f["outcome"] for f in ran.document["targets"][0]["findings"]} == {"crash", "died"}
    done = fuzzlab(tmp_path, "report", "--source-time", "2m")
    assert done.code == 0, done.err
    page = (tmp_path / ".fuzzlab" / "report.html").read_text()
    assert "A replay of 3 stored inputs of 1 target," in page
    listing = page.partition('<section id="reached"')[2]
    for kind, text in (
        ("reached", "kept = data.upper()"), ("finding", "where = &#34;only a finding comes here&#34;"),
        ("finding", "raise KeyError(where)"), ("missed", "os.kill(os.getpid(), 9)"),
        ("missed", "return b&#34;nor here&#34;"), ("reached", "import os"),
        ("reached", "if data == b&#34;nobody&#34;:"),
    ):  # fmt: skip
        line = next(line for line in listing.split("<span") if line.partition("</b>")[2].strip().startswith(text))
        assert line.startswith(f' class="{kind}"'), (text, line)


def test_only_in_the_time_there_is(project: Project) -> None:
    """Without time there is no section; what the time is not enough for is named."""
    assert reach(project, [REGISTRY["refusing"]], seconds=0.0, warn=pytest.fail).note == LEFT_OUT
    made = reach(project, [REGISTRY["refusing"], REGISTRY["dawdling"]], seconds=1e-9, warn=pytest.fail)
    assert "It ended after 1e-09 s" in made.note
    assert made.note.endswith("Not looked at: refusing, dawdling.")
    assert made.files == []


def test_without_coverage_py(tmp_path: Path) -> None:
    """Where it is not installed, the section says how to get it, and the report is written."""
    make_project(tmp_path)
    assert fuzzlab(tmp_path, "check", "--examples", "3").code in (0, 1)
    hide = "import sys; sys.modules['coverage'] = None; from fuzzlab.cli import main; main(['report'])"
    script = (
        "import importlib.util as u; real = u.find_spec;"
        "u.find_spec = lambda name, *a: None if name == 'coverage' else real(name, *a);" + hide
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / ".fuzzlab" / "report.html").read_text()
    assert MISSING.replace("'", "&#39;") in page


def test_a_project_that_does_not_import(tmp_path: Path) -> None:
    """A module broken since the run costs the section, not the report."""
    make_project(tmp_path)
    assert fuzzlab(tmp_path, "check", "--examples", "3").code in (0, 1)
    (tmp_path / "shop.py").write_text("def broken(:\n")
    done = fuzzlab(tmp_path, "report")
    assert done.code == 0, done.err
    assert "The targets do not import" in (tmp_path / ".fuzzlab" / "report.html").read_text()


def test_statements_count_once(tmp_path: Path) -> None:
    """A statement of several lines is one line of code; a file that is no Python has none."""
    path = tmp_path / "a.py"
    path.write_text("x = (\n    1,\n    2,\n)\n\n# a comment\ny = 3\n")
    assert measured(path, [[1], [1, 2, 7]]) == ({1, 7}, [{1}, {1, 7}])
    path.write_text("def broken(:\n")
    assert measured(path, [[1]]) == (set(), [set()])


def test_no_file_is_left(tmp_path: Path) -> None:
    """The project's own data of coverage.py is neither read nor written."""
    make_project(tmp_path)
    (tmp_path / ".coverage").write_bytes(b"theirs")
    (tmp_path / ".coveragerc").write_text("[run]\nomit = *\n")
    assert fuzzlab(tmp_path, "check", "--examples", "3").code in (0, 1)
    assert fuzzlab(tmp_path, "report", "--source-time", "1m").code == 0
    assert (tmp_path / ".coverage").read_bytes() == b"theirs"
    assert "shop.py" in (tmp_path / ".fuzzlab" / "report.html").read_text().partition("Lines of code by file")[2]
