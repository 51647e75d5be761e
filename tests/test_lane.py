"""What a worker is told to begin with, and what is left where it does not begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fuzzlab import lane, quarters
from fuzzlab.corpus import Plain
from fuzzlab.finder import adhoc
from fuzzlab.lane import MANY, Lane
from fuzzlab.quarters import First


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give the orders of the workers to come, none of which can be started."""
    given: list[Any] = []

    def fails(*_: object, order: object, **__: object) -> None:
        given.append(order)
        raise BlockingIOError

    monkeypatch.setattr(lane, "Child", fails)
    return given


def _begin(folder: Path, first: First) -> None:
    with pytest.raises(BlockingIOError):
        Lane(
            adhoc("tests.parsers.planted:flat"), folder, first, seconds=60, runs=None, seed=1, seen=[], known_hangs=[],
            draws=False, in_turn=None, active_before=0, executions_before=0,
        )  # fmt: skip


def test_one_that_does_not_begin_leaves_nothing(
    tmp_path: Path, orders: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on the disk nor in memory."""
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    for place in (memory, disk):
        place.mkdir()
    monkeypatch.setattr(quarters, "MEMORY", memory)
    monkeypatch.setattr(quarters, "ROOM", 0)
    _begin(disk, First(inputs=[b"seed"]))
    assert Path(orders[0]["fuzz"]["new"]).is_relative_to(memory)
    assert [*memory.iterdir(), *disk.iterdir()] == []


@pytest.mark.parametrize("files", [MANY - 1, MANY])
def test_only_of_many_inputs_it_is_noted_which_are_kept(tmp_path: Path, orders: list[Any], files: int) -> None:
    """Nobody reads it otherwise, and a file for each of the first inputs took as long as to run them."""
    _begin(tmp_path, First(plain=Plain(tmp_path, files=files, largest=1)))
    assert (orders[0]["fuzz"]["features"] is None) == (files < MANY)
