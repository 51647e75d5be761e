"""A child process from outside: what kills it costs one worker, never the run and never the input that did it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fuzzlab.errors import HarnessError, UserError
from fuzzlab.executor import SPARE_FRAMES
from fuzzlab.finder import adhoc
from fuzzlab.process import GENTLE_NICE, GENTLE_WALL
from fuzzlab.scales import Scales
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Outcome, Verdict
from fuzzlab.worker import Worker
from tests.parsers import hostile, memory

PLACE = "tests.parsers.hostile"

REGISTERING = (hostile, memory)

WorkerOf = Callable[[Target], Worker]


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("segfault", f"died SIGSEGV {PLACE}:segfault"),
        ("kill", f"died SIGKILL {PLACE}:hostile"),
        ("hang_in_c", f"hang {PLACE}:hang_in_c"),
        ("hang_swallowing", f"hang {PLACE}:hostile"),
    ],
)
def test_what_kills_a_worker(worker_of: WorkerOf, name: str, signature: str) -> None:
    """A death and a loop that no exception ends cost one worker; the right input is blamed, the others are run.

    A SIGKILL may have been somebody's: it costs another one to see it again.
    """
    worker = worker_of(REGISTRY["tests.hostile"])
    broken = dict(worker.run([b"fine", name.encode(), b"refuse", b"fine"]))
    assert {index: verdict.signature for index, verdict in broken.items()} == {1: signature}
    assert (worker.executions, worker.accepted, worker.rejected) == (4, 2, 1)
    assert worker.restarts == (2 if name == "kill" else 1)


def test_several_deaths_in_one_batch(worker_of: WorkerOf) -> None:
    """Each death costs one worker, a SIGKILL two; counters add up over all of them."""
    worker = worker_of(REGISTRY["tests.hostile"])
    inputs = [b"segfault", b"fine", b"kill", b"crash", b"refuse", b"exit_now", b"segfault"]
    broken = [(index, verdict.outcome) for index, verdict in worker.run(inputs)]
    assert broken == [
        (0, Outcome.DIED),
        (2, Outcome.DIED),
        (3, Outcome.CRASH),
        (5, Outcome.DIED),
        (6, Outcome.DIED),
    ]
    assert worker.executions == worker.accepted + worker.rejected + len(broken) == len(inputs)
    assert worker.restarts == 4


def test_a_c_loop_has_one_name(worker_of: WorkerOf) -> None:
    """A loop in C that is killed gives the same signature in three runs."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert {worker.verdict(b"hang_in_c").signature for _ in range(3)} == {f"hang {PLACE}:hang_in_c"}


def test_a_target_that_closes_all_files(worker_of: WorkerOf) -> None:
    """The target would cut the worker's line, as daemons do: it is kept from it, and the run goes on."""
    worker = worker_of(REGISTRY["tests.hostile"])
    broken = dict(worker.run([b"fine", b"close_files", b"refuse", b"fine"]))
    assert {i: v.signature for i, v in broken.items()} == {1: "died files closed tests.parsers.hostile:close_files"}
    assert (worker.executions, worker.accepted, worker.rejected, worker.restarts) == (4, 2, 1, 0)


def test_a_target_that_closes_one_file_after_the_other(worker_of: WorkerOf) -> None:
    """The target cut the worker's line: that is its doing, not a failure of the harness, and the run goes on."""
    worker = worker_of(REGISTRY["tests.hostile"])
    broken = dict(worker.run([b"fine", b"close_each_file", b"refuse", b"fine"]))
    assert list(broken) == [1]
    assert broken[1].outcome is Outcome.DIED
    assert (worker.executions, worker.accepted, worker.rejected, worker.restarts) == (4, 2, 1, 1)


@pytest.mark.slow
def test_a_target_that_closes_all_files_and_hangs(worker_of: WorkerOf) -> None:
    """A worker that is alive but cannot be heard is killed, and its input blamed."""
    worker = worker_of(REGISTRY["tests.hostile"])
    broken = dict(worker.run([b"fine", b"close_files_and_hang", b"refuse"]))
    assert list(broken) == [1]
    assert broken[1].outcome in (Outcome.DIED, Outcome.HANG)
    assert worker.restarts == 1


def test_verdict_gives_whatever_it_is(worker_of: WorkerOf) -> None:
    """`verdict` tells acceptance from refusal from violation, one input at a time."""
    worker = worker_of(REGISTRY["tests.hostile"])
    outcomes = [worker.verdict(data).outcome for data in (b"fine", b"refuse", b"crash", b"kill", b"fine")]
    assert outcomes == ["accepted", "rejected", "crash", "died", "accepted"]
    assert worker.verdict(b"fine") == Verdict(Outcome.ACCEPTED)


