"""Atheris, libFuzzer for Python, in a worker's process: the one door to the atheris package.

libFuzzer keeps its corpus in memory and writes what reaches new code into a folder; the campaign moves it from there.
`atheris.Fuzz()` never returns: the process ends when libFuzzer's own limit is reached or the supervisor kills it, and
since the black box, the socket and the folder hold all that matters, a kill costs nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from fuzzlab.blackbox import RUNNING, SEQUENCE, STARTED, TOLD
from fuzzlab.channel import Message, pack, unpack
from fuzzlab.dictionary import as_libfuzzer, mine
from fuzzlab.examples import draw
from fuzzlab.executor import ACCEPTED_VERDICT, REJECTED_VERDICT, Executor
from fuzzlab.files import write_atomically
from fuzzlab.formats import Format
from fuzzlab.lazy import LazyModule
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict, input_id

if TYPE_CHECKING:
    import atheris
else:
    atheris = LazyModule("atheris")

__all__ = ["EXAMPLES", "instrumented", "missing", "run", "trace"]

EXAMPLES = 200
"""Examples of the format's strategy in a target's first corpus."""

STRUCTURED = {"raw": 1 / 32, "text": 1 / 20}
"""The part of mutations that are the format's own. libFuzzer's are at home in bytes, and in text: on toml 0.10.2 half
of ours found 5 bugs in 16 s, a twentieth 6 or 7, at twice the executions, because the inputs stay short."""

STRUCTURED_DEFAULT = 1 / 2
"""Where inputs are documents, blind mutations die at the first delimiter; without any, the search misses what no author
of mutators thought of. To be learned per target rather than fixed."""

STACKED = 4
"""Mutations of the format on top of each other at the most, as libFuzzer stacks up to five of its own."""

GROWTH = (16, 16, 16, 16, 64, 64, 256, 1024)
"""Bytes that one step may add, picked at random by three bits. With a custom mutator libFuzzer's own gradual growth is
off, and its insertions and crossovers fill whatever room there is: inputs soon have a thousand times the length, and
the cost."""

NEVER = 10_000_000
"""Seconds. Atheris takes a time limit of 0 at its word and ends the process."""

UNLIMITED = (
    f"-timeout={NEVER}", "-rss_limit_mb=0", "-malloc_limit_mb=0", "-detect_leaks=0",
    *(f"-handle_{name}=0" for name in ("segv", "bus", "abrt", "ill", "fpe", "int", "term", "xfsz", "usr1", "usr2")),
)  # fmt: skip
"""Limits are the supervisor's."""

HANG_GROWTH = 1.3
"""By how much larger an input must be for the same hang to be told again."""

BOLD = 0x300
"""Bits of a random number: one in four of the format's mutations may use all the room there is, for nesting and long
runs are among what a format is good at, and nothing else gets there in one step."""

LONG = 768
LONG_EXAMPLES = 8
"""Examples of more than LONG bytes (a run of 200 zero-width joiners has fewer) in the first corpus: some, for deep
nesting and long runs are found in no other way so soon; few, for their cost comes back whenever they are mutated."""


def missing() -> str | None:
    """Say why there is no coverage engine here, or None where there is."""
    if importlib.util.find_spec("atheris") is not None:
        return None
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return "fuzz needs atheris, which is not installed here: pip install atheris (replay and check work without it)"
    return (
        f"fuzz needs atheris, which exists for Linux on x86-64 only, not for {sys.platform} on {platform.machine()}; "
        "replay, check and pytest work here"
    )


@contextmanager
def instrumented(packages: Sequence[str]) -> Iterator[None]:
    """Import what belongs to `packages` so that it reports its coverage; patch what was imported before."""
    before = set(sys.modules)
    with atheris.instrument_imports(include=list(packages)):
        yield
    for name in sorted(before):
        if name.partition(".")[0] in packages and name.partition(".")[0] != "fuzzlab":
            _instrument_loaded(sys.modules[name])


