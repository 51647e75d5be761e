"""Atheris, libFuzzer for Python, in a worker's process: the one door to the atheris package.

libFuzzer keeps its corpus in memory and writes what reaches new code into a folder; the campaign moves it from there.
`atheris.Fuzz()` never returns: the process ends when libFuzzer's own limit is reached or the supervisor kills it, and
since the black box, the socket and the folder hold all that matters, a kill costs nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import signal
import sys
import sysconfig
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, NoReturn

from fuzzlab import words
from fuzzlab.blackbox import BESIDE, FEATURES, IN_TURN, RUNNING, SEQUENCE, STARTED, TOLD
from fuzzlab.channel import Message, pack, unpack
from fuzzlab.dictionary import as_libfuzzer, for_libfuzzer, harmless, mine
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.examples import further, openers
from fuzzlab.executor import ACCEPTED_VERDICT, REJECTED_VERDICT, SPARE_FRAMES, Executor
from fuzzlab.feedback import Feedback, counters
from fuzzlab.files import write_atomically
from fuzzlab.history import History
from fuzzlab.lazy import LazyModule
from fuzzlab.mix import MUTATE_DEPTH, Executed, Mix
from fuzzlab.probes import PYTHONS, Prober
from fuzzlab.verdict import Outcome, Verdict, input_id

if TYPE_CHECKING:
    import atheris

    from fuzzlab.engines import _tracer
else:
    atheris = LazyModule("atheris")
    _tracer = LazyModule("fuzzlab.engines._tracer")

__all__ = ["PYTHONS", "alone", "instrumented", "missing", "report", "run", "trace", "untraced"]

TRACER = "FUZZLAB_TRACER"
"""The environment variable that, set to `atheris`, has the code under test call Atheris's own callbacks."""

CALLBACKS = (
    "__sanitizer_cov_8bit_counters_init", "__sanitizer_cov_pcs_init", "__sanitizer_cov_trace_cmp8",
    "__sanitizer_cov_trace_const_cmp8", "__sanitizer_weak_hook_memcmp",
)  # fmt: skip
"""libFuzzer's functions that the tracer needs."""

WARM = 16
"""Seeds that are run before libFuzzer takes the time of each, the smallest first. What a parser does only once (tables,
late imports) would make the very first inputs seem a hundred times as slow as all later ones, and libFuzzer mutates
what is slow a tenth as often: on jmespath 1.1.0 a byte changed in a seed took 5,000 executions instead of 600."""

STUDIED = 200
"""Inputs at the most that the format takes in, to put parts of one into another."""

SHORTEST_NAME = 3
"""Characters of a word of the code that is taken for a name of its own: a sender's key is `a` by chance."""

NEVER = 10_000_000
"""Seconds. Atheris takes a time limit of 0 at its word and ends the process."""

UNLIMITED = (
    f"-timeout={NEVER}", "-rss_limit_mb=0", "-malloc_limit_mb=0", "-detect_leaks=0",
    *(f"-handle_{name}=0" for name in ("segv", "bus", "abrt", "ill", "fpe", "int", "term", "xfsz", "usr1", "usr2")),
)  # fmt: skip
"""Limits are the supervisor's."""

HANG_GROWTH = 1.3
"""By how much larger an input must be for the same hang to be told again."""


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


def untraced() -> str | None:
    """Say why the engine runs on Atheris's own callbacks, or None where it does not.

    Raises:
        UserError: the environment asks for something that there is not.
    """
    if (asked := os.environ.get(TRACER, "")) not in ("", "atheris"):
        raise UserError(f"{TRACER}={asked!r}: there is no other choice than {TRACER}=atheris, or to leave it unset")
    slow = "the code under test calls Atheris's own callbacks, which takes several times as long"
    if asked:
        return f"{TRACER}=atheris: {slow}"
    if sys.version_info[:2] not in PYTHONS:
        return f"fuzzlab's probes know no Python {platform.python_version()}, so {slow}"
    if importlib.util.find_spec("fuzzlab.engines._tracer") is None:
        return f"fuzzlab was installed without a C compiler, so {slow}: install one, then fuzzlab again"
    try:
        whole = _library().read_bytes()
    except OSError as error:
        return f"{error.filename}: {error.strerror}, so {slow}"
    if absent := [name for name in CALLBACKS if name.encode("ascii") not in whole]:
        return f"this Atheris has no {', '.join(absent)}, so {slow}"
    return None


