"""From recordings to a corpus: what is chosen, in which shape, and what the real recordings give."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzlab import formats
from fuzzlab.corpus import Corpus
from fuzzlab.errors import UserError
from fuzzlab.formats import Format, HttpMessage
from fuzzlab.importers import Exchange, Flaw, Response
from fuzzlab.project import Project
from fuzzlab.target import Target, build
from fuzzlab.traffic import IMPORTERS, Import, Part, gather, matcher
from fuzzlab.verdict import input_id
from tests.importers.traffic import PLANTED, SPELLINGS, place

GOLDEN = Path(__file__).parent / "importers" / "golden"
REWRITE = "FUZZLAB_REWRITE_GOLDEN"
"""Set in the environment, it makes the golden files what is imported now."""

RECORDINGS = ["chrome.har", "firefox.har", "vcrpy.yaml", "vcrpy.json", "ruby.yml", "messages"]
GITHUB = formats.signers.github("a test's secret")


def target_of(form: Format[Any]) -> Target:
    """Give a target of a format."""
    return build(lambda value: value, home="here", name="it", format=form)


HTTP = target_of(formats.http(body=formats.json(), signer=GITHUB))
JSON = target_of(formats.json())
RAW = target_of(formats.raw())


def imported(target: Target, paths: list[Path], **options: Any) -> Import:
    """Import recordings."""
    made = Import(target, **options)
    made.take(gather(paths))
    return made


def exchange(request: HttpMessage | None, response: bytes | None = None, **more: Any) -> Exchange:
    """Give one exchange."""
    answer = None if response is None else Response(200, "OK", (), response)
    return Exchange("x", 1, "a.example", request, answer, **more)


def taken(target: Target, *entries: Exchange | Flaw, **options: Any) -> Import:
    """Import exchanges."""
    made = Import(target, **options)
    made.take(entries)
    return made


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize(
    ("target", "part"), [(HTTP, None), (JSON, None), (RAW, Part.RESPONSE)], ids=["http", "json", "answer"]
)
def test_golden(tmp_path: Path, name: str, target: Target, part: Part | None) -> None:
    """Each real-looking recording gives these inputs, these replacements and these flaws, and no other."""
    made = imported(target, place(tmp_path, name), part=part)
    lines = []
    for found in made.inputs:
        lines += [f"== entry {found.number}, {found.part}, signed again: {found.signed}, decodable: {found.decodable}"]
        lines += [repr(line)[2:-1] for line in found.data.split(b"\n")]
    lines += [f"-- {r.number} {r.kind.value} {r.place} {r.count}" for r in made.replaced]
    lines += [f"!! {flaw.number} {flaw.why}" for flaw in made.flaws]
    text = "\n".join(lines) + "\n"
    path = GOLDEN / f"{name}.{target.format.name}.txt"
    if REWRITE in os.environ:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    for secret in SPELLINGS:
        assert secret not in text
    assert made.inputs


def test_secrets_keep_their_relations(tmp_path: Path) -> None:
    """What one entry gave out and another sent back is still the same."""
    made = imported(RAW, place(tmp_path, "chrome.har"), part=Part.RESPONSE)
    sids = {part.split(b"sid=")[1].split(b";")[0] for part in (m.data for m in made.inputs) if b"sid=" in part}
    (sid,) = sids
    assert b'"trace":"' + sid + b'"' in made.inputs[1].data
    assert sid != PLANTED["SESSION"].encode()


def test_what_was_imported_is_imported_as_it_is(tmp_path: Path) -> None:
    """Each input of the real-looking recordings, as a raw message and in no company, comes out as it went in."""
    for name in RECORDINGS:
        for number, made in enumerate(imported(HTTP, place(tmp_path, name)).inputs):
            again = tmp_path / f"{name}.{number}.http"
            again.write_bytes(made.data)
            second = imported(HTTP, [again])
            assert [found.data for found in second.inputs] == [made.data]
            assert second.replaced == []


BODY = b'{"a":1}'
ASKED = HttpMessage("POST", "/p?q", (("Host", "a.example"), ("Content-Length", "7")), BODY)
TABLE: list[tuple[Target, Part | None, str, bytes]] = [
    (HTTP, None, "request", b"POST /p"), (HTTP, Part.REQUEST, "request", b"POST /p"),
    (HTTP, Part.BODY, "request body", b"POST / "), (HTTP, Part.RESPONSE_BODY, "response body", b"POST / "),
    (JSON, None, "request body", BODY), (JSON, Part.REQUEST, "request body", BODY),
    (JSON, Part.RESPONSE, "response body", b"[2]"), (JSON, Part.RESPONSE_BODY, "response body", b"[2]"),
    (RAW, None, "request body", BODY), (RAW, Part.REQUEST, "request", b"POST /p"),
    (RAW, Part.RESPONSE, "response", b"HTTP/1.1 200 OK"), (RAW, Part.RESPONSE_BODY, "response body", b"[2]"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "part", "expected", "begins"), TABLE)
def test_parts(target: Target, part: Part | None, expected: str, begins: bytes) -> None:
    """What each part is for each format."""
    (made,) = taken(target, exchange(ASKED, b"[2]"), part=part).inputs
    assert made.part == expected
    assert made.data.startswith(begins)
    assert made.decodable
    target.format.decode(made.data)


def test_a_body_is_the_side_s_that_has_one() -> None:
    """The request's, else the response's; both are counted; none is a flaw."""
    got = HttpMessage("GET", "/")
    made = taken(JSON, exchange(ASKED, b"[2]"), exchange(got, b"[2]"), exchange(got, b""), exchange(got))
    assert [found.data for found in made.inputs] == [BODY, b"[2]"]
    assert made.both == 1
    assert [flaw.why for flaw in made.flaws] == ["it has no body", "it has no response"]


def test_a_whole_response_has_no_place_in_a_request() -> None:
    """The mistake is said before anything is read."""
    with pytest.raises(UserError, match="response-body"):
        Import(HTTP, part=Part.RESPONSE)


def test_signed_bodies_are_signed_again() -> None:
    """What was signed is accepted by who knows the test's secret; what was not is left unsigned."""
    mail = b'{"email":"someone@corp.example"}'
    signed = ASKED.with_body(mail).with_header("X-Hub-Signature-256", "sha256=" + "ab" * 32)
    made = taken(HTTP, exchange(signed), exchange(ASKED))
    first, second = (formats.http().decode(found.data) for found in made.inputs)
    assert GITHUB.sign(first) == first
    assert first.body != mail
    assert second.header("X-Hub-Signature-256") is None
    assert [found.signed for found in made.inputs] == [True, False]
    plain = taken(target_of(formats.http()), exchange(signed))
    assert b"ab" * 32 not in plain.inputs[0].data


