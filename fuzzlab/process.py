"""One child process from outside: start it, watch its heartbeat, stop it, and learn what killed it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from typing import IO

from fuzzlab import replies
from fuzzlab.autopsy import autopsy, is_sent, last_place
from fuzzlab.blackbox import FOOTPRINT, INTERRUPT, RECYCLE, RUNNING, SEQUENCE, STARTED, BlackBox
from fuzzlab.channel import Channel, Closed, Message
from fuzzlab.endings import CUT_OFF, RECYCLED
from fuzzlab.errors import HarnessError, UserError
from fuzzlab.footprint import Footprint, footprint, leftovers
from fuzzlab.guard import DUMP_SIGNAL, SOFT_LIMIT_SIGNAL
from fuzzlab.quantities import counted
from fuzzlab.scope import home, packages
from fuzzlab.slowest import Slowest
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict

__all__ = ["CLOSED_LINE", "TICK", "Child", "Lost"]

TICK = 0.05
"""Seconds between two looks at a heartbeat: a twentieth of the default budget."""

SAMPLE_AT, SOFT_AT, DUMP_AT, HARD_AT = 0.15, 1.0, 1.5, 2.0
"""Parts of the budget used up when a slow execution's stack is sampled, an exception raised in it, its stack dumped
from C, its process killed. Sampling starts early because a known hang is recognised, and ended, by two samples."""

KNOWN_AT = 0.4
"""Part of the budget used up when a loop in C is looked at, to see whether it is a known one."""

START_TIMEOUT = 60.0
"""Seconds for a child to import its target: a slow disk and a large application, not a network."""

REST = 1.0
"""Seconds that a child may take to end once its line is closed."""

STUCK = 60.0
"""Seconds that a child may take outside its target (a format's decoder) before it is held to be stuck."""

MEMORY_EVERY = 0.25
"""Seconds between two looks at a child's size: a look takes 0.1 ms."""

ASKED = 5.0
"""Seconds for which a worker is asked to end between two executions before it is killed in the middle of one."""

LOG_KEPT = 1 << 20
"""Bytes of a log looked at from its end."""

LOG_LARGEST = 8 << 20
"""Bytes at which a log is emptied."""


CLOSED_LINE = "the target closed the line to the supervisor"
"""The reason of a loss that is the target's doing, although nobody can tell by which input."""


LINES_SLOWNESS = 5.0
"""How many times its budget of time an execution gets that tells of every line."""

GENTLE_NICE, GENTLE_WALL = 5, 4.0
"""Niceness beyond ours, with which a process gets a quarter of a core that another one wants, and how much longer it
may take then."""


class Lost(Exception):
    """The child is gone.

    `verdict` says how, where it was the target's doing, and `data` with which input. `killed`: a signal ended it
    outside the target (somebody's `kill -9`, the kernel's OOM killer). `recycled`: it had grown, and was asked to end.
    """

    def __init__(
        self, verdict: Verdict | None, data: bytes | None, reason: str, *, killed: bool = False, recycled: bool = False
    ) -> None:
        super().__init__(reason)
        self.killed = killed
        self.recycled = recycled
        self.verdict = verdict
        self.data = data
        self.reason = reason


class Child:
    """A process that runs one target."""

    def __init__(
        self, target: Target, folder: Path, *, capacity: int, order: Message | None = None, slowness: float = 1.0,
        gentle: bool = False, observes: bool = False, lines: bool = False,
    ) -> None:  # fmt: skip
        """Start it.

        Args:
            target: what it runs.
            folder: for its files.
            capacity: bytes of the largest input that its black box holds.
            order: what it does, if not to answer batches.
            slowness: by how much the budget of time is stretched.
            gentle: whether it leaves the processor to others that want it, and gets more time on the clock for that.
            observes: whether it tells what each input did, in messages of their own.
            lines: whether it tells which lines of source run, and gets more time for that.
        """
        self.target = target
        budget = target.contract.budget
        slowness *= LINES_SLOWNESS if lines else 1.0
        self.seconds, self.wall, self.memory = budget.seconds * slowness, budget.wall * slowness, budget.memory
        self.wall *= GENTLE_WALL if gentle else 1.0
        self.box = BlackBox.create(folder, capacity)
        self.log = _log(folder)
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        self.started = time.monotonic()
        self._state = (0, 0)
        self._since = self.started
        self._first_seen, self._seen_before = (0, 0.0), (0, 0.0)
        self._cpu = 0.0
        self._told = self._dumped = self._timed_out = False
        self._asked = self._log_from = 0
        self.known_hangs: set[str] = set()
        self._memory_seen = 0.0
        self._fuzzes = order is not None
        self._is_ready = False
        self.slow = Slowest()
        self._slow: tuple[float, bytes] | None = None
        self._excess, self._excess_since, self._gave_up = "", 0.0, False
        self.engine_keeps = 0
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own module, with our own interpreter
                [sys.executable, "-m", "fuzzlab.child", str(theirs.fileno())],
                pass_fds=(theirs.fileno(), self.box.descriptor),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.log,
                start_new_session=True,  # Ctrl-C is the supervisor's, and the target's own children go with it
                env=_environment(folder),
            )
        if gentle:
            _be_gentle(self.process.pid)
        order = order or {"do": "lines" if lines else "run", "observes": observes}
        self._may_say = replies.SAID[order["do"]]
        self._send(order)

    def _send(self, order: Message) -> None:
        with contextlib.suppress(Closed):  # the next receive says why
            self.channel.send(
                {
                    "known_hangs": [],
                    **order,
                    "supervisor": os.getpid(),
                    "sys_path": [path or os.getcwd() for path in sys.path],  # noqa: PTH109 - a string for sys.path
                    "packages": packages(self.target),
                    "modules": list(dict.fromkeys([self.target.home, self.target.module])),
                    "name": self.target.name,
                    "options": self.target.options,
                    "box": self.box.descriptor,
                    "capacity": self.box.capacity,
                }
            )

    def receive(self, timeout: float) -> Message | None:
        """Give the child's next message, or None after `timeout` seconds.

        Raises:
            Lost: it died, was killed at its hard limit, or fails by itself.
            UserError: it cannot import the target.
            HarnessError: fuzzlab's own part of it failed.
        """
        try:
            message = self.channel.receive(timeout)
            is_over = message is None and self.process.poll() is not None
            if is_over:  # something that it started holds the line open
                message = self.channel.receive(0)  # what it said last
        except Closed:
            raise self._loss() from None
        if message is None and is_over:
            raise self._loss()
        if message is None:
            return None
        match message.get("is"):
            case "harness_error":
                raise HarnessError(f"{self.target.name}: a worker failed\n{message.get('traceback')}")
            case "user_error":
                raise UserError(str(message.get("message")))
        return self._heard(message)

    def _heard(self, message: Message) -> Message:
        """Read a message, and take in what it says of the process itself."""
        try:
            read = replies.read(message)
        except replies.GARBLED as error:
            raise HarnessError(f"{self.target.name}: a worker sent a message that is none ({error!r})") from error
        if read is None or read["is"] not in (self._may_say if self._is_ready else ("ready",)):
            raise HarnessError(f"{self.target.name}: a worker says what means nothing: {str(message)[:80]}")
        if read["is"] == "ready":
            self._is_ready = True
        elif read["is"] == "finding":
            if read["verdict"].outcome is Outcome.HANG and (began := self.began(read["sequence"])) is not None:
                read["at"] = began
            if read["verdict"].is_exhaustion:
                self._exceeded(self.excess(doubting=True))
        return read

    def wait_ready(self) -> None:
        """Wait until the target is imported.

        Raises:
            Lost, UserError, HarnessError: as `receive`.
        """
        while True:
            message = self.receive(TICK)
            if message is not None and message["is"] == "ready":
                return
            if time.monotonic() - self.started > START_TIMEOUT:
                self.kill()
                raise UserError(f"{self.target.name}: {self.target.home} did not import within {START_TIMEOUT:g} s")

    def watch(self) -> None:
        """Look at the heartbeat once: sample, interrupt, dump or kill an execution that lasts.

        Raises:
            HarnessError: the child is stuck outside the target.
        """
        head, now = self.box.head, time.monotonic()
        sequence = head[SEQUENCE]
        state = (sequence, head[RUNNING])
        if state != self._state:
            self._settle_slow()
            if sequence != self._state[0]:
                self._log_from, self._told, self._dumped, self._timed_out = self.log_size(), False, False, False
                self._first_seen, self._seen_before = (sequence, now), self._first_seen
            self._state, self._since, self._cpu = state, now, _cpu_seconds(self.process.pid)
            self._grow(now)
            if self._excess:
                self._recycle(now)
            return
        if not head[RUNNING]:
            if now - self._since > STUCK:
                self.kill()
                raise HarnessError(f"{self.target.name}: a worker is stuck outside the target, in its format perhaps")
            return
        cpu = _cpu_seconds(self.process.pid) - self._cpu
        used = max(cpu / self.seconds, (now - self._since) / self.wall)
        self._note_slow(cpu, used)
        # Step by step, however late we look: an execution is told to end before its process is killed.
        if (used >= HARD_AT and self._dumped) or (used >= KNOWN_AT and self._hangs_where_known(sequence)):
            self._timed_out = True
            self.kill()
        elif used >= DUMP_AT and self._told:
            self._signal(DUMP_SIGNAL)
            self._dumped = True
            self._signal(SOFT_LIMIT_SIGNAL)
        elif used >= SOFT_AT:
            head[INTERRUPT] = sequence
            self._told = True
            self._signal(SOFT_LIMIT_SIGNAL)
        elif used >= SAMPLE_AT:
            self._signal(SOFT_LIMIT_SIGNAL)

    def began(self, sequence: int | None = None) -> float | None:
        """Say when an execution, the latest if none is named, was first seen (monotonic); None of one long past."""
        return dict((self._seen_before, self._first_seen)).get(sequence or self.box.head[SEQUENCE])

    def _note_slow(self, cpu: float, used: float) -> None:
        """Note an execution that is looked at again while it runs; one beyond its budget is a hang, and told as one."""
        if used >= SOFT_AT:
            self._slow = None
        elif self._slow is not None:
            self._slow = (cpu, self._slow[1])
        elif (data := self.box.input()) is not None and self.box.head[SEQUENCE] == self._state[0]:
            self._slow = (cpu, data)

    def _settle_slow(self) -> None:
        if self._slow is not None:
            self.slow.met(*self._slow)
            self._slow = None

    def is_overdue(self) -> bool:
        """Whether the execution in hand has used up the budget itself, not stretched."""
        running = bool(self.box.head[RUNNING]) and self._state == (self.box.head[SEQUENCE], 1)
        return running and _cpu_seconds(self.process.pid) - self._cpu >= self.target.contract.budget.seconds

    def _hangs_where_known(self, sequence: int) -> bool:
        """Ask, once an execution and without waiting, where it is; say whether it is known to hang there.

        A loop in C takes no exception: where it is known, to wait for the end of the budget teaches nothing.
        """
        if not self.known_hangs:
            return False
        if self._asked != sequence:
            self._asked = sequence
            self._signal(DUMP_SIGNAL)
            return False
        return last_place(self.target, self.log_text(self._log_from)) in self.known_hangs

    def _grow(self, now: float) -> None:
        """Move the memory limit along with what the process keeps: the budget is for one execution.

        What it keeps has a bound of its own, at which the process is replaced.
        """
        if now - self._memory_seen < MEMORY_EVERY or not self.box.head[STARTED]:
            return
        self._memory_seen = now
        if self.log_size() > LOG_LARGEST:
            os.ftruncate(self.log.fileno(), 0)
            self._log_from = 0
        if (seen := footprint(self.process.pid)) is None:
            return
        if self._excess:
            return  # it ends soon, and grows no further
        limit = seen.reserved + self.memory
        with contextlib.suppress(OSError, ValueError):
            _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_AS)
            if hard == resource.RLIM_INFINITY or limit < hard:
                resource.prlimit(self.process.pid, resource.RLIMIT_AS, (limit, hard))
        self._exceeded(self._excess_of(seen))

    def excess(self, *, doubting: bool = False) -> str:
        """Say what finished executions left in the process, if it is too much; `doubting`: if it is much.

        It looks now and then, and always when doubting.
        """
        if self._excess:
            return self._excess
        now = time.monotonic()
        if not doubting and now - self._memory_seen < MEMORY_EVERY:
            return ""
        self._memory_seen = now
        seen = footprint(self.process.pid)
        return self._excess_of(seen, doubting=doubting) if seen else ""

    def _excess_of(self, seen: Footprint, *, doubting: bool = False) -> str:
        if not self.box.head[STARTED]:
            return ""
        start = Footprint(*self.box.head[FOOTPRINT : FOOTPRINT + len(fields(Footprint))])
        left = leftovers(seen, start, self.memory, engine=self.engine_keeps, doubting=doubting)
        executions = counted(self.box.head[SEQUENCE], "execution")
        return f"recycled: {left} over {executions}, no single one over budget" if left else ""

    def _exceeded(self, excess: str) -> None:
        if excess and not self._excess:
            self._excess, self._excess_since = excess, time.monotonic()

    def _recycle(self, now: float) -> None:
        """Ask the process to end between two executions; kill it when it does not come to that."""
        self.box.head[RECYCLE] = 1
        if self._fuzzes:
            self._signal(SOFT_LIMIT_SIGNAL)
        if now - self._excess_since > ASKED:
            self._gave_up = True
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def kill(self) -> None:
        """End the process and all that it started; what it was doing stays in the box."""
        self.stop()
        self.process.wait()

    def stop(self) -> None:
        """The same without waiting for its end."""
        if self.process.returncode is None:  # afterwards its number may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def log_text(self, since: int = 0) -> str:
        """Give the end of what the interpreter and the engine wrote, from offset `since` on."""
        begin = max(since, self.log_size() - LOG_KEPT)
        return os.pread(self.log.fileno(), LOG_KEPT, begin).decode("utf-8", "replace")

    def log_size(self) -> int:
        """Count the bytes of what they wrote so far."""
        return os.fstat(self.log.fileno()).st_size

    def _loss(self) -> Lost | UserError:
        lost = self._lost()
        if self._is_ready or lost.killed:
            return lost
        reason = lost.reason.strip()
        return UserError(f"{self.target.name}: {self.target.home} kills the process that imports it: {reason}")

    def _lost(self) -> Lost:
        """Find out how the child ended: by the target's doing it is a verdict, otherwise a reason."""
        data = self.box.input()
        try:
            status = self.process.wait(timeout=REST)
        except subprocess.TimeoutExpired:
            self.kill()  # it closed its line and lives on: with its files, a target closes ours
            return Lost(self._closed() if data is not None else None, data, CLOSED_LINE)
        if status == CUT_OFF:
            return Lost(self._closed(), data, CLOSED_LINE)
        if self._excess and (status == RECYCLED or self._gave_up):
            return Lost(None, None, self._excess, recycled=True)
        if data is None:
            reason = f"a worker ended by itself (status {status})\n{self.log_text()[-2000:]}"
            return Lost(None, None, reason, killed=is_sent(status))
        # What earlier executions left in the log says nothing of a hang; a death's own stack is the last one.
        log = self.log_text(self._log_from if self._timed_out else 0)
        verdict = autopsy(self.target, status, log, hung=self._timed_out)
        return Lost(verdict, data, verdict.signature)

    def _closed(self) -> Verdict:
        message = "closed files that are not its own"
        return Verdict(Outcome.DIED, "files closed", message, "", self.target.place, home(self.target))

    def close(self) -> None:
        """Kill it and give everything back."""
        self.kill()
        self.channel.close()
        self.log.close()
        self.box.close()


