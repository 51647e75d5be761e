"""`fuzzlab new`: files that import, pass the linter and run, for real functions and for hostile ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fuzzlab.errors import UserError
from fuzzlab.rehearsal import Rehearsal
from fuzzlab.subject import subject
from fuzzlab.trial import Shape
from tests.projects import fuzzlab, snapshot

SHOP = '''
"""A shop."""

from pydantic import BaseModel, Field


class Order(BaseModel):
    sku: str = Field(pattern="^[A-Z]{3}$")
    amount: int


def parse_order(body: bytes) -> Order:
    """Read an order."""
    return Order.model_validate_json(body)


def parse_line(text: str) -> tuple[str, int]:
    """Read one line of an order.

    Raises:
        ValueError: it is none.
    """
    sku, _, count = text.partition("*")
    if not sku:
        raise ValueError(text)
    return sku, int(count or "1")


def render_line(line: tuple[str, int]) -> str:
    return f"{line[0]}*{line[1]}"


format_line = render_line


async def later(text: str) -> str:
    return text.upper()


def pieces(text: str):
    for piece in text.split(","):
        yield int(piece)


def two(a, b): ...
def path(path: "__import__('pathlib').Path"): ...
def number(count: int): ...
'''

HOSTILE = '''
import os, time

open("imported", "a").close()

class Evil:
    def __repr__(self): os._exit(1)
    def __eq__(self, other): os._exit(1)
    __hash__ = None
    def __str__(self): os._exit(1)

def parse(text: str):
    """Parse.

    Raises:
        os.system("touch injected"): never
        evil" + x: never
        KeyError: documented
    """
    if text.startswith("["):
        os._exit(3)
    if text.startswith("{"):
        while True: pass
    if text.startswith("1"):
        open("written", "w").write(text)
    if text.startswith("-"):
        os.kill(os.getpid(), 11)
    if text.startswith("a"):
        return Evil()
    return text
'''

TESTS = """
import shop

def test_lines():
    assert shop.parse_line("ABC*3") == ("ABC", 3)
    for text in ["X", "Y*2"]:
        shop.parse_line(text)
"""


def _project(folder: Path) -> Path:
    """Write a project that is linted as strictly as this one."""
    config = """
[tool.ruff]
line-length = 100
[tool.ruff.lint]
select = ["A", "D", "E", "ERA", "F", "I", "N", "UP", "W", "RUF"]
ignore = ["D203", "D213"]
[tool.fuzzlab]
examples = 20
"""
    files = {"pyproject.toml": config, "shop.py": SHOP, "hostile.py": HOSTILE, "tests/test_shop.py": TESTS}
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _linted(folder: Path) -> str:
    """Give what the linter and its formatter say of the targets."""
    said = ""
    for words in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", "targets"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        said += done.stdout if done.returncode else ""
    return said


def test_a_function_of_the_project(tmp_path: Path) -> None:
    """Format, errors, a render twin with its evidence, the tests' inputs as seeds; once more, nothing is touched."""
    _project(tmp_path)
    done = fuzzlab(tmp_path, "new", "shop:parse_line")
    assert done.code == 0, done.err
    assert done.out.startswith("wrote targets/parse_line.py: formats.text(), allow ValueError\n")
    assert done.out.endswith("3 seeds, from tests/test_shop.py\nnext: fuzzlab check parse_line\n")
    text = (tmp_path / "targets" / "parse_line.py").read_text(encoding="utf-8")
    assert "# Suggested: oracles=[oracles.round_trip(shop.format_line)], which held for " in text
    seeds = tmp_path / "corpus" / "parse_line" / "seeds"
    assert {path.read_bytes() for path in seeds.iterdir()} == {b"ABC*3", b"X", b"Y*2"}
    assert not _linted(tmp_path)
    assert fuzzlab(tmp_path, "check", "parse_line").code == 0

    files = snapshot(tmp_path / "targets")
    again = fuzzlab(tmp_path, "new", "shop:parse_line")
    assert (again.code, again.out) == (2, "")
    assert again.err.count("\n") == 1
    assert "targets/parse_line.py is there already; --force overwrites it" in again.err
    assert snapshot(tmp_path / "targets") == files


@pytest.mark.slow
def test_the_gate_and_the_draft(tmp_path: Path) -> None:
    """What the audit names is drafted by the command that it gives, and not named again; `--force` makes it anew."""
    _project(tmp_path)
    before = fuzzlab(tmp_path, "audit", "--strict")
    assert before.code == 1
    assert "fuzzlab new shop:parse_line" in before.out
    assert fuzzlab(tmp_path, "new", "shop:parse_line").code == 0
    assert "shop:parse_line" not in fuzzlab(tmp_path, "audit").out
    files = snapshot(tmp_path / "targets")
    forced = fuzzlab(tmp_path, "new", "shop:parse_line", "--force", "--json")
    assert forced.code == 0, forced.err
    assert forced.document["path"] == "targets/parse_line.py"
    assert snapshot(tmp_path / "targets") == files


