"""A finding's bytes never act: what every command prints, in a terminal and in the log of a CI system."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest

from fuzzlab.account import Account
from fuzzlab.card import card, history_lines, passed_line
from fuzzlab.escape import escaped, one_line, shown_input
from fuzzlab.reports.junit import junit
from fuzzlab.reports.markdown import markdown
from fuzzlab.reports.prometheus import prometheus
from fuzzlab.reports.terminal import Terminal
from tests.reports.runs import HOSTILE, hostile_events, hostile_run

ATTACKS = {
    "CSI": "\x1b[2J\x1b[31m",
    "CSI in eight bits": "\x9b2J",
    "OSC 8, a link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52, the clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "OSC in eight bits": "\x9d52;c;ZXZpbA==\x9c",
    "DCS": "\x1bP1$r\x1b\\",
    "title": "\x1b]0;evil\x07",
    "bell, backspace": "\x07\x08\x08\x7f",
    "carriage return": "safe\revil",
    "bidirectional": "\u202etxt.exe\u2066",
    "GitHub's command": "\n::error file=a.py::pwned",
    "GitHub's command, at the beginning": "::set-output name=a::b",
    "GitHub's old command": "##[error]pwned",
    "Azure's command": "##vso[task.setvariable variable=a]b",
    "TeamCity's command": "##teamcity[testFailed name='a']",
    "GitLab's section": "\x1b[0Ksection_start:1:a\r\x1b[0Ktitle",
    "a mask": "::add-mask::a",
    "a stop": "::stop-commands::x",
}


def _terminal(run: str) -> str:
    stream = io.StringIO()
    terminal = Terminal(stream)
    for event in hostile_events(text=run):
        terminal.event(event)
    terminal.summary([], 1.0)
    return stream.getvalue()


def _cards(text: str) -> str:
    run = hostile_run(text=text)
    lines = [line for f in run.findings for line in (*card(f), passed_line(f), *history_lines(f))]
    return "\n".join([*lines, escaped(text), one_line(text), shown_input(text.encode("utf-8", "surrogatepass"))])


OUTPUTS: dict[str, Callable[[str], str]] = {
    "terminal": _terminal,
    "cards": _cards,
    "junit": lambda text: junit(hostile_run(text=text)),
    "markdown": lambda text: markdown(hostile_run(text=text)),
    "prometheus": lambda text: prometheus(hostile_run(text=text)),
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("attack", [*ATTACKS, "all"])
def test_no_line_acts(output: str, attack: str) -> None:
    """Every line is printable, and no line holds a command of a CI system, at its beginning or in its middle."""
    text = OUTPUTS[output](HOSTILE if attack == "all" else ATTACKS[attack])
    assert len(text) > 100
    for line in re.split("[\n\r\x0b\x0c\x85\u2028\u2029]", text.rstrip("\n")):
        assert line.isprintable(), ascii(line)
        assert "::" not in line
        assert "##[" not in line
        assert not re.search(r"##(vso|teamcity)\[", line), line


def test_an_account_holds_what_it_was_told() -> None:
    """The texts reach the reports as they were: it is they who make them inert."""
    run: Account = hostile_run()
    assert {f.verdict.message for f in run.findings} == {HOSTILE}