@pytest.mark.parametrize(
    "signer",
    [
        formats.signers.stripe("s", timestamp=7),
        formats.signers.standard_webhooks(b"s", timestamp=7),
        formats.signers.hmac("s", header="X"),
    ],
)
def test_time_stamps_are_the_test_s(signer: formats.signers.Signer) -> None:
    """The signer's own headers, all of them, are what it writes today and in a year."""
    old = ASKED
    for name in signer.headers:
        old = old.with_header(name, "t=1700000000,v1=" + "cd" * 32)
    (made,) = taken(target_of(formats.http(signer=signer)), exchange(old)).inputs
    message = formats.http().decode(made.data)
    assert signer.sign(message) == message
    assert b"1700000000" not in made.data


def test_coded_bodies_are_read_and_coded_again() -> None:
    """A secret inside gzip is found; a body without one keeps its bytes; a coding unknown here is a flaw."""
    packed = gzip_of(b'{"email":"someone@corp.example"}')
    request = (
        ASKED.with_body(packed).with_header("Content-Encoding", "gzip").with_header("Content-Length", str(len(packed)))
    )
    (whole,) = taken(target_of(formats.http()), exchange(request)).inputs
    message = formats.http().decode(whole.data)
    assert b"corp.example" not in ungzip(message.body)
    assert ungzip(message.body).startswith(b'{"email":"')
    assert message.header("Content-Length") == str(len(message.body))
    (body,) = taken(JSON, exchange(request)).inputs
    assert body.data == ungzip(message.body)
    clean = request.with_body(b"\x1f\x8b" + gzip_of(BODY)[2:])
    (kept,) = taken(target_of(formats.http()), exchange(clean)).inputs
    assert formats.http().decode(kept.data).body == clean.body
    (flaw,) = taken(JSON, exchange(request.with_header("Content-Encoding", "br"))).flaws
    assert "br" in flaw.why


def gzip_of(data: bytes) -> bytes:
    """Pack."""
    return gzip.compress(data, mtime=0)


def ungzip(data: bytes) -> bytes:
    """Unpack."""
    return gzip.decompress(data)


