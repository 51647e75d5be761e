"""What events look like: for people (terminal, html) and for machines (junit, sarif, markdown, prometheus).

A report consumes events and runs nothing; engines and campaigns yield events and print nothing. The terminal takes them
one by one; the others are functions of the account that they amount to (`fuzzlab.account`), or of the page about it.
"""

from __future__ import annotations

from typing import Protocol

from fuzzlab.events import Event

__all__ = ["Report"]


class Report(Protocol):
    """A consumer of a run's events."""

    def event(self, event: Event) -> None:
        """Take one event in."""
