"""A run's findings as SARIF 2.1.0, held against the official schema.

`sarif-2.1.0-rtm.5.json` is the schema of the OASIS standard as the npm package @microsoft/jest-sarif 1.0.0-beta.0
carries it (MIT licence), unchanged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from fuzzlab.account import account
from fuzzlab.reports.sarif import sarif
from tests.reports.runs import golden, hostile_run, run

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_bytes())


def _valid(text: str) -> Any:
    document = json.loads(text)
    kind = jsonschema.validators.validator_for(SCHEMA)
    kind.check_schema(SCHEMA)
    kind(SCHEMA, format_checker=kind.FORMAT_CHECKER).validate(document)
    return document["runs"][0]


def test_golden(tmp_path: Path, *, rewrite: bool) -> None:
    """It is valid; a result has the finding's id, and stands at the innermost line inside the project."""
    (tmp_path / "shop.py").write_text("x = 1\n", encoding="utf-8")
    text = sarif(run(), tmp_path)
    golden("results.sarif", text, rewrite=rewrite)
    results = _valid(text)["results"]
    assert [r["fingerprints"]["fuzzlabFinding/v1"] for r in results] == [f.id for f in run().findings]
    place = results[1]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "shop.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 12}}
    assert [bool(r.get("suppressions")) for r in results] == [False, False, True]


def test_a_schema_that_refuses() -> None:
    """The schema is one: a result without a message is refused."""
    document = json.loads(sarif(run(), Path("/")))
    del document["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema.ValidationError):
        _valid(json.dumps(document))


def test_an_empty_run(tmp_path: Path) -> None:
    """A run that found nothing is valid too."""
    assert _valid(sarif(account([]), tmp_path))["results"] == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def test_hostile_texts_are_inert(tmp_path: Path) -> None:
    """No link and no placeholder in a message, no URI that leaves the project, no control anywhere."""
    text = sarif(hostile_run(), tmp_path)
    assert text.isascii()
    made = _valid(text)
    assert len(made["results"]) == 4
    for part in _texts(made["results"]):
        assert part.isprintable(), ascii(part)
        assert "::" not in part
        assert "##[" not in part
    messages = [r["message"]["text"] for r in made["results"]] + [
        stack["message"]["text"] for r in made["results"] for stack in r["stacks"]
    ]  # fmt: skip
    for message in messages:
        assert "[" not in message.replace("\\[", "")
        assert "{" not in message.replace("{{", "")
    for uri in _uris(made):
        split = urlsplit(uri)
        assert not split.scheme
        assert not split.netloc
        assert not split.query
        assert not split.fragment
        assert not uri.startswith("/")
        assert ".." not in unquote(uri).split("/")


def _uris(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["uri"]] if "uri" in value else []
        return own + [uri for part in value.values() for uri in _uris(part)]
    return [uri for part in value for uri in _uris(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x.py", "C:\\x.py", "https://evil.example/x.py", "a b/é.py"])
def test_a_path_stays_inside(tmp_path: Path, path: str) -> None:
    """Whatever a record says, its URI is relative and below the root."""
    made = _valid(sarif(hostile_run(text=path), tmp_path))
    for uri in _uris(made["results"]):
        assert not urlsplit(uri).scheme
        assert not uri.startswith("/")
        assert ".." not in unquote(uri).split("/")