def test_fresh_is_a_new_process(worker_of: WorkerOf) -> None:
    """After `fresh`, what an earlier input left in the process is gone; without it, it stays."""
    worker = worker_of(REGISTRY["tests.counts"])
    assert [worker.verdict(b"2").outcome for _ in range(3)] == ["accepted", "accepted", "crash"]
    worker.fresh()
    assert [worker.verdict(b"2").outcome for _ in range(3)] == ["accepted", "accepted", "crash"]
    assert worker.restarts == 0


def test_no_process_before_the_first_input(worker_of: WorkerOf) -> None:
    """A worker that is never used starts nothing, and may be closed twice."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert list(worker.run([])) == []
    assert worker.executions == 0
    worker.close()
    worker.close()


def test_inputs_of_every_size(worker_of: WorkerOf) -> None:
    """Empty inputs and inputs larger than the black box are run and counted."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert list(worker.run([b"", b"x" * 1_000_000, b"\x00", b"\xff\xfe"])) == []
    assert worker.accepted == 4


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise RuntimeError('no database')", ["RuntimeError: no database", "unimportable.py:3"]),
        ("import sys\nsys.exit(2)", ["exits", "SystemExit", "unimportable.py:4"]),
        ("import os\nos.abort()", ["kills the process that imports it"]),
        ("import os\nos._exit(0)", ["kills the process that imports it"]),
    ],
)
def test_a_module_that_imports_here_and_not_there(
    worker_of: WorkerOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, words: list[str]
) -> None:
    """A module that fails in the worker only is the user's mistake, with its own error in one line or two."""
    module = tmp_path / "unimportable.py"
    module.write_text("def parse(value: str) -> str:\n    return value\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    target = adhoc("unimportable:parse")
    module.write_text(f"def parse(value: str) -> str:\n    return value\n{source}\n", encoding="utf-8")
    worker = worker_of(target)
    with pytest.raises(UserError) as caught:
        worker.verdict(b"x")
    sys.modules.pop("unimportable")
    for word in words:
        assert word in str(caught.value)


def test_a_decoder_that_fails_is_the_harness_s(worker_of: WorkerOf) -> None:
    """An exception in a format is no verdict on the target."""
    with pytest.raises(HarnessError, match="cannot decode"):
        worker_of(REGISTRY["tests.undecodable"]).verdict(b"x")


VERDICT = '{"outcome": "crash", "exception": "", "message": "", "clause": "", "place": "", "frames": []}'


@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        "[]",
        "{}",
        '{"is": 3}',
        '{"is": "verdict"}',
        '{"is": "verdict", "index": 0, "verdict": {}}',
        '{"is": "verdict", "index": "x", "verdict": ' + VERDICT + "}",
        '{"is": "verdict", "index": 99, "verdict": ' + VERDICT + "}",
        '{"is": "verdict", "index": -1, "verdict": ' + VERDICT + "}",
        '{"is": "ready"}',
        '{"is": "metered", "costs": [1]}',
        '{"is": "placed", "verdict": ' + VERDICT + "}",
        '{"is": "tried", "index": 0, "type": "", "held": {}}',
        '{"is": "harness_error"}',
        '{"is": "harness_error", "traceback": "forged"}',
        '{"is": "user_error"}',
    ],
)
def test_a_worker_that_lies(worker_of: WorkerOf, line: str) -> None:
    """What a worker says that hostile code took over is checked: it is an error of ours, never any other exception."""
    worker = worker_of(adhoc("tests.parsers.liar:lie"))
    with pytest.raises((HarnessError, UserError)):
        list(worker.run([line.encode()]))


def test_a_metering_worker_that_lies(tmp_path: Path) -> None:
    """So is the answer to a question about costs."""
    scales = Scales(adhoc("tests.parsers.liar:lie"), tmp_path)
    try:
        for line in ('{"is": "mined", "words": [], "patterns": []}', '{"is": "ran", "done": 1, "slow": []}'):
            with pytest.raises(HarnessError):
                scales.price(line.encode())
            scales.fresh()
    finally:
        scales.close()


def test_a_worker_closes_its_process_and_its_files(tmp_path: Path) -> None:
    """`close` ends the process and leaves no file and no descriptor behind."""
    before = _descriptors()
    worker = Worker(REGISTRY["tests.hostile"], tmp_path)
    worker.verdict(b"fine")
    assert worker._child is not None
    process = worker._child.process
    worker.close()
    assert process.poll() is not None
    assert list(tmp_path.iterdir()) == []
    assert _descriptors() == before


SUPERVISOR = """
import sys, time
from pathlib import Path
from fuzzlab.finder import adhoc
from fuzzlab.worker import Worker
worker = Worker(adhoc("textwrap:dedent"), Path(sys.argv[1]))
worker.verdict(b"x")
print(worker._child.process.pid, flush=True)
time.sleep(60)
"""


