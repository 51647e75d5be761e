"""One input, one verdict: every outcome, through a worker, because nothing else ever calls a target."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzzlab.finder import adhoc
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome, Verdict
from fuzzlab.worker import Worker
from tests.parsers import hostile

PLACE = "tests.parsers.hostile"

WorkerOf = Callable[[Target], Worker]


def _run(worker: Worker, name: str) -> Verdict:
    """Run `name` among ordinary inputs, and give the verdict on it; nothing else may be blamed, everything counted."""
    broken = dict(worker.run([b"fine", name.encode(), b"refuse", b"fine"]))
    assert list(broken) == [1]
    assert (worker.executions, worker.accepted, worker.rejected) == (4, 2, 1)
    return broken[1]


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("crash", f"crash IndexError {PLACE}:crash"),
        ("recurse", f"crash RecursionError {PLACE}"),
        ("leave", f"crash SystemExit {PLACE}:leave"),
        ("interrupt", f"crash KeyboardInterrupt {PLACE}:interrupt"),
        ("allocate", f"memory MemoryError {PLACE}:allocate"),
        ("exit_now", f"died exit 0 {PLACE}:exit_now"),
        ("exit_now_swallowed", f"died exit 7 {PLACE}:exit_now_swallowed"),
        ("abort", f"died SIGABRT {PLACE}:abort"),
        ("start_process", f"effect process {PLACE}:start_process"),
        ("start_shell", f"effect process {PLACE}:start_shell"),
        ("write_file", f"effect write {PLACE}:write_file"),
        ("write_file_swallowed", f"effect write {PLACE}:write_file_swallowed"),
        ("open_socket", f"effect socket {PLACE}:open_socket"),
        ("evaluate", f"effect eval {PLACE}:evaluate"),
        ("execute", f"effect eval {PLACE}:execute"),
        ("compile_text", f"effect eval {PLACE}:compile_text"),
        ("mute", f"crash {PLACE}._Mute {PLACE}:mute"),
        ("exiting_message", f"crash {PLACE}._Exiting {PLACE}:exiting_message"),
        ("tricky_message", f"crash {PLACE}._Tricky {PLACE}:tricky_message"),
        ("huge_message", f"crash KeyError {PLACE}:huge_message"),
        ("weird_class", f"crash {PLACE}.\x1b[31mRed\n::error:: {PLACE}:weird_class"),
    ],
)
def test_what_a_worker_survives(
    worker_of: WorkerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, signature: str
) -> None:
    """A violation that the executor sees is told at once, costs no worker, and an effect does not happen."""
    monkeypatch.chdir(tmp_path)
    worker = worker_of(REGISTRY["tests.hostile"])
    verdict = _run(worker, name)
    assert verdict.signature == signature
    assert len(verdict.message) <= 2_000
    assert verdict.frames
    assert verdict.location
    assert worker.restarts == 0
    assert not (tmp_path / hostile.MARK).exists()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("hang_in_python", "hang_in_python"),
        ("hang_in_re", "hang_in_re"),
        ("hang_asleep", "hang_asleep"),
    ],
)
def test_the_soft_limit_ends_a_hang(worker_of: WorkerOf, name: str, place: str) -> None:
    """A loop in Python, a regular expression and a sleep are ended by an exception, without a restart."""
    worker = worker_of(REGISTRY["tests.hostile"])
    verdict = _run(worker, name)
    assert verdict.signature == f"hang {PLACE}:{place}"
    assert worker.restarts == 0


def test_accepted_and_rejected(worker_of: WorkerOf) -> None:
    """A value returned is acceptance; the allowed class and its subclasses are refusal."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert worker.verdict(b"anything") == Verdict(Outcome.ACCEPTED)
    assert worker.verdict(b"refuse") == Verdict(Outcome.REJECTED)
    assert worker.verdict(b"swallow") == Verdict(Outcome.ACCEPTED)
    assert worker.verdict(b"print_much") == Verdict(Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("name", "lenient", "anything"),
    [
        ("refuse", "rejected", "rejected"),
        ("crash", "rejected", "rejected"),
        ("recurse", "rejected", "rejected"),
        ("allocate", "rejected", "rejected"),
        ("leave", "crash", "rejected"),
        ("interrupt", "crash", "rejected"),
        ("exit_now", "died", "died"),
        ("write_file", "effect", "effect"),
        ("hang_in_python", "hang", "hang"),
    ],
)
def test_a_class_allows_its_subclasses(worker_of: WorkerOf, name: str, lenient: str, anything: str) -> None:
    """`allow` works as an `except` clause: Exception allows a RecursionError, no class allows a limit or an effect."""
    assert worker_of(REGISTRY["tests.lenient"]).verdict(name.encode()).outcome == lenient
    assert worker_of(REGISTRY["tests.anything"]).verdict(name.encode()).outcome == anything


