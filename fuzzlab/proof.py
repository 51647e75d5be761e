"""Whether the input decides what a target does: the same execution again, with a stretch of the input exchanged.

It is repeated in another process where there is one: an execution that was interrupted, or is being looked into, may
hold a lock that nobody releases.
"""

from __future__ import annotations

from collections.abc import Callable

from fuzzlab.sanitizers import Concern
from fuzzlab.stretches import LEAST, exchanged, rotated, shared, texts
from fuzzlab.watch import WATCH

__all__ = ["CLEARANCES", "Meets", "Proof"]

Meets = Callable[[bytes, str, str], bool | None]
"""Whether an input raises an event with a text in its argument; None where nobody can say."""


CLEARANCES = 4
"""Doubtful events of one execution that are looked into, each at the cost of some executions; the others pass."""


LOOKED_INTO = 4
"""Effects with one signature that a campaign looks into each, at the cost of some executions; then at powers of two."""


class Proof:
    """Looks into the events of one target."""

    def __init__(
        self,
        current: Callable[[], bytes],
        decode: Callable[[bytes], object] | None,
        attempt: Callable[[bytes], object],
        execution: Callable[[], int],
    ) -> None:
        """Prepare to.

        Args:
            current: gives the input in hand.
            decode: gives the value of an input, where that is not the input itself.
            attempt: executes an input beside those that are counted.
            execution: gives the number of the execution in hand.
        """
        self._current, self._decode, self._attempt, self._execution = current, decode, attempt, execution
        self._doubts = 0, 0
        self._proven: tuple[Concern, str] | None = None
        self.elsewhere: Meets | None = None
        """Runs an input in a process that has run nothing; None where there is no such process."""
        self.is_hurried = False
        """Whether effects at one place are looked into only now and then, as in a campaign."""
        self._settled: dict[str, tuple[int, str]] = {}

    def carries(self, text: str) -> bool:
        """Whether a text holds a stretch of the input that is being executed."""
        return bool(shared(text, self._texts(self._current()), LEAST))

    def is_harmless(self, event: str, concern: Concern) -> bool:
        """Look into a doubtful event before it is blocked: what turns out to be none was not even interrupted.

        To be interrupted at any place is more than code is written for: a lock stays locked, and all that comes later
        hangs.
        """
        if self.elsewhere is None:
            return False
        execution, (last, doubts) = self._execution(), self._doubts
        self._doubts = execution, doubts + 1 if execution == last else 1
        if self._doubts[1] > CLEARANCES:
            return True
        try:
            stretch = self._stretch(self._current(), event, concern, self.elsewhere)
        except RecursionError:  # the target has used up the stack
            return False
        self._proven = (concern, stretch) if stretch else None
        if stretch == "":
            WATCH.clear(event, concern.text)
        return stretch == ""

    def decisive(self, data: bytes, event: str, concern: Concern, signature: str) -> str:
        """Give the stretch of an input that decides what an event does, or the empty string where none does.

        Where it is hurried it says after a while what it said before of an effect with this signature: a target that
        has one with each input would have ten executions a second.
        """
        if self._proven is not None and self._proven[0] is concern:
            return self._proven[1]
        times, said = self._settled.get(signature, (0, ""))
        if self.is_hurried and concern.certain and times >= LOOKED_INTO and times & (times - 1):
            self._settled[signature] = times + 1, said
            return said
        stretch = self._decisive(data, event, concern)
        self._settled[signature] = times + 1, stretch or said
        return stretch

    def _decisive(self, data: bytes, event: str, concern: Concern) -> str:
        stretch = None if self.elsewhere is None else self._stretch(data, event, concern, self.elsewhere)
        return self._stretch(data, event, concern, self.meets) or "" if stretch is None else stretch

    def _stretch(self, data: bytes, event: str, concern: Concern, meets: Meets) -> str | None:
        """Give the stretch that decides, the empty string for none, None where `meets` cannot say.

        The event must happen again, with the stretch exchanged in its argument as in the input. That both share a word
        is no proof: the engines put words of the code into inputs, and a parser may look a word up among its own.
        """
        for stretch in shared(concern.text, self._texts(data), 1 if concern.certain else LEAST):
            for other in exchanged(data, stretch):
                met = meets(other, event, rotated(stretch))
                if met is None:
                    return None
                if met:
                    return stretch
        return ""

    def meets(self, data: bytes, event: str, text: str) -> bool:
        """Run an input here, and say whether it raises an event with this text in its argument."""
        WATCH.wanted, WATCH.seen = (event, text), False
        try:
            self._attempt(data)
        finally:
            WATCH.wanted = None
        return WATCH.seen

    def _texts(self, data: bytes) -> list[str]:
        try:
            return texts(data, data if self._decode is None else self._decode(data))
        except Exception:  # noqa: BLE001 - no value: then there are only its bytes
            return texts(data, None)