@contextmanager
def instrumented(packages: Sequence[str]) -> Iterator[None]:
    """Import what belongs to `packages` so that it reports its coverage; patch what was imported before.

    What is imported later, in the middle of an execution, is instrumented as well.
    """
    before = set(sys.modules)
    prober = None if untraced() else Prober(_tracer)
    if prober is not None:  # where Atheris's hook into the import looks its instrumentation up
        sys.modules["atheris.import_hook"].patch_code = lambda code, *_: prober.instrument(code)  # type: ignore[attr-defined]
    atheris.instrument_imports(include=list(packages)).__enter__()  # its __exit__ would take the hook out again
    yield
    for name in sorted(before):
        if name.partition(".")[0] in packages and name.partition(".")[0] != "fuzzlab":
            _instrument_loaded(sys.modules[name], prober)


def _library() -> Path:
    """Give the shared library in which Atheris keeps libFuzzer."""
    return Path(atheris.__file__).parent / f"core_with_libfuzzer{sysconfig.get_config_var('EXT_SUFFIX')}"


def report() -> None:
    """Have our own probes report to libFuzzer, where there are any: to call in the first execution.

    Not before: a library loaded too early never sees the custom mutator that Atheris loads ahead of it.
    """
    if "fuzzlab.engines._tracer" in sys.modules:
        _tracer.attach(_library())
        _tracer.start()


def _instrument_loaded(module: ModuleType, prober: Prober | None) -> None:
    """Patch the functions of a module that is already there (the standard library's json, say)."""
    members = list(vars(module).values())
    members += [m for cls in members if isinstance(cls, type) for m in vars(cls).values()]
    for member in members:
        function = getattr(member, "__func__", member)
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            if prober is None:
                atheris.instrument_func(function)
            else:
                function.__code__ = prober.instrument(function.__code__)


def run(
    executor: Executor, history: History, options: Message, send: Callable[[Message], None], ready: Callable[[], None]
) -> None:
    """Fuzz until the process ends.

    Args:
        executor: calls the target.
        history: looks at what executions leave behind.
        options: `starts` (folders of inputs to begin with), `skipped` (inputs there that are not run), `largest`
            (bytes of an input at the most), `new` (where libFuzzer writes what reaches new code), `seed`, `runs` (None:
            no limit), `seen` (signatures not worth telling again), `examples` (seconds in which to draw some first) and
            `drawn` (the folder for them), `features` (where libFuzzer names what it keeps; None where nobody asks),
            `lethal` (inputs that ended workers), `recorded` (ordinary inputs to learn a schema from), `in_turn` (how
            much was tried of what is tried in turn; None where another worker is at it).
        send: tells the supervisor.
        ready: to call just before the first execution.
    """
    target = executor.target
    target.format.fit(list(map(unpack, options["recorded"])))
    new, drawn = Path(options["new"]), Path(options["drawn"])
    dictionary = new.parent / "dictionary"
    vocabulary = mine(target, executor.scope)
    mined = harmless(vocabulary.words, [unpack(data) for data in options["lethal"]])
    target.format.learn(mined)
    target.format.imitate(vocabulary.patterns)
    skipped = frozenset(map(unpack, options["skipped"]))
    studied = _smallest(map(Path, options["starts"]), skipped)
    target.format.study(studied)
    examples: list[bytes] = []
    with contextlib.suppress(OSError):  # a full disk: the search goes on with what there is
        write_atomically(dictionary, as_libfuzzer(for_libfuzzer(target, mined)).encode("ascii"))
        if options["examples"]:
            examples = openers(target.format, seed=options["seed"], seconds=float(options["examples"]))
            for data in examples:
                (drawn / input_id(data)).write_bytes(data)
    arguments = [
        "fuzzlab",
        str(new),
        *([] if studied else [str(drawn)]),
        *options["starts"],
        *([f"-dict={dictionary}"] if dictionary.exists() else []),
        f"-seed={options['seed'] % 2**31 or 1}",  # 0 means a random one
        f"-max_len={options['largest']}",
        f"-artifact_prefix={new}{os.sep}",
        "-reload=1",  # seconds: what other workers on this target found is put into the folder of new inputs
        f"-mutate_depth={MUTATE_DEPTH}",
        "-entropic_scale_per_exec_time=1",  # mutate what is slow less often
        *([f"-features_dir={options['features']}"] if options["features"] else []),
        *UNLIMITED,
    ]
    feedback, head = _feedback(executor), executor.box.head
    executor.observe(feedback.observer(lambda number: head.__setitem__(FEATURES, number)))
    executor.proof.is_hurried = True
    seeds = list(map(unpack, options["recorded"]))
    tried = options["in_turn"]
    mix = _mix(
        executor, feedback, options["seed"], recorded=None if tried is None else seeds, tried=tried or 0,
        examples=examples if studied else [], seeds=seeds,
    )  # fmt: skip
    mutator, executed = mix.mutator()
    runs = options["runs"]
    warm = studied[: WARM if runs is None else min(WARM, runs - 1)]
    one_input = _callback(executor, history, feedback, set(options["seen"]), send, executed, runs=runs, warm=warm)
    one_input = _without(one_input, skipped)
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
    executor.target.format.learn(mine(executor.target, executor.scope).words)  # a campaign's features, under its names
    feedback = _feedback(executor)
    executor.observe(feedback.observer(most_skipped=1))

    def one_input(data: bytes) -> None:
        if not head[STARTED]:
            _connect(feedback)
            report()
            executor.begin(spare=SPARE_FRAMES)
        try:
            verdict = executor.execute(data)
            if verdict.outcome.is_costly:
                send({"is": "verdict", "index": head[SEQUENCE] - head[BESIDE] - 1, "verdict": verdict.to_json()})
        except BaseException:  # noqa: BLE001 - libFuzzer would report our own failure as the target's
            _failed(executor, send)

    control = ("-merge_inner=2", f"-merge_control_file={options['control']}", f"-max_len={options['largest']}")
    atheris.Setup(["fuzzlab", *control, *UNLIMITED], one_input)
    ready()
    head[STARTED] = 0
    atheris.Fuzz()


