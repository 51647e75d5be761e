"""Targets as pytest items, in every file that defines a target.

`gamer_id::replay` runs its seeds and coverage inputs, `gamer_id::replay[9f2c…]` a finding on record, by its id, and
`gamer_id::property` the property engine. `-k replay` and the node id `…::gamer_id::replay` name all that is replayed.
Files are looked at only where `[tool.fuzzlab] targets` names them, so that a project without targets pays nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fuzzlab.card import card, passed_line, sentence
from fuzzlab.corpus import Role
from fuzzlab.duration import duration
from fuzzlab.errors import UserError
from fuzzlab.events import Event, FindingPassed, FindingSeen, Warned
from fuzzlab.finder import load
from fuzzlab.project import Project
from fuzzlab.quantities import counted
from fuzzlab.session import Session
from fuzzlab.target import Target
from fuzzlab.verdict import Finding, Status, input_id
from fuzzlab.worker import Worker, scratch

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr  # the type of what `getrepr` gives has no public name

__all__: list[str] = []

PROJECT = pytest.StashKey[Project]()
FOLDERS = pytest.StashKey[tuple[Path, ...]]()


class BrokenContract(Exception):
    """What an item fails with; its cards are the report, for a traceback through the harness helps nobody."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n\n".join(map(_failure, findings)))
        self.findings = findings

    def headline(self) -> str:
        """Say in one line what broke: pytest repeats it in its summary, on CI uncut."""
        more = f" (and {counted(len(self.findings) - 1, 'more finding')})" if len(self.findings) > 1 else ""
        first = self.findings[0]
        return (passed_line(first) if first.status is Status.ACCEPTED else sentence(first.verdict)) + more


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fuzzlab-examples` and `--fuzzlab-strict` stand for what `[tool.fuzzlab]` says."""
    group = parser.getgroup("fuzzlab")
    group.addoption("--fuzzlab-strict", action="store_true", help="fail also for accepted findings that no longer fail")
    group.addoption("--fuzzlab-examples", type=_examples, metavar="N", help="examples of each target's property item")
    group.addoption(
        "--fuzzlab-time", type=_seconds, metavar="T",
        help="how long each property item makes examples (30s, 2m), as many as that allows unless N is given",
    )  # fmt: skip


def _examples(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of examples, such as 500")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def pytest_configure(config: pytest.Config) -> None:
    """Read the configuration once.

    Raises:
        pytest.UsageError: `[tool.fuzzlab]` says something that means nothing.
    """
    try:
        project = Project.find(config.rootpath)
        config.stash[PROJECT] = project
        config.stash[FOLDERS] = tuple(_places(project))
    except UserError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the targets of a file that the configuration names."""
    config = parent.config
    named = any(file_path == place or place in file_path.parents for place in config.stash[FOLDERS])
    if file_path.suffix != ".py" or not named:
        return None
    return TargetFile.from_parent(parent, path=file_path)


def _places(project: Project) -> Iterator[Path]:
    """Give the files and folders of the configured modules, without importing them."""
    if str(project.root) not in sys.path:
        sys.path.insert(0, str(project.root))
    for name in project.config.targets:
        try:
            spec = find_spec(name)
        except ModuleNotFoundError:
            continue
        except Exception as error:  # to find a module, its package is imported, and may do anything
            raise UserError(f"{name} does not import: {type(error).__name__}: {error}") from error
        if spec is None:
            continue
        yield from (Path(place).resolve() for place in spec.submodule_search_locations or ())
        if spec.origin and not spec.submodule_search_locations:
            yield Path(spec.origin).resolve()


class TargetFile(pytest.File):
    """A file that defines targets."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Give a collector for each target defined here."""
        project = self.config.stash[PROJECT]
        try:
            known = load(project.config.targets, root=project.root)
        except UserError as error:
            raise self.CollectError(str(error)) from None
        for target in known.values():
            module = sys.modules.get(target.home)
            if module and module.__file__ and Path(module.__file__).resolve() == self.path:
                yield TargetNode.from_parent(self, name=target.name, target=target)


class TargetNode(pytest.Collector):
    """A target and its items; those of its regressions share a worker, for a start takes longer than they do."""

    def __init__(self, *, target: Target, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own pass-through
        self.target = target
        self._worker: Worker | None = None
        self._largest = 0

    def collect(self) -> Iterator[pytest.Item]:
        """Give the items."""
        yield ReplayItem.from_parent(self, name="replay", target=self.target)
        session = Session(self.config.stash[PROJECT], self.target, strict=_strict(self.config), records=False)
        for finding, inputs in session.regressions():
            self._largest = max(self._largest, *map(len, inputs))
            name = f"replay[{input_id(inputs[0])}]"
            yield RegressionItem.from_parent(
                self, name=name, target=self.target, run=session, finding=finding, inputs=inputs
            )
        yield PropertyItem.from_parent(self, name="property", target=self.target)

    def worker(self) -> Worker:
        """Give the worker for regressions."""
        if self._worker is None:
            self._worker = Worker(self.target, scratch(self.config.stash[PROJECT]), largest=self._largest)
        return self._worker

    def teardown(self) -> None:
        """End the worker: the last item has run."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class TargetItem(pytest.Item):
    """One engine over one target, in a worker; fails with the cards of the findings that nobody has accepted."""

    def __init__(self, *, target: Target, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own pass-through
        self.target = target

    def events(self) -> Iterator[Event]:
        """Run the engine."""
        raise NotImplementedError

    def new_session(self) -> Session:
        """Give a session that writes nothing down of what is fixed.

        That is only told: a test run, of an older commit say, must not change what is committed.
        """
        return Session(self.config.stash[PROJECT], self.target, strict=_strict(self.config), records=False)

    def runtest(self) -> None:
        """Run it, and fail for what it found.

        Raises:
            BrokenContract: there is a finding, or an acceptance that nobody needs, and somebody wants to know of those.
        """
        strict = _strict(self.config)
        found: list[Finding] = []
        for event in self.events():
            match event:
                case FindingSeen(finding) if finding.status.is_open and finding.deterministic:
                    found.append(finding)
                case FindingSeen(finding) if finding.status.is_open:
                    # What does not happen each time must not fail a pull request by chance.
                    self.add_report_section("call", "fuzzlab", "\n".join(card(finding)))
                case FindingPassed(finding):
                    self.add_report_section("call", "fuzzlab", passed_line(finding))
                    if strict and finding.status is Status.ACCEPTED:
                        found.append(finding)
                case Warned(message):
                    self.add_report_section("call", "fuzzlab", message)
        if found:
            raise BrokenContract(found)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: object = None,  # noqa: ARG002
    ) -> str | TerminalRepr:
        """Show the findings' cards; what fuzzlab or the user did wrong as one message."""
        error = excinfo.value
        if not isinstance(error, BrokenContract):
            return str(error) if isinstance(error, UserError) else str(excinfo.getrepr(style="long"))
        # A text would be the failure and stand once more, whole, in the summary of a run on CI; as pytest's own kind of
        # report it has a headline and a place beside it, and reaches the terminal also through xdist.
        shown = excinfo.getrepr(style="value")
        if crash := shown.reprcrash:  # one object, which xdist reads from another place of what is shown
            path, line, _ = self.reportinfo()
            crash.path, crash.lineno, crash.message = str(path), line + 1, error.headline()
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        """Give the target's place."""
        code = getattr(self.target.function, "__code__", None)
        return self.path, (code.co_firstlineno - 1) if code else 0, f"{self.target.name}::{self.name}"


def _failure(finding: Finding) -> str:
    """Show a finding's card; of an accepted one, which fails an item only by no longer failing, say that first."""
    lines = list(card(finding))
    return "\n".join([passed_line(finding), *lines] if finding.status is Status.ACCEPTED else lines)


def _strict(config: pytest.Config) -> bool:
    return bool(config.getoption("--fuzzlab-strict") or config.stash[PROJECT].config.strict)


class ReplayItem(TargetItem):
    """Every stored input that has no item of its own."""

    def events(self) -> Iterator[Event]:
        """Run the replay engine."""
        return self.new_session().replay(roles=(Role.SEED, Role.COVERAGE))


class RegressionItem(TargetItem):
    """What once broke the contract: the inputs of a finding, or one that people put there."""

    def __init__(self, *, run: Session, finding: Finding | None, inputs: Sequence[bytes], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]  # pytest's own pass-through
        self._run, self._finding, self._inputs = run, finding, inputs

    def events(self) -> Iterator[Event]:
        """Run them in the worker of all regressions."""
        parent = self.parent
        assert isinstance(parent, TargetNode)  # noqa: S101 - what makes these items
        return self._run.rerun(self._finding, self._inputs, parent.worker())


class PropertyItem(TargetItem):
    """Examples of the format, the same ones every time: a pull request must not flake."""

    def events(self) -> Iterator[Event]:
        """Run the property engine."""
        seconds, examples = self.config.getoption("--fuzzlab-time"), self.config.getoption("--fuzzlab-examples")
        if seconds is None:
            return self.new_session().check(examples=examples or self.config.stash[PROJECT].config.examples, seed=None)
        return self.new_session().check(examples=examples, seed=None, seconds=seconds)
