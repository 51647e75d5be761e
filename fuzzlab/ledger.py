"""What is remembered of a target from run to run: `.fuzzlab/facts/<target>.json`, a few hundred bytes.

Of each engine the newest run counts, so that a parser that was mended is not held to what it was; errors keep the day
on which they were last met. Lost, it is made again by the next runs; where it cannot be written, a run goes on.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fuzzlab.chain import exception_name
from fuzzlab.contract import Contract
from fuzzlab.events import TargetResult
from fuzzlab.files import write_atomically
from fuzzlab.project import Project
from fuzzlab.target import Target

__all__ = ["Engine", "Facts", "Ledger", "Run"]

Engine = Literal["replay", "check", "fuzz"]


class Run(BaseModel):
    """One run of one engine; of a campaign, `undecodable`, `slowest` and `refused` are not known."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    time: dt.datetime
    executions: int
    accepted: int
    rejected: int
    undecodable: int = 0
    slowest: float = 0.0
    refused: dict[str, int] = {}


class Facts(BaseModel):
    """What is known of one target: the newest run of each engine, the days on which declared errors were last met.

    `contract` stands for the errors and the budget that were declared then: other ones, and all begins anew.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Literal[1] = 1
    contract: str
    runs: dict[Engine, Run] = {}
    errors: dict[str, dt.date] = {}

    @property
    def observed(self) -> list[Run]:
        """The runs in which more was looked at than verdicts."""
        return [run for engine, run in self.runs.items() if engine != "fuzz"]


class Ledger:
    """Writes and reads the facts of a project's targets."""

    def __init__(self, project: Project) -> None:
        self._folder = project.state / "facts"

    def note(self, target: Target, engine: Engine, result: TargetResult) -> None:
        """Take a run in that has come to its end; one without an execution says nothing."""
        if not result.executions and engine != "replay":
            return
        facts, now = self.facts(target), dt.datetime.now(dt.UTC).replace(microsecond=0)
        run = Run(
            time=now, executions=result.executions, accepted=result.accepted, rejected=result.rejected,
            undecodable=result.tally.undecodable, slowest=result.tally.slowest, refused=dict(result.tally.refused),
        )  # fmt: skip
        noted = facts.model_copy(
            update={
                "runs": {**facts.runs, engine: run},
                "errors": {**facts.errors, **dict.fromkeys(result.tally.errors, now.date())},
            }
        )
        with contextlib.suppress(OSError):
            data = noted.model_dump_json().encode("utf-8", "backslashreplace")
            write_atomically(self._folder / f"{target.name}.json", data, durable=False)

    def facts(self, target: Target) -> Facts:
        """Give what is known of a target under its present contract; where nothing is, no runs."""
        nothing = Facts(contract=_digest(target.contract))
        try:
            facts = Facts.model_validate_json((self._folder / f"{target.name}.json").read_bytes())
        except (OSError, ValidationError):
            return nothing
        return facts if facts.contract == nothing.contract else nothing


def _digest(contract: Contract) -> str:
    words: Iterable[str] = (*map(exception_name, contract.allow), repr(contract.budget))
    return hashlib.sha256("\n".join(words).encode("utf-8", "backslashreplace")).hexdigest()[:16]