def test_sanitizers_can_be_left_out(worker_of: WorkerOf) -> None:
    """A target that watches for nothing may compile text."""
    assert worker_of(REGISTRY["tests.unwatched"]).verdict(b"evaluate").outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("target", "name", "signature"),
    [
        ("tests.growing", "a", f"bad_result idempotent {PLACE}:growing"),
        ("tests.unrenderable", "x", f"bad_result round_trip {PLACE}:unrenderable"),
        ("tests.unstorable", "nan", f"bad_result storable(utf-8,json) {PLACE}:unstorable"),
        ("tests.unstorable", "\ud800", f"bad_result storable(utf-8,json) {PLACE}:unstorable"),
    ],
)
def test_an_oracle_s_complaint(worker_of: WorkerOf, target: str, name: str, signature: str) -> None:
    """A result that an oracle refuses is a `bad_result` at the target, with the clause in its signature."""
    verdict = worker_of(REGISTRY[target]).verdict(name.encode("utf-8", "surrogatepass"))
    assert verdict.signature == signature
    assert verdict.message
    assert verdict.location.startswith("tests/parsers/hostile.py:")


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("crash", f"crash IndexError {PLACE}:crash"),
        ("write_file", f"effect write {PLACE}:write_file"),
        ("hang_in_python", f"hang {PLACE}:hang_in_python"),
    ],
)
def test_a_coroutine_function_is_awaited(worker_of: WorkerOf, name: str, signature: str) -> None:
    """An async target is judged as any other."""
    assert _run(worker_of(REGISTRY["tests.awaited"]), name).signature == signature


def test_a_coroutine_that_never_ends(worker_of: WorkerOf) -> None:
    """An await that does not end is a hang, and the loop serves the next inputs."""
    worker = worker_of(REGISTRY["tests.awaited"])
    assert _run(worker, "wait").signature == f"hang {PLACE}:awaited"
    assert worker.restarts == 0


def test_the_same_bug_has_one_name(worker_of: WorkerOf) -> None:
    """Two workers give one signature; another function gives another one."""
    first, second = (worker_of(REGISTRY["tests.hostile"]).verdict(b"crash") for _ in range(2))
    other = worker_of(REGISTRY["tests.hostile"]).verdict(b"crash_elsewhere")
    assert first == second
    assert first.signature != other.signature


@pytest.mark.parametrize("name", ["hang_in_python", "hang_in_re"])
def test_the_same_hang_has_one_name(worker_of: WorkerOf, name: str) -> None:
    """Where a hang is interrupted is chance; its signature is not, in three runs."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert {worker.verdict(name.encode()).signature for _ in range(3)} == {f"hang {PLACE}:{name}"}


MOVING = """
import re
{blank}
def parse(value: str) -> int:
    if value == "deep":
        return even(0)
    if value == "chained":
        return wrapped(value)
    return inner(value)

{blank}{blank}
def inner(value: str) -> int:
    return {{"a": 1}}[value]

def wrapped(value: str) -> int:
    try:
        {blank}
        return inner(value)
    except KeyError as error:
        raise LookupError(value) from error

def even(n: int) -> int:
    return odd(n + 1)
{blank}
def odd(n: int) -> int:
    return even(n + 1)
