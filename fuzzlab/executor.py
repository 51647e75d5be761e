"""The only caller of a target: one input -> one verdict.

It runs inside a worker. What a call costs before the target has control stands in the hot path of every engine, so the
path is one closure over local names, and all bookkeeping is a handful of words in the black box: about 0.6 µs.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, replace
from types import FrameType
from typing import Any, NoReturn, TypeVar

from fuzzlab.answer import Answer, digest
from fuzzlab.awaiting import awaited
from fuzzlab.blackbox import (
    ACCEPTED,
    BESIDE,
    FOOTPRINT,
    LENGTH,
    REJECTED,
    RUNNING,
    SEQUENCE,
    STARTED,
    TOLD,
    BlackBox,
)
from fuzzlab.chain import causes, exception_name, exception_text, traceback_of
from fuzzlab.endings import Endings, real_exit
from fuzzlab.errors import HarnessError, Undecodable
from fuzzlab.footprint import footprint
from fuzzlab.guard import Guard
from fuzzlab.kinds import Kinds
from fuzzlab.loops import recursion_place, room
from fuzzlab.oracles import Oracle, Repeats
from fuzzlab.proof import CLEARANCES, Proof
from fuzzlab.sanitizers import Concern
from fuzzlab.scope import Scope, home, placed
from fuzzlab.target import Target
from fuzzlab.verdict import Outcome, Verdict
from fuzzlab.watch import WATCH, Interruption

__all__ = [
    "ACCEPTED_VERDICT",
    "REJECTED_VERDICT",
    "SPARE_FRAMES",
    "Executor",
]

ACCEPTED_VERDICT = Verdict(Outcome.ACCEPTED)
REJECTED_VERDICT = Verdict(Outcome.REJECTED)

STACK = 1000
"""Frames that a target may use: Python's own default, counted from the target and not from wherever the engine is. What
overflows this stack overflows a plain program's, which has used some before it calls the parser."""

SPARE_FRAMES = 24
"""Frames by which a campaign's stack is longer: Atheris's callbacks take a frame or two of it, and an input that just
overflows it there must do so in a batch as well, or it could not be reproduced."""

SHOWN = 60
"""Characters of a stretch of the input that a message quotes."""

ORACLE_FRAMES = 8
"""Frames between ours and the target's at the most where an oracle calls it, one more where a stranger wrote it."""

MESSAGE_KEPT = 1_000
"""Characters of an oracle's complaint: it may quote the whole input."""

T = TypeVar("T")
Execute = Callable[[bytes], Verdict]
Observer = Callable[[BaseException | None, object], None]
"""Told of each execution that kept the contract: how it was refused, or what came out."""


