"""One target as a program with libFuzzer's command line: what ClusterFuzzLite and OSS-Fuzz build, run and triage.

    fuzzlab.libfuzzer.main("order", modules=["targets.order"], packages=["targets", "shop"])

The same executor, oracles, sanitizers, mutators and words as in a campaign, but libFuzzer is in charge: it ends the
process at the first violation, writes the input as `crash-<sha1>`, and its own limits (`-timeout`, `-rss_limit_mb`)
hold for what no Python code can interrupt. There is no supervisor; a thread watches the time budget from inside.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import CodeType, TracebackType
from typing import NoReturn, TextIO

from fuzzlab.blackbox import INTERRUPT, RUNNING, SEQUENCE, BlackBox
from fuzzlab.card import card, sentence
from fuzzlab.engines import coverage
from fuzzlab.errors import ExitCode, UserError
from fuzzlab.escape import escaped, one_line
from fuzzlab.executor import Executor
from fuzzlab.finder import adhoc, import_module
from fuzzlab.footprint import reserved
from fuzzlab.guard import SOFT_LIMIT_SIGNAL, TIMERS, Guard
from fuzzlab.process import MEMORY_EVERY, SAMPLE_AT, SOFT_AT, TICK
from fuzzlab.scope import Scope
from fuzzlab.target import REGISTRY, Target
from fuzzlab.verdict import Finding, Frame, Outcome, Verdict

__all__ = ["main"]

SLOWNESS = 2.0
"""How many times its time budget an execution gets: instrumented code is slower, and nobody runs it again without."""

CAPACITY = 1 << 20
"""Bytes of an input that the black box holds: more than libFuzzer's own limit of 1 MiB for what it reads."""


_exit = os._exit
"""The one that ends the process, and not what a target gets to see."""


class Broken(Exception):
    """A violation of the contract, as libFuzzer gets to see it."""


def main(
    name: str, *, modules: Sequence[str], packages: Sequence[str], options: Sequence[str] = (),
    accepted: Sequence[str] = (),
) -> None:  # fmt: skip
    """Run a target under libFuzzer with this process's command line; it ends as libFuzzer ends.

    Args:
        name: of the target.
        modules: those that register it.
        packages: the code under test.
        options: those of a target that nobody registered (`Target.options`).
        accepted: signatures of findings that may stay.
    """
    errors = sys.stderr
    try:
        _run(errors, name, modules, packages, options, frozenset(accepted))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no finding; Atheris ends with a SystemExit
        _fail(errors, error)


def _run(
    errors: TextIO, name: str, modules: Sequence[str], packages: Sequence[str], options: Sequence[str],
    accepted: frozenset[str],
) -> None:  # fmt: skip
    if (reason := coverage.missing()) is not None:
        raise UserError(reason)
    arguments = [str(Path(sys.argv[0]).resolve()), *_dictionary(sys.argv), *sys.argv[1:]]  # -merge executes it again
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8", errors="replace")  # noqa: SIM115 - for life
    if hasattr(ctypes.CDLL(None), "LLVMFuzzerRunDriver"):
        errors.write("fuzzlab: a libFuzzer is preloaded, which does not see the mutators of the format\n")
    box = BlackBox.create(Path(tempfile.gettempdir()), CAPACITY)
    # SIGALRM is libFuzzer's, which does without its -timeout where somebody else handles it.
    guard = Guard(box, [box.descriptor], timers=[number for number in TIMERS if number != signal.SIGALRM])
    guard.install()
    with coverage.instrumented(packages):
        target = _load(name, modules, options)
    executor = Executor(target, box, Scope(packages))
    executor.install(guard)
    judge = _Judge(executor, errors, arguments, accepted)
    threading.Thread(target=_watch, args=[target, box, threading.main_thread().ident], daemon=True).start()
    starts = [Path(word) for word in arguments[1:] if not word.startswith("-")]
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is libFuzzer's, and no KeyboardInterrupt of the target
    coverage.alone(
        executor, arguments, judge.look, partial(_fail, errors), seed=_seed(arguments), starts=starts
    )  # fmt: skip


def _load(name: str, modules: Sequence[str], options: Sequence[str]) -> Target:
    if options:
        spec, format_name, *allow = options
        return adhoc(spec, format_name=format_name or None, allow=allow)
    for module in modules:
        import_module(module)
        if name in REGISTRY:
            return REGISTRY[name]
    raise UserError(f"no import of {' or '.join(modules)} registers a target named {name!r}; export it anew")


