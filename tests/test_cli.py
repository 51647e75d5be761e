"""The command line: exit codes, one line for every mistake, one document for every machine."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fuzzlab import __version__
from fuzzlab.cli import COMMANDS, main
from fuzzlab.document import RunDocument
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import input_id
from tests.projects import BUGGY, environment, fuzzlab, make_project, snapshot

TWO_ARGUMENTS = "from fuzzlab import target\n@target\ndef two(a: str, b: str) -> str:\n    return a + b\n"
TWICE = (
    "from fuzzlab import target\n@target(name='one')\ndef first(a: str) -> str:\n    return a\n"
    "@target(name='one')\ndef second(a: str) -> str:\n    return a\n"
)
UNANNOTATED = "from fuzzlab import target\n@target\ndef bare(a):\n    return a\n"
HOSTILE_ERROR = "raise RuntimeError('\\x1b[31mred\\n::error::second line')\n"


Mistake = Callable[..., str]


@pytest.fixture
def mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Mistake]:
    """Give a function that runs a command that is a mistake, in a process without targets, and gives its one line."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    known = dict(REGISTRY)
    REGISTRY.clear()
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        before = snapshot(tmp_path)
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = capsys.readouterr()
        assert (ended.value.code, out) == (2, ""), err
        assert err.endswith("\n")
        assert err[:-1].isprintable(), err
        assert snapshot(tmp_path) == before
        assert not (tmp_path / ".fuzzlab").exists()
        return err[:-1]

    yield run
    sys.modules.pop("shop", None)
    REGISTRY.clear()
    REGISTRY.update(known)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("replay", "indexd"), ["no target named 'indexd'", "did you mean 'indexed'?"]),
        (("fuzz", "zzz"), ["no target named 'zzz'", "fuzzlab list"]),
        (("check", "indexd"), ["did you mean 'indexed'?"]),
        (("fuz",), ["no command 'fuz'", "did you mean 'fuzz'?"]),
        (("fuzz", "--time", "soon"), ["--time", "'soon' is no duration", "1h30m"]),
        (("fuzz", "--time", "0s"), ["--time", "'0s' is no possible duration"]),
        (("fuzz", "--time", "-5s"), ["--time"]),
        (("fuzz", "--time", "9999d"), ["--time", "'9999d' is no possible duration"]),
        (("fuzz", "--runs", "many"), ["--runs", "many"]),
        (("fuzz", "--runs", "0"), ["--runs", "0"]),
        (("fuzz", "--shard", "6/5"), ["--shard '6/5'", "5/5"]),
        (("fuzz", "--shard", "0/5"), ["--shard '0/5'", "5/5"]),
        (("fuzz", "--shard", "half"), ["--shard 'half'", "5/5"]),
        (("fuzz", "--time-per-target", "soon"), ["--time-per-target", "'soon' is no duration"]),
        (("fuzz", "--plateau-chance", "2"), ["--plateau-chance", "2"]),
        (("fuzz", "--workers", "0"), ["--workers", "0"]),
        (("fuzz", "--seed", "-1"), ["--seed", "-1"]),
        (("fuzz", "--tiem", "5s"), ["--tiem", "--time"]),
        (("check", "--examples", "0"), ["--examples", "0"]),
        (("check", "--profile", "rp"), ["--profile", "rp"]),
        (("replay", "indexed", "--input", "nowhere.bin"), ["nowhere.bin", "No such file"]),
        (("replay", "indexed", "--input", "."), ["--input", "directory"]),
        (("fuzz", "no_such_module:parse"), ["no_such_module"]),
        (("fuzz", "json:lods"), ["json has no 'lods'", "did you mean 'loads'?"]),
        (("fuzz", "json:"), ["module:name"]),
        (("fuzz", ":loads"), ["module:name"]),
        (("fuzz", "json:__name__"), ["not callable"]),
        (("fuzz", "json:loads", "--format", "jsn"), ["no such format", "did you mean 'json'?"]),
        (("fuzz", "json:loads", "--allow", "json:JSONDecodeErr"), ["json has no", "did you mean 'JSONDecodeError'?"]),
        (("fuzz", "json:loads", "--allow", "json:loads"), ["--allow json:loads", "not an exception class"]),
        (("fuzz", "json:loads", "--allow", "ValueError"), ["ValueError", "module:name"]),
        (("fuzz", "textwrap:indent"), ["textwrap:indent", "takes one argument", "text, prefix"]),
        (("findings", "show", "0123456789abcdef"), ["no finding with id '0123456789abcdef'"]),
        (("findings", "accept", "0123456789abcdef"), ["--reason"]),
        (("findings", "list", "--status", "new"), ["--status", "new"]),
        (("fuzz", "--minimize-time", "soon"), ["--minimize-time", "'soon' is no duration"]),
        (("check", "--minimize-time", "-1"), ["--minimize-time"]),
        (("findings", "accept", "0123456789abcdef", "--reason", " "), ["--reason is empty"]),
        (("findings", "reopen", "0123456789abcdef"), ["no finding with id"]),
        (("findings", "shwo", "x"), ["did you mean 'show'?"]),
        (("findings", "list", "indexd"), ["indexd"]),
        (("corpus", "statz"), ["no command 'statz'", "did you mean 'stats'?"]),
        (("corpus", "stats", "indexd"), ["no target named 'indexd'", "did you mean 'indexed'?"]),
        (("corpus", "distil", "indexd"), ["no target named 'indexd'", "did you mean 'indexed'?"]),
        (("corpus", "show", "0123"), ["no stored input with id '0123'"]),
        (("corpus", "add", "indexed"), ["FILE"]),
        (("corpus", "add", "indexd", "shop.py"), ["did you mean 'indexed'?"]),
        (("corpus", "add", "indexed", "shop.py", "nowhere.bin"), ["nowhere.bin", "No such file"]),
        (("corpus", "add", "indexed", "."), [".", "directory"]),
        (("corpus", "add", "indexed", "--name", "a b", "shop.py"), ["--name 'a b'", "'a_b' would do"]),
        (("corpus", "add", "indexed", "--name", "a", "shop.py", "shop.py"), ["--name 'a'", "2 files"]),
        (("report",), ["nothing to report"]),
        (("export", "clusterfuz"), ["no command 'clusterfuz'", "did you mean 'clusterfuzz'?"]),
        (("export", "clusterfuzz", "indexd"), ["no target named 'indexd'", "did you mean 'indexed'?"]),
        (("export", "clusterfuzz", "--output", "../elsewhere"), ["elsewhere", "say --repository"]),
        (("export", "clusterfuzz", "--output", "."), ["--output '.'", "a folder below the project"]),
        (("export", "clusterfuzz", "--output", "a b"), ["--output 'a b'", "a folder below the project"]),
        (("export", "clusterfuzz", "--output", "x;id"), ["--output 'x;id'", "a folder below the project"]),
        (("export", "clusterfuzz", "--repository", "git@example.org:x"), ["git@example.org:x", "no https:// address"]),
        (("export", "clusterfuzz", "--repository", "https://x/y;id"), ["https://x/y;id", "no https:// address"]),
        (("export", "clusterfuzz", "--fuzzlab", "--index-url=x"), ["'--index-url=x'", "one of pip's requirements"]),
        (("export", "clusterfuzz", "--fuzzlab", 'x"; id; "'), ["id;", "one of pip's requirements"]),
        (("init", "--fuzzlab", "$(id)", "--ci", "github"), ["'$(id)'", "one of pip's requirements"]),
        (("init", "--ci", "gihub"), ["--ci", "gihub"]),
        (("init", "json:lods"), ["json has no 'lods'", "did you mean 'loads'?"]),
        (("init", "shop"), ["'shop'", "module:name"]),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_mistake_gets_one_line(mistake: Mistake, tmp_path: Path, words: tuple[str, ...], expected: list[str]) -> None:
    """What, where, the nearest right thing: one line on standard error, exit 2, nothing written."""
    make_project(tmp_path)
    line = mistake(*words)
    for part in expected:
        assert part in line


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def broken(:\n", ["shop does not import", "SyntaxError", "shop.py:1"]),
        ("\n\n1 / 0\n", ["shop does not import", "ZeroDivisionError: division by zero", "shop.py:3"]),
        ("import no_such_dependency\n", ["shop does not import", "no_such_dependency", "shop.py:1"]),
        ("import sys\nsys.exit(1)\n", ["shop does not import", "SystemExit", "shop.py:2"]),
        (HOSTILE_ERROR, ["shop does not import", "RuntimeError"]),
        (TWICE, ["a target named 'one' is registered already", "shop.py:5", "shop.py:2"]),
        (TWO_ARGUMENTS, ["shop.py:2", "takes one argument", "2 required (a, b)"]),
        (UNANNOTATED, ["shop.py:2", "format=formats."]),
        ("from fuzzlab import target\ntarget(name='../up')(len)\n", ["cannot name a target"]),
        ("from fuzzlab import formats, target\ntarget(format=formats.text(), allow=3)(len)\n", ["allow", "3"]),
        ("from fuzzlab import target\ntarget(alow=ValueError)(len)\n", ["alow"]),
        ("from fuzzlab import oracles\noracles.storable('utf8')\n", ["storable('utf8')", "did you mean 'utf-8'?"]),
        ("from fuzzlab import Budget\nBudget(seconds=0)\n", ["Budget(seconds=0)"]),
        ("x = 1\n", ["no targets", "@fuzzlab.target"]),
    ],
)
def test_a_module_that_makes_no_target(mistake: Mistake, tmp_path: Path, source: str, expected: list[str]) -> None:
    """What a project's own module does wrong is said with its own error, its file and line."""
    make_project(tmp_path, source)
    line = mistake("check")
    for part in expected:
        assert part in line
    assert "::" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[tool.fuzzlab]\ntarget = ["shop"]\n', ["pyproject.toml", "unknown key 'target'", "did you mean 'targets'?"]),
        ("[tool.fuzzlab]\ntargets = 'shop'\n", ["pyproject.toml", "targets", "list"]),
        ("[tool.fuzzlab]\nexamples = 0\n", ["pyproject.toml", "examples", "1"]),
        ("[tool.fuzzlab]\nexamples = '9'\n", ["pyproject.toml", "examples", "integer"]),
        ("[tool.fuzzlab]\ncorpus = ''\n", ["pyproject.toml", "corpus"]),
        ("[tool.fuzzlab\n", ["pyproject.toml", "line 1"]),
        ("[tool]\nfuzzlab = 3\n", ["pyproject.toml", "[tool.fuzzlab]"]),
        ('[tool.fuzzlab]\ntargets = ["shpo"]\n', ["no module named 'shpo'"]),
        ('[tool.fuzzlab]\ntargets = [""]\n', ["pyproject.toml", "targets"]),
        ('[tool.fuzzlab]\ntargets = ["./shop.py"]\n', ["./shop.py"]),
    ],
)
def test_a_broken_configuration(mistake: Mistake, tmp_path: Path, text: str, expected: list[str]) -> None:
    """A key that does not exist, a wrong type and a broken file are said in one line with the file's name."""
    make_project(tmp_path)
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    line = mistake("list")
    for part in expected:
        assert part in line


