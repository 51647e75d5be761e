"""What a finding shows a person, of hostile inputs, messages, names and paths."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.card import card, frame_lines, history_lines, replay_command, sentence
from fuzzlab.verdict import Cause, Finding, Frame, Moment, Outcome, Status, Verdict

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["\x1b]0;title\x07", "::error::", "##[error]", "a\nb", "\u202e", "<b>", "-x", "$(id)", "'", "\ud800"]
)
FINDINGS = st.builds(
    Finding,
    target=HOSTILE,
    verdict=st.builds(
        Verdict,
        outcome=st.sampled_from(list(Outcome)),
        exception=HOSTILE,
        message=HOSTILE,
        clause=HOSTILE,
        place=HOSTILE,
        frames=st.lists(
            st.builds(Frame, HOSTILE, HOSTILE, HOSTILE, st.integers(0, 9), st.integers(1, 3)), max_size=9
        ).map(tuple),
        causes=st.lists(st.builds(Cause, HOSTILE, HOSTILE, HOSTILE, HOSTILE, st.booleans()), max_size=3).map(tuple),
    ),
    data=st.binary(max_size=300) | HOSTILE.map(lambda text: text.encode("utf-8", "surrogatepass")),
    status=st.sampled_from(list(Status)),
    deterministic=st.booleans(),
    minimised_from=st.integers(0, 1000),
    path=HOSTILE,
    reason=HOSTILE,
    options=st.just(()) | st.tuples(HOSTILE, HOSTILE, HOSTILE),
)


@given(FINDINGS)
def test_every_line_is_inert(finding: Finding) -> None:
    """No raw control, no bidirectional character and no CI command comes out of a card, whatever went in."""
    for line in card(finding):
        assert line.isprintable(), ascii(line)
        assert "::" not in line
        assert "##[" not in line
        line.encode("utf-8")


def test_pieces_do_not_join_to_a_command() -> None:
    """A file's name that ends with a colon makes no `::` with the one that follows it."""
    verdict = Verdict(Outcome.CRASH, frames=(Frame("m", "f:", "a:", 1),))
    assert not [line for line in card(Finding("pin", verdict, b"x")) if "::" in line]


FINDING = Finding(
    target="pin",
    verdict=Verdict(
        Outcome.CRASH, "IndexError", "out of range", "", "shop:pin",
        tuple(Frame("shop", f"f{number}", "shop.py", number) for number in range(9)),
    ),
    data=b"\xff\x00",
    minimised_from=70,
    path="corpus/pin/regressions/0123",
)  # fmt: skip


def test_a_card() -> None:
    """What broke, the input with a dump where it is no text, the innermost frames, the command, the place."""
    assert list(card(FINDING)) == [
        f"crash  pin  [new]  {FINDING.id}",
        "  the parser raised IndexError, which the contract does not allow: out of range",
        '  input (2 bytes, minimised from 70):  b"\\xff\\x00"',
        "    000000  ff 00                                            |..|",
        "    … 3 frames further out",
        *(f"    shop.py:{number}  in f{number}" for number in range(3, 9)),
        "  replay:  fuzzlab replay pin --input corpus/pin/regressions/0123",
        "  saved:   corpus/pin/regressions/0123",
    ]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.is_violation])
def test_sentences(outcome: Outcome) -> None:
    """Every violation has a sentence that begins with the parser and says more than its outcome."""
    text = sentence(Verdict(outcome, "exit 0", "did something", "a clause"))
    assert text.startswith("the parser ")
    assert len(text) > len("the parser ") + len(outcome)


def test_the_command_of_an_adhoc_target() -> None:
    """A shell reads the command as the same words, whatever the names are."""
    finding = Finding(
        target="x", verdict=FINDING.verdict, data=b"", path="a b/$(id)", options=("m:f", "json", "m:Error", "n:Other")
    )
    assert shlex.split(replay_command(finding)) == [
        "fuzzlab", "replay", "m:f", "--format", "json", "--allow", "m:Error", "--allow", "n:Other",
        "--input", "a b/$(id)",
    ]  # fmt: skip


def test_a_recursion_and_a_chain() -> None:
    """A cycle of calls stands once with its count; each cause with its message and its line; a regression first."""
    verdict = Verdict(
        Outcome.CRASH, "KeyError", "'x'", "", "shop:pin",
        (Frame("shop", "pin", "shop.py", 3), Frame("shop", "walk", "shop.py", 9, 498)),
        (
            Cause("ValueError", "bad\namount", "shop:read", "shop.py:20", explicit=True),
            Cause("IndexError", "", "shop:read", "shop.py:18", explicit=False),
        ),
    )  # fmt: skip
    other = Finding("pin", verdict, b"yy", path="corpus/pin/regressions/4567")
    lines = list(card(replace(FINDING, verdict=verdict, status=Status.REGRESSED, evidence=(other,))))
    assert lines[1] == "  REGRESSED: it was fixed, and is back"
    assert lines[5:9] == [
        "    shop.py:3  in pin",
        "    shop.py:9  in walk  (498 times)",
        "    caused by ValueError: bad\\namount, at shop.py:20",
        "    while handling IndexError, at shop.py:18",
    ]
    assert "  also:    corpus/pin/regressions/4567, at shop.py:3" in lines


def test_frames_further_out_are_counted_as_they_stood() -> None:
    """What a card leaves out counts each turn of a cycle."""
    frames = (Frame("m", "walk", "m.py", 1, 100), *(Frame("m", f"f{n}", "m.py", n) for n in range(6)))
    assert next(frame_lines(Verdict(Outcome.CRASH, frames=frames))) == "… 100 frames further out"


@given(st.builds(Moment, HOSTILE, st.sampled_from(list(Status)), HOSTILE, HOSTILE, HOSTILE), HOSTILE)
def test_every_line_of_a_history_is_inert(moment: Moment, date: str) -> None:
    """Records are committed by anybody: nothing in a history reaches a terminal or a log unescaped."""
    for line in history_lines(replace(FINDING, date=date, history=(moment,))):
        assert line.isprintable(), ascii(line)
        assert "::" not in line
        assert "##[" not in line
