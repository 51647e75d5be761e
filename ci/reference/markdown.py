"""What the pages are made of: cells, tables, headings, and docstrings in Google's style."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

__all__ = ["code", "docstring", "heading", "prose", "table"]

SECTIONS = {"Args:": "Arguments", "Returns:": "Returns", "Raises:": "Raises", "Yields:": "Yields"}


def heading(level: int, text: str, *, anchor: str = "") -> str:
    """Give a heading; an anchor is what links lead to when the text changes."""
    target = f"({anchor})=\n" if anchor else ""
    return f"{target}{'#' * level} {text}\n"


def code(text: object) -> str:
    """Give a text as code, whatever stands in it."""
    shown = str(text).replace("\n", " ")
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def prose(text: str) -> str:
    """Give a text whose angle and square brackets are no markup; what stands in backquotes is left as it is."""
    parts = re.split(r"(`+[^`]*`+)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([<\[*_])", r"\\\1", part) for part in parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; a bar in a cell is escaped."""
    lines = [_row(head), "|" + "---|" * len(head), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"


def docstring(thing: object) -> str:
    """Give the docstring as Markdown: its paragraphs and lists as they stand, sections as lists of terms."""
    lines: list[str] = []
    inside = False
    for line in inspect.cleandoc(getattr(thing, "__doc__", None) or "").splitlines():
        if line in SECTIONS:
            inside = True
            lines.append(f"{SECTIONS[line]}:\n")
        elif inside and re.match(r" {4}\S", line):
            term, colon, rest = line.strip().partition(": ")
            lines.append(f"- {code(term)}: {prose(rest)}" if colon else f"- {prose(line.strip())}")
        elif line.startswith("    ") and not inside:
            lines.append(line)  # an example, or the second line of an item
        else:
            inside = inside and (line.startswith(" ") or not line)
            lines.append(("  " if inside and line else "") + prose(line.strip()))
    return "\n".join(lines) + "\n"