def test_help_and_version(tmp_path: Path) -> None:
    """No project is needed to ask what there is."""
    assert fuzzlab(tmp_path, "--version").out == f"fuzzlab {__version__}\n"
    for words in (("--help",), ("fuzz", "-h"), ("findings", "--help")):
        done = fuzzlab(tmp_path, *words)
        assert (done.code, done.err) == (0, "")
        assert "Usage: fuzzlab" in done.out
    bare = fuzzlab(tmp_path)
    assert "Commands:" in bare.out + bare.err
    assert max(map(len, (bare.out + bare.err).splitlines())) <= 120
    assert list(tmp_path.iterdir()) == []


def test_list(tmp_path: Path) -> None:
    """Targets, formats, contracts and sizes; `--json` is one document."""
    make_project(tmp_path)
    seeds = tmp_path / "corpus" / "indexed" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "a.json").write_bytes(b"{}")
    (seeds / "b").write_bytes(b"b")
    done = fuzzlab(tmp_path, "list")
    assert (done.code, done.err) == (0, "")
    assert "indexed  (text)  shop:indexed" in done.out
    document = fuzzlab(tmp_path, "list", "--json").document
    assert [row["name"] for row in document["targets"]] == ["indexed", "sound"]
    assert document["targets"][0]["corpus"] == {"seeds": 2, "regressions": 0, "coverage": 0}


