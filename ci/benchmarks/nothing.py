"""Targets that do nothing, so that an execution costs what the engine costs."""

__all__ = ["nothing", "nothing_text"]


def nothing(data: bytes) -> None:
    """Take bytes."""


def nothing_text(value: str) -> None:
    """Take text."""
