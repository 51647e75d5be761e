"""What a person is told who made a mistake, as a set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuzzlab.cli import main
from tests.messages import Message, messages

MESSAGES = list(messages())

FILLERS = re.compile(r"\b(please|sorry|oops|invalid|illegal|bad|error:|failed)\b", re.IGNORECASE)
"""Words that say nothing: what is wrong with it, and what would be right?"""

NAMES = ("Ed25519", "Budget(", "Clock(")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.place)
def test_a_message_reads_as_all_do(message: Message) -> None:
    """One line, no sentence: it begins with a name or in lower case, has no full stop, no exclamation and no filler."""
    text = message.text
    assert text.strip(), "an empty message"
    assert "\n" not in text
    assert not text.endswith("."), text
    assert "!" not in text
    assert "  " not in text
    assert FILLERS.search(text) is None, text
    assert text.startswith(NAMES) or not (text[0].isupper()), text


def test_there_are_many() -> None:
    """The walk sees the source: a hundred messages, in most folders."""
    assert len(MESSAGES) > 100
    assert len({Path(message.place.partition(":")[0]).parent for message in MESSAGES}) >= 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["fuzz", "--tme", "3"],
            "fuzzlab: no such option '--tme' (did you mean '--time'?); `fuzzlab fuzz --help` shows",
        ),
        (["new"], "fuzzlab: missing argument 'MODULE:FUNCTION'; `fuzzlab new --help` shows what there is\n"),
        (
            ["findings", "accept"],
            "fuzzlab: missing argument 'ID'; `fuzzlab findings accept --help` shows what there is\n",
        ),
        (["fuz"], "fuzzlab: no command 'fuz' (did you mean 'fuzz'?); there are "),
    ],
)
def test_what_click_says_reads_as_ours(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Lower case, no full stop, and where the right thing stands."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(said)
    assert told.count("\n") == 1