def _instrument_loaded(module: ModuleType) -> None:
    """Patch the functions of a module that is already there (the standard library's json, say)."""
    members = list(vars(module).values())
    members += [m for cls in members if isinstance(cls, type) for m in vars(cls).values()]
    for member in members:
        function = getattr(member, "__func__", member)
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            atheris.instrument_func(function)


def run(executor: Executor, options: Message, send: Callable[[Message], None], ready: Callable[[], None]) -> None:
    """Fuzz until the process ends.

    Args:
        executor: calls the target.
        options: `starts` (folders of inputs to begin with), `skipped` (inputs there that are not run), `largest`
            (bytes of an input at the most), `new` (where libFuzzer writes what reaches new code), `seed`, `runs` (None:
            no limit), `seen` (signatures not worth telling again), `examples` (seconds in which to draw some first) and
            `drawn` (the folder for them), `features` (where libFuzzer names what it keeps).
        send: tells the supervisor.
        ready: to call just before the first execution.
    """
    target = executor.target
    new, drawn = Path(options["new"]), Path(options["drawn"])
    words = new.parent / "dictionary"
    with contextlib.suppress(OSError):  # a full disk: the search goes on with what there is
        write_atomically(words, as_libfuzzer(mine(target, executor.scope)).encode("ascii"))
        if options["examples"]:
            _draw_examples(target, drawn, options)
    arguments = [
        "fuzzlab",
        str(new),
        str(drawn),
        *options["starts"],
        *([f"-dict={words}"] if words.exists() else []),
        f"-seed={options['seed'] % 2**31 or 1}",  # 0 means a random one
        f"-max_len={options['largest']}",
        f"-artifact_prefix={new}{os.sep}",
        "-reload=1",  # seconds: what other workers on this target found is put into the folder of new inputs
        "-entropic_scale_per_exec_time=1",  # mutate what is slow less often
        f"-features_dir={options['features']}",
        *UNLIMITED,
    ]
    one_input = _callback(executor, set(options["seen"]), send, runs=options["runs"])
    one_input = _without(one_input, frozenset(map(unpack, options["skipped"])))
    mutator = _mutator(executor, Random(options["seed"]))  # noqa: S311 - a search, not a secret
    atheris.Setup(arguments, one_input, custom_mutator=mutator)
    ready()
    executor.box.head[STARTED] = 0
    atheris.Fuzz()


def trace(executor: Executor, options: Message, send: Callable[[Message], None], ready: Callable[[], None]) -> None:
    """Execute each input once and have libFuzzer note the features of each; end the process.

    This is the inner half of its `-set_cover_merge=1`. The outer half would execute argv[0] again, which is Python's.
    A verdict on what costs too much is told with the position of the input.

    Args:
        executor: calls the target.
        options: `control` (libFuzzer's file of what to execute, and of what came of it), `largest` (bytes of an input).
        send: tells the supervisor.
        ready: to call just before the first execution.
    """
    head = executor.box.head

    def one_input(data: bytes) -> None:
        if not head[STARTED]:
            executor.begin()
        try:
            verdict = executor.execute(data)
            if verdict.outcome.is_costly:
                send({"is": "verdict", "index": head[SEQUENCE] - 1, "verdict": verdict.to_json()})
        except BaseException:  # noqa: BLE001 - libFuzzer would report our own failure as the target's
            _failed(executor, send)

    control = ("-merge_inner=2", f"-merge_control_file={options['control']}", f"-max_len={options['largest']}")
    atheris.Setup(["fuzzlab", *control, *UNLIMITED], one_input)
    ready()
    head[STARTED] = 0
    atheris.Fuzz()


def _failed(executor: Executor, send: Callable[[Message], None]) -> None:
    """End the process for a failure of our own."""
    executor.box.head[RUNNING] = 0
    send({"is": "harness_error", "traceback": traceback.format_exc()})
    os.kill(os.getpid(), signal.SIGKILL)