@pytest.mark.slow
def test_a_function_that_one_should_not_call(tmp_path: Path) -> None:
    """It ends, hangs, writes and crashes in workers only; what its docstring says is never executed."""
    _project(tmp_path)
    done = fuzzlab(tmp_path, "new", "hostile:parse")
    assert done.code == 0, done.err
    assert "allow KeyError" in done.out
    assert "Not allowed, and a finding of the first check: exit 3" in done.out
    assert not (tmp_path / "written").exists()
    assert not (tmp_path / "injected").exists()
    assert not _linted(tmp_path)


def test_what_hostile_functions_do_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each input for itself, in its order, whatever the one before has cost."""
    (tmp_path / "hostile_trial.py").write_text(HOSTILE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    rehearsal = Rehearsal("hostile_trial:parse", "t", tmp_path)
    inputs = [b"fine", b"[exit", b"1write", b"-crash", b"able", b"{loop", b"fine too"]
    trial = rehearsal.choose([Shape.STR], inputs)
    assert [(each.data, each.error) for each in trial.tried] == [
        (b"fine", ""), (b"[exit", "exit 3"), (b"1write", "effect write"), (b"-crash", "SIGSEGV"), (b"able", "exit 1"),
        (b"{loop", "hang"), (b"fine too", ""),
    ]  # fmt: skip
    assert trial.claims()["idempotent"] == (2, 2)
    assert not (tmp_path / "written").exists()


def test_coroutines_and_generators_are_run_to_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they do is done only then."""
    (tmp_path / "shop_later.py").write_text(SHOP, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name, result in {"later": "str", "pieces": "list"}.items():
        (done,) = Rehearsal(f"shop_later:{name}", "t", tmp_path).choose([Shape.STR], [b"1"]).tried
        assert (done.type, done.error) == (result, "")
    assert subject("shop_later:later").is_async
    assert subject("shop_later:pieces").is_generator


def test_wrong_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, with the nearest name; nothing is written."""
    _project(tmp_path)
    (tmp_path / "shop_wrongly.py").write_text(SHOP, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    cases = {
        "shop_wrongly:parse_lime": "did you mean 'parse_line'?",
        "shap:parse": "no module named 'shap'",
        "shop_wrongly": "name the function as module:name",
        "shop_wrongly:two": "takes 2 required (a, b)",
        "shop_wrongly:path": "takes a path",
        "shop_wrongly:number": "takes count: int",
        "shop_wrongly:__doc__": "not callable, but str",
    }
    for spec, message in cases.items():
        with pytest.raises(UserError, match=re.escape(message)) as caught:
            subject(spec)
        assert "\n" not in str(caught.value)
    before = snapshot(tmp_path)
    done = fuzzlab(tmp_path, "new", "shop:parse_line", "--name", "../x")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "cannot name a target" in done.err
    assert snapshot(tmp_path) == before
    (tmp_path / "targets.py").write_text("", encoding="utf-8")
    assert "targets.py is one module" in fuzzlab(tmp_path, "new", "shop:parse_line").err


REAL = {
    "tomllib:loads": ("formats.text()", "tomllib.TOMLDecodeError"),
    "tomllib:load": ("formats.raw()", "tomllib.TOMLDecodeError"),
    "json:loads": ("formats.json()", "json.JSONDecodeError"),
    "ipaddress:ip_address": ("formats.text()", "ValueError"),
    "email.utils:parseaddr": ("formats.text()", ""),
    "urllib.parse:urlsplit": ("formats.text()", "ValueError"),
    "datetime:datetime.fromisoformat": ("formats.text()", "ValueError"),
    "packaging.version:parse": ("formats.text()", "packaging.version.InvalidVersion"),
    "uuid:UUID": ("formats.text()", "ValueError"),
    "shop:Order": ("formats.json(shop.Order)", "pydantic.ValidationError"),
    "shop:parse_order": ("formats.json(shop.Order)", "pydantic.ValidationError"),
}


@pytest.mark.slow
@pytest.mark.parametrize("spec", REAL)
def test_real_functions(tmp_path: Path, spec: str) -> None:
    """The file is as the linter wants it, and its target runs; what it then finds is the function's affair."""
    _project(tmp_path)
    done = fuzzlab(tmp_path, "new", spec, "--json")
    assert done.code == 0, done.err
    form, allow = REAL[spec]
    assert (done.document["format"], ", ".join(done.document["allow"])) == (form, allow)
    assert done.document["seeds"]
    assert not _linted(tmp_path)
    name = done.document["target"]
    checked = fuzzlab(tmp_path, "check", name, "--json")
    assert checked.code in (0, 1), checked.err
    (target,) = checked.document["targets"]
    assert target["executions"] >= 20
    assert target["accepted"] > 0
    assert [name for gap in [fuzzlab(tmp_path, "audit", "--json").document] for name in gap["unread"]] == []
