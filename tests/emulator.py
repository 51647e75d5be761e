"""A terminal as far as fuzzlab needs one: what it would show after some output. Any other sequence is an error."""

from __future__ import annotations

import re

__all__ = ["Emulator"]

_TOKEN = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])|(.)", re.DOTALL)


class Emulator:
    """Lines of one-column characters; what scrolls out at the top is kept in `scrollback`."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.scrollback: list[str] = []
        self._cells = [[" "] * columns for _ in range(lines)]
        self._row = self._column = 0
        self._wraps = True

    def feed(self, text: str) -> Emulator:
        for private, numbers, command, character in _TOKEN.findall(text):
            if command:
                self._obey(private + numbers, command)
            else:
                self._write(character)
        return self

    @property
    def shown(self) -> list[str]:
        """The scrollback and the screen, without blanks at the ends of lines and lines at the end."""
        lines = self.scrollback + ["".join(cells).rstrip() for cells in self._cells]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _obey(self, numbers: str, command: str) -> None:
        match numbers, command:
            case "?7", "l" | "h":
                self._wraps = command == "h"
            case "", "K":
                self._erase_line()
            case "", "J":
                self._erase_line()
                for row in range(self._row + 1, self.lines):
                    self._cells[row] = [" "] * self.columns
            case up, "A":
                assert self._row >= int(up), "the cursor would leave the screen"
                self._row -= int(up)
            case _, "m":
                pass
            case _:
                raise AssertionError(f"unexpected sequence: ESC[{numbers}{command}")

    def _erase_line(self) -> None:
        begin = min(self._column, self.columns - 1)
        self._cells[self._row][begin:] = [" "] * (self.columns - begin)

    def _write(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":  # the kernel adds the return
            self._column = 0
            self._down()
        else:
            assert character.isprintable(), ascii(character)
            if self._column == self.columns:
                if self._wraps:
                    self._column = 0
                    self._down()
                else:
                    self._column -= 1
            self._cells[self._row][self._column] = character
            self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == self.lines:
            self._row -= 1
            self.scrollback.append("".join(self._cells.pop(0)).rstrip())
            self._cells.append([" "] * self.columns)
