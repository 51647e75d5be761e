"""What a worker that answers batches sees of its target beside the verdicts: a tally, told with each batch."""

from __future__ import annotations

from typing import Any

from fuzzlab.chain import exception_name, traceback_of
from fuzzlab.errors import Undecodable
from fuzzlab.executor import Executor
from fuzzlab.scope import shown_path
from fuzzlab.tally import MOST, Tally

__all__ = ["Witness"]


class Witness:
    """Looks on, and counts."""

    def __init__(self, executor: Executor) -> None:
        self._declared = [(cls, exception_name(cls)) for cls in executor.target.contract.allow]
        self._scope = executor.scope
        self._errors: dict[str, int] = {}
        self._refused: dict[tuple[str, int], int] = {}
        self._undecodable = 0
        self._slowest = 0
        executor.observe(self._observe)

    def took(self, nanoseconds: int) -> None:
        """Note what an execution took."""
        self._slowest = max(self._slowest, nanoseconds)

    def tell(self) -> dict[str, Any]:
        """Give the tally of what was run since the last time, as plain data."""
        refused = {f"{shown_path(file)}:{line}": count for (file, line), count in self._refused.items()}
        tally = Tally(dict(self._errors), refused, self._undecodable, self._slowest / 1e9)
        self._errors.clear()
        self._refused.clear()
        self._undecodable = self._slowest = 0
        return tally.to_json()

    def _observe(self, error: BaseException | None, _result: object) -> None:
        if error is None:
            return
        if isinstance(error, Undecodable):
            self._undecodable += 1
            return
        for cls, name in self._declared:
            if isinstance(error, cls):
                self._errors[name] = self._errors.get(name, 0) + 1
        place, link = None, traceback_of(error)
        while link is not None:
            module = link.tb_frame.f_globals.get("__name__")
            if isinstance(module, str) and module in self._scope:
                place = link.tb_frame.f_code.co_filename, link.tb_lineno or 0
            link = link.tb_next
        if place is not None and (place in self._refused or len(self._refused) < MOST):
            self._refused[place] = self._refused.get(place, 0) + 1