def test_what_is_clean_keeps_every_byte() -> None:
    """A raw message without secrets is stored as it came, odd spacing and all."""
    raw = b"POST  /x HTTP/1.0\nhost:a\nX :  y \n\nbody"
    (found,) = IMPORTERS["raw"].read(raw, "m")
    made = taken(target_of(formats.http()), found)
    assert [item.data for item in made.inputs] == [raw]


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("a.example", "a.example/x", True), ("a.example/x", "a.example/x", True),
        ("a.example/x", "a.example/x/y", True),
        ("a.example/x", "a.example/xy", False), ("a.example/x/", "a.example/x", False),
        ("*.example", "a.example/", True),
        ("A.Example", "a.example/", True), ("a.example", "b.a.example/", False), ("/x", "b.example/x", True),
        ("*/x/*/z", "a.example/x/1/2/z", True), ("*", "a.example/", True),
        ("a.example/*.json", "a.example/b/c.json", True),
        ("https://a.example/x?y=1", "a.example/x", True), ("a.example", "a.example:8080/", True),
        ("a.example:81", "a.example:8080/", False), ("a.example:8080/", "a.example:8080/x", True),
        ("a.exampl.", "a.example/", False), ("[a].example", "a.example/", False),
    ],
)  # fmt: skip
def test_patterns(pattern: str, url: str, expected: bool) -> None:
    """Host and path, `*` for anything, a path with what lies below it."""
    host, _, path = url.partition("/")
    assert matcher([pattern])(Exchange("x", 1, host, HttpMessage("GET", f"/{path}?q"), None)) is expected
    assert matcher([])(exchange(None))


def test_nothing_matched_says_what_there_is() -> None:
    """The hosts of the recording, without a secret in them."""
    with pytest.raises(UserError, match=r"matches none of 1 entry; hosts: a\.example"):
        taken(JSON, exchange(ASKED), patterns=["b.example"])


def test_stored_once_and_never_over_another(project: Project) -> None:
    """Duplicates are told, people's names for the same content too, and a file that is there stays."""
    made = taken(JSON, exchange(ASKED), exchange(ASKED), exchange(HttpMessage("GET", "/"), b"[1]"))
    corpus = Corpus(project, "it", print)
    corpus.seeds_folder.mkdir(parents=True)
    (corpus.seeds_folder / "by-hand.json").write_bytes(b"[1]")
    planned = made.store(corpus, regressions=False, dry_run=True)
    assert [path.name for path in corpus.seeds_folder.iterdir()] == ["by-hand.json"]
    stored = made.store(corpus, regressions=False)
    assert stored == planned == {input_id(BODY): corpus.seeds_folder / input_id(BODY), input_id(b"[1]"): None}
    assert sorted(corpus.seeds()) == [b"[1]", BODY]
    assert set(made.store(corpus, regressions=False).values()) == {None}


def test_a_regression_is_replayed_and_not_yet_a_finding(project: Project) -> None:
    """Recorded before it is fixed: in regressions, by its content, without a sidecar."""
    corpus = Corpus(project, "it", print)
    taken(JSON, exchange(ASKED)).store(corpus, regressions=True)
    assert list(corpus.regressions()) == [BODY]
    assert list(corpus.findings()) == []
    assert list(corpus.seeds()) == []


def test_files_that_are_none(tmp_path: Path) -> None:
    """A pipe, an empty folder, a file too large, one of no kind: a flaw each, and what is good is read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").write_bytes(b"hello")
    with (tmp_path / "large").open("wb") as file:
        file.truncate((128 << 20) + 1)
    (tmp_path / "good").write_bytes(b"GET / HTTP/1.1\r\n\r\n")
    found = list(gather([tmp_path / name for name in ("pipe", "empty", "notes", "large", "good")]))
    assert [type(item) for item in found] == [Flaw, Flaw, Flaw, Flaw, Exchange]
    assert all(item.number == 0 for item in found[:-1])
    with pytest.raises(UserError, match="No such file"):
        list(gather([tmp_path / "nowhere"]))


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    """Folders inside it too, hidden files not, each file by what it is."""
    (tmp_path / "b").mkdir()
    for name in ("b/2", "a", ".hidden", "c"):
        (tmp_path / name).write_bytes(f"GET /{name} HTTP/1.1\r\n\r\n".encode())
    assert [item.path for item in gather([tmp_path]) if isinstance(item, Exchange)] == ["/a", "/b/2", "/c"]


names = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=8)
messages = st.builds(
    HttpMessage,
    st.sampled_from(["GET", "POST"]),
    names.map(lambda path: f"/{path}"),
    st.lists(st.tuples(names, names), max_size=3).map(tuple),
    st.binary(max_size=30),
)


@settings(max_examples=200)
@given(messages, st.sampled_from([HTTP, JSON, RAW]), st.sampled_from([None, Part.REQUEST, Part.BODY]))
def test_any_exchange_is_an_input_or_a_flaw(message: HttpMessage, target: Target, part: Part | None) -> None:
    """No exception, and a whole request is one that its format reads."""
    made = taken(target, exchange(message, b"x"), part=part)
    assert len(made.inputs) + len(made.flaws) == 1
    if made.inputs and target is HTTP:
        HTTP.format.decode(made.inputs[0].data)
