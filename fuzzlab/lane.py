"""One worker's turn at fuzzing one target: its process, and what comes out of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from fuzzlab.blackbox import ACCEPTED, BESIDE, FEATURES, IMPATIENT, IN_TURN, REJECTED, SEQUENCE, STARTED
from fuzzlab.channel import Message, pack
from fuzzlab.examples import EXAMPLES
from fuzzlab.process import TICK, Child
from fuzzlab.quarters import First, Quarters, listed
from fuzzlab.target import Target
from fuzzlab.verdict import input_id

__all__ = ["Lane"]

LOOK_EVERY = 0.5
"""Seconds between two looks into the folder of new inputs."""

EXAMPLES_PART, EXAMPLES_MOST = 0.1, 4.0
"""Of a turn, and seconds, that drawing the first examples may take: a slow schema must not eat a short campaign."""

OFFERED = 4.0
"""Seconds for which an input of another worker lies in the folder that libFuzzer looks into once a second."""

LEAST, PATIENCE = 0.5, 10.0
"""Seconds that a worker fuzzes at least, and that its start may take beyond its turn."""

KEPT_TIMES = 4
"""Bytes that libFuzzer's corpus takes in its process for one of an input: the input, its features, its energy."""

MANY = 2_000
"""Coverage inputs from which on it pays to learn which of them libFuzzer kept: to run them takes parts of a second."""

_COVERAGE = re.compile(r"\bcov: (\d+)")

_BEGUN = re.compile(r"\bINITED\b")
"""What libFuzzer says when it has run its first corpus."""

OVERLAP = 256
"""Bytes of the log that are read again: a line may have been cut in two."""

CLOCKS = 2.0
"""Seconds by which a file system's clock may be behind ours."""