@pytest.mark.parametrize("words", [("list",), ("replay",), ("check", "sound")])
def test_the_document_stands_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Standard output holds one document and nothing else, even where a project's module prints as it is imported."""
    make_project(tmp_path, BUGGY + "\nimport os\nprint('hello')\nos.write(1, b'hello')\n")
    assert fuzzlab(tmp_path, *words, "--json").document["version"] == 1


def test_check_then_replay_then_accept(tmp_path: Path) -> None:
    """A bug is found once, saved, replayed as known, accepted, reopened; each exit code follows."""
    make_project(tmp_path)
    clean = fuzzlab(tmp_path, "check", "sound", "--json")
    assert clean.code == 0
    assert RunDocument.model_validate(clean.document).targets[0].findings == []

    checked = fuzzlab(tmp_path, "check", "--json")
    assert checked.code == 1
    document = RunDocument.model_validate(checked.document)
    assert [t.name for t in document.targets] == ["indexed", "sound"]
    (finding,) = document.targets[0].findings
    assert finding.signature == "crash IndexError shop:indexed"
    assert (finding.status, finding.input_size, finding.input_base64) == ("new", 0, None)
    assert (tmp_path / finding.input_file).read_bytes() == b""
    assert finding.location.startswith("shop.py:")
    assert document.targets[0].executions == document.targets[0].accepted + document.targets[0].rejected + _broken(
        document
    )

    replayed = fuzzlab(tmp_path, "replay", "--json")
    assert replayed.code == 1
    assert replayed.document["targets"][0]["findings"][0]["status"] == "known"

    by_file = fuzzlab(tmp_path, "replay", "indexed", "--input", finding.input_file)
    assert by_file.code == 1
    assert f"replay:  fuzzlab replay indexed --input {finding.input_file}" in by_file.out

    shown = fuzzlab(tmp_path, "findings", "show", finding.id[:6])
    assert (shown.code, shown.err) == (0, "")
    assert "raised IndexError" in shown.out

    accepted = fuzzlab(tmp_path, "findings", "accept", finding.id, "--reason", "it is only a test")
    assert (accepted.code, accepted.out) == (0, f"{finding.id} is now accepted\n")
    assert fuzzlab(tmp_path, "replay").code == 0
    assert fuzzlab(tmp_path, "check").code == 0
    assert "it is only a test" in fuzzlab(tmp_path, "findings", "show", finding.id).out

    fuzzlab(tmp_path, "findings", "reopen", finding.id)
    assert fuzzlab(tmp_path, "replay").code == 1
    listed = fuzzlab(tmp_path, "findings", "list", "--json").document
    assert finding.id in json.dumps(listed)

    reported = fuzzlab(tmp_path, "report")
    assert reported.code == 0
    assert (tmp_path / ".fuzzlab" / "report.html").is_file()