def _cpu_seconds(pid: int) -> float:
    """Give the CPU time of another process.

    The clock's number is made of the process's (clock_getcpuclockid(3), Linux: `~pid << 3 | CPUCLOCK_SCHED`). Elsewhere
    0: there the wall clock alone decides.
    """
    if sys.platform != "linux":
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _be_gentle(pid: int) -> None:
    """Let a process, which leads a session of its own, give way to others.

    Linux shares a core out among sessions first, where it groups them (sched(7), "The autogroup feature"): there the
    niceness of a process counts within its session only, and the session has one of its own.
    """
    with contextlib.suppress(OSError):  # it is gone already: the next receive says so
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + GENTLE_NICE)
    with contextlib.suppress(OSError):  # no such file elsewhere
        Path(f"/proc/{pid}/autogroup").write_text(f"{GENTLE_NICE}\n", encoding="ascii")


def _environment(folder: Path) -> dict[str, str]:
    """Give the child's environment: ours, with Hypothesis's files kept out of people's folders."""
    return {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder.parent / "hypothesis"), **os.environ, "PYTHONHASHSEED": "0"}


def _log(folder: Path) -> IO[bytes]:
    """Make a file that is written at its end, wherever that is: it is emptied while the child writes."""
    log: IO[bytes] | None = None
    for place in (folder, None):
        with contextlib.suppress(OSError):
            log = log or tempfile.TemporaryFile(dir=place)  # noqa: SIM115 - for the child's life
    if log is None:
        log = os.fdopen(os.memfd_create("fuzzlab-log"), "w+b")
    fcntl.fcntl(log, fcntl.F_SETFL, fcntl.fcntl(log, fcntl.F_GETFL) | os.O_APPEND)
    return log
