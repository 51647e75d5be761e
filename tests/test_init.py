"""`fuzzlab init` as a new user runs it: what it shows, asks, writes and leaves alone."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from fuzzlab.cli import main
from fuzzlab.verdict import input_id
from tests.projects import REPOSITORY, Done, environment, fuzzlab, snapshot
from tests.workflows import keeps_the_rules, parsed, validate

PARSER = '''
import unicodedata


def display_name(name: str) -> str:
    """The name as the receipt prints it; ValueError for one that is empty or too long."""
    if not name or len(name) > 300:
        raise ValueError("a name has 1 to 300 characters")
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
    return visible[0].upper() + visible[1:]
'''

GITHUB = (".github/workflows/fuzzlab.yml", ".github/workflows/fuzzlab-night.yml")
Run = Callable[..., Done]

GITLAB = (".gitlab/fuzzlab.yml", ".gitlab-ci.yml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with one parser."""
    (tmp_path / "shop.py").write_text(PARSER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs the command in this process: quick, for what imports no parser."""

    def ran(*words: str) -> Done:
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert isinstance(ended.value.code, int)
        out, err = capfd.readouterr()
        return Done(ended.value.code, out, err)

    return ran


def test_from_nothing_to_the_first_finding(folder: Path) -> None:
    """As docs/howto/ci.md shows it, and one command more: the bug is found, stored, replayed."""
    page = (REPOSITORY / "docs" / "howto" / "ci.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^\$ fuzzlab (init .*)$", page, re.MULTILINE)
    done = fuzzlab(folder, *shown.split(), "--yes")
    assert done.code == 0, done.err
    assert done.out.endswith("written; next: fuzzlab fuzz\n")
    assert any((folder / "corpus" / "display_name" / "seeds").iterdir())
    assert fuzzlab(folder, "fuzz", "--runs", "20000", "--minimize-time", "0", "--workers", "1").code == 1
    done = fuzzlab(folder, "replay", "--json")
    assert [finding["exception"] for finding in done.document["targets"][0]["findings"]] == ["IndexError"]


def test_a_second_run_changes_nothing(folder: Path) -> None:
    """It says that there is nothing to do, asks nothing, and ends with 0."""
    assert fuzzlab(folder, "init", "shop:display_name", "--yes", "--ci", "both").code == 0
    before = snapshot(folder)
    assert {*GITHUB, *GITLAB, "pyproject.toml", ".gitignore", ".gitattributes", "targets/__init__.py"} < set(before)
    done = fuzzlab(folder, "init", "shop:display_name", "--ci", "both")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("nothing to do\n")
    assert snapshot(folder) == before


def test_without_a_terminal_it_only_shows(folder: Path) -> None:
    """No `--yes` and nobody to ask: all that it would write is shown, nothing is written, exit 2."""
    before = snapshot(folder)
    done = fuzzlab(folder, "init", "shop:display_name", "--ci", "github")
    assert done.code == 2
    assert done.err == "fuzzlab: nothing written; --yes writes it\n"
    for path in (*GITHUB, "pyproject.toml", "targets/display_name.py", ".gitignore", "corpus/display_name/seeds/"):
        assert f"  new   {path}" in done.out
    assert snapshot(folder) == before
    assert not (folder / ".fuzzlab").exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_asks(folder: Path, answer: str) -> None:
    """It shows, asks, and does as it is told."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fuzzlab", "init"],
        cwd=folder,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while b"[Y/n]" not in said:
        said += os.read(ours, 4096)
    assert b"pyproject.toml" in said
    assert not (folder / "pyproject.toml").exists()
    os.write(ours, f"{answer}\n".encode())
    code = process.wait(timeout=60)
    os.close(ours)
    assert (code, (folder / "pyproject.toml").exists()) == ((0, True) if answer == "y" else (2, False))