MENDED = BUGGY.replace("value.strip()[0]", "value.strip()[:1]")


def test_fixed_then_regressed(tmp_path: Path) -> None:
    """Somebody mends the parser: fixed, exit 0. It breaks again: regressed, exit 1, and says so. Then it is mended."""
    make_project(tmp_path)
    (found,) = fuzzlab(tmp_path, "check", "indexed", "--json").document["targets"][0]["findings"]
    record = tmp_path / f"{found['input_file']}.json"
    assert json.loads(record.read_bytes())["status"] == "known"

    make_project(tmp_path, MENDED)
    (tmp_path / found["input_file"]).chmod(0o444)
    mended = fuzzlab(tmp_path, "replay", "indexed", "--json")
    (target,) = mended.document["targets"]
    assert (mended.code, target["findings"], [f["status"] for f in target["fixed"]]) == (0, [], ["fixed"])
    assert "fixed  indexed" in mended.err
    assert json.loads(record.read_bytes())["status"] == "fixed"
    written = record.read_bytes()
    again = fuzzlab(tmp_path, "replay", "indexed", "--json").document["targets"][0]
    assert (again["findings"], again["fixed"], record.read_bytes()) == ([], [], written)

    make_project(tmp_path)
    for _ in range(2):
        broken = fuzzlab(tmp_path, "replay", "indexed")
        assert broken.code == 1
        assert "crash  indexed  [regressed]" in broken.out
        assert "REGRESSED: it was fixed, and is back" in broken.out
        assert "1 regressed;" in broken.out
    assert fuzzlab(tmp_path, "findings", "list", "--status", "regressed").out.endswith("1 finding: 1 regressed\n")
    assert "no findings" in fuzzlab(tmp_path, "findings", "list", "--status", "fixed").out

    make_project(tmp_path, MENDED)
    assert fuzzlab(tmp_path, "replay", "indexed").code == 0
    shown = fuzzlab(tmp_path, "findings", "show", found["id"])
    (row,) = fuzzlab(tmp_path, "findings", "show", found["id"], "--json").document["findings"]
    assert [moment["status"] for moment in row["history"]] == ["fixed", "regressed", "fixed"]
    assert "history:" in shown.out
    assert shown.out.count("fixed") >= 3


