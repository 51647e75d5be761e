"""What each execution of a worker did, beside its verdict, where somebody compares."""

from __future__ import annotations

from fuzzlab.behaviour import Behaviour, tree
from fuzzlab.chain import exception_name, exception_text, traceback_of
from fuzzlab.executor import Executor
from fuzzlab.scope import Scope
from fuzzlab.verdict import Verdict

__all__ = ["Testimony", "broken"]


class Testimony:
    """Watches one executor; `of` gives what the last execution did."""

    def __init__(self, executor: Executor, scope: Scope) -> None:
        self._scope = scope
        self._last: Behaviour | None = None
        executor.observe(self._saw)

    def of(self, verdict: Verdict) -> Behaviour:
        """Give what the execution did that ended with `verdict`."""
        last, self._last = self._last, None
        if last is None or verdict.outcome.is_violation:
            return broken(verdict)
        return last

    def _saw(self, error: BaseException | None, result: object) -> None:
        if error is None:
            self._last = Behaviour("accepted", value=tree(result))
            return
        frames = self._scope.of_traceback(traceback_of(error))
        where = frames[-1].place if frames else ""
        self._last = Behaviour("refused", exception_name(type(error)), where, exception_text(error))


def broken(verdict: Verdict) -> Behaviour:
    """Give what a violation is beside other behaviours."""
    return Behaviour("broke", verdict.signature, verdict.place, verdict.message)
