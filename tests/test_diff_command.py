"""`fuzzlab diff`: two revisions of a real repository over one corpus."""

from __future__ import annotations

import base64
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fuzzlab.changes import Verdicts
from fuzzlab.reports.changes import section
from fuzzlab.reports.markdown import LIMIT
from tests.processes import PATIENCE, alive, children, eventually
from tests.projects import Done, environment, fuzzlab

BEFORE = """
from dataclasses import dataclass

from fuzzlab import formats, target


@dataclass
class Order:
    number: int
    price: float


@target(format=formats.text(max_size=32))
def order(value: str) -> Order:
    number, price = value.split(",")
    if number == "7":
        raise KeyError(7)
    return Order(int(number), float(price))


@target(format=formats.text(max_size=32))
def same(value: str) -> str:
    return value.upper()
"""

AFTER = (
    BEFORE.replace("float(price))", "Decimal(price))")
    .replace("price: float", "price: Decimal")
    .replace("from dataclasses", "from decimal import Decimal\nfrom dataclasses")
    .replace('number == "7"', 'number.startswith("0")')
    .replace("KeyError(7)", 'ValueError("leading zero")')
)  # fmt: skip

SEEDS = (b"1,2", b"3,4.5", b"7,1", b"x,1", b"007,1", b"1,zzz", b"0,0", b"only")


def _git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, env=environment())


def _repository(folder: Path, *, below: str = "", package: str = "shop.py") -> Path:
    root = folder / below
    (root / package).parent.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text('[tool.fuzzlab]\ntargets = ["shop"]\n', encoding="utf-8")
    (root / package).write_text(BEFORE, encoding="utf-8")
    (root / ".gitignore").write_text(".fuzzlab/\n__pycache__/\n", encoding="utf-8")
    for name in ("order", "same"):
        seeds = root / "corpus" / name / "seeds"
        seeds.mkdir(parents=True)
        for number, data in enumerate(SEEDS):
            (seeds / str(number)).write_bytes(data)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "before")
    return root


def _changes(done: Done, target: str = "order") -> dict[tuple[str, str], tuple[int, bytes]]:
    (found,) = [each for each in done.document["targets"] if each["name"] == target]
    return {
        (each["sort"], each["detail"]): (each["inputs"], base64.b64decode(each["input_base64"]))
        for each in found["changes"]
    }


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a repository whose working tree has moved on."""
    root = _repository(tmp_path)
    (root / "shop.py").write_text(AFTER, encoding="utf-8")
    return root


def test_what_changed_and_nothing_else(shop: Path) -> None:
    """Each change once, with the smallest of its inputs and how many show it; what is as before is not told."""
    done = fuzzlab(shop, "diff", "HEAD", "--json")
    assert done.code == 0, done.err
    assert _changes(done) == {
        ("accepted -> refused", "ValueError at shop:order"): (2, b"0,0"),
        ("another value", ".price: float -> Decimal"): (2, b"1,2"),
        ("breaks", "crash decimal.InvalidOperation shop:order"): (1, b"1,zzz"),
        ("breaks no more", "crash KeyError shop:order"): (1, b"7,1"),
    }
    assert _changes(done, "same") == {}
    assert not list((shop / ".fuzzlab" / "revisions").iterdir())
    assert _worktrees(shop) == 1, "a worktree is left"


def test_as_people_see_it(shop: Path) -> None:
    """Lines of a terminal, a section of Markdown behind what stands there, and an exit code where it is asked for."""
    summary = shop / "summary.md"
    summary.write_text("# before\n", encoding="utf-8")
    words = ("diff", "main", "order", "--markdown", str(summary), "--strict")
    done = fuzzlab(shop, *words, GITHUB_STEP_SUMMARY=str(summary))
    assert done.code == 1
    assert "    another value  .price: float -> Decimal  (2 inputs)\n" in done.out
    assert "      before:  accepted, Order(number=1, price=2.0)\n" in done.out
    assert "      now:     accepted, Order(number=1, price=Decimal('2'))\n" in done.out
    assert done.out.endswith("4 changes against main over 8 stored inputs\n")
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("# before\n## What this changes in what is accepted\n")
    assert "another value  .price: float -> Decimal  (2 inputs)" in text
    done = fuzzlab(shop, "diff", "HEAD", "same", "--strict", "--markdown", str(summary))
    assert done.code == 0
    assert summary.read_text(encoding="utf-8").startswith("## What this"), "a file that is no step's is replaced"


@pytest.mark.parametrize(
    ("below", "package"), [("services/shop", "shop.py"), ("", "src/shop.py")], ids=["below", "src"]
)
def test_where_the_code_lies(tmp_path: Path, below: str, package: str) -> None:
    """A project below the repository's root, and one imported from `src`, are compared with what they were."""
    root = _repository(tmp_path, below=below, package=package)
    (root / package).write_text(AFTER, encoding="utf-8")
    done = fuzzlab(root, "diff", "HEAD", "order", "--json", PYTHONPATH=f"{environment()['PYTHONPATH']}:{root / 'src'}")
    assert done.code == 0, done.err
    assert len(_changes(done)) == 4


