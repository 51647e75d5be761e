"""Files that become seeds: nothing overwritten, nothing twice, nothing that is no input."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab.corpus import LARGEST, Corpus
from fuzzlab.errors import UserError
from fuzzlab.intake import Given, read_file, read_stream, take_in
from fuzzlab.project import Config, Project
from fuzzlab.verdict import input_id
from tests.projects import snapshot

GIVEN = st.lists(st.builds(Given, st.sampled_from(["", "a", "a.txt", ".a", "ä b", "../a", "-"]), st.binary(max_size=2)))


@settings(deadline=None, max_examples=50)
@given(GIVEN, GIVEN)
def test_each_content_becomes_one_seed(first: list[Given], second: list[Given]) -> None:
    """Afterwards every content is a seed, exactly once, under a plain name; what was there is as it was."""
    with tempfile.TemporaryDirectory() as name:
        corpus = Corpus(Project(Path(name), Config()), "parse", print)
        take_in(corpus, first)
        before = snapshot(corpus.seeds_folder)
        added = take_in(corpus, second)
        after = snapshot(corpus.seeds_folder)
        assert before.items() <= after.items()
        assert sorted(corpus.seeds()) == sorted({g.data for g in [*first, *second]})
        assert snapshot(Path(name)).keys() == {f"corpus/parse/seeds/{seed}" for seed in after}
        assert all(seed.isascii() and not seed.startswith((".", "-")) for seed in after)
        assert [one.id for one in added] == [input_id(g.data) for g in second]
        assert all((Path(name) / one.path).read_bytes() == g.data for one, g in zip(added, second, strict=True))


def test_names(project: Project) -> None:
    """A file's own name, made plain; with a part of its id where that is taken; its id where there is none."""
    corpus = Corpus(project, "parse", print)
    given_ones = [Given("order 1;.json", b"1"), Given("order 1;.json", b"2"), Given("", b"3"), Given("x" * 300, b"4")]
    names = [Path(one.path).name for one in take_in(corpus, given_ones)]
    assert names == ["order_1_.json", f"order_1_-{input_id(b'2')[:8]}.json", input_id(b"3"), "x" * 100]
    (named,) = take_in(corpus, [Given("ignored", b"5")], name="hello")
    assert named.path == "corpus/parse/seeds/hello"


def test_a_regression_is_there_already(project: Project) -> None:
    """What is a regression is run at every replay: as a seed it would add nothing."""
    corpus = Corpus(project, "parse", print)
    corpus.regressions_folder.mkdir(parents=True)
    (corpus.regressions_folder / input_id(b"1")).write_bytes(b"1")
    (one,) = take_in(corpus, [Given("a", b"1")])
    assert one.was_there
    assert one.path == f"corpus/parse/regressions/{input_id(b'1')}"
    assert not corpus.seeds_folder.exists()


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "-rf", "ä", "x" * 101, "a\nb"])
def test_a_wanted_name_must_be_one(project: Project, name: str) -> None:
    """`--name` is taken as it is or refused."""
    with pytest.raises(UserError, match="--name"):
        take_in(Corpus(project, "parse", print), [Given("", b"1")], name=name)
    assert not snapshot(project.root)


def test_a_wanted_name_may_be_taken(project: Project) -> None:
    """A seed of that name stays as it is."""
    corpus = Corpus(project, "parse", print)
    take_in(corpus, [Given("a", b"1")])
    with pytest.raises(UserError, match="another content"):
        take_in(corpus, [Given("", b"2")], name="a")
    assert list(corpus.seeds()) == [b"1"]


def test_what_is_no_input(tmp_path: Path) -> None:
    """A folder, a pipe, a device, a file too large, none at all: one line each."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", LARGEST + 1)
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), tmp_path / "huge", tmp_path / "none"):
        with pytest.raises(UserError, match=str(path)):
            read_file(path)
    os.truncate(tmp_path / "huge", LARGEST)
    assert len(read_file(tmp_path / "huge").data) == LARGEST
    with pytest.raises(UserError, match="standard input"):
        read_stream(io.BytesIO(bytes(LARGEST + 1)))
    assert read_stream(io.BytesIO(b"1")) == Given("", b"1")
