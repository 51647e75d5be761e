"""Targets that mistreat the process they run in: what they do lasts beyond the execution that does it."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from types import FrameType

from fuzzlab import Budget, formats, target

BUDGET = Budget(seconds=0.5, memory=128 << 20)
SHORT = formats.text(max_size=8)

kept: list[object] = []
"""What outlives an execution."""


def change_folder() -> None:
    os.chdir("/")


def delete_folder() -> None:
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    shutil.rmtree(folder)


def replace_stdout() -> None:
    sys.stdout = sys.stderr = io.StringIO()


def close_stdout() -> None:
    sys.stdout.close()
    with contextlib.suppress(OSError):  # the second time
        os.close(1)


def ignore_signals() -> None:
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def block_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, set(signal.Signals))


def _raise_later(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError("too late")


def handle_signals() -> None:
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGQUIT, signal.SIGUSR1, signal.SIGTERM):
        signal.signal(number, _raise_later)


def forget_a_timer() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)


def forget_a_handled_timer() -> None:
    signal.signal(signal.SIGALRM, _raise_later)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)


def die_of_a_timer() -> None:
    signal.alarm(1)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass


def use_a_timer() -> None:
    """What careful code does: a limit of its own, handled, and disarmed."""
    signal.signal(signal.SIGALRM, _raise_later)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        while True:
            pass
    except TimeoutError as error:
        raise ValueError("refused in time") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fork_and_return() -> None:
    if os.fork():
        os.wait()


def fork_and_exit() -> None:
    if pid := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    else:
        os._exit(3)


def fork_and_raise() -> None:
    if pid := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    else:
        raise KeyError("in the child")


def fork_and_stay() -> None:
    if not os.fork():
        time.sleep(3600)


def fork_and_crash() -> None:
    if os.fork():
        raise KeyError("in the parent")
    time.sleep(3600)


def print_100_mb() -> None:
    line = "x" * 1_000_000
    for _ in range(100):
        print(line)  # noqa: T201 - the point
        assert sys.__stderr__ is not None
        sys.__stderr__.write(line)


def print_1_mb() -> None:
    os.write(2, b"x" * 1_000_000)


def lower_the_recursion_limit() -> None:
    with contextlib.suppress(RecursionError):
        sys.setrecursionlimit(20)


def leave_a_raising_thread() -> None:
    def later() -> None:
        time.sleep(0.02)
        raise KeyError("nobody waits for me")

    threading.Thread(target=later).start()


def leave_an_endless_thread() -> None:
    threading.Thread(target=threading.Event().wait).start()


def leave_a_file_open() -> None:
    kept.append(os.open("/dev/null", os.O_RDONLY))


def read_standard_input() -> None:
    assert sys.stdin.read() == ""


def block_on_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def block_on_a_socket() -> None:
    first, _second = socket.socketpair()
    first.recv(1)


def block_on_a_thread() -> None:
    thread = threading.Thread(target=threading.Event().wait, daemon=True)
    thread.start()
    thread.join()


def hang_in_c_with_signals_ignored() -> None:
    ignore_signals()
    any(itertools.repeat(0))


def hang_with_signals_blocked() -> None:
    block_signals()
    while True:
        pass


def leak() -> None:
    kept.append(bytearray(os.urandom(1 << 16) * 64))  # 4 MiB, written to


def leak_much() -> None:
    kept.append(bytearray(40 << 20))


def allocate_most_of_the_budget() -> None:
    bytearray(100 << 20)


def allocate_20_gb() -> bytes:
    return b"x" * (20 << 30)


def allocate_step_by_step() -> None:
    mine = []
    while True:
        mine.append(bytearray(1 << 20))


def crash() -> None:
    raise IndexError("as before")


BEHAVIOURS: dict[str, Callable[[], object]] = {
    function.__name__: function
    for function in (
        change_folder, delete_folder, replace_stdout, close_stdout, ignore_signals, block_signals, handle_signals,
        forget_a_timer, forget_a_handled_timer, die_of_a_timer, use_a_timer, fork_and_return, fork_and_exit,
        fork_and_raise, fork_and_stay, fork_and_crash, print_100_mb, print_1_mb, lower_the_recursion_limit,
        leave_a_raising_thread,
        leave_an_endless_thread, leave_a_file_open, read_standard_input, block_on_a_lock, block_on_a_socket,
        block_on_a_thread, hang_in_c_with_signals_ignored, hang_with_signals_blocked, leak, leak_much,
        allocate_most_of_the_budget, allocate_20_gb, allocate_step_by_step, crash,
    )
}  # fmt: skip


def _lasting(name: str) -> None:
    """Register a target that does one thing again and again."""

    @target(format=SHORT, budget=BUDGET, sanitizers=(), name=f"tests.faulty.{name}")
    def lasting(value: str) -> str:
        if not value.isascii():
            raise ValueError(value)
        if len(value) % 2:
            BEHAVIOURS[name]()
        return value


for _name in (
    "ignore_signals", "fork_and_return", "lower_the_recursion_limit", "forget_a_timer", "leak", "print_1_mb",
    "leave_an_endless_thread", "leave_a_file_open",
):  # fmt: skip
    _lasting(_name)


@target(format=formats.text(), budget=BUDGET, sanitizers=(), name="tests.faulty")
def faulty(value: str) -> str:
    """Do what the input says; accept all else, refuse what begins with an r."""
    if value.startswith("wait"):
        end = time.monotonic() + 0.15
        while time.monotonic() < end:
            time.sleep(0.01)
    if value.startswith("refuse"):
        raise ValueError(value)
    BEHAVIOURS.get(value, str)()
    return value