class _Judge:
    """Lets libFuzzer know of what breaks the contract."""

    def __init__(self, executor: Executor, errors: TextIO, arguments: Sequence[str], accepted: frozenset[str]) -> None:
        self._target, self._errors, self._accepted = executor.target, errors, accepted
        self._place = _artifact_place(arguments)
        self._limited = 0.0

    def look(self, data: bytes, verdict: Verdict) -> None:
        """Raise what libFuzzer takes for a crash, if this is one."""
        if verdict.outcome.is_violation and not {verdict.signature, verdict.unchained} & self._accepted:
            path = self._place or f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
            finding = Finding(self._target.name, verdict, data, path=path)
            self._errors.write("\n".join(["", *card(finding), ""]))
            self._errors.flush()
            raise _as_exception(verdict)
        if (now := time.monotonic()) - self._limited > MEMORY_EVERY:
            self._limited = now
            _limit_memory(self._target.contract.budget.memory)


def _as_exception(verdict: Verdict) -> Exception:
    """Give an exception of the verdict's name with the verdict's frames.

    ClusterFuzz tells bugs apart by the type and the innermost frames of a traceback, and ours are the same for all.
    """
    name = verdict.exception if verdict.outcome is Outcome.CRASH else str(verdict.outcome)
    module, _, short = name.rpartition(".")
    kind = type(short, (Broken,), {"__module__": module or "builtins"})
    message = verdict.message if verdict.outcome is Outcome.CRASH else sentence(verdict)
    error: Exception = kind(one_line(message))
    return error.with_traceback(_as_traceback(verdict.frames))


def _as_traceback(frames: Sequence[Frame]) -> TracebackType | None:
    made = None
    for frame in reversed(frames):
        code: CodeType = compile("raise Stop", frame.file, "exec").replace(
            co_name=frame.function, co_qualname=frame.function, co_firstlineno=max(1, frame.line)
        )
        try:
            exec(code, {"Stop": Broken})  # noqa: S102 - one constant statement under a name
        except Broken as error:
            inner = error.__traceback__ and error.__traceback__.tb_next
            if inner is not None:
                made = TracebackType(made, inner.tb_frame, inner.tb_lasti, max(1, frame.line))
    return made


def _watch(target: Target, box: BlackBox, thread: int) -> None:
    """Do what a supervisor does about time, in a thread: sample the stack of a slow execution, then end it."""
    head, budget = box.head, target.contract.budget
    state, since, cpu = (0, 0), time.monotonic(), time.process_time()
    while True:
        time.sleep(TICK)
        now, used_cpu = time.monotonic(), time.process_time()
        if (seen := (head[SEQUENCE], head[RUNNING])) != state or not seen[1]:
            state, since, cpu = seen, now, used_cpu
            continue
        used = max((used_cpu - cpu) / (budget.seconds * SLOWNESS), (now - since) / (budget.wall * SLOWNESS))
        if used >= SOFT_AT:
            head[INTERRUPT] = state[0]
        if used >= SAMPLE_AT:
            signal.pthread_kill(thread, SOFT_LIMIT_SIGNAL)


def _limit_memory(budget: int) -> None:
    """Let the next executions take `budget` bytes beyond what the process has now."""
    try:
        limit = reserved(os.getpid()) + budget
    except OSError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _value(arguments: Sequence[str], flag: str) -> str:
    """Give the value of a flag of libFuzzer's, the last one, or the empty string."""
    return next((word.partition("=")[2] for word in reversed(arguments) if word.startswith(f"-{flag}=")), "")


def _artifact_place(arguments: Sequence[str]) -> str:
    """Say where an input that breaks the contract lies, where that is known beforehand: a single one that was given."""
    inputs = [word for word in arguments[1:] if not word.startswith("-")]
    if len(inputs) == 1 and Path(inputs[0]).is_file():
        return inputs[0]
    return _value(arguments, "exact_artifact_path")


def _dictionary(arguments: Sequence[str]) -> list[str]:
    """Take the dictionary that lies beside the program, where no other is given."""
    program = Path(arguments[0])
    beside = program.with_name(f"{program.name.removesuffix('.py').removesuffix('.pkg')}.dict")
    return [f"-dict={beside}"] if not _value(arguments, "dict") and beside.is_file() else []


def _seed(arguments: Sequence[str]) -> int:
    text = _value(arguments, "seed")
    return int(text) if text.isdecimal() and int(text) else time.time_ns()


def _fail(stream: TextIO, error: BaseException) -> NoReturn:
    """End the process for what is no finding: a person's mistake, or a failure of ours."""
    if isinstance(error, UserError):
        stream.write(f"fuzzlab: {escaped(str(error))}\n")
    else:
        text = "".join(traceback.format_exception(error))
        lines = "\n".join(map(escaped, text.splitlines()))
        stream.write(f"fuzzlab: failure of the harness, not a finding:\n{lines}\n")
    stream.flush()
    _exit(ExitCode.USER if isinstance(error, UserError) else ExitCode.HARNESS)
