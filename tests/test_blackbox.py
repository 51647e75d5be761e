"""The memory that survives a worker."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.blackbox import LENGTH, RUNNING, SEQUENCE, BlackBox


@given(st.binary(max_size=64))
def test_it_keeps_the_input_that_runs(data: bytes) -> None:
    """What one side writes the other reads, through the descriptor alone; nothing when the target has no control."""
    box = BlackBox.create(Path("nowhere at all"), 64)
    other = BlackBox(os.dup(box.descriptor), 64)
    try:
        assert other.input() is None
        box.body[: len(data)] = data
        box.head[LENGTH] = len(data)
        box.head[RUNNING] = 1
        box.head[SEQUENCE] = 2**63
        assert other.input() == data
        assert other.head[SEQUENCE] == 2**63
        box.head[RUNNING] = 0
        assert other.input() is None
    finally:
        other.close()
        box.close()


def test_it_leaves_nothing_in_its_folder(tmp_path: Path) -> None:
    """The file has no name as soon as it is mapped, so that no kill leaves one behind."""
    box = BlackBox.create(tmp_path, 100)
    assert list(tmp_path.iterdir()) == []
    descriptor = box.descriptor
    box.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize("spoil", ["missing", "file"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, spoil: str) -> None:
    """The system's own temporary folder serves instead."""
    folder = tmp_path / spoil
    if spoil == "file":
        folder.write_bytes(b"")
    box = BlackBox.create(folder, 4096)
    box.body[:3] = b"abc"
    box.close()


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file system has room, memory of the kernel's serves, and no descriptor is lost."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    before = len(list(Path("/proc/self/fd").iterdir()))
    box = BlackBox.create(tmp_path, 4096)
    box.body[:3] = b"abc"
    assert bytes(box.body[:3]) == b"abc"
    box.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