def alone(
    executor: Executor, arguments: Sequence[str], one_input: Callable[[bytes, Verdict], None],
    failed: Callable[[BaseException], NoReturn], *, seed: int, starts: Sequence[Path],
) -> None:  # fmt: skip
    """Hand the process to libFuzzer with a command line of its own, its limits and its way to end; nobody supervises.

    Args:
        executor: calls the target.
        arguments: as a person or ClusterFuzz writes them, the program's name first.
        one_input: is told of each input and its verdict; what it raises ends the process as a crash does.
        failed: ends the process for a failure of our own, which libFuzzer must not take for one of the target.
        seed: of the format's mutations.
        starts: folders and files of inputs to begin with, from which the format learns.
    """
    target = executor.target
    folders = [path for path in starts if path.is_dir()]
    recorded = _smallest(folders, frozenset())
    target.format.fit(recorded)
    vocabulary = mine(target, executor.scope)
    target.format.learn(vocabulary.words)
    target.format.imitate(vocabulary.patterns)
    target.format.study(recorded)
    feedback, head = _feedback(executor), executor.box.head
    executor.observe(feedback.observer())
    mutator, executed = _mix(executor, feedback, seed, recorded=recorded, examples=[], seeds=recorded).mutator()

    def execute(data: bytes) -> None:
        try:
            if not head[STARTED]:
                _connect(feedback)
                report()
                executor.begin(spare=SPARE_FRAMES)
            verdict = executor.execute(data)
            executed(data, verdict is ACCEPTED_VERDICT)
        except BaseException as error:  # noqa: BLE001 - as in a worker
            failed(error)
        one_input(data, verdict)

    program, *given = arguments
    ours = (f"-max_len={target.format.max_size}", f"-mutate_depth={MUTATE_DEPTH}", "-entropic_scale_per_exec_time=1")
    atheris.Setup([program, *ours, *given], execute, custom_mutator=mutator)  # of two the later one counts
    head[STARTED] = 0
    atheris.Fuzz()


def _failed(executor: Executor, send: Callable[[Message], None]) -> None:
    """End the process for a failure of our own."""
    executor.box.head[RUNNING] = 0
    send({"is": "harness_error", "traceback": traceback.format_exc()})
    os.kill(os.getpid(), signal.SIGKILL)


def _connect(feedback: Feedback) -> None:
    """Let libFuzzer count features. It must be loaded, by Fuzz(), which first loads our mutator for it to see."""
    if hasattr(ctypes.CDLL(None), "LLVMFuzzerRunDriver"):  # preloaded, as OSS-Fuzz does: Atheris takes that one
        feedback.connect(counters(None))
        return
    core = importlib.util.find_spec("atheris.core_with_libfuzzer")
    if core is None or core.origin is None:
        raise HarnessError("this Atheris has no core_with_libfuzzer: it is not the package that pip installs")
    feedback.connect(counters(core.origin))


