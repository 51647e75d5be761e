"""The live page over HTTP: who gets it, what stands in its headers, that it can do nothing but be read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from fuzzlab.feed import Feed
from fuzzlab.follower import Follower
from fuzzlab.journal import Journal
from fuzzlab.livepage import LivePage
from fuzzlab.project import Project
from tests.reports.runs import events, hostile_events

TOKEN, PORT = "a-token_of_43_characters", 8600
HOST = f"http://127.0.0.1:{PORT}"


class _Ending:
    """The server ends at the look after so many."""

    def __init__(self) -> None:
        self.left = 10**9

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.fixture
def ending() -> _Ending:
    return _Ending()


@pytest.fixture
def client(project: Project, ending: _Ending) -> Iterator[TestClient]:
    """Give a browser of a page about an ordinary run."""
    journal = Journal(project)
    for event in events()[:-1]:
        journal.event(event)
    feed = Feed(Follower(project), project.root)
    feed.look(is_watched=True)
    page = LivePage(feed, token=TOKEN, port=PORT, is_ending=ending)
    with TestClient(page.app, base_url=HOST) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/events", "/nowhere", "/favicon.ico", "/static/x"])
@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=wrong", "?token=A-token_of_43_characters", f"?token={TOKEN}&token={TOKEN}",
              f"?Token={TOKEN}", f"?token={TOKEN}%00", "?token=%ff", f"?t={TOKEN}", "?" + "&" * 100 + f"token={TOKEN}"],
)  # fmt: skip
def test_without_the_token_nothing(client: TestClient, path: str, query: str) -> None:
    """No route answers without the token, or says whether it is there; none sets a cookie."""
    refused = client.get(path + query)
    assert refused.status_code == 403
    assert TOKEN not in refused.text
    assert "cookie" not in " ".join(refused.headers)


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "localhost",
                                  f"127.0.0.1:{PORT}.evil.example", f"[::1]:{PORT}", "", "localhost."])  # fmt: skip
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    """A name that somebody else made resolve to this machine opens nothing, the token or not (DNS rebinding)."""
    assert client.get(f"/?token={TOKEN}", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_its_own_hosts(client: TestClient, host: str) -> None:
    """It is reached by the two names that it has."""
    assert client.get(f"/?token={TOKEN}", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"])
def test_it_can_only_be_read(client: TestClient, method: str) -> None:
    """There is no verb but GET; a preflight of another origin is refused as well."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    refused = client.request(method, f"/?token={TOKEN}", headers=headers)
    assert refused.status_code == (200 if method == "get" else 405)  # the client writes it in capitals
    assert not [name for name in refused.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", [f"/?token={TOKEN}", "/", f"/nowhere?token={TOKEN}", f"/events/?token={TOKEN}"])
def test_headers_of_all_answers(client: TestClient, path: str) -> None:
    """Whatever the answer is, nothing keeps it, frames it, guesses its type, or learns its address."""
    headers = client.get(path, follow_redirects=False).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control") or name in ("set-cookie", "server")]
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy.pop("style-src").startswith("'sha256-")
    assert policy.pop("script-src").startswith("'sha256-")
    assert policy == {
        "default-src": "'none'", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
        "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "fuzzlab",
    }  # fmt: skip


def test_the_policy_allows_what_is_there(client: TestClient) -> None:
    """The hashes are those of the one script and the one style that the page has."""
    answer = client.get(f"/?token={TOKEN}")
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert TOKEN not in answer.text
    assert "2 open findings" in answer.text


def _messages(client: TestClient, query: str = "", **headers: str) -> list[tuple[str, str, str]]:
    """Read a stream to its end, as names, ids and data."""
    answer = client.get(f"/events?token={TOKEN}{query}", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and line[0] != ":")
        if "event" in fields:
            found.append((fields["event"], fields.get("id", ""), fields["data"]))
    return found


def test_events_until_the_end(client: TestClient, ending: _Ending) -> None:
    """A stream begins with all of the page, and with what is new for one who was there; it ends with the server."""
    ending.left = 0
    first, *_, last = _messages(client)
    document = json.loads(first[2])
    assert (first[0], last[0]) == ("page", "end")
    assert {"head", "summary", "findings", "target-1", "target-2", "target-3"} == set(document["parts"])
    again = _messages(client, **{"Last-Event-ID": first[1]})
    assert "target-1" not in json.loads(again[0][2])["parts"]
    by_address = _messages(client, f"&after={first[1]}")
    assert by_address == again
    assert json.loads(again[0][2])["kind"] == "closed"


def test_hostile_texts_stay_in_their_line(project: Project) -> None:
    """What others wrote ends no event and begins none."""
    journal = Journal(project)
    for event in hostile_events(text="\n\nevent: end\ndata: {}\n\n\r\rid: 7\r\r\u2028data: x"):
        journal.event(event)
    page = LivePage(Feed(Follower(project), project.root), token=TOKEN, port=PORT, is_ending=lambda: True)
    with TestClient(page.app, base_url=HOST) as client:
        answer = client.get(f"/events?token={TOKEN}").text
    assert re.findall(r"^event: .*$", answer, re.MULTILINE)[-1] == "event: end"
    assert "\r" not in answer
    lines = [line for line in answer.split("\n") if line]
    assert {line.split(":")[0] for line in lines} == {"retry", "event", "id", "data"}
    assert sum(line.startswith("event: end") for line in lines) == 1