def test_json(folder: Path) -> None:
    """One document: each file, what becomes of it, whether it was written; it never asks."""
    done = fuzzlab(folder, "init", "--json")
    assert done.code == done.document["exit_code"] == 2
    assert not done.document["written"]
    done = fuzzlab(folder, "init", "--json", "--yes")
    assert done.code == done.document["exit_code"] == 0
    files = {row["path"]: row for row in done.document["files"]}
    assert files["pyproject.toml"]["lines"][0] == "[tool.fuzzlab]"
    assert {row["what"] for row in files.values()} == {"new"}


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n[project]\nname = 'x'  # odd   spacing\n",
        "[project]\nname = 'x'",
        "[project]\r\nname = 'x'\r\n",
        "[tool.ruff]\nline-length = 100\n\n\n",
        "tool.black.line-length = 100\n",
        "[[tool.uv.index]]\nurl = 'https://example.org'\n",
        "x = '''\n[tool.fuzzlab]\n'''\n",
    ],
    ids=["comments", "no-newline", "crlf", "tool", "dotted", "array", "look-alike"],
)
def test_a_configuration_stays_to_the_byte(folder: Path, run: Run, text: str) -> None:
    """The table is added at the end, in the file's own line ends, and says nothing else anew."""
    path = folder / "pyproject.toml"
    path.write_bytes(text.encode())
    path.chmod(0o640)
    assert run("init", "--yes").code == 0
    after = path.read_bytes()
    assert after.startswith(text.encode())
    assert path.stat().st_mode & 0o777 == 0o640
    document = tomllib.loads(after.decode())
    assert document["tool"].pop("fuzzlab") == {"targets": ["targets"]}
    before = tomllib.loads(text)
    assert document == {**before, "tool": before.get("tool", {})}
    assert (b"\r\n[tool.fuzzlab]\r\n" in after) == ("\r" in text)


def test_a_configuration_without_room_for_a_table(folder: Path, run: Run) -> None:
    """Where an inline table forbids it, it is said, and nothing is written."""
    (folder / "pyproject.toml").write_text("tool = { black = { line-length = 100 } }\n")
    before = snapshot(folder)
    done = run("init", "--yes")
    assert done.code == 2
    assert "pyproject.toml: no room for a table at its end" in done.err
    assert snapshot(folder) == before


def test_what_is_there_stays(folder: Path, run: Run) -> None:
    """No file of somebody's is replaced, whatever it says; lines are added where they are missing, and once."""
    theirs = {GITHUB[0]: "name: mine\n", GITLAB[1]: "stages: [test]\n", ".gitignore": "build/\n/.fuzzlab/\n"}
    for name, text in theirs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".gitattributes").write_text("*.png binary")
    done = run("init", "--yes", "--ci", "both")
    assert done.code == 0, done.err
    assert {name: (folder / name).read_text() for name in theirs} == theirs
    assert (folder / ".gitattributes").read_text() == "*.png binary\ncorpus/** -text\n"
    assert "add `- local: .gitlab/fuzzlab.yml` below its `include:`" in done.out
    assert f"{GITHUB[0]}  is there already, and says something else; left alone" in done.out


def test_links_are_followed(folder: Path, run: Run) -> None:
    """A file that is a link stays one; one that leads nowhere is a mistake, and nothing is written."""
    (folder / "shared").write_text("build/\n")
    (folder / ".gitignore").symlink_to("shared")
    assert run("init", "--yes").code == 0
    assert (folder / ".gitignore").is_symlink()
    assert (folder / "shared").read_text() == "build/\n.fuzzlab/\n"
    (folder / ".gitattributes").unlink()
    (folder / ".gitattributes").symlink_to("nowhere")
    done = run("init", "--yes")
    assert (done.code, done.err) == (2, "fuzzlab: .gitattributes is a link that leads nowhere; mend or remove it\n")


@pytest.mark.parametrize(
    ("paths", "services"),
    [
        ((), ()),
        ((".github/dependabot.yml",), GITHUB),
        ((".gitlab-ci.yml",), GITLAB[:1]),
        ((".git/config=[remote]\nurl = git@github.com:me/x.git",), GITHUB),
        ((".git/config=url = https://gitlab.example.org/x",), GITLAB),
    ],
    ids=["nothing", "github", "gitlab", "remote-github", "remote-gitlab"],
)
def test_the_service_is_seen(folder: Path, run: Run, paths: tuple[str, ...], services: tuple[str, ...]) -> None:
    """Without `--ci`, workflows come for the service whose files or address are there, and for no other."""
    for path in paths:
        name, _, text = path.partition("=")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = run("init", "--json")
    new = {row["path"] for row in done.document["files"] if row["what"] == "new"}
    assert new & {*GITHUB, *GITLAB} == set(services)
    assert bool(services) != any("--ci github" in note for note in done.document["notes"])