def test_an_acceptance_that_nobody_needs(tmp_path: Path) -> None:
    """An accepted finding that no longer fails is a warning, and with `strict` a failure, until it is reopened."""
    make_project(tmp_path)
    (found,) = fuzzlab(tmp_path, "check", "indexed", "--json").document["targets"][0]["findings"]
    accept = ("findings", "accept", found["id"])
    assert fuzzlab(tmp_path, *accept, "--reason", "a test").code == 0
    twice = fuzzlab(tmp_path, *accept, "--reason", "another")
    assert (twice.code, "(a test)" in twice.err, "--replace" in twice.err) == (2, True, True)
    assert fuzzlab(tmp_path, *accept, "--reason", "another", "--replace").code == 0
    assert fuzzlab(tmp_path, "replay", "indexed", "--strict").code == 0

    make_project(tmp_path, MENDED)
    lax = fuzzlab(tmp_path, "replay", "indexed")
    assert lax.code == 0
    assert f"warning: accepted, and no longer fails  indexed  {found['id']}" in lax.out
    strict = fuzzlab(tmp_path, "replay", "indexed", "--strict", "--json")
    assert strict.code == 1
    assert [f["status"] for f in strict.document["targets"][0]["outdated"]] == ["accepted"]
    make_project(tmp_path, MENDED, config="examples = 40\ngrowth = 0\nstrict = true\n")
    assert fuzzlab(tmp_path, "check", "indexed").code == 1
    assert fuzzlab(tmp_path, "findings", "reopen", found["id"]).code == 0
    open_already = fuzzlab(tmp_path, "findings", "reopen", found["id"])
    assert (open_already.code, "open already" in open_already.err) == (2, True)
    assert fuzzlab(tmp_path, "replay", "indexed", "--strict").code == 0
    fixed = fuzzlab(tmp_path, *accept, "--reason", "late")
    assert (fixed.code, "is fixed" in fixed.err) == (2, True)


