"""The door to Atheris: whether it is there, and what it says where it is not."""

from __future__ import annotations

import importlib.util
import platform
import sys

import pytest

from fuzzlab.engines import coverage


@pytest.mark.parametrize(
    ("system", "machine", "words"),
    [
        ("linux", "x86_64", "pip install atheris"),
        ("darwin", "arm64", "Linux on x86-64 only"),
        ("linux", "aarch64", "Linux on x86-64 only"),
    ],
)
def test_why_it_is_missing(monkeypatch: pytest.MonkeyPatch, system: str, machine: str, words: str) -> None:
    """One line: why, and what works without it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    why = coverage.missing()
    assert why is not None
    assert words in why
    assert "check" in why
    assert "\n" not in why
