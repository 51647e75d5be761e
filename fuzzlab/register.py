"""What this run knows of bugs: each signature once, new ones told from those on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from fuzzlab.corpus import Corpus
from fuzzlab.verdict import Finding, Outcome, Status, Verdict

__all__ = ["Register"]


class Register:
    """The findings of one target in one run.

    A finding that cannot be written is kept here with an empty path; whoever reports it must show it whole.
    """

    def __init__(self, corpus: Corpus, *, cannot_save: Callable[[str], None]) -> None:
        self.corpus = corpus
        self.cannot_save = cannot_save
        self.recorded: dict[str, Finding] = {}
        corpus.tidy()
        for finding in sorted(corpus.findings(), key=_precedence):
            self.recorded.setdefault(finding.signature, finding)
        self.seen: dict[str, Finding] = {}
        self._announced: set[str] = set()
        self._created: set[str] = set()
        self._cannot_save_said = False

    def known(self, verdict: Verdict) -> Finding | None:
        """Give the finding on record for this verdict, which is thereby seen, and to be announced, in this run."""
        recorded = self._recorded(verdict)
        if recorded is not None:
            self._announced.add(recorded.signature)
        return recorded

    def note(self, finding: Finding) -> Finding:
        """Take up a finding that is new in this run, and store it before anything else is done with it.

        An input that is on record under another signature stays as it is there until triage has spoken.
        """
        on_record = self._on_record(finding)
        noted = (
            self._saved(finding) if on_record is None else replace(finding, path=on_record.path, date=on_record.date)
        )
        self.seen[noted.signature] = noted
        return noted

    def settle(self, raw: Finding, done: Finding) -> Finding | None:
        """Let what triage made of a finding take the place of the one noted raw.

        An input on record that shows another signature now is the bug that it shows now; whether that may stay is a
        decision that nobody has made yet.

        Returns:
            the finding to announce, or None when there is none: run by itself, the input may show a bug that was
            announced already, or a hang may end.
        """
        if self.seen.get(raw.signature) == raw:
            del self.seen[raw.signature]
        if raw.verdict.needs_proof and not done.deterministic:
            self._remove(raw)  # a busy machine, a leak or somebody's kill: only what happens again is the input's doing
            return None
        settled = self.seen.get(done.signature) or self._recorded(done.verdict)
        if settled is None:
            settled = raw if done == raw and self._on_record(raw) is None else self._saved(done)
            self.seen[settled.signature] = settled
        if settled.id != raw.id and settled.path:
            self._remove(raw)
        return self._once(settled)

    def _recorded(self, verdict: Verdict) -> Finding | None:
        recorded = self.recorded.get(verdict.signature)
        if recorded is not None:
            self.seen.setdefault(verdict.signature, recorded)
        return recorded

    def _once(self, finding: Finding) -> Finding | None:
        if finding.signature in self._announced:
            return None
        self._announced.add(finding.signature)
        return finding

    def _saved(self, finding: Finding) -> Finding:
        was_there = self.corpus.has(finding)
        try:
            saved = self.corpus.save(finding)
        except OSError as error:
            if not self._cannot_save_said:
                self.cannot_save(f"cannot save in {self.corpus.regressions_folder}: {error.strerror}")
            self._cannot_save_said = True
            return replace(finding, path="")
        if not was_there:
            self._created.add(saved.id)
        return saved

    def _remove(self, raw: Finding) -> None:
        """Take back what this run stored, never an input that people put there."""
        if raw.path and self._on_record(raw) is None:
            self.corpus.remove(raw, keep_input=raw.id not in self._created)

    def _on_record(self, finding: Finding) -> Finding | None:
        """Give the finding on record with this input."""
        return next((f for f in self.recorded.values() if f.id == finding.id), None)

    def known_hangs(self) -> list[str]:
        """Give the places where the target hangs for certain."""
        certain = [*self.recorded.values(), *(f for s, f in self.seen.items() if s in self._announced)]
        return [f.verdict.place for f in certain if f.verdict.outcome is Outcome.HANG]

    def findings(self) -> tuple[Finding, ...]:
        """Give what this run has seen, in the order in which it was."""
        return tuple(self.seen.values())

    @staticmethod
    def is_open(findings: Iterable[Finding]) -> bool:
        """Whether one of them is nobody's decision yet: what makes a run fail."""
        return any(f.status is not Status.ACCEPTED for f in findings)


def _precedence(finding: Finding) -> tuple[bool, int, str]:
    """Order findings of one signature: somebody's decision counts first, then the smaller input.

    A kill at the moment when one takes the other's place leaves both.
    """
    return finding.status is not Status.ACCEPTED, len(finding.data), finding.id
