"""What an input gives in a process that has run nothing before: asked of a copy of this one, made at its start.

The copy forks once more for each question, so that it stays as it was. It ends with the process that it is a copy of.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence

from fuzzlab.answer import Answer
from fuzzlab.channel import Channel, Closed, Message, pack, unpack
from fuzzlab.errors import HarnessError
from fuzzlab.executor import Executor
from fuzzlab.guard import Guard
from fuzzlab.verdict import Outcome

__all__ = ["Fresh", "Unanswered"]

LONGEST = 10.0
PATIENCE = LONGEST + 2.0
"""Seconds for one question: to run what a process has run since it last looked, and to hear of it."""

LINE = 4096
"""Bytes of an answer at the most: less than a pipe takes at once."""


class Unanswered(Exception):
    """There is no answer: the execution died, or took too long, or the copy is gone."""


class Fresh:
    """A copy of this process."""

    def __init__(self, executor: Executor, guard: Guard) -> None:
        self._executor, self._guard = executor, guard
        self._channel: Channel | None = None

    def begin(self) -> None:
        """Make the copy now, before the first execution."""
        ours, theirs = socket.socketpair()
        try:
            child = os.fork()
        except OSError:  # no more processes: then there are no answers
            child = -1
        if child == 0:
            ours.close()
            try:
                self._guard.owner = os.getpid()
                _serve(Channel(theirs), self._executor)
            finally:
                self._executor.exit(0)
        theirs.close()
        if child > 0:
            self._channel = Channel(ours)

    def meets(self, data: bytes, event: str, text: str) -> bool | None:
        """Run an input in a process that has run nothing; say whether it raises an event with a text in its argument.

        Returns:
            None where there is no answer.
        """
        try:
            return bool(self._asked({"inputs": [pack(data)], "frames": 0, "wanted": [event, text]})["seen"])
        except (Unanswered, KeyError):
            return None

    def answer(self, inputs: Sequence[bytes], *, frames: int = 0) -> Answer:
        """Run inputs one after the other in a process that has run nothing; give the answer to the last.

        Args:
            inputs: at least one.
            frames: by how much longer or shorter the stack is.

        Raises:
            Unanswered: there is none.
        """
        message = self._asked({"inputs": [pack(data) for data in inputs], "frames": frames})
        try:
            return Answer(Outcome(message["outcome"]), str(message["exception"]), str(message["digest"]))
        except (KeyError, ValueError) as error:
            raise Unanswered from error

    def _asked(self, question: Message) -> Message:
        channel, self._channel = self._channel, None  # what it says too late would answer another question
        if channel is None:
            raise Unanswered
        try:
            channel.send(question)
            message = channel.receive(PATIENCE)
        except (Closed, HarnessError, ValueError, OSError) as error:
            raise Unanswered from error
        if message is None:
            raise Unanswered
        self._channel = channel
        return message


def _serve(channel: Channel, executor: Executor) -> None:
    """Answer questions until nobody asks; each in a process of its own."""
    executor.own_fork()
    while True:
        try:
            message = channel.receive()
        except Closed:
            return
        assert message is not None  # noqa: S101 - without a timeout there is a message or an exception
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                executor.own_fork()
                sys.setrecursionlimit(sys.getrecursionlimit() + message["frames"])
                inputs = [unpack(packed) for packed in message["inputs"]]
                if wanted := message.get("wanted"):
                    os.write(writing, json.dumps({"seen": executor.proof.meets(inputs[-1], *wanted)}).encode("ascii"))
                else:
                    _answer(executor, inputs, writing)
            finally:
                executor.exit(0)
        os.close(writing)
        readable = select.poll()
        readable.register(reading, select.POLLIN)
        line = os.read(reading, LINE) if readable.poll(LONGEST * 1000) else b""
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        channel.send(told if isinstance(told, dict) else {})  # the code under test may have written it


def _answer(executor: Executor, inputs: Sequence[bytes], writing: int) -> None:
    for data in inputs[:-1]:
        executor.attempt(data)
    os.write(writing, json.dumps(executor.attempt(inputs[-1], digested=True).to_json()).encode("ascii"))
