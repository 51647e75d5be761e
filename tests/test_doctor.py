"""`fuzzlab doctor`, `fuzzlab completion` and `--color`: at home in a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzzlab import __version__
from tests.projects import environment, fuzzlab, make_project


def _facts(folder: Path, **env: str) -> dict[str, dict[str, str]]:
    done = fuzzlab(folder, "doctor", "--json", **env)  # type: ignore[arg-type]  # no timeout among them
    assert done.code == 0, done.err
    return {fact["name"]: fact for fact in done.document["facts"]}


def test_a_project_in_order(tmp_path: Path) -> None:
    """What is here is named with its version; nothing is written."""
    make_project(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    facts = _facts(tmp_path)
    assert facts["fuzzlab"]["value"] == __version__
    assert facts["targets"] == {"name": "targets", "value": "2", "state": "ok", "hint": ""}
    assert facts["cores"]["value"] == str(len(os.sched_getaffinity(0)))
    assert not [fact for fact in facts.values() if fact["state"] == "bad"]
    assert [p for p in sorted(tmp_path.rglob("*")) if "__pycache__" not in p.parts] == before
    assert "all works" in fuzzlab(tmp_path, "doctor").out


@pytest.mark.parametrize(
    ("source", "config", "name", "hint"),
    [
        ("import nothing_here\n", "", "targets", "nothing_here"),
        ("", "", "targets", "none registered in shop"),
        ("", "exampels = 3\n", "project", "did you mean 'examples'"),
    ],
    ids=["import", "none", "configuration"],
)
def test_a_project_out_of_order(tmp_path: Path, source: str, config: str, name: str, hint: str) -> None:
    """What does not work is a fact with its reason, and keeps nothing else from being told."""
    make_project(tmp_path, source, config=config)
    fact = _facts(tmp_path)[name]
    assert fact["state"] in ("bad", "note")
    assert hint in fact["hint"]


def test_the_tracer(tmp_path: Path) -> None:
    """What slows a campaign down, or stops it, is said here before."""
    make_project(tmp_path)
    assert "callbacks" in _facts(tmp_path, FUZZLAB_TRACER="atheris")["tracer"]["hint"]
    wrong = _facts(tmp_path, FUZZLAB_TRACER="fast")["tracer"]
    assert (wrong["state"], "FUZZLAB_TRACER='fast'" in wrong["hint"]) == ("bad", True)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Findings would be printed and not saved: that is to be known before."""
    make_project(tmp_path, config='corpus = "/proc/self"\n')
    facts = _facts(tmp_path)
    assert facts["corpus"]["state"] == "bad"
    assert re.fullmatch(
        r"/proc/self cannot be written \(.+\): findings would be printed, not saved", facts["corpus"]["hint"]
    )
    assert facts["state"]["state"] != "bad"


def test_completion_in_a_real_shell(tmp_path: Path) -> None:
    """Bash takes the script, and is given commands, and the targets of the project in the current folder."""
    make_project(tmp_path)
    program = tmp_path / "bin" / "fuzzlab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fuzzlab "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = """
    eval "$(fuzzlab completion bash)"
    complete -p fuzzlab
    for words in "fuzzlab fin" "fuzzlab check ind"; do
        COMP_WORDS=($words) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMPREPLY=()
        _fuzzlab_completion fuzzlab
        echo "given ${COMPREPLY[*]}"
    done
    """
    env = {**environment(), "PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert "complete -o nosort -F _fuzzlab_completion fuzzlab" in done.stdout
    assert "given findings\ngiven indexed\n" in done.stdout, done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_for_other_shells(tmp_path: Path, shell: str) -> None:
    """Each shell has a script of its own; an unknown one is a mistake in one line."""
    done = fuzzlab(tmp_path, "completion", shell)
    assert (done.code, "fuzzlab" in done.out, f"{shell}_complete" in done.out) == (0, True, True)


def test_completion_for_no_shell(tmp_path: Path) -> None:
    """It is one line."""
    done = fuzzlab(tmp_path, "completion", "csh")
    assert (done.code, len(done.err.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    ("words", "env", "coloured"),
    [
        ((), {}, False), (("--color", "always"), {}, True), (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True), ((), {"FORCE_COLOR": "1"}, True),
        ((), {"NO_COLOR": "1"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_colour(tmp_path: Path, words: tuple[str, ...], env: dict[str, str], coloured: bool) -> None:
    """A pipe gets none unless it is asked for; the option has the last word over the environment."""
    make_project(tmp_path)
    unset = dict.fromkeys(("NO_COLOR", "FORCE_COLOR"), "")
    done = fuzzlab(tmp_path, "check", "indexed", "--examples", "20", *words, **{**unset, "TERM": "xterm", **env})  # type: ignore[arg-type]  # no timeout among them
    assert done.code == 1, done.err
    assert ("\x1b[" in done.out) == coloured


def test_a_wrong_colour(tmp_path: Path) -> None:
    """It is said in one line."""
    done = fuzzlab(make_project(tmp_path), "list", "--color", "pink")
    assert (done.code, len(done.err.splitlines()), "'pink'" in done.err) == (2, 1, True)
