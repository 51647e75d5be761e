"""Whether the input decides what a target does: how often that is asked."""

from __future__ import annotations

from fuzzlab.proof import LOOKED_INTO, Proof
from fuzzlab.sanitizers import ALL, Concern, judge

DATA = b"invoice"


def _concern(path: str) -> Concern:
    concern = judge("open", (path, "w", 0o101), (("shop", "parse"),), ALL)
    assert concern is not None
    return concern


def _looks(proof: Proof, signature: str, path: str, times: int) -> tuple[int, set[str]]:
    """Count executions beside, and what was said."""
    asked = 0

    def attempt(_data: bytes) -> None:
        nonlocal asked
        asked += 1

    proof._attempt = attempt
    said = {proof.decisive(DATA, "open", _concern(path), signature) for _ in range(times)}
    return asked, said


def _proof() -> Proof:
    return Proof(lambda: DATA, None, lambda _: None, lambda: 0)


def test_a_campaign_looks_into_an_effect_now_and_then() -> None:
    """At an effect of each input it had ten executions a second; at another place it looks all the same."""
    proof = _proof()
    proof.is_hurried = True
    each, said = _looks(proof, "effect write a", "/srv/invoice", 1)
    assert each > 0
    assert said == {""}
    assert _looks(proof, "effect write a", "/srv/invoice", 999)[0] <= each * (LOOKED_INTO + 8)
    assert _looks(proof, "effect write b", "/srv/invoice", 1)[0] == each


def test_a_replay_always_does() -> None:
    """What it says decides whether a finding on record is the same."""
    once = _looks(_proof(), "effect write a", "/srv/invoice", 1)[0]
    assert _looks(_proof(), "effect write a", "/srv/invoice", 50)[0] == 50 * once


def test_what_was_said_is_said_again() -> None:
    """An injection does not become an effect without one."""
    proof = _proof()
    proof.is_hurried = True
    proof._stretch = lambda *_: "invoice"  # type: ignore[method-assign]
    assert _looks(proof, "effect write a", "/srv/invoice", 99)[1] == {"invoice"}
