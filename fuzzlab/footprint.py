"""What a process takes up, as the kernel counts it, and whether finished executions have left too much of it behind."""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Footprint", "footprint", "leftovers", "reserved"]

RECYCLED_AT = 1 / 2
"""Part of the budget by which a worker may grow before it is replaced: the other half is for the next execution."""

LEAST = 64 << 20
"""Bytes that any worker may grow by: caches of an interpreter and of an engine are no leak."""

THREADS, FILES, PROCESSES = 32, 128, 32
"""How many of them a worker may collect. 64 stacks of 8 MiB are a whole budget; descriptors end at 1024 by default."""

DOUBTED_AT = 1 / 8
"""Part of all that at which an execution that ran out of something is not blamed before it does so by itself."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of address space (what RLIMIT_AS bounds), bytes of memory of its own, and how many of what else."""

    reserved: int
    private: int
    threads: int
    files: int
    processes: int


def reserved(pid: int) -> int:
    """Give the bytes of a process's address space.

    Raises:
        OSError: it is gone, or this is not Linux.
    """
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def footprint(pid: int) -> Footprint | None:
    """Look at a process; None where it is gone, or the kernel does not tell."""
    if sys.platform != "linux":
        return None
    folder, page = Path(f"/proc/{pid}"), resource.getpagesize()
    try:
        total, resident, shared = map(int, (folder / "statm").read_text(encoding="ascii").split()[:3])
        fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        files = len(os.listdir(folder / "fd"))  # noqa: PTH208 - several times a second
    except (OSError, ValueError):
        return None
    try:
        children = len((folder / "task" / str(pid) / "children").read_text(encoding="ascii").split())
    except OSError:  # a kernel without CONFIG_PROC_CHILDREN
        children = 0
    # proc_pid_stat(5): num_threads is field 20, and the second one ends with the last parenthesis.
    return Footprint(total * page, (resident - shared) * page, int(fields[17]), files, children)


def leftovers(now: Footprint, start: Footprint, budget: int, *, engine: int = 0, doubting: bool = False) -> str:
    """Say what executions that have ended left in their process, if it is too much; otherwise the empty string.

    Args:
        now: the process, between two executions or at least in one that is young.
        start: the same before the first one.
        budget: bytes that one execution may take.
        engine: bytes that the engine keeps by right.
        doubting: whether an execution has just run out of something, so that much less is too much.
    """
    part = DOUBTED_AT if doubting else 1.0
    grown = (now.reserved - start.reserved if doubting else now.private - start.private) - engine
    if grown > (budget * DOUBTED_AT if doubting else max(budget * RECYCLED_AT, LEAST)):
        return f"grew by {grown >> 20} MiB"
    for count, most, what in (
        (now.threads - start.threads, THREADS, "threads running"),
        (now.files - start.files, FILES, "files open"),
        (now.processes - start.processes, PROCESSES, "processes running"),
    ):
        if count > most * part:
            return f"left {count} {what}"
    return ""