def test_no_time_to_minimise(tmp_path: Path) -> None:
    """`--minimize-time 0` stores what was found; `show` says that it is not minimal."""
    make_project(tmp_path, BUGGY.replace("value.strip()[0]", "value if value.isalpha() or not value else {}[value]"))
    done = fuzzlab(tmp_path, "check", "indexed", "--minimize-time", "0", "--json")
    (found,) = done.document["targets"][0]["findings"]
    assert not found["minimised"]
    assert "not yet minimal" in fuzzlab(tmp_path, "findings", "show", found["id"]).out


def test_several_inputs_are_one_finding(tmp_path: Path) -> None:
    """Files of one signature, as a merge leaves them, are listed, shown and decided about as one."""
    make_project(tmp_path)
    (found,) = fuzzlab(tmp_path, "check", "indexed", "--json").document["targets"][0]["findings"]
    other = b"   "
    folder = (tmp_path / found["input_file"]).parent
    (folder / input_id(other)).write_bytes(other)
    (folder / f"{input_id(other)}.json").write_bytes((tmp_path / f"{found['input_file']}.json").read_bytes())
    listed = fuzzlab(tmp_path, "findings")
    assert listed.out.endswith("+1\n1 finding: 1 known\n")
    assert fuzzlab(tmp_path, "findings", "accept", input_id(other)[:8], "--reason", "both").code == 0
    assert fuzzlab(tmp_path, "findings").out.endswith("+1\n1 finding: 1 accepted\n")
    replayed = fuzzlab(tmp_path, "replay", "indexed", "--json")
    assert (replayed.code, replayed.document["targets"][0]["executions"]) == (0, 2)
    (one,) = replayed.document["targets"][0]["findings"]
    assert len(one["evidence"]) == 1


def _broken(document: RunDocument) -> int:
    """Give how many of the first target's executions were neither accepted nor rejected."""
    first = document.targets[0]
    assert first.executions > first.accepted + first.rejected
    return first.executions - first.accepted - first.rejected


@pytest.mark.slow
def test_nothing_is_written_beside(tmp_path: Path) -> None:
    """A run writes into the corpus and into `.fuzzlab`, and leaves no other tool's folder in the project."""
    make_project(tmp_path)
    env = {name: value for name, value in environment().items() if name != "HYPOTHESIS_STORAGE_DIRECTORY"}
    words = [sys.executable, "-m", "fuzzlab", "check", "sound"]
    subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, check=True, timeout=120)
    assert {path.name for path in tmp_path.iterdir()} <= {"pyproject.toml", "shop.py", "__pycache__", ".fuzzlab"}


def test_check_is_the_same_each_time(tmp_path: Path) -> None:
    """The `pr` profile never flakes: the same executions and findings on two fresh checkouts."""
    documents = []
    for name in ("a", "b"):
        done = fuzzlab(make_project(tmp_path / name), "check", "--json").document
        documents.append(
            [(t["name"], t["executions"], [(f["id"], f["signature"]) for f in t["findings"]]) for t in done["targets"]]
        )
    assert documents[0] == documents[1]


def test_a_finding_that_cannot_be_saved_is_printed_whole(tmp_path: Path) -> None:
    """Where the corpus is no folder, the input is printed as base64, and the exit is the user's."""
    make_project(tmp_path, config='corpus = "taken"\n')
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    done = fuzzlab(tmp_path, "check", "indexed")
    assert done.code == 2
    assert "NOT SAVED; the whole input as base64:" in done.out
    assert "not saved" in done.err
    assert done.err.count("\n") == 1
    document = RunDocument.model_validate(fuzzlab(tmp_path, "check", "indexed", "--json").document)
    (finding,) = document.targets[0].findings
    assert (document.exit_code, finding.input_file) == (2, "")
    assert base64.b64decode(finding.input_base64 or "?") == b""
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file"


NO_ATHERIS = "import sys\nsys.modules['atheris'] = None\n"


