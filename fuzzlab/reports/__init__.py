"""What events look like: for people (terminal, html) and for machines (document).

A report consumes events and runs nothing; engines and campaigns yield events and print nothing.
"""

from __future__ import annotations

from typing import Protocol

from fuzzlab.events import Event

__all__ = ["Report"]


class Report(Protocol):
    """A consumer of a run's events."""

    def event(self, event: Event) -> None:
        """Take one event in."""
