"""A region at the end of a terminal, painted over and over: nothing of it is left where anything else is."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from fuzzlab import screen
from fuzzlab.screen import Region
from tests.emulator import Emulator

COLUMNS, LINES = screen.SIZE


def _eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class _Painted:
    """A region over a stream that is no file, with lines that the test changes."""

    def __init__(self, *lines: str) -> None:
        self.stream = io.StringIO()
        self.lines = list(lines)
        self.frames = 0
        self.region = Region(self.stream, self._compose)

    def _compose(self, columns: int, lines: int) -> list[str]:
        assert (columns, lines) == screen.SIZE
        self.frames += 1
        return list(self.lines)

    def painted(self) -> None:
        """Wait for a frame that begins after now."""
        before = self.frames
        self.region.changed()
        _eventually(lambda: self.frames > before)
        with self.region._lock:
            pass

    def print(self, *lines: str) -> None:
        with self.region.above():
            self.stream.writelines(f"{line}\n" for line in lines)

    @property
    def shown(self) -> list[str]:
        return Emulator(COLUMNS, LINES).feed(self.stream.getvalue()).shown


def test_what_is_printed_stands_above_and_stays() -> None:
    """Any number of lines, also more than a screen has; the region is below them, once, and gone at the end."""
    painted = _Painted("", "live")
    printed: list[str] = []
    try:
        for number in range(40):
            printed.append(f"card {number} " + "x" * (number * 7))
            painted.print(printed[-1])
            if number % 10 == 0:
                painted.lines = ["", *(f"live {number}.{row}" for row in range(20 - number // 2)), "x" * COLUMNS]
                painted.painted()
                assert painted.shown[-len(painted.lines) + 1 :] == painted.lines[1:]
    finally:
        painted.region.close()
    wrapped = [line[i : i + COLUMNS] for line in printed for i in range(0, len(line), COLUMNS)]
    assert painted.shown == [line.rstrip() for line in wrapped]
    assert painted.frames >= 4


def test_a_frame_leaves_nothing_of_the_last_one() -> None:
    """Lines that become shorter, or fewer, show nothing of what stood there; a line as wide as the screen is whole."""
    painted = _Painted("", "y" * COLUMNS, "a longer line", "one more", "and another")
    painted.painted()
    for lines in (["", "short", "x" * COLUMNS], ["", "x" * COLUMNS, "end"], ["", "s"]):
        painted.lines = lines
        painted.painted()
        assert painted.shown == lines
    painted.region.close()
    assert painted.shown == []


def test_no_more_is_painted_than_fits() -> None:
    """Whatever is composed, the first line of the region stays on the screen."""
    painted = _Painted(*(str(number) for number in range(3 * LINES)))
    painted.painted()
    painted.region.close()
    assert painted.shown == []


def test_a_line_typed_moves_it_down() -> None:
    """Return pushes the region down by a line; nothing of it stays behind."""
    painted = _Painted("", "live", "more")
    painted.painted()
    for _ in range(3):
        with painted.region._lock:
            painted.stream.write("typed\r\n")
        painted.painted()
    painted.region.close()
    assert painted.shown == ["typed"] * 3


def test_a_frame_changes_no_mode() -> None:
    """Each frame ends with the wrapping of lines as it began, and never hides the cursor."""
    painted = _Painted("", "live")
    painted.painted()
    painted.region.close()
    text = painted.stream.getvalue()
    assert text.count(screen.WRAP) > text.count(screen.NO_WRAP) > 0
    assert text.rindex(screen.WRAP) > text.rindex(screen.NO_WRAP)
    assert "\x1b[?25" not in text


def test_after_the_end_nothing_is_painted() -> None:
    """To close twice is no mistake; the thread has ended."""
    painted = _Painted("", "live")
    painted.painted()
    painted.region.close()
    before = painted.stream.getvalue()
    painted.region.close()
    painted.region.changed()
    painted.print("after")
    assert painted.stream.getvalue().removeprefix(before).endswith("after\n")
    assert painted.shown == ["after"]
    assert not [t for t in threading.enumerate() if t.name == "fuzzlab screen"]


def test_a_stop_leaves_the_screen_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-Z erases the region before the process stops by the signal's own default, and afterwards it is back."""
    ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)  # whoever runs the tests may have it ignored
    painted = _Painted("", "live")
    painted.painted()
    assert painted.region._handles_stops
    stopped: list[tuple[list[str], object]] = []
    monkeypatch.setattr(
        signal, "raise_signal", lambda number: stopped.append((painted.shown, signal.getsignal(number)))
    )
    os.kill(os.getpid(), signal.SIGTSTP)
    _eventually(lambda: bool(stopped))
    assert stopped == [([], signal.SIG_DFL)]
    painted.painted()
    assert painted.shown == ["", "live"]
    painted.region.close()
    assert signal.signal(signal.SIGTSTP, ours) is signal.SIG_DFL


def test_a_terminal_that_has_gone_ends_it() -> None:
    """An error of the terminal is for whoever prints next; the thread ends without a word."""
    painted = _Painted("", "live")
    painted.painted()
    painted.stream.close()
    painted.region.changed()
    _eventually(lambda: not painted.region._thread.is_alive())
    painted.region.close()


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8", "● ━─ 漢…"), ("latin-1", "* #- ?~"), ("ascii", "* #- ?~")]
)
def test_an_old_encoding(encoding: str, expected: str) -> None:
    """Where a terminal cannot write our signs, others stand for them."""
    raw = io.BytesIO()
    region = Region(io.TextIOWrapper(raw, encoding=encoding), lambda _columns, _lines: ["● ━─ 漢…"])
    _eventually(lambda: bool(raw.getvalue()))
    region.close()
    assert expected.encode(encoding) in raw.getvalue()