def test_without_atheris(tmp_path: Path) -> None:
    """`fuzz` says why it cannot; `replay` and `check` go on working."""
    make_project(tmp_path)
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sitecustomize.py").write_text(NO_ATHERIS, encoding="utf-8")
    path = f"{tmp_path / 'block'}{os.pathsep}{environment()['PYTHONPATH']}"
    done = fuzzlab(tmp_path, "fuzz", "--time", "2s", PYTHONPATH=path)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "atheris" in done.err
    assert not (tmp_path / ".fuzzlab").exists()
    assert fuzzlab(tmp_path, "check", "sound", PYTHONPATH=path).code == 0
    assert fuzzlab(tmp_path, "replay", PYTHONPATH=path).code == 0


def test_a_failure_of_the_harness_is_no_finding(tmp_path: Path) -> None:
    """A format of the user's that cannot decode ends the run with 3, and nothing is stored."""
    source = (
        "from fuzzlab import formats, target\n"
        "class Broken(type(formats.text())):\n    def decode(self, data):\n        return 1 / 0\n"
        "@target(format=Broken(max_size=9, alphabet=None, surrogates=True))\ndef parse(value):\n    return value\n"
    )
    make_project(tmp_path, source)
    done = fuzzlab(tmp_path, "check")
    assert done.code == 3
    assert "failure of the harness, not a finding" in done.err
    assert "ZeroDivisionError" in done.err
    assert not (tmp_path / "corpus").exists()


INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from fuzzlab.cli import main; main()"
)
"""A shell's background job inherits an ignored SIGINT, and so would the tests' commands."""


@pytest.mark.parametrize(
    ("words", "presses"),
    [
        (("fuzz", "indexed", "--time", "60s", "--workers", "1"), 1),
        (("fuzz", "indexed", "--time", "60s", "--workers", "2"), 3),
        (("check", "indexed", "--examples", "10000000"), 1),
        (("check", "indexed", "--examples", "10000000"), 2),
    ],
    ids=["fuzz", "fuzz, hammered", "check", "check, twice"],
)
def test_an_interrupt_keeps_all_work(tmp_path: Path, words: tuple[str, ...], presses: int) -> None:
    """Ctrl-C ends a run with 130, however often; the document is printed with what was found, which is on disk."""
    make_project(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *words, "--json"],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("crash  indexed"), line
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert list((tmp_path / "corpus" / "indexed" / "regressions").glob("*.json"))
    document = RunDocument.model_validate_json(out)
    assert document.exit_code == 130
    (finding,) = document.targets[0].findings
    assert (tmp_path / finding.input_file).is_file()
    assert document.targets[0].executions > 0


def test_an_adhoc_target_replays_by_its_card(tmp_path: Path) -> None:
    """The command that a card prints runs that input again, for a target that nobody registered too."""
    (tmp_path / "plain.py").write_text("def parse(text):\n    return text.strip()[0]\n", encoding="utf-8")
    words = ("plain:parse", "--allow", "builtins:KeyError")
    done = fuzzlab(tmp_path, "check", *words)
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("  replay:  ")]
    command = line.removeprefix("  replay:  fuzzlab ").split()
    again = fuzzlab(tmp_path, *command)
    assert again.code == 1
    assert "raised IndexError" in again.out


def test_options_of_an_adhoc_target_on_a_registered_one(mistake: Mistake, tmp_path: Path) -> None:
    """`--allow` and `--format` say nothing of a registered target: that is a mistake, not ignored."""
    make_project(tmp_path)
    line = mistake("check", "indexed", "--allow", "builtins:IndexError")
    assert "--allow" in line


def test_a_closed_pipe_is_no_failure(tmp_path: Path) -> None:
    """`fuzzlab list | head -0` ends quietly."""
    make_project(tmp_path, BUGGY)
    script = f"{sys.executable} -m fuzzlab list | true"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""


