"""Where a run stands, as lines for any screen, from events and a clock that the test holds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from fuzzlab.board import Board, Goal
from fuzzlab.events import FindingSeen, Plateaued, Progressed, TargetFinished, TargetResult, TargetStarted
from fuzzlab.table import Style
from fuzzlab.verdict import Finding, Outcome, Status, Verdict

HOSTILE = "\x1b[31m漢字::error::##[x]\u202e\ud800😀\n" * 9
FINDING = Finding(HOSTILE, Verdict(Outcome.CRASH, HOSTILE, HOSTILE, HOSTILE, HOSTILE), b"", status=Status.KNOWN)


def _names(count: int) -> list[str]:
    return [f"target_{number:02}" for number in range(count)]


def _shown(board: Board, columns: int, height: int, now: float) -> list[str]:
    return ["".join(text for text, _ in line) for line in board.lines(columns, height, now)]


def _told(board: Board, names: Sequence[str], now: float, *, workers: int = 1, executions: int = 1000) -> None:
    for name in names:
        board.take(Progressed(TargetResult(name=name, executions=executions, workers=workers, seconds=15.0)), now)


def _order(lines: Sequence[str]) -> list[str]:
    return [line.strip("● ").split()[0] for line in lines if "target_" in line]


@pytest.mark.parametrize("count", [0, 1, 2, 40])
@pytest.mark.parametrize("height", [1, 2, 5, 9, 10, 14, 24, 50, 100])
def test_it_fits_any_screen(count: int, height: int) -> None:
    """From 20 columns to 250 no line is wider, and the whole leaves at least a line; the cursor's line is empty."""
    goal = Goal(targets=[*_names(count), *([HOSTILE] if count else [])], seconds=60.0, runs=10**9)
    for columns in range(20, 251, 1 if height == 24 else 23):
        board = Board(goal, 0.0)
        _told(board, [*goal.targets[:3], *([HOSTILE] if count else [])], 1.0, executions=10**12)
        board.take(FindingSeen(FINDING), 1.0)
        lines = _shown(board, columns, height, 5.0)
        assert 0 < len(lines) <= max(1, height - 1)
        assert height < 4 or lines[0] == ""
        for line in lines:
            assert cell_len(line) <= columns
            assert line.isprintable()


def test_those_that_run_come_first() -> None:
    """40 targets on 24 lines: what runs, what ran, what waits, and how many are not shown; room is left above."""
    names = _names(40)
    board = Board(Goal(targets=names, seconds=60.0), 0.0)
    _told(board, names[30:33], 1.0)
    _told(board, names[30:31], 2.0, workers=0)
    lines = _shown(board, 80, 24, 2.0)
    assert _order(lines) == [*names[31:33], names[30], *names[:6]]
    assert "  … and 31 more, 31 not begun" in lines
    assert [line[0] for line in lines if "target_" in line] == ["●", "●", *" " * 7]
    assert len(lines) == 24 - 1 - 8
    assert lines[-1].endswith("  0:02 of 1:00, 2 of 40 running")


def test_where_all_fit_nothing_moves() -> None:
    """The order is that of the goal, whatever runs; one target needs no total."""
    names = _names(12)
    board = Board(Goal(targets=names, seconds=60.0), 0.0)
    _told(board, [names[7]], 1.0)
    assert _order(_shown(board, 80, 50, 2.0)) == names
    assert [line for line in _shown(board, 80, 50, 2.0) if line.startswith("  total ")]
    assert not [line for line in _shown(Board(Goal(targets=names[:1]), 0.0), 80, 50, 2.0) if "total" in line]


def test_the_total() -> None:
    """It is the sum of all targets, shown or not; of the ages the least."""
    board = Board(Goal(targets=_names(40), seconds=60.0), 0.0)
    for number, name in enumerate(_names(40)):
        result = TargetResult(
            name=name, executions=1000 + number, accepted=500, rejected=200, coverage=10, corpus_size=3,
            worker_restarts=2, newest=100.0 + number, workers=1,
        )  # fmt: skip
        board.take(Progressed(result), 1.0)
    (total,) = [line for line in _shown(board, 200, 24, 1.0) if line.startswith("  total ")]
    assert total.split()[1:] == ["40,780", "-", "20,000", "8,000", "400", "120", "80", "0:00", "40", "0", "1", "min"]