def test_what_cannot_be_compared(shop: Path) -> None:
    """A new target has no past; an answer that changes each time is no change."""
    source = (
        AFTER
        + """
import itertools
import os
import time


@target(format=formats.text(max_size=32))
def new(value: str) -> str:
    return value
"""
    )
    clock = source.replace("return value.upper()", "return f'{os.getpid()} {time.time_ns()}'")
    (shop / "shop.py").write_text(clock, encoding="utf-8")
    _git(shop, "tag", "moved")
    done = fuzzlab(shop, "diff", "moved", "--json")
    by_name = {each["name"]: each for each in done.document["targets"]}
    assert by_name["new"]["missing"] == "new: it is not registered there"
    assert (by_name["same"]["changes"], by_name["same"]["unstable"]) == ([], len(SEEDS))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("diff", "mian"), "no revision 'mian' (did you mean 'main'?)"),
        (("diff", "--", "--output=x"), "no revision '--output=x'"),
        (("diff", "HEAD", "ordre"), "no target named 'ordre' (did you mean 'order'?)"),
        (("diff", "HEAD", "--markdown", "shop.py/x"), "--markdown shop.py/x: "),
        (("diff",), "missing argument 'REV'; `fuzzlab diff --help`"),
    ],
    ids=["revision", "option", "target", "file", "nothing"],
)
def test_a_mistake_is_one_line(shop: Path, words: tuple[str, ...], message: str) -> None:
    """It is said, and nothing is written."""
    done = fuzzlab(shop, *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_without_a_past(tmp_path: Path) -> None:
    """A folder that is no repository, and a revision whose targets do not import, are one line each."""
    root = _repository(tmp_path)
    (root / "shop.py").write_text("import nothing_of_the_kind\n", encoding="utf-8")
    _git(root, "commit", "-aqm", "broken")
    (root / "shop.py").write_text(AFTER, encoding="utf-8")
    done = fuzzlab(root, "diff", "HEAD")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "nothing_of_the_kind" in done.err
    (root / ".git").rename(root / "git")
    done = fuzzlab(root, "diff", "HEAD", GIT_CEILING_DIRECTORIES=str(root.parent))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "no git repository" in done.err


def test_hostile_inputs_and_values_stay_inert(shop: Path) -> None:
    """What an input or a value holds ends no fence, and reaches no terminal as it is."""
    (shop / "shop.py").write_text(BEFORE.replace("value.upper()", "value + value"), encoding="utf-8")
    seeds = shop / "corpus" / "same" / "seeds"
    (seeds / "evil").write_bytes("```\n@all <script>\x1b]8;;x\x07 ::error:: \u202e".encode())
    done = fuzzlab(shop, "diff", "HEAD", "same", "--markdown", "summary.md")
    assert done.code == 0, done.err
    text = (shop / "summary.md").read_text(encoding="utf-8")
    for each in (text, done.out):
        assert "\x1b" not in each
        assert "\u202e" not in each
        assert "::error" not in each
    fence = text.split("\n\n")[1].splitlines()[0].removesuffix("text")
    assert set(fence) == {"`"}
    assert text.count(f"\n{fence}") == 2, "the content closes its block"


SLOW = (
    AFTER
    + """
import time


@target(format=formats.text(max_size=32), budget=Budget(seconds=60.0), writes=("begun",))
def endless(value: str) -> str:
    Path("begun").touch()
    time.sleep(300)
    return value
"""
).replace("from fuzzlab import", "from pathlib import Path\nfrom fuzzlab import Budget,")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["ctrl-c", "kill -9"])
def test_an_end_in_the_middle(shop: Path, number: signal.Signals, code: int) -> None:
    """Who ends the command alone, in the middle of an input, ends it all: Ctrl-C leaves nothing, a kill no process."""
    (shop / "shop.py").write_text(SLOW, encoding="utf-8")
    _git(shop, "commit", "-aqm", "slow")
    (shop / "corpus" / "endless" / "seeds").mkdir(parents=True)
    (shop / "corpus" / "endless" / "seeds" / "one").write_bytes(b"1")
    words = [sys.executable, "-m", "fuzzlab", "diff", "HEAD", "endless"]
    with subprocess.Popen(words, cwd=shop, env=environment(), stdout=-1, stderr=-1, start_new_session=True) as process:
        try:
            assert eventually(lambda: len([*shop.rglob("begun")]) == 2 or process.poll() is not None)
            observers = children(process.pid)
            family = [*observers, *(worker for each in observers for worker in children(each))]
            assert len(family) == 4, "two observers with a worker each"
            process.send_signal(number)
            assert process.wait(PATIENCE) == code
        finally:
            process.kill()
    assert eventually(lambda: not any(map(alive, family))), "a process is left"
    if number is signal.SIGINT:
        (shop / "begun").unlink()
        assert not [path for path in (shop / ".fuzzlab").rglob("*") if path.is_file()]
        assert _worktrees(shop) == 1


def test_a_worktree_that_was_never_finished(shop: Path) -> None:
    """What is left of one that was killed while it was made is removed by the next, git's own notes of it too."""
    left = shop / ".fuzzlab" / "revisions" / "0123456789ab-4194305"
    _git(shop, "worktree", "add", "--detach", "--lock", str(left), "HEAD")
    (left / ".git").unlink()
    assert _worktrees(shop) == 2
    assert fuzzlab(shop, "diff", "HEAD", "same").code == 0
    assert _worktrees(shop) == 1
    assert not list(left.parent.iterdir())


def test_a_section_has_a_limit() -> None:
    """Of more than a summary takes nothing would show: targets that have no room are counted."""
    verdicts = [Verdicts(f"target{number}", missing="new: ö" * 9) for number in range(50)]
    whole = section(verdicts, "main", LIMIT)
    assert whole.count("```text") == 50
    assert "more target" not in whole
    size = len(whole.encode())
    assert section(verdicts, "main", size + 100) == whole
    for limit in range(0, size, 97):
        text = section(verdicts, "main", limit)
        assert len(text.encode()) <= limit
        shown = text.count("```text")
        assert not text or f"… and {50 - shown} more target" in text or text == whole
    assert section(verdicts, "main", size // 2).count("```text") > 20


def _worktrees(folder: Path) -> int:
    listed = subprocess.run(["git", "worktree", "list"], cwd=folder, capture_output=True, text=True, check=True)
    return len(listed.stdout.splitlines())
