"""What this run knows of bugs: each signature once, new ones told from those on record, and those that came back.

A record's status changes only where something was seen: a replay that saw none of its inputs fail makes it `fixed`, any
run that sees its signature again makes it `regressed`, a person accepts and reopens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from fuzzlab.corpus import Corpus
from fuzzlab.evidence import KEPT, grouped
from fuzzlab.sidecar import turned
from fuzzlab.verdict import Finding, Outcome, Status, Verdict, input_id

__all__ = ["Register"]


class Register:
    """The findings of one target in one run; `warn` is told of what a person should know of them.

    A finding that cannot be written is kept here with an empty path; whoever reports it must show it whole.
    """

    def __init__(self, corpus: Corpus, *, warn: Callable[[str], None]) -> None:
        self.corpus = corpus
        self.warn = warn
        corpus.tidy()
        self._files = {finding.id: finding for finding in corpus.findings()}
        self.recorded = {finding.signature: finding for finding in grouped(self._files.values())}
        self._unchained = {f.verdict.unchained: f for f in self.recorded.values() if not f.exact}
        self.seen: dict[str, Finding] = {}
        self._announced: set[str] = set()
        self._created: set[str] = set()
        self._improved: dict[tuple[str, str], Finding] = {}
        self._taken_up: set[tuple[str, str]] = set()
        self._drifted: set[str] = set()
        self._told: set[str] = set()
        self._cannot_save_said = False

    def known(self, verdict: Verdict) -> Finding | None:
        """Give the finding on record for this verdict, which is thereby seen, and to be announced, in this run.

        One that was fixed is none: that it is back is news, and its input is to be stored.
        """
        recorded = self._recorded(verdict)
        if recorded is not None:
            self._announced.add(recorded.signature)
        return recorded

    def covers(self, verdict: Verdict) -> bool:
        """Whether a loop is known already: what grows too fast hangs when there is more of it.

        A hang is said to be where the innermost call that does not end stands, growth where the cost is: there, or
        further in. Only a hang next to the growth is the same for certain; another loop may stand further out.
        """
        known = [f.verdict for f in (*self.recorded.values(), *self.seen.values()) if f.status is not Status.FIXED]
        if verdict.outcome is Outcome.SUPERLINEAR:
            places = {frame.place for frame in verdict.frames}
            return any(other.outcome is Outcome.HANG and other.place in places for other in known)
        return verdict.outcome is Outcome.HANG and any(
            verdict.place in {frame.place for frame in other.frames[-2:]}
            for other in known
            if other.outcome is Outcome.SUPERLINEAR
        )

    def is_news(self, known: Finding) -> bool:
        """Whether what `known` gave is to be announced: once a run, also where an old record stands for several."""
        if known.id in self._told:
            return False
        self._told.add(known.id)
        return True

    def status(self, verdict: Verdict) -> Status:
        """Say where a failure seen now stands."""
        recorded = self._on_record(verdict)
        if recorded is None:
            return Status.NEW
        return Status.REGRESSED if recorded.status is Status.FIXED else recorded.status

    def note(self, finding: Finding) -> Finding:
        """Take up a finding that is new in this run, and store it before anything else is done with it.

        An input that is on record under another signature stays as it is there until triage has spoken. One that people
        put there is as small as they want it.
        """
        finding = self._with_past(replace(finding, minimised=self.corpus.has(finding)))
        on_record = self._files.get(finding.id)
        if on_record is None:
            noted = self._saved(finding)
        else:
            noted = replace(
                finding, path=on_record.path, minimised_from=on_record.minimised_from, minimised=on_record.minimised,
                date=on_record.date,
            )  # fmt: skip
        self.seen[noted.signature] = noted
        return noted

    def improve(self, raw: Finding, better: Finding) -> None:
        """Store the smallest input so far of a finding that is being minimised: a kill then costs seconds of it."""
        standing = self._improved.get(_key(raw), raw)
        if better.signature != raw.signature or better.id in self._files or len(better.data) >= len(standing.data):
            return
        stored = self._saved(replace(standing, data=better.data, verdict=better.verdict, minimised=False, path=""))
        if not stored.path:
            return
        if self.seen.get(raw.signature) == standing:
            self.seen[raw.signature] = stored
        if is_old := _key(raw) in self._taken_up:
            self.recorded[raw.signature] = stored
        self._remove(standing, ours=is_old)
        self._improved[_key(raw)] = stored

    def settle(self, raw: Finding, done: Finding) -> Finding | None:
        """Let what triage made of a finding take the place of the one noted raw.

        An input on record that shows another signature now is the bug that it shows now; whether that may stay is a
        decision that nobody has made yet.

        Returns:
            the finding to announce, or None when there is none: run by itself, the input may show a bug that was
            announced already, or a hang may end.
        """
        key, raw = _key(raw), self._improved.pop(_key(raw), raw)
        if key in self._taken_up:
            self._finish(raw, done)
            return None
        if self.seen.get(raw.signature) == raw:
            del self.seen[raw.signature]
        if raw.verdict.needs_proof and not done.deterministic:
            self._remove(raw)  # a busy machine, a leak or somebody's kill: only what happens again is the input's doing
            return None
        settled = self.seen.get(done.signature) or self._recorded(done.verdict)
        if settled is None:
            is_stored = done == raw and raw.id not in self._files
            settled = raw if is_stored else self._saved(self._with_past(done))
            self.seen[settled.signature] = settled
        if settled.id != raw.id and settled.path:
            self._remove(raw)
        return self._once(settled)

    def grown(self, finding: Finding) -> Finding | None:
        """Take up what grows too fast, which is proved and as small as it gets; give it if it is to be announced."""
        if self.covers(finding.verdict):
            return None
        if (known := self.known(finding.verdict)) is not None:
            return known if self.is_news(known) else None
        noted = self.note(finding)
        return self.settle(noted, replace(noted, minimised=True))

    def take_up(self) -> Iterator[Finding]:
        """Yield the findings on record that an earlier run did not come to the end of minimising."""
        for finding in self.recorded.values():
            is_steep = finding.verdict.outcome is Outcome.SUPERLINEAR  # which is as small as it was made at once
            if not finding.minimised and finding.deterministic and finding.status.is_open and not is_steep:
                self._taken_up.add(_key(finding))
                yield finding

    def look_back(
        self, failed: dict[bytes, Verdict], passed: Collection[bytes], *, among: Sequence[Finding] | None = None
    ) -> Iterator[Finding]:
        """Yield the findings on record none of whose inputs fails any more, with what that makes of them.

        One that is open is `fixed`; an accepted one stays accepted, for somebody decided about it. One that fails only
        now and then has passed by chance.

        Args:
            failed: inputs run just now that broke the contract.
            passed: the others.
            among: the findings to look at, if not all on record.
        """
        still_there = {finding.signature for finding in self.seen.values()}
        for finding in self.recorded.values() if among is None else among:
            files = (finding, *finding.evidence)
            if finding.signature in still_there or not finding.deterministic or finding.status is Status.FIXED:
                continue
            if any(f.id in self._drifted for f in files):
                continue  # said already
            if finding.status is Status.ACCEPTED:
                if all(f.data in passed or f.data in failed for f in files):
                    yield finding
            elif all(f.data in passed for f in files):
                yield turned(finding, Status.FIXED)

    def write_fixed(self, finding: Finding) -> None:
        """Write down that a finding is fixed; where that cannot be written, it is only said."""
        self._store([replace(f, status=finding.status, reason="", history=finding.history) for f in _files(finding)])

    def _finish(self, raw: Finding, done: Finding) -> None:
        """Let what triage made of a finding on record take its place; what fails otherwise today stays as it is.

        What nobody has seen twice before the run that stored it was killed, and nobody sees again, was nothing.
        """
        if raw.verdict.needs_proof and not done.deterministic:
            self._remove(raw, ours=True)
            self.recorded.pop(raw.signature, None)
            self.seen.pop(raw.signature, None)
            return
        if not done.deterministic or done.signature != raw.signature:
            return
        recorded = self.recorded.get(raw.signature, raw)
        done = replace(
            done, status=recorded.status, reason=recorded.reason, history=recorded.history, date=raw.date,
            minimised_from=max(raw.minimised_from, len(raw.data)),
        )  # fmt: skip
        stored = self._saved(done)
        if stored.path and stored.id != raw.id:
            self._remove(raw, ours=True)
        self.recorded[raw.signature] = stored
        if raw.signature in self.seen:
            self.seen[raw.signature] = stored

    def _on_record(self, verdict: Verdict) -> Finding | None:
        return self.recorded.get(verdict.signature) or self._unchained.get(verdict.unchained)

    def _recorded(self, verdict: Verdict) -> Finding | None:
        recorded = self._on_record(verdict)
        if recorded is None or recorded.status is Status.FIXED:
            return None
        return self.seen.setdefault(verdict.signature, recorded)

    def _with_past(self, finding: Finding) -> Finding:
        """Give the finding with what is on record of its signature, and of its input under another one.

        Nothing of an acceptance is carried over to another signature, and none is lost without a word.
        """
        before = self._on_record(finding.verdict)
        if before is not None and before.status is Status.FIXED:
            return turned(replace(finding, history=before.history, date=before.date), Status.REGRESSED)
        finding = replace(finding, status=Status.NEW, reason="")
        other = self._files.get(finding.id)
        if other is None or other.signature == finding.signature:
            return finding
        note = f"was {other.signature}"
        if other.status is Status.ACCEPTED:
            note = f"was accepted as {other.signature}: {other.reason}"
        return turned(replace(finding, history=other.history), Status.NEW, note=note)

    def _once(self, finding: Finding) -> Finding | None:
        if finding.signature in self._announced:
            return None
        self._announced.add(finding.signature)
        return finding

    def _saved(self, finding: Finding) -> Finding:
        """Store a finding with its evidence; KEPT inputs of its signature stay, the largest go."""
        other = self._files.get(finding.id)
        if other is not None and other.signature != finding.signature and other.exact:
            lost = f"; its acceptance ({other.reason}) was for the other" if other.status is Status.ACCEPTED else ""
            self._drifted.add(finding.id)
            self.warn(f"{finding.id} was {other.signature} and is {finding.signature} now{lost}")
        stored = self._store([finding, *(self._as_evidence(f, finding) for f in finding.evidence)])
        if not stored:
            return replace(finding, path="")
        if finding.evidence or finding.history:  # a new one without evidence is the first of its signature
            self._make_room(finding)
        return replace(stored[0], evidence=tuple(stored[1:]))

    @staticmethod
    def _as_evidence(other: Finding, finding: Finding) -> Finding:
        return replace(
            other, status=finding.status, reason=finding.reason, history=finding.history,
            minimised_from=finding.minimised_from, options=finding.options,
        )  # fmt: skip

    def _store(self, findings: Iterable[Finding]) -> list[Finding]:
        stored = []
        try:
            for finding in findings:
                was_there = self.corpus.has(finding)
                stored.append(self.corpus.save(finding))
                if not was_there:
                    self._created.add(finding.id)
        except OSError as error:
            if not self._cannot_save_said:
                self.warn(f"cannot save in {self.corpus.regressions_folder}: {error.strerror}")
            self._cannot_save_said = True
            return stored if len(stored) > 0 else []
        return stored

    def _make_room(self, finding: Finding) -> None:
        """Remove the largest inputs of a signature beyond KEPT."""
        same = [f for f in self.corpus.findings() if f.signature == finding.signature]
        for spare in sorted((f for f in same if f.id != finding.id), key=lambda f: (len(f.data), f.data))[KEPT - 1 :]:
            self.corpus.remove(spare)

    def _remove(self, raw: Finding, *, ours: bool = False) -> None:
        """Take back what this run stored, or `ours` of an earlier one, never an input that people put there.

        One that showed two bugs stays as long as it stands for the other.
        """
        if any(f.id == raw.id and f.signature != raw.signature for f in self.seen.values()):
            return
        if raw.path and (ours or raw.id not in self._files):
            self.corpus.remove(raw, keep_input=not ours and raw.id not in self._created)

    def known_hangs(self) -> list[str]:
        """Give the places where the target hangs for certain."""
        certain = [*self.recorded.values(), *(f for s, f in self.seen.items() if s in self._announced)]
        return [f.verdict.place for f in certain if f.verdict.outcome is Outcome.HANG]

    def findings(self) -> tuple[Finding, ...]:
        """Give what this run has seen, in the order in which it was."""
        return tuple(dict.fromkeys(self.seen.values()))

    @staticmethod
    def is_open(findings: Iterable[Finding], *, by_chance: bool = True) -> bool:
        """Whether one of them is there, and nobody has accepted it: what makes a run fail.

        Args:
            findings: those that a run has seen.
            by_chance: whether those count that do not fail each time; a pull request must not fail by chance.
        """
        return any(f.status.is_open and (f.deterministic or by_chance) for f in findings)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.signature, input_id(finding.data)


def _files(finding: Finding) -> Iterable[Finding]:
    return (replace(finding, evidence=()), *finding.evidence)