def test_the_rate_is_of_the_last_seconds() -> None:
    """A target that has become slow is seen to be within seconds; one without a worker has no rate."""
    board = Board(Goal(targets=["p"], seconds=600.0), 0.0)
    done = 0
    for second in range(120):
        done += 5_000 if second < 100 else 20
        board.take(Progressed(TargetResult(name="p", executions=done, seconds=second, workers=1)), float(second))
        rate = _shown(board, 80, 24, float(second))[2].split()[3]
        if 1 < second < 100:
            assert rate == "5,000"
        elif second > 106:
            assert rate == "20"
    _told(board, ["p"], 120.0, workers=0, executions=done)
    assert _shown(board, 80, 24, 121.0)[2].split()[2] == "-"
    board.take(Progressed(TargetResult(name="p", executions=done + 100, seconds=10, workers=1)), 500.0)
    board.take(Progressed(TargetResult(name="p", executions=done + 300, seconds=11, workers=1)), 501.0)
    assert _shown(board, 80, 24, 501.0)[2].split()[3] == "200"  # not thinned by the pause


def test_the_age_goes_on() -> None:
    """Between two events the last new behaviour grows older."""
    board = Board(Goal(targets=["p"], seconds=600.0), 0.0)
    board.take(Progressed(TargetResult(name="p", executions=1, newest=3.0, workers=1)), 10.0)
    assert _shown(board, 80, 24, 10.0)[2].endswith("  3 s")
    assert _shown(board, 80, 24, 40.0)[2].endswith(" 33 s")


def test_the_newest_finding() -> None:
    """The last one that was told, with its target, its status and its age; its style is its status."""
    board = Board(Goal(targets=["p"], seconds=600.0), 0.0)
    assert "no findings yet" in _shown(board, 80, 24, 1.0)
    for status in (Status.NEW, Status.ACCEPTED):
        board.take(FindingSeen(Finding("p", Verdict(Outcome.CRASH, "KeyError"), b"", status=status)), 1.0)
    line = board.lines(80, 24, 4.0)[-2]
    assert line == (("newest finding, 3 s ago: p [accepted]: crash KeyError", Style.ACCEPTED),)


@pytest.mark.parametrize(
    ("goal", "label", "part"),
    [
        (Goal(targets=["p", "q"], seconds=60.0), "0:15 of 1:00, 1 of 2 running", 0.25),
        (Goal(targets=["p", "q"], runs=1_000), "0:15, 1,000 of 2,000 executions, 1 of 2 running", 0.5),
        (
            Goal(targets=["p", "q"], seconds=60.0, runs=1_000),
            "0:15 of 1:00, 1,000 of 2,000 executions, 1 of 2 running",
            0.5,
        ),
        (Goal(targets=["p", "q"], seconds=10.0), "0:15 of 0:10, 1 of 2 running", 1.0),
        (Goal(targets=["p", "q"], seconds_each=30.0), "0:15, 0:15 of 1:00 fuzzed, 1 of 2 running", 0.25),
        (Goal(targets=["p", "q"]), "0:15, 1 of 2 running", None),
    ],
    ids=["time", "runs", "both", "beyond", "endless", "none"],
)
def test_the_bar(goal: Goal, label: str, part: float | None) -> None:
    """It shows the part of the time or of the runs that is done, whichever ends first; without an end there is none."""
    board = Board(goal, 0.0)
    _told(board, ["p"], 1.0, executions=5_000)
    line = _shown(board, 200, 24, 15.0)[-1]
    assert line.endswith(label)
    bar = line.removesuffix(label).strip()
    assert (part is None) == (bar == "")
    assert part is None or bar.count("━") == part * len(bar)


def test_a_plateau() -> None:
    """Targets that were given up are counted where the others are."""
    board = Board(Goal(targets=["p", "q", "r"]), 0.0)
    _told(board, ["p"], 1.0)
    board.take(Plateaued("q", 1000), 1.0)
    assert _shown(board, 80, 24, 2.0)[-1] == "0:02, 1 of 3 running, 1 at a plateau"


def test_the_end() -> None:
    """When the time is over and no worker runs, what is left is to tidy up; before, it is not."""
    board = Board(Goal(targets=["p"], seconds=10.0), 0.0)
    _told(board, ["p"], 9.0)
    assert "ending" not in _shown(board, 80, 24, 11.0)[-1]
    board.take(TargetFinished(TargetResult(name="p", executions=7)), 12.0)
    assert _shown(board, 80, 24, 12.0)[-1].endswith("ending")


def test_a_sentence_for_a_log() -> None:
    """Seconds, executions, their rate, findings: sums over all targets."""
    board = Board(Goal(), 0.0)
    board.take(TargetStarted("p"), 1.0)
    for second in range(2, 10):
        _told(board, ["p"], float(second), executions=1_000 * second)
        _told(board, ["q"], float(second), executions=2_000 * second)
    assert board.sentence(10.0) == "10 s: 27,000 executions, 3,000 a second, 0 findings"
