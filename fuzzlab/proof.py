"""Whether the input decides what a target does: the same execution again, with a stretch of the input exchanged."""

from __future__ import annotations

from collections.abc import Callable

from fuzzlab.sanitizers import Concern
from fuzzlab.stretches import LEAST, exchanged, rotated, shared, texts
from fuzzlab.watch import WATCH

__all__ = ["Proof"]


class Proof:
    """Looks into the events of one target."""

    def __init__(
        self,
        current: Callable[[], bytes],
        decode: Callable[[bytes], object] | None,
        attempt: Callable[[bytes], object],
    ) -> None:
        """Prepare to.

        Args:
            current: gives the input in hand.
            decode: gives the value of an input, where that is not the input itself.
            attempt: executes an input beside those that are counted.
        """
        self._current, self._decode, self._attempt = current, decode, attempt

    def carries(self, text: str) -> bool:
        """Whether a text holds a stretch of the input that is being executed."""
        return bool(shared(text, self._texts(self._current()), LEAST))

    def stretch(self, data: bytes, event: str, concern: Concern) -> str:
        """Give the stretch of an input that decides what an event does, or the empty string where none does.

        The event must happen again, with the stretch exchanged in its argument as in the input. That both share a word
        is no proof: the engines put words of the code into inputs, and a parser may look a word up among its own.
        """
        for stretch in shared(concern.text, self._texts(data), 1 if concern.certain else LEAST):
            for other in exchanged(data, stretch):
                WATCH.wanted, WATCH.seen = (event, rotated(stretch)), False
                try:
                    self._attempt(other)
                finally:
                    WATCH.wanted = None
                if WATCH.seen:
                    return stretch
        return ""

    def _texts(self, data: bytes) -> list[str]:
        try:
            return texts(data, data if self._decode is None else self._decode(data))
        except Exception:  # noqa: BLE001 - no value: then there are only its bytes
            return texts(data, None)