def _draw_examples(target: Target, drawn: Path, options: Message) -> None:
    long_ones = 0
    seconds = float(options["examples"])
    for data in draw(target.format.strategy(), count=EXAMPLES, seed=options["seed"], seconds=seconds):
        long_ones += len(data) > LONG
        if len(data) <= LONG or long_ones <= LONG_EXAMPLES:
            (drawn / input_id(data)).write_bytes(data)


def _callback(
    executor: Executor, seen: set[str], send: Callable[[Message], None], *, runs: int | None
) -> Callable[[bytes], None]:
    """Give the function that libFuzzer calls: it lets nothing out, and tells each new signature once."""
    head = executor.box.head
    is_new = _Novelty(seen)

    def one_input(data: bytes) -> None:
        if not head[STARTED]:
            executor.begin()
        try:
            verdict = executor.execute(data)
            if verdict is not ACCEPTED_VERDICT and verdict is not REJECTED_VERDICT:
                if is_new(data, verdict):
                    told = {"verdict": verdict.to_json(), "data": pack(data), "executions": head[SEQUENCE]}
                    send({"is": "finding", **told})
                head[TOLD] += 1
        except BaseException:  # noqa: BLE001 - libFuzzer would report our own failure as the target's
            _failed(executor, send)

    if runs is None:
        return one_input
    last = runs

    def counted(data: bytes) -> None:
        one_input(data)
        if head[SEQUENCE] >= last:  # libFuzzer's own -runs counts only after the whole first corpus
            executor.exit(0)

    return counted


def _without(one_input: Callable[[bytes], None], skipped: frozenset[bytes]) -> Callable[[bytes], None]:
    """Let these inputs do nothing: they lie among the others and would cost a second or a worker each time."""
    if not skipped:
        return one_input

    def chosen(data: bytes) -> None:
        if data not in skipped:
            one_input(data)

    return chosen


class _Novelty:
    """Which violations are worth telling: each signature once, but a hang again when its input has grown.

    A hang may be one only because the code is instrumented; a larger input may show whether it is more than that. What
    ran out in this process is told once of this process, whatever is known: it may be at its end.
    """

    def __init__(self, seen: set[str]) -> None:
        self._seen = seen
        self._hangs: dict[str, int] = {}
        self._exhausted: set[str] = set()

    def __call__(self, data: bytes, verdict: Verdict) -> bool:
        signature = verdict.signature
        if verdict.outcome is Outcome.HANG:
            new = len(data) >= self._hangs.get(signature, 0) * HANG_GROWTH
            if new:
                self._hangs[signature] = len(data)
            return new
        seen = self._exhausted if verdict.is_exhaustion else self._seen
        new = signature not in seen
        seen.add(signature)
        return new


def _mutator(executor: Executor, rng: Random) -> Callable[[bytes, int, int], bytes]:
    """Mix the format's mutations with libFuzzer's blind ones."""
    form = executor.target.format
    share = STRUCTURED.get(form.name, STRUCTURED_DEFAULT)
    threshold, random = int(share * 256), rng.random
    mutate_bytes = None if type(form).mutate_bytes is Format.mutate_bytes else form.mutate_bytes

    def blind(data: bytes, max_size: int) -> bytes:
        nonlocal blind
        blind = sys.modules["atheris"].Mutate  # atheris.Fuzz() has bound another one than there was before it
        return blind(data, max_size)

    def structured(data: bytes, limit: int) -> bytes | None:
        changed: bytes | None = None
        times = 1 + int(STACKED * random() * random())
        for _ in range(times):
            step = form.mutate(changed or data, rng, limit)
            changed = step if step is not None else changed
        return changed

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        limit = min(max_size, len(data) + GROWTH[seed >> 12 & 7])
        if seed & 255 < threshold:
            bold = not seed & BOLD
            if (changed := structured(data, max_size if bold else limit)) is not None:
                return changed
        if mutate_bytes is None:
            return blind(data, limit)
        changed = mutate_bytes(data, blind, limit)
        return changed if len(changed) <= max_size else data[:max_size]

    return mutate
