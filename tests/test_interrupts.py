"""Ctrl-C falls between two steps, once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from fuzzlab.interrupts import held, watched


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def _press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_ends_and_the_next_hurry() -> None:
    """One KeyboardInterrupt; what cleans up after it is not interrupted again."""
    presses = []
    with watched(lambda: presses.append(1)):
        with pytest.raises(KeyboardInterrupt):
            _press()
        _press()
        _press()
    assert len(presses) == 2
    _press()  # a third one, on the way out


def test_without_an_interrupt_all_is_as_before() -> None:
    """The handler that was there is there again."""
    before = signal.getsignal(signal.SIGINT)
    with watched():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_a_step_is_finished_first() -> None:
    """Inside `held` nothing is raised, not even where it is nested; after it, once."""
    steps = []
    with watched():
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - where it is raised is what is tested
            with held():
                with held():
                    _press()
                    steps.append("inner")
                steps.append("outer")
            steps.append("never")
        with held():
            steps.append("after")
    assert steps == ["inner", "outer", "after"]


def test_outside_of_the_main_thread_nothing_changes() -> None:
    """A thread cannot watch signals, and does not try."""
    failures = []

    def run() -> None:
        try:
            with watched(), held():
                pass
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failures