def _feedback(executor: Executor) -> Feedback:
    """Prepare to learn what branches do not show; the names that the code or the schema knows are told apart."""
    target = executor.target
    mined = [word for word in words.as_text(target.format.words) if word.isidentifier() and len(word) >= SHORTEST_NAME]
    return Feedback(executor.scope, [*target.format.names, *mined])


def _smallest(folders: Iterable[Path], skipped: frozenset[bytes]) -> list[bytes]:
    """Give the inputs of the first corpus from which the format learns the language: the smallest say it best."""
    found = sorted((path.stat().st_size, path) for folder in folders for path in folder.iterdir())
    return [data for _, path in found[:STUDIED] if (data := path.read_bytes()) not in skipped]


def _callback(  # noqa: C901 - the hot path is one function, what it leaves out stands beside it
    executor: Executor,
    history: History,
    feedback: Feedback,
    seen: set[str],
    send: Callable[[Message], None],
    executed: Executed,
    *,
    runs: int | None,
    warm: Sequence[bytes],
) -> Callable[[bytes], None]:
    """Give the function that libFuzzer calls: it lets nothing out, and tells each new signature once."""
    head = executor.box.head
    tell, past = _teller(executor, seen, send), history.past

    def start() -> None:
        _connect(feedback)
        report()
        executor.begin(spare=SPARE_FRAMES)
        history.begin()
        head[STARTED] = time.monotonic_ns()  # making a copy of the process is no part of the search
        for data in warm:
            one_input(data)

    def one_input(data: bytes) -> None:
        if not head[STARTED]:
            start()
        try:
            verdict = executor.execute(data)
            executed(data, verdict is ACCEPTED_VERDICT)
            if verdict is not ACCEPTED_VERDICT and verdict is not REJECTED_VERDICT:
                tell(data, verdict)
                head[TOLD] += 1
            past.append(data)
            if len(past) >= history.limit:
                for word in (SEQUENCE, BESIDE):  # an execution is in hand: nobody is to end the process meanwhile
                    head[word] += 1
                for late in history.review(data, verdict):
                    tell(*late)
                head[TOLD] += 1
        except BaseException:  # noqa: BLE001 - libFuzzer would report our own failure as the target's
            _failed(executor, send)

    if runs is None:
        return one_input
    last = runs

    def counted(data: bytes) -> None:
        one_input(data)
        if head[SEQUENCE] - head[BESIDE] >= last:  # libFuzzer's own -runs counts only after the whole first corpus
            executor.exit(0)

    return counted


def _teller(executor: Executor, seen: set[str], send: Callable[[Message], None]) -> Callable[[bytes, Verdict], None]:
    """Give the function that tells the supervisor of a violation, if it is worth it."""
    head, is_new = executor.box.head, _Novelty(seen)

    def tell(data: bytes, verdict: Verdict) -> None:
        if is_new(data, verdict):
            sequence = head[SEQUENCE]
            told = {"verdict": verdict.to_json(), "data": pack(data), "executions": sequence - head[BESIDE]}
            send({"is": "finding", **told, "sequence": sequence, "at": time.monotonic_ns()})

    return tell


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


def _mix(
    executor: Executor, feedback: Feedback, seed: int, *, recorded: Sequence[bytes] | None, tried: int = 0,
    examples: Sequence[bytes], seeds: Sequence[bytes],
) -> Mix:  # fmt: skip
    """Prepare the choice among ways to make an input; much is tried in turn of the recorded ones first."""
    form = executor.target.format
    rng = Random(seed)  # noqa: S311 - a search, not a secret

    def blind(data: bytes, max_size: int) -> bytes:
        nonlocal blind
        mix.blind = blind = sys.modules["atheris"].Mutate  # atheris.Fuzz() has bound another one than was there before
        return blind(data, max_size)

    def fresh() -> list[bytes]:
        try:
            return further(form, seed=rng.getrandbits(32))
        except Exception:  # noqa: BLE001 - no strategy, no examples: a campaign that runs goes on without
            return []

    def told(number: int) -> None:
        executor.box.head[IN_TURN] = number

    mix = Mix(
        form, rng, feedback=feedback, blind=blind, fresh=fresh, recorded=recorded, tried=tried, told=told,
        examples=examples, seeds=seeds,
    )  # fmt: skip
    return mix