def _descriptors() -> set[str]:
    """Give what this process has open, where that can be seen."""
    return {path.name for path in Path("/proc/self/fd").iterdir()} if sys.platform == "linux" else set()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) and /proc are Linux's")
def test_no_orphans(tmp_path: Path) -> None:
    """`kill -9` of the supervisor ends its worker."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path)], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        supervisor.kill()
    assert _gone(child)


def _gone(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(200):
        try:
            if ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii"):
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_two_hangs_have_two_names(worker_of: WorkerOf) -> None:
    """A loop in C is named by its own stack, not by what an earlier hang left in the log."""
    worker = worker_of(adhoc("tests.parsers.odd:two_hangs"))
    places = [verdict.place for _, verdict in worker.run([b"python", b"c"])]
    assert places == ["tests.parsers.odd:two_hangs", "tests.parsers.odd:in_c"]


def test_an_odd_status_is_a_death(worker_of: WorkerOf) -> None:
    """A status that no signal has is named as a parent would see it, and never lost in an error of our own."""
    worker = worker_of(adhoc("tests.parsers.odd:exits_oddly"))
    assert worker.verdict(b"negative").signature == "died exit 156 tests.parsers.odd:exits_oddly"


def test_a_task_left_behind_blames_nobody(worker_of: WorkerOf) -> None:
    """What a coroutine leaves running does not run on inside the next executions."""
    worker = worker_of(adhoc("tests.parsers.odd:leaves_a_task"))
    assert list(worker.run([b"leave", b"a", b"b", b"c"])) == []


def test_a_wrapper_of_a_coroutine_is_no_coroutine(worker_of: WorkerOf) -> None:
    """Whether a target is awaited is its own to say, not that of what it wraps."""
    assert worker_of(adhoc("tests.parsers.odd:wraps_a_coroutine")).verdict(b"a").outcome is Outcome.ACCEPTED


def test_what_just_overflows_here_overflows_a_plain_program(worker_of: WorkerOf) -> None:
    """The smallest nest that overflows a worker's stack overflows that of a script that only calls the parser."""
    worker = worker_of(adhoc("tests.parsers.zoo:nested"))
    fine, deep = 1, 2000
    while deep - fine > 1:
        middle = (fine + deep) // 2
        overflows = worker.verdict(b"[" * middle).outcome is Outcome.CRASH
        fine, deep = (fine, middle) if overflows else (middle, deep)
    script = "import tests.parsers.zoo as z; z.nested('[' * {})"
    said = [
        subprocess.run([sys.executable, "-c", script.format(depth)], capture_output=True, check=False).stderr
        for depth in (deep, fine - SPARE_FRAMES)
    ]
    assert b"RecursionError" in said[0]
    assert said[1] == b""


def test_a_gentle_worker_gives_way(tmp_path: Path) -> None:
    """Its process is nicer than ours by GENTLE_NICE and has more time on the clock, not on the CPU's."""
    target = REGISTRY["tests.hostile"]
    usual, gentle = Worker(target, tmp_path), Worker(target, tmp_path, gentle=True)
    with contextlib.closing(usual), contextlib.closing(gentle):
        assert [worker.verdict(b"fine").outcome for worker in (usual, gentle)] == [Outcome.ACCEPTED] * 2
        one, other = usual._started(), gentle._started()
        nice = [os.getpriority(os.PRIO_PROCESS, child.process.pid) for child in (one, other)]
        assert nice[1] == min(19, nice[0] + GENTLE_NICE)
        group = Path(f"/proc/{other.process.pid}/autogroup")
        if group.exists():  # where sessions share a core out among themselves first
            assert group.read_text(encoding="ascii").split()[-1] == str(GENTLE_NICE)
        assert other.wall == one.wall * GENTLE_WALL
        assert other.seconds == one.seconds


def test_kill_9_of_an_idle_worker_costs_a_worker(worker_of: WorkerOf) -> None:
    """Somebody's kill between two executions is neither a finding nor a failure."""
    worker = worker_of(REGISTRY["tests.hostile"])
    worker.verdict(b"fine")
    assert worker._child is not None
    worker._child.process.kill()
    worker._child.process.wait()
    assert worker.verdict(b"fine") == Verdict(Outcome.ACCEPTED)
    assert worker.restarts == 1


def test_kill_9_between_two_batches_loses_no_input(worker_of: WorkerOf) -> None:
    """A worker killed after a long batch has run nothing of the next one, which is run whole by the one after it."""
    worker = worker_of(REGISTRY["tests.hostile"])
    assert list(worker.run([b"fine"] * 5)) == []
    assert worker._child is not None
    worker._child.process.kill()
    worker._child.process.wait()
    assert [index for index, _ in worker.run([b"crash", b"fine"])] == [0]
    assert (worker.executions, worker.accepted) == (7, 6)
