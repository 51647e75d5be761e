"""The last lines of a terminal, painted over and over below what scrolls.

Between two frames the cursor rests at the beginning of the region's first line, which is empty. A frame begins by
painting from there and an end by erasing from there, so nothing must be remembered of the last frame: a terminal that
breaks its lines anew when its size changes carries the cursor along, and what a person types, or another program
prints, lands on the empty line. (rich's own Live goes up by the number of lines that it has written; after a resize, or
a line typed, that is the wrong place, and leftovers stay.) What a much narrower terminal has pushed out of its screen
stays in its scrollback. No mode of the terminal that a person could see outlives a frame: after `kill -9` there is
nothing to repair.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

__all__ = ["Region"]

TICK = 0.25
"""Seconds between two looks at whether there is anything to paint."""

REPAINT_EVERY = 1.0
"""Seconds between two frames when nothing has happened but time."""

SIZE = (80, 24)
"""Columns and lines of a terminal that does not tell."""

NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"
ERASE_LINE, ERASE_BELOW = "\x1b[K", "\x1b[J"

_PLAIN = str.maketrans({"━": "#", "─": "-", "●": "*", "…": "~"})
"""What stands for our own signs where the terminal's encoding has none."""

Compose = Callable[[int, int], Sequence[str]]
"""Gives the lines of a frame for so many columns and lines; each must fit, its colours end where it does."""


class Region:
    """Paints from a thread of its own: a supervisor waits for no terminal, and no Ctrl-C cuts a frame in two."""

    def __init__(self, stream: TextIO, compose: Compose) -> None:
        """Begin to paint."""
        self._stream = stream
        self._compose = compose
        self._lock = threading.RLock()  # Ctrl-Z may come while we print above the region
        self._wake = threading.Event()
        self._is_closed = False
        self._is_due = True
        self._painted = 0.0
        self._size = (0, 0)
        self._thread = threading.Thread(target=self._paint, name="fuzzlab screen", daemon=True)
        self._keeps_frames = _keep_frames(stream)
        self._thread.start()
        self._handles_stops = (
            threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
        )
        if self._handles_stops:
            signal.signal(signal.SIGTSTP, self._stop)

    def changed(self) -> None:
        """Say that the next look shall paint."""
        self._is_due = True

    @contextlib.contextmanager
    def above(self) -> Iterator[None]:
        """Erase the region, and keep it away while something is printed that stays."""
        with self._lock:
            self._erase()
            self._is_due = True
            try:
                yield
            finally:
                self._wake.set()

    def close(self) -> None:
        """Erase it for good."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._erase()
                if self._keeps_frames:
                    _keep_frames(self._stream, wanted=False)
                if self._handles_stops:
                    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        self._wake.set()
        self._thread.join(timeout=REPAINT_EVERY)

    def _stop(self, *_: object) -> None:
        """Ctrl-Z: leave the shell a clean screen, and stop as one that has no handler does."""
        with self._lock:
            self._erase()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._stop)
            self._keeps_frames = _keep_frames(self._stream) or self._keeps_frames
            self._is_due = True

    def _erase(self) -> None:
        if self._painted and _is_foreground(self._stream):
            self._stream.write(f"{WRAP}\r{ERASE_BELOW}")
            self._stream.flush()

    def _paint(self) -> None:
        while True:
            self._wake.wait(TICK)
            self._wake.clear()
            with self._lock:
                if self._is_closed:
                    return
                try:
                    self._paint_if_due()
                except (OSError, ValueError):  # the terminal has gone; whoever prints next will notice
                    self._is_closed = True

    def _paint_if_due(self) -> None:
        now, size = time.monotonic(), _size(self._stream)
        if not self._is_due and size == self._size and now - self._painted < REPAINT_EVERY:
            return
        if not _is_foreground(self._stream):
            return
        self._is_due, self._size, self._painted = False, size, now
        columns, height = size
        lines = self._compose(columns, height)[: max(1, height - 1)]
        self._stream.write(_encodable(_frame(lines), self._stream.encoding))
        self._stream.flush()


def _frame(lines: Sequence[str]) -> str:
    """Give what paints the lines from the cursor's line on and brings the cursor back.

    A line is erased before it is written: behind a full line the cursor stands on its last character.
    """
    last = len(lines) - 1
    erased = [f"\r{ERASE_BELOW if number == last else ERASE_LINE}{line}" for number, line in enumerate(lines)]
    back = f"\x1b[{last}A" if last > 0 else ""
    return NO_WRAP + "\n".join(erased) + f"\r{back}{WRAP}" if lines else ""


def _size(stream: TextIO) -> tuple[int, int]:
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return SIZE
    return (columns or SIZE[0], lines or SIZE[1])


def _is_foreground(stream: TextIO) -> bool:
    """Whether the terminal is ours to paint on, and not a shell's that has put us into the background."""
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return True


def _keep_frames(stream: TextIO, *, wanted: bool = True) -> bool:
    """Let no Ctrl-C or Ctrl-Z cut a frame in two: by default a terminal then drops what it has not shown yet.

    Returns:
        whether that was changed, and is to be changed back.
    """
    try:
        if not _is_foreground(stream):
            return False
        modes = termios.tcgetattr(stream.fileno())
        if bool(modes[3] & termios.NOFLSH) == wanted:
            return False
        modes[3] ^= termios.NOFLSH
        termios.tcsetattr(stream.fileno(), termios.TCSANOW, modes)
    except (OSError, ValueError, termios.error):
        return False
    return True


def _encodable(text: str, encoding: str | None) -> str:
    if not encoding:
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    return text
