"""The memory that survives a worker: the input that was running, and how far it got.

A file mapped by the worker and by its supervisor. The worker writes each input into it before the target sees it, so
that `os._exit`, a segmentation fault, `kill -9` or the kernel's OOM killer take the worker but not the evidence. It is
the heartbeat too: the supervisor sees from the sequence number whether the worker still moves, and reads the counters
without a message. Writing an input costs about 0.3 µs.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import tempfile
from collections import Counter
from pathlib import Path

from fuzzlab.errors import UserError

__all__ = [
    "ACCEPTED",
    "BESIDE",
    "DONE",
    "FEATURES",
    "FOOTPRINT",
    "IMPATIENT",
    "INDEX",
    "INTERRUPT",
    "IN_TURN",
    "KINDS",
    "KINDS_MOST",
    "LENGTH",
    "RECYCLE",
    "REJECTED",
    "RUNNING",
    "SEQUENCE",
    "STARTED",
    "TOLD",
    "BlackBox",
]

(
    SEQUENCE, LENGTH, RUNNING, ACCEPTED, REJECTED, INDEX, INTERRUPT, STARTED, IMPATIENT, RECYCLE, TOLD, FEATURES,
    BESIDE, DONE, IN_TURN, FOOTPRINT,
) = range(16)  # fmt: skip
"""Words of the head: executions begun; bytes of the input; whether the target has control; executions accepted and
rejected; position in the batch; the sequence number that the supervisor wants ended; when the first execution began
(CLOCK_MONOTONIC, ns); whether an execution that loops at a known place is ended at once; whether the supervisor wants
the process to end between two executions; violations that a coverage worker has told of, or need not; features met that
are no branches (`feedback.py`); executions beside those that were asked for, which count as told; inputs of the batch
whose verdict is known; inputs tried of those that a campaign tries in turn (`nastiness.py`); from there on, what the
process took up before its first execution (`footprint.Footprint`)."""

MAP_FIXED = 0x10
"""mmap(2) on Linux: in place of what is mapped there. Python does not name it."""

HEAD = mmap.PAGESIZE
"""Bytes before the input: a page, so that the input starts aligned."""

KINDS, KINDS_MOST = 32, 24
"""The first of the words that count refusals by the type of error, and how many there are; the last one counts whatever
has no word of its own: code under test may make a new type for each input."""

NAMES, NAME_SIZE = 1024, 128
"""Where the names of these types begin in the page, and how many bytes each has: 24 of them fill it."""

BETWEEN = "\n"
"""Stands in such a name between the class of the contract and the type of the error."""


class BlackBox:
    """Mapped memory of a head of 64-bit words and a body of `capacity` bytes for the input."""

    def __init__(self, descriptor: int, capacity: int) -> None:
        self.descriptor = descriptor
        self.capacity = capacity
        self._map = mmap.mmap(descriptor, HEAD + capacity)
        whole = memoryview(self._map)
        self._page = whole[:HEAD]
        self.head = self._page.cast("Q")
        self.body = whole[HEAD:]

    @classmethod
    def create(cls, folder: Path, capacity: int) -> BlackBox:
        """Make a new one in `folder`, or in the system's own temporary folder where that cannot be written.

        The space is allocated at once: a write into the mapped hole of a full disk would kill the worker with SIGBUS.

        Raises:
            UserError: there is room for it nowhere.
        """
        for place in (folder, None):
            with contextlib.suppress(OSError):
                with tempfile.TemporaryFile(dir=place) as file:  # without a name, it leaves nothing behind
                    descriptor = os.dup(file.fileno())
                try:
                    _allocate(descriptor, HEAD + capacity)
                    return cls(descriptor, capacity)
                except OSError:
                    os.close(descriptor)
        descriptor = os.memfd_create("fuzzlab-box")
        try:
            os.ftruncate(descriptor, HEAD + capacity)
        except OSError as error:
            os.close(descriptor)
            what = f"{HEAD + capacity} bytes that a worker shares with its supervisor"
            raise UserError(f"no room for {what}: {error.strerror}; is there a limit on files (ulimit -f)?") from None
        return cls(descriptor, capacity)

    def input(self) -> bytes | None:
        """Give the input that was running, or None when the target did not have control."""
        return bytes(self.body[: self.head[LENGTH]]) if self.head[RUNNING] else None

    def name_kind(self, number: int, allowed: str, error: str) -> None:
        """Name the type of error that the word `KINDS + number` counts; the end of a long name says most."""
        longest = NAME_SIZE // 2 - 1
        name = BETWEEN.encode().join(part.encode("utf-8", "replace")[-longest:] for part in (allowed, error))
        at = NAMES + number * NAME_SIZE
        self._page[at : at + len(name)] = name

    def refusals(self) -> Counter[tuple[str, str]]:
        """Count refusals by (class of the contract, type of the error)."""
        counts: Counter[tuple[str, str]] = Counter()
        for number in range(KINDS_MOST):
            if count := self.head[KINDS + number]:
                at = NAMES + number * NAME_SIZE
                name = bytes(self._page[at : at + NAME_SIZE]).rstrip(b"\0").decode("utf-8", "replace")
                allowed, _, error = name.partition(BETWEEN)
                counts[allowed, error] += count
        return counts

    def seclude(self) -> None:
        """Put private memory in the place of what is shared: a forked process must not speak for its parent."""
        memory = ctypes.c_char.from_buffer(self._map)
        mapping = ctypes.CDLL(None, use_errno=True).mmap
        mapping.restype, mapping.argtypes = (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long],
        )
        mapping(
            ctypes.addressof(memory), HEAD + self.capacity, mmap.PROT_READ | mmap.PROT_WRITE,
            mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_FIXED, -1, 0,
        )  # fmt: skip
        self.head[RUNNING] = 1

    def close(self) -> None:
        """Give the memory back."""
        self.head.release()
        self._page.release()
        self.body.release()
        with contextlib.suppress(BufferError):
            self._map.close()
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def _allocate(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.ftruncate(descriptor, size)
