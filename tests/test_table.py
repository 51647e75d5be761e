"""Results as a table, for any number of columns."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from fuzzlab.events import TargetResult
from fuzzlab.table import FINAL, LIVE, Line, Standing, Style, Table, age, clock, rate
from fuzzlab.verdict import Finding, Outcome, Verdict

HOSTILE = "\x1b[31m漢字::error::##[x]\u202e\ud800😀\n"
FINDINGS = tuple(Finding("pin", Verdict(Outcome.CRASH, f"E{n}"), bytes([n])) for n in range(41))
RESULT = TargetResult(
    name="pin", executions=12_345_678, seconds=3_723.0, accepted=2_345_679, rejected=9_876_543, coverage=4_321,
    corpus_size=1_987, worker_restarts=17, findings=FINDINGS, newest=61.0, workers=3,
)  # fmt: skip
ROWS = [
    Standing(result=RESULT, rate=65_432.1, age=61.0),
    Standing(result=TargetResult(name=HOSTILE)),
    Standing(result=TargetResult(name="long." * 40 + "end"), is_started=False),
]
NUMBERS = ["12,345,678", "65,432", "2,345,679", "9,876,543", "4,321", "1,987", "17", "1:02:03", "3", "41", "1 min"]


def text_of(line: Line) -> str:
    return "".join(text for text, _ in line)


@pytest.mark.parametrize("is_live", [True, False])
def test_no_line_is_wider_than_the_screen(is_live: bool) -> None:
    """From 20 columns to 250, with names that are long, wide or hostile; every line is printable."""
    for columns in range(20, 251):
        table = Table(LIVE if is_live else FINAL, is_live=is_live)
        for line in table.lines(ROWS, columns, total=ROWS[0]):
            assert cell_len(text_of(line)) <= columns
            assert text_of(line).isprintable()
            assert "::" not in text_of(line)


def test_every_number_is_shown_where_there_is_room() -> None:
    """At 200 columns each number of a result stands under its heading."""
    heading, row, *_ = map(text_of, Table(LIVE, is_live=True).lines(ROWS[:1], 200))
    words = heading.replace("a second", "rate").replace("last new", "newest").split()
    assert words == ["target", *(w.replace("a second", "rate").replace("last new", "newest") for w in LIVE)]
    assert row.replace("1 min", "1min").split() == ["●", "pin", *(n.replace("1 min", "1min") for n in NUMBERS)]
    for name, number in zip(LIVE, NUMBERS, strict=True):
        assert heading.index(name) + len(name) == row.index(f" {number}") + 1 + len(number)


def test_what_matters_stays() -> None:
    """At 80 columns stands what one watches; as the screen narrows, no column comes back, and the findings stay."""
    seen = [set(LIVE)]
    for columns in range(200, 19, -1):
        heading = text_of(Table(LIVE, is_live=True).lines(ROWS[:1], columns)[0])
        seen.append({name for name in LIVE if name in heading})
        assert seen[-1] <= seen[-2]
        if columns == 80:
            assert seen[-1] >= {"executions", "a second", "coverage", "corpus", "findings", "last new"}
    assert seen[-1] == {"findings"}


def test_columns_only_grow() -> None:
    """A number that becomes shorter moves nothing."""
    table = Table(LIVE, is_live=True)
    (wide, _), (narrow, _) = table.lines(ROWS[:1], 200), table.lines([Standing(result=TargetResult(name="p"))], 200)
    assert text_of(wide) == text_of(narrow)


def test_a_final_table_keeps_names() -> None:
    """A name that a log will be searched for costs numbers rather than its middle."""
    name = "package.module_of:parse"
    rows = [Standing(result=TargetResult(name=name, executions=5))]
    assert name in text_of(Table(FINAL, is_live=False).lines(rows, 80)[1])
    assert name not in text_of(Table(LIVE, is_live=True).lines(rows, 80)[1])
    longer = [Standing(result=TargetResult(name="package.module.of_somebody.else:parse_vendor"))]
    assert longer[0].result.name in text_of(Table(FINAL, is_live=False).lines(longer, 120)[1])  # as wide as a log


def test_findings_stand_out() -> None:
    """A number of findings above zero is an alarm, in a row only."""
    heading, row, none, total = Table(LIVE, is_live=True).lines(ROWS[:2], 200, total=ROWS[0])
    assert [text for text, style in row if style is Style.ALARM] == ["41"]
    for line in (heading, none, total):
        assert not [text for text, style in line if style is Style.ALARM]


def test_units() -> None:
    """Rates, clocks and ages as people write them."""
    assert [rate(r) for r in (0, 0.25, 9.94, 10, 1234.5)] == ["-", "0.2", "9.9", "10", "1,234"]
    assert [clock(s) for s in (0, 7.9, 754, 3_723, 90_000)] == ["0:00", "0:07", "12:34", "1:02:03", "25:00:00"]
    assert [age(s) for s in (0.2, 59.9, 119, 7_300, 200_000)] == ["0 s", "59 s", "1 min", "2 h", "2 d"]
