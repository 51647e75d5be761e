"""What is wrong with the harness or with how it was called; never a finding.

FuzzlabError
├── UserError      the caller's mistake: exit 2, one line: what, where, the nearest right thing
├── HarnessError   fuzzlab's own failure: exit 3, never counted as a finding
└── Undecodable    an input that has no value in its format: the target is not called

What the code under test does wrong is no exception of ours but a value: `fuzzlab.verdict.Verdict`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum

__all__ = ["ExitCode", "FuzzlabError", "HarnessError", "Undecodable", "UserError", "nearest"]


class ExitCode(IntEnum):
    """What the command line ends with; a failure of ours must never look like findings."""

    CLEAN = 0
    FINDINGS = 1
    USER = 2
    HARNESS = 3
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """What it tells whoever called, in a line."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.CLEAN: "clean: no finding that nobody has accepted",
    ExitCode.FINDINGS: "findings that nobody has accepted, new or known; with `--strict`, also what the option says",
    ExitCode.USER: "a mistake in how it was called: one line on standard error, nothing written",
    ExitCode.HARNESS: "a failure of fuzzlab itself, which is never counted as a finding",
    ExitCode.INTERRUPTED: "interrupted, with all work kept",
}


class FuzzlabError(Exception):
    """Root of everything fuzzlab itself raises."""


class UserError(FuzzlabError):
    """Somebody called fuzzlab wrongly; the message is one line that a person can act on."""


class HarnessError(FuzzlabError):
    """fuzzlab failed; whatever was running has no verdict."""


class Undecodable(FuzzlabError):
    """The bytes have no value in this format (broken JSON, no HTTP head)."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean 'x'?)` for the closest of `known`, or the empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
