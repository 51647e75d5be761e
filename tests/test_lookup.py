"""A stored input by its id, shown so that nothing of it acts on a terminal."""

from __future__ import annotations

import pytest

from fuzzlab.corpus import Corpus, Role
from fuzzlab.errors import UserError
from fuzzlab.lookup import input_card, look_up
from fuzzlab.project import Project
from fuzzlab.target import Target, build
from fuzzlab.verdict import Finding, Outcome, Status, Verdict, input_id


def _parse(value: dict[str, int]) -> None:
    raise NotImplementedError(value)


def _target() -> Target:
    return build(_parse, home=__name__, name="parse", format=None, allow=None, options=())


def test_all_that_is_known_of_it(project: Project) -> None:
    """Every place, the value for each registered target, the verdict on record; found by any beginning of its id."""
    data = b'{"a": 1}'
    corpus, other = Corpus(project, "parse", print), Corpus(project, "other", print)
    verdict = Verdict(Outcome.CRASH, "KeyError", place="m:f")
    saved = corpus.save(Finding(target="parse", verdict=verdict, data=data, status=Status.KNOWN))
    corpus.add_coverage(data)
    corpus.add_coverage(b"else")
    other.seeds_folder.mkdir(parents=True)
    (other.seeds_folder / "one").write_bytes(data)
    for length in (4, 16):
        wanted = input_id(data)[:length].upper()
        found = look_up(project, ["parse", "other"], {"parse": _target()}, wanted, print)
        assert found.data == data
        assert [(p.target, p.role, p.path) for p in found.places] == [
            ("parse", Role.REGRESSION, saved.path),
            ("parse", Role.COVERAGE, f".fuzzlab/coverage/parse/{found.id}"),
            ("other", Role.SEED, "corpus/other/seeds/one"),
        ]
        assert [(v.target, v.value) for v in found.values] == [("parse", "{'a': 1}")]
        assert found.findings == (saved,)


@pytest.mark.parametrize("data", [b"\x1b[2J##[error]", b"\xff\x00\n::set-env", '{"\u202e": "\x9b31m"}'.encode()])
def test_its_card_is_safe(project: Project, data: bytes) -> None:
    """Whatever it holds, each line of the card is printable and begins no command of a CI system."""
    Corpus(project, "parse", print).add_coverage(data)
    lines = list(input_card(look_up(project, ["parse"], {"parse": _target()}, input_id(data), print)))
    assert lines[0].startswith(input_id(data))
    assert all(line.isprintable() and "##[" not in line and "::" not in line for line in lines)
    assert lines[-1] == "  verdict:  none on record"
    assert any("value for parse (json)" in line for line in lines)


def test_what_is_not_found(project: Project) -> None:
    """Nothing, too much, a typo, a file that lies: one line, with the nearest id."""
    corpus = Corpus(project, "parse", print)

    def refused(wanted: str) -> str:
        with pytest.raises(UserError) as error:
            look_up(project, ["parse"], {}, wanted, print)
        return str(error.value)

    assert refused("") == "no stored input with id ''"
    for number in range(40):
        corpus.add_coverage(b"%d" % number)
    ids = sorted(input_id(b"%d" % number) for number in range(40))
    ambiguous = next(d for d in "0123456789abcdef" if sum(i.startswith(d) for i in ids) > 1)
    assert "stored inputs begin with" in refused(ambiguous)
    assert f"did you mean '{ids[7]}'" in refused(ids[7][:15] + ("0" if ids[7][15] != "0" else "1"))
    assert refused("") == "no stored input with id ''"
    (corpus.coverage_folder / ids[3]).write_bytes(b"cut short")
    assert "does not hold what its name says" in refused(ids[3])