class Executor:
    """Calls one target under its contract, one input at a time: `verdict = executor.execute(data)`."""

    def __init__(self, target: Target, box: BlackBox, scope: Scope) -> None:
        self.target = target
        self.box = box
        self.scope = scope
        self.endings = Endings(target, box, scope, on_fork=self._on_fork)
        self._incidents = self.endings.incidents
        self._concern: tuple[str, Concern] | None = None
        self._clearances = 0
        if target.contract.clock is not None:
            target.contract.clock.stop()
        self._function = awaited(target.function)
        self._decode = target.decoder()
        self.proof = Proof(self._input, self._decode, self.attempt, lambda: int(box.head[SEQUENCE]))
        self._kinds = Kinds(box, target.contract.allow)
        self._observer: Observer | None = None
        self.execute: Execute = self._closure(None)

    def observe(self, observer: Observer) -> None:
        """Let `observer` see each refusal and each accepted result from now on, after those that do already."""
        first = self._observer

        def both(error: BaseException | None, result: object) -> None:
            assert first is not None  # noqa: S101 - both is used only then
            first(error, result)
            observer(error, result)

        self._observer = observer if first is None else both
        self.execute = self._closure(self._observer)

    def wrap(self, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Call the target through what `around` makes of it, without our own decoding, from now on."""
        self._function = around(self._function)
        self.execute = self._closure(self._observer)

    def install(self, guard: Guard) -> None:
        """Take over what belongs to a worker's process: the audit hook, the soft limit's signal, `os._exit`."""
        promise = self.target.contract
        WATCH.install(
            promise.sanitizers, promise.declared, self._on_effect, self.proof.is_harmless, self.proof.carries
        )  # fmt: skip
        self.endings.install(guard)

    def begin(self, *, spare: int = 0) -> None:
        """Note the start, and give the target STACK + `spare` frames.

        They are counted from the caller of `execute`, which must be our caller: how deep an engine itself stands must
        not decide whether an input overflows the stack.
        """
        if (taken := footprint(os.getpid())) is not None:
            for word, number in enumerate(astuple(taken), start=FOOTPRINT):
                self.box.head[word] = number
        self.box.head[STARTED] = time.monotonic_ns()
        depth, frame = 0, sys._getframe(1)  # noqa: SLF001 - as above
        while frame.f_back is not None:
            depth, frame = depth + 1, frame.f_back
        _set_recursion_limit(depth + 2 + STACK + spare)
        limit = sys.getrecursionlimit() + STACK + spare - room()  # calls in C may count too, and are no frames
        _set_recursion_limit(limit)
        if not spare and (decode := self.target.decoder()) is not None:
            # What a campaign could just decode, with its spare frames, must have a value here as well.
            self._decode = _with_frames(decode, limit, limit + SPARE_FRAMES + 1)
            self.execute = self._closure(self._observer)

    def exit(self, status: int) -> NoReturn:
        """End the process, in spite of the watch over `os._exit`."""
        real_exit(status)

    def _closure(self, observer: Observer | None) -> Execute:  # noqa: C901, PLR0915 - the hot path is one function, or each call would cost a call
        """Compile the contract into one function over local names."""
        head, body, capacity = self.box.head, self.box.body, self.box.capacity
        function, decode, allow = self._function, self._decode, self.target.contract.allow
        watch, incidents, oracles = WATCH, self._incidents, self.target.contract.oracles
        judge_raised, judge_result, judge_refusal = self._raised, self._judge_result, self._judge_refusal
        repeats = any(isinstance(oracle, Repeats) for oracle in oracles)
        kinds, kind_of = self._kinds.words, self._kinds.word_of

        def execute(data: bytes) -> Verdict:  # noqa: C901, PLR0912 - as above
            head[SEQUENCE] += 1
            size = len(data)
            if size <= capacity:
                body[:size] = data
                head[LENGTH] = size
            if decode is None:
                value: object = data
            else:
                try:
                    value = decode(data)
                except Undecodable as error:
                    head[REJECTED] += 1
                    head[kinds.get(type(error)) or kind_of(error)] += 1
                    if observer is not None:
                        observer(error, None)
                    return REJECTED_VERDICT
                except Exception as error:
                    raise self._undecoded(data, error) from error
            try:
                head[RUNNING] = 1
                watch.active = True
                try:
                    result = function(value)
                    if oracles:
                        if repeats and decode is not None:
                            value = decode(data)
                        if (verdict := judge_result(value, result)) is not None and not incidents:
                            return verdict
                except allow as error:
                    watch.active = False
                    if isinstance(error, Interruption):  # somebody allows BaseException
                        return judge_raised(error)
                    if not incidents:
                        if repeats and (verdict := judge_refusal(data, error)) is not None:
                            return verdict
                        head[REJECTED] += 1
                        head[kinds.get(type(error)) or kind_of(error)] += 1
                        head[RUNNING] = 0
                        if observer is not None:
                            observer(error, None)
                        return REJECTED_VERDICT
                except BaseException as error:  # noqa: BLE001 - whatever else escapes breaks the contract
                    watch.active = False
                    return judge_raised(error)
                finally:
                    watch.active = False
                    head[RUNNING] = 0
            except Interruption as error:  # it came in the moment between the target's end and ours
                return judge_raised(error)
            if incidents:
                return judge_raised(None)
            head[ACCEPTED] += 1
            if observer is not None:
                observer(None, result)
            return ACCEPTED_VERDICT

        return execute

    def _undecoded(self, data: bytes, error: Exception) -> HarnessError:
        """The decoder's own failure, which is no verdict on the target."""
        return HarnessError(f"the {self.target.format.name} format cannot decode {data[:80]!r}: {error!r}")

    def _judge_result(self, value: object, result: object) -> Verdict | None:
        """Ask the oracles; the first complaint counts."""
        for oracle in self.target.contract.oracles:
            try:
                if isinstance(oracle, Repeats):
                    complaint = self._anew(oracle.check, self._again, value, result)
                else:
                    complaint = oracle.check(self._again, value, result)
            except Exception as error:  # noqa: BLE001 - a renderer that fails on a result is what the oracle looks for
                complaint = f"{type(error).__name__}: {error}"
            if complaint is not None:
                WATCH.active = False
                return self._bad_result(oracle, complaint)
        return None

    def _again(self, value: object) -> object:
        """Call the target for an oracle."""
        return self._anew(self._function, value)

    def _anew(self, call: Callable[..., T], *arguments: Any, frames: int = ORACLE_FRAMES) -> T:
        """Call for an oracle what may be a parser: with a budget of its own, and no less of the stack than ours."""
        for word in (SEQUENCE, BESIDE, TOLD):
            self.box.head[word] += 1
        usual = sys.getrecursionlimit()
        _set_recursion_limit(usual + frames)
        try:
            return call(*arguments)
        finally:
            _set_recursion_limit(usual)

    def _judge_refusal(self, data: bytes, error: BaseException) -> Verdict | None:
        """Ask the oracles that have an opinion on refusals, with a value that the target has not had."""
        decode = self._decode
        for oracle in self.target.contract.oracles:
            if isinstance(oracle, Repeats):
                try:
                    again = data if decode is None else decode(data)
                    # With less of the stack than ours, so that both refuse what overflows it.
                    complaint = self._anew(oracle.check_refusal, again, error, frames=0)
                except Exception as failure:  # noqa: BLE001 - as for results
                    complaint = f"{type(failure).__name__}: {failure}"
                if complaint is not None:
                    return self._bad_result(oracle, complaint)
        return None

    def _bad_result(self, oracle: Oracle, complaint: str) -> Verdict:
        message = complaint[:MESSAGE_KEPT]
        return Verdict(Outcome.BAD_RESULT, "", message, oracle.name, self.target.place, home(self.target))

    def _raised(self, error: BaseException | None) -> Verdict:
        """Judge what the contract does not allow; what was noted on the way counts before what came out."""
        if self.endings.is_forked:
            real_exit(0)  # the target has come to its end in a process that it forked, which has no business here
        if self._incidents:
            verdict = self._incidents[0]
            self._incidents.clear()
            concern, self._concern = self._concern, None
            doubtful = concern is not None and verdict.outcome is Outcome.EFFECT
            return self._cleared(verdict, *concern) if doubtful and concern else verdict
        if error is None:
            raise HarnessError("an execution ended by a limit left no verdict")
        frames = self.scope.of_traceback(traceback_of(error))
        outcome = Outcome.MEMORY if isinstance(error, MemoryError) else Outcome.CRASH
        place = recursion_place(frames) if isinstance(error, RecursionError) else ""
        name, message = exception_name(type(error)), exception_text(error)
        came_from = causes(error, self.scope.of_traceback)
        return placed(self.target, outcome, frames, exception=name, message=message, place=place, came_from=came_from)

    def _on_effect(self, event: str, concern: Concern, frame: FrameType) -> None:
        frames = self.scope.of_stack(frame)
        if not self._incidents:
            self._concern = event, concern
        verdict = placed(self.target, Outcome.EFFECT, frames, message=concern.reason, clause=concern.sanitizer)
        self._incidents.append(verdict)

    def _input(self) -> bytes:
        return bytes(self.box.body[: self.box.head[LENGTH]])

    def _cleared(self, verdict: Verdict, event: str, concern: Concern) -> Verdict:
        """Ask whether the input decides what the event does: then it is an injection.

        If not, it is what it was, or nothing: then the execution is repeated, and the event lets pass.
        """
        data = self._input()
        if stretch := self.proof.decisive(data, event, concern, verdict.signature):
            message = f"{concern.reason}, as the input says: {stretch[:SHOWN]!r}"
            return replace(verdict, clause=f"injection({concern.sanitizer})", message=message)
        if concern.certain:
            return verdict
        WATCH.clear(event, concern.text)
        self._clearances += 1
        WATCH.is_lenient = self._clearances >= CLEARANCES
        for word in (BESIDE, TOLD):
            self.box.head[word] += 1
        try:
            return self.execute(data)
        finally:
            self._clearances, WATCH.is_lenient = 0, False

    def attempt(self, data: bytes, *, digested: bool = False) -> Answer:
        """Execute an input beside those that are counted: no oracle looks at what comes out, nobody is told."""
        head, size = self.box.head, len(data)
        for word in (SEQUENCE, BESIDE, TOLD):
            head[word] += 1
        if size <= self.box.capacity:
            self.box.body[:size] = data
            head[LENGTH] = size
        answer = Answer(Outcome.CRASH)
        try:
            answer = self._attempted(data, digested=digested)
        except Undecodable as error:
            return Answer(Outcome.REJECTED, exception_name(type(error)))
        except BaseException:  # noqa: BLE001, S110 - an effect or a limit, which shows in an execution that counts
            pass
        if self.endings.is_forked:
            real_exit(0)
        if self._incidents:
            self._incidents.clear()
            self._concern = None
            return Answer(Outcome.CRASH)
        return answer

    def _attempted(self, data: bytes, *, digested: bool) -> Answer:
        value = data if self._decode is None else self._decode(data)
        self.box.head[RUNNING] = 1
        WATCH.active = True
        try:
            result = self._function(value)
        except self.target.contract.allow as error:
            WATCH.active = False
            return Answer(Outcome.REJECTED, exception_name(type(error)))
        except (MemoryError, RecursionError):
            raise  # how much there is left of either is no answer to an input
        except Exception as error:  # noqa: BLE001 - it is what is asked for
            WATCH.active = False
            return Answer(Outcome.CRASH, exception_name(type(error)))
        finally:
            WATCH.active = False
            self.box.head[RUNNING] = 0
        found = ""
        if digested:
            with contextlib.suppress(Exception):  # a result that cannot be looked at is accepted all the same
                found = digest(result)
        return Answer(Outcome.ACCEPTED, "", found)

    @property
    def executions(self) -> int:
        """How many there have been in this process."""
        return int(self.box.head[SEQUENCE] - self.box.head[BESIDE])

    def own_fork(self) -> None:
        """Go on in a process that we have forked ourselves."""
        self.endings.own_fork()

    def _on_fork(self) -> None:
        self.proof.elsewhere = None  # the line to it is our parent's


_set_recursion_limit = sys.setrecursionlimit


def _with_frames(decode: Callable[[bytes], object], usual: int, limit: int) -> Callable[[bytes], object]:
    """Give a decoder that has so many frames of the stack, its own among them, instead of the usual ones."""

    def generous(data: bytes) -> object:
        _set_recursion_limit(limit)
        try:
            return decode(data)
        finally:
            _set_recursion_limit(usual)

    return generous