class Lane:
    """A coverage worker from start to end."""

    TICK = TICK

    def __init__(
        self,
        target: Target,
        folder: Path,
        first: First,
        *,
        seconds: float,
        runs: int | None,
        seed: int,
        seen: Sequence[str],
        known_hangs: Sequence[str],
        lethal: Sequence[bytes] = (),
        draws: bool,
        in_turn: int | None,
        slowness: float = 1.0,
        active_before: float,
        executions_before: int,
        room: float = 0.0,
    ) -> None:
        """Start the process.

        Args:
            target: what it fuzzes.
            folder: where its own folder is made.
            first: what it starts with.
            seconds: how long its turn is.
            runs: executions at the most, or None.
            seed: of its random choices.
            seen: signatures that it need not tell again.
            lethal: inputs that ended workers of this target.
            draws: whether it draws examples of the format for its first corpus.
            in_turn: how much of what is tried in turn was; None where another worker is at it, or all is tried.
            slowness: by how much the budget of time is stretched.
            known_hangs: places where the target is known to hang.
            active_before: seconds that the target has been fuzzed for before this turn.
            executions_before: executions that it has had before this turn.
            room: seconds beyond its turn that its first corpus may take: a turn that ends in it was for nothing.
        """
        self.target = target
        self.seconds = seconds
        self.active_before = active_before
        self.executions_before = executions_before
        self.room = room
        self.started, self._wall = time.monotonic(), time.time()
        self._first = first
        self._is_large = first.plain is not None and first.plain.files >= MANY
        self.has_turns = in_turn is not None  # whether it tries what is tried in turn
        self._quarters = quarters = Quarters(folder, first.inputs)
        starts = [quarters.start, *([first.plain.folder] if first.plain else [])]
        largest = max(target.format.max_size, first.largest)
        order = {
            "do": "fuzz",
            "known_hangs": list(known_hangs),
            "fuzz": {
                "starts": list(map(str, starts)),
                "skipped": list(map(pack, first.skipped)),
                "recorded": list(map(pack, first.recorded)),
                "largest": largest,
                "new": str(quarters.new),
                "drawn": str(quarters.drawn),
                "features": str(quarters.features) if self._is_large else None,
                "seed": seed,
                "runs": runs,
                "seen": list(seen),
                "lethal": [pack(data) for data in lethal],
                "in_turn": in_turn,
                "examples": min(EXAMPLES_MOST, seconds * EXAMPLES_PART) if draws else 0.0,
            },
        }
        try:
            self.child = Child(target, folder, capacity=largest + 4096, order=order, slowness=slowness)
        except BaseException:
            quarters.close()
            raise
        for place in known_hangs:
            self.lose_patience(place)
        self.discoveries = 0
        self._looked = time.monotonic()
        self._offered: dict[Path, float] = {}
        self._coverage = self._log_read = 0
        self._begun: float | None = None
        self._first_runs = 0
        self._first_at_most = 2 * (len(first.inputs) + (first.plain.files if first.plain else 0) + EXAMPLES)

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    @property
    def is_running(self) -> bool:
        """Whether its first execution has begun."""
        return bool(self.child.box.head[STARTED])

    @property
    def is_over(self) -> bool:
        """Whether its turn has ended: on a busy machine one that is slow to start gets a moment all the same."""
        if self.age < self.seconds:
            return False
        if self.age < self.seconds + self.room:
            return self.has_begun and time.monotonic() - (self._begun or 0.0) >= LEAST
        began = self.child.box.head[STARTED]
        running = (time.monotonic_ns() - began) / 1e9 if began else 0.0
        return running >= LEAST or self.age >= self.seconds + self.room + PATIENCE

    @property
    def has_begun(self) -> bool:
        """Whether it has run its first corpus and tries new inputs."""
        if self._begun is None:
            self._read_log()
            if self.executions > self._first_at_most:  # a log that cannot be written, on a full disk, says nothing
                self._note_begun()
        return self._begun is not None

    @property
    def ended_well(self) -> bool:
        """Whether libFuzzer ended by itself, at its number of runs."""
        return self.child.process.returncode == 0

    @property
    def executions(self) -> int:
        """Executions begun."""
        return int(self.child.box.head[SEQUENCE] - self.child.box.head[BESIDE])

    @property
    def tried(self) -> int:
        """Executions of new inputs: those of the first corpus say nothing of how much there is to discover."""
        return self.executions - self._first_runs if self.has_begun else 0

    @property
    def accepted(self) -> int:
        """Executions accepted."""
        return int(self.child.box.head[ACCEPTED])

    @property
    def rejected(self) -> int:
        """Executions rejected."""
        return int(self.child.box.head[REJECTED])

    @property
    def in_turn(self) -> int:
        """How much of what is tried in turn was tried, if that was its task."""
        return int(self.child.box.head[IN_TURN])

    @property
    def coverage(self) -> int:
        """Edges reached, as libFuzzer counts them, without the features that are no edges."""
        self._read_log()
        return max(0, self._coverage - self.child.box.head[FEATURES])

    def _read_log(self) -> None:
        size = self.child.log_size()
        text = self.child.log_text(max(0, self._log_read - OVERLAP))
        self._log_read = size
        found = _COVERAGE.findall(text)
        self._coverage = max(self._coverage, *map(int, found[-1:] or [0]))  # a line cut in two says too little
        if self._begun is None and _BEGUN.search(text):
            self._note_begun()

    def _note_begun(self) -> None:
        self._begun = time.monotonic()
        self._first_runs = self.executions

    def found_after(self, at: float | None = None) -> float:
        """Give the seconds from the target's first execution to a finding.

        A hang is found when its execution begins: how long we wait before we call it one is no time of the search.

        Args:
            at: when it was found, by the worker's account (monotonic); now where that cannot be known.
        """
        now, began = time.monotonic(), self.child.box.head[STARTED] / 1e9
        return self.active_before + (max(0.0, min(now, now if at is None else at) - began) if began else 0.0)

    def messages(self) -> Iterator[Message]:
        """Yield the findings that the worker has told.

        Raises:
            Lost, UserError, HarnessError: as `Child.receive`.
        """
        while (message := self.child.receive(0)) is not None:
            if message["is"] == "finding":
                yield message

    def examples(self) -> list[bytes]:
        """Give the examples that it drew to begin with."""
        found = []
        for path in listed(self._quarters.drawn):
            with contextlib.suppress(OSError):
                found.append(path.read_bytes())
        return found

    def kept(self) -> list[bytes] | None:
        """Give those of many coverage inputs that reached something which those before them had not, and newer ones.

        libFuzzer drops the others, so the next worker need not run them: with these it begins where this one did. To
        be asked when `new_inputs` have been stored: a smaller one may have taken the place of one of these.

        Returns:
            None where they are not many, or where they were not all run.
        """
        plain = self._first.plain
        if plain is None or not self._is_large or not self.has_begun:
            return None
        names = {path.name for path in listed(self._quarters.features)}
        found = []
        try:
            with os.scandir(plain.folder) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):
                        data = Path(entry.path).read_bytes()
                        is_newer = entry.stat().st_mtime >= self._wall - CLOCKS
                        if is_newer or hashlib.sha1(data, usedforsecurity=False).hexdigest() in names:
                            found.append(data)
        except OSError:
            return None
        return found

    def new_inputs(self, *, final: bool = False) -> Iterator[bytes]:
        """Yield what reached new code since the last look.

        libFuzzer names a file by the SHA-1 of its content and writes it in place: one whose name does not fit yet is
        still being written, or was cut short by a kill.
        """
        if not final and time.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = time.monotonic()
        self._withdraw()
        for path in listed(self._quarters.new):
            if path in self._offered:
                continue
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                if hashlib.sha1(data, usedforsecurity=False).hexdigest() == path.name:
                    self.child.engine_keeps += len(data) * KEPT_TIMES
                    yield data
                    path.unlink()

    def offer(self, data: bytes) -> None:
        """Let the worker know an input that another one found: it looks into its folder each second.

        libFuzzer does so when the folder's time stamp, in whole seconds, has changed since its last look, so the stamp
        is moved on until it must have seen it.
        """
        path = self._quarters.new / f"offered-{input_id(data)}"
        with contextlib.suppress(OSError):  # a full disk, a folder that is gone: the next turn begins with it
            path.write_bytes(data)
            self._offered[path] = time.monotonic()

    def _withdraw(self) -> None:
        """Remove what was offered long enough ago."""
        now = time.monotonic()
        for path, since in list(self._offered.items()):
            if now - since > OFFERED:
                path.unlink(missing_ok=True)
                del self._offered[path]
        if self._offered:
            with contextlib.suppress(OSError):
                os.utime(self._quarters.new)

    def lose_patience(self, place: str) -> None:
        """From now on end an execution at once that loops where one is known to hang."""
        self.child.known_hangs.add(place)
        self.child.box.head[IMPATIENT] = 1

    def be_patient(self, slowness: float) -> None:
        """From now on stretch the budget of time by so much."""
        budget = self.target.contract.budget
        self.child.seconds, self.child.wall = budget.seconds * slowness, budget.wall * slowness

    def close(self) -> None:
        """Kill the process and remove its files."""
        self.child.close()
        self._quarters.close()