def test_a_closed_pipe_is_neither_clean_nor_a_finding(tmp_path: Path) -> None:
    """Where the reader of the output is gone, the exit code says that the run was cut short."""
    make_project(tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        words = [sys.executable, "-m", "fuzzlab", "list"]
        done = subprocess.run(
            words, cwd=tmp_path, env=environment(), stdout=stream, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr


def test_a_fifo_is_no_input(tmp_path: Path) -> None:
    """Nobody waits for a pipe that nobody writes into."""
    make_project(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert fuzzlab(tmp_path, "replay", "indexed", "--input", "pipe", timeout=30).code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_each_command_what_the_command_says_of_itself(name: str) -> None:
    """The short help stands twice, so that `fuzzlab --help` imports no command."""
    command = importlib.import_module(f"fuzzlab.commands.{name}").command
    assert command.name == name
    assert command.help.splitlines()[0] == COMMANDS[name]


def test_help_imports_no_engine() -> None:
    """`fuzzlab --help` is answered before anybody wonders."""
    script = (
        "import sys; from fuzzlab.cli import _main; code = _main(['--help']);"
        "print(code, {'hypothesis', 'atheris', 'rich', 'pydantic'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 set()"


def test_shards_are_disjoint_and_complete(tmp_path: Path) -> None:
    """A CI matrix of two: each target is fuzzed by one of them; a third has nothing to do and says so."""
    make_project(tmp_path)
    words = ("fuzz", "--runs", "200", "--time", "60s", "--json")
    done = [fuzzlab(tmp_path, *words, "--shard", f"{index}/3") for index in (1, 2, 3)]
    names = [[target["name"] for target in part.document["targets"]] for part in done]
    assert sorted(name for part in names for name in part) == ["indexed", "sound"]
    assert names[2] == []
    assert done[2].code == 0
    assert "nothing to do" in done[2].err


def test_the_corpus_from_the_command_line(tmp_path: Path) -> None:
    """Add, count, show, distil: each says what it did, and `--json` is one document."""
    make_project(tmp_path)
    (tmp_path / "order 1.txt").write_bytes(b"abc")
    added = fuzzlab(tmp_path, "corpus", "add", "sound", "order 1.txt", "order 1.txt", "--json")
    assert added.code == 0, added.err
    first, second = added.document["inputs"]
    assert (first["path"], first["was_there"], second["was_there"]) == ("corpus/sound/seeds/order_1.txt", False, True)
    coverage = tmp_path / ".fuzzlab" / "coverage" / "sound"
    coverage.mkdir(parents=True)
    (coverage / first["id"]).write_bytes(b"abc")
    rows = fuzzlab(tmp_path, "corpus", "stats", "sound", "--json").document["corpus"]
    assert {row["role"]: (row["files"], row["duplicates"]) for row in rows} == {
        "regression": (0, 0), "seed": (1, 0), "coverage": (1, 1)
    }  # fmt: skip
    assert "2 inputs, 6 B" in fuzzlab(tmp_path, "corpus", "stats").out
    shown = fuzzlab(tmp_path, "corpus", "show", first["id"][:5])
    assert shown.code == 0
    assert '"abc"' in shown.out
    assert "corpus/sound/seeds/order_1.txt" in shown.out
    (document,) = fuzzlab(tmp_path, "corpus", "show", first["id"], "--json").document["inputs"]
    assert base64.b64decode(document["input_base64"]) == b"abc"
    assert [value["value"] for value in document["values"]] == ["'abc'"]
    if importlib.util.find_spec("atheris") is None:
        return
    dry = fuzzlab(tmp_path, "corpus", "distil", "sound", "--dry-run")
    assert dry.code == 0, dry.err
    assert "before 1 coverage input, 3 B; after 0 coverage inputs, 0 B" in dry.out
    assert list(coverage.iterdir())
    (row,) = fuzzlab(tmp_path, "corpus", "distil", "sound", "--json").document["targets"]
    assert (row["before"]["files"], row["after"]["files"], row["costly"]) == (1, 0, [])
    assert not list(coverage.iterdir())