"""


def test_signatures_survive_edits(worker_of: WorkerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that move change the location and not the signature; a recursion is named by its module."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    found = []
    for number, blank in enumerate(("", "\n\n\n")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "moving_parser.py").write_text(MOVING.format(blank=blank), encoding="utf-8")
        with monkeypatch.context() as context:
            context.syspath_prepend(str(folder))
            context.delitem(sys.modules, "moving_parser", raising=False)
            worker = worker_of(adhoc("moving_parser:parse"))
            found.append([worker.verdict(data) for data in (b"b", b"deep", b"chained")])
            worker.close()
    sys.modules.pop("moving_parser", None)
    (crash, deep, chained), (moved, moved_deep, moved_chained) = found
    assert crash.signature == moved.signature == "crash KeyError moving_parser:inner"
    assert crash.location != moved.location
    assert deep.signature == moved_deep.signature == "crash RecursionError moving_parser"
    assert {frame.function for frame in deep.frames if frame.repeats > 100} == {"even", "odd"}
    assert len(deep.frames) <= 5
    assert chained.signature == moved_chained.signature == "crash LookupError < KeyError moving_parser:wrapped"
    assert chained.causes[0].location != moved_chained.causes[0].location


def test_a_registration_of_a_foreign_function(
    worker_of: WorkerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker finds a target whose function lives in another module than its registration."""
    (tmp_path / "foreign_targets.py").write_text(
        "import textwrap\nfrom fuzzlab import formats, target\n"
        "target(format=formats.text(), name='tests.foreign')(textwrap.dedent)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("foreign_targets")
    registered = REGISTRY.pop("tests.foreign")
    assert worker_of(registered).verdict(b"  a").outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "spec",
    ["textwrap:dedent", "builtins:int", "decimal:Decimal", "tests.parsers.odd:partial", "tests.parsers.odd:instance"],
)
def test_code_that_knows_nothing_of_fuzzlab(worker_of: WorkerOf, spec: str) -> None:
    """Functions, classes and other callables without a registration are targets."""
    assert worker_of(adhoc(spec)).verdict(b"1").outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("spec", "function"), [("partial", "_two"), ("instance", "Callable.__call__")])
def test_a_crash_behind_an_object(worker_of: WorkerOf, spec: str, function: str) -> None:
    """What an object that can be called raises is named by the frame that raised it."""
    worker = worker_of(adhoc(f"tests.parsers.odd:{spec}", allow=["builtins:KeyError"]))
    assert worker.verdict(b"x").signature == f"crash ValueError tests.parsers.odd:{function}"


@pytest.mark.parametrize("function", ["logs_its_error", "imports_lazily", "defines_classes"])
def test_what_ordinary_code_does(
    worker_of: WorkerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """To format a traceback, to import at the first call and to define a class are no side effects."""
    (tmp_path / "this_module_is_written_by_the_test.py").write_text("VALUE = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    verdict = worker_of(adhoc(f"tests.parsers.odd:{function}")).verdict(b"x")
    assert verdict == Verdict(Outcome.ACCEPTED)


def test_an_input_that_has_no_value_is_refused(worker_of: WorkerOf) -> None:
    """Bytes that the format cannot read never reach the target: they count as rejected."""
    worker = worker_of(adhoc("tests.parsers.odd:instance", format_name="json"))
    assert worker.verdict(b"{broken").outcome is Outcome.REJECTED
    assert worker.verdict(b"1").outcome is Outcome.ACCEPTED


DEEPEST = """
import sys
from fuzzlab import formats
from fuzzlab.blackbox import ACCEPTED, BlackBox
from fuzzlab.executor import SPARE_FRAMES, Executor
from fuzzlab.scope import Scope
from fuzzlab.target import build
from pathlib import Path

target = build(lambda document: None, home="nowhere", format=formats.json(), name="takes_all")
executor = Executor(target, BlackBox.create(Path(sys.argv[1]), 1 << 16), Scope([]))
executor.begin(spare=SPARE_FRAMES if sys.argv[2] == "campaign" else 0)
fine, deep = 1, 20_000
while deep - fine > 1:
    middle = (fine + deep) // 2
    before = executor.box.head[ACCEPTED]
    executor.execute(b"[" * middle + b"]" * middle)
    accepted = executor.box.head[ACCEPTED] > before
    fine, deep = (middle, deep) if accepted else (fine, middle)
print(fine)
"""


def test_what_a_campaign_decodes_has_a_value_in_triage(tmp_path: Path) -> None:
    """A campaign has some frames more: a document that only it could read would break a parser nowhere else."""

    def deepest(kind: str) -> int:
        words = [sys.executable, "-c", DEEPEST, str(tmp_path), kind]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert deepest("batch") >= deepest("campaign") > 500