def test_a_folder_of_a_repository_has_no_workflows(folder: Path) -> None:
    """They belong to the repository; asked for them all the same, it says where."""
    (folder / ".git").mkdir()
    (folder / ".github").mkdir()
    inner = folder / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("")
    done = fuzzlab(inner, "init", "--yes")
    assert done.code == 0
    assert "no workflow: this project is the folder inner of" in done.out
    assert not (inner / ".github").exists()
    assert fuzzlab(inner, "init", "--yes", "--ci", "github").code == 2


@pytest.mark.parametrize("options", [(), ("--branch", "--shards", "5")], ids=["plain", "branch"])
def test_workflows_of_github(folder: Path, run: Run, options: tuple[str, ...]) -> None:
    """They parse, fit GitHub's schema, and keep the rules; a corpus of another name is the one that is looked into."""
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.fuzzlab]\ncorpus = "my inputs"\n')
    (folder / "requirements.txt").write_text("")
    words = ("init", "--yes", "--ci", "github", "--fuzzlab", "fuzzlab[yaml]>=1,<2", *options)
    assert run(*words).code == 0
    validate("github", *(folder / name for name in GITHUB))
    one, night = (parsed(folder / name) for name in GITHUB)
    for workflow in (one, night):
        keeps_the_rules(workflow)
    assert one["jobs"]["fuzzlab"]["timeout-minutes"] == 5
    campaign = night["jobs"]["campaign"]
    for job in (one["jobs"]["fuzzlab"], campaign):
        assert job["env"]["FUZZLAB"] == "fuzzlab[yaml]>=1,<2"
        assert job["env"]["CORPUS"] == "my inputs"
        (install,) = [step["run"] for step in job["steps"] if step.get("id") == "install"]
        assert install == 'python -m pip install "$FUZZLAB" . -r requirements.txt'
    count = 5 if options else 2
    assert campaign["strategy"]["matrix"]["shard"] == list(range(1, count + 1))
    assert campaign["env"]["SHARD"] == f"${{{{ matrix.shard }}}}/{count}"
    assert ("branch" in night["jobs"]) == bool(options)


def test_workflows_of_gitlab(folder: Path, run: Run) -> None:
    """They parse and fit GitLab's schema; the root file includes them."""
    assert run("init", "--yes", "--ci", "gitlab", "--shards", "3").code == 0
    validate("gitlab", *(folder / name for name in GITLAB))
    jobs, root = (yaml.safe_load((folder / name).read_text()) for name in GITLAB)
    assert root == {"include": [{"local": ".gitlab/fuzzlab.yml"}]}
    assert jobs["fuzzlab merge request"]["timeout"] == "5 minutes"
    assert jobs["fuzzlab night"]["parallel"] == 3
    again = run("init", "--ci", "gitlab", "--shards", "3")
    assert ".gitlab-ci.yml  includes it already" in again.out


@pytest.mark.slow
def test_new_regressions_come_as_a_patch(folder: Path) -> None:
    """The workflow's own step: its patch brings what a run has stored, and has removed, into another clone."""
    assert fuzzlab(folder, "init", "shop:display_name", "--yes", "--ci", "github").code == 0
    old = folder / "corpus" / "display_name" / "regressions" / input_id(b"old")
    old.parent.mkdir()
    old.write_bytes(b"old")

    def git(*words: str, cwd: Path = folder) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.invalid", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *identity, *words], cwd=cwd, check=True, capture_output=True)

    git("init")
    git("add", "--all")
    git("commit", "--message", "first")
    git("clone", "--quiet", str(folder), str(folder / ".fuzzlab" / "clone"))
    old.unlink()
    assert fuzzlab(folder, "check").code == 1
    (script,) = [
        step["run"]
        for step in parsed(folder / GITHUB[0])["jobs"]["fuzzlab"]["steps"]
        if "git diff" in step.get("run", "")
    ]
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env={**os.environ, "CORPUS": "corpus"}, check=True
    )
    clone = folder / ".fuzzlab" / "clone"
    git("apply", "--index", str(folder / ".fuzzlab" / "findings.patch"), cwd=clone)
    stored = snapshot(folder / "corpus")
    assert snapshot(clone / "corpus") == stored
    assert any(name.endswith(".json") for name in stored)
    assert not (clone / old.relative_to(folder)).exists()

    git("add", "--all")
    git("commit", "--message", "merged")
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env={**os.environ, "CORPUS": "corpus"}, check=True
    )
    assert not (folder / ".fuzzlab" / "findings.patch").exists(), "nothing new, no artifact"
