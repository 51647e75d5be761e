"""What a live page is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fuzzlab import feed as feeds
from fuzzlab.events import RunFinished, RunStarted
from fuzzlab.feed import Feed
from fuzzlab.follower import Follower
from fuzzlab.journal import Journal
from fuzzlab.project import Project
from fuzzlab.reports.html import sections
from tests.reports.runs import events


def _feed(project: Project) -> Feed:
    return Feed(Follower(project), project.root)


def _told(feed: Feed, since: str) -> tuple[dict[str, Any], str]:
    text, revision = feed.changes(since)
    assert "\n" not in text  # it is one line of an event
    return json.loads(text), revision


def test_changes_add_up(project: Project) -> None:
    """Whoever takes each change in has what the page is in the end; so has whoever asks once."""
    feed, journal = _feed(project), Journal(project)
    have: dict[str, str] = {}
    since, sizes = "", []
    for event in events():
        journal.event(event)
        feed.look(is_watched=True)
        told, since = _told(feed, since)
        have.update(told["parts"])
        sizes.append(len(told["parts"]))
    page = feed.latest.page
    expected = sections(page)
    assert set(expected) == {"head", "summary", "findings", "target-1", "target-2", "target-3"}
    assert have == expected
    assert min(sizes) < max(sizes) == len(expected)
    assert _told(feed, "")[0]["parts"] == expected
    assert _told(feed, since) == ({**told, "parts": {}}, since)
    assert _told(feed, "00000000-99")[0]["parts"] == expected, "the revision of another life"
    for part in expected.values():
        assert part in feed.whole()


def test_the_next_campaign_begins_empty(project: Project) -> None:
    """Of a campaign with fewer targets no section of the one before is left."""
    feed, journal = _feed(project), Journal(project)
    for event in events():
        journal.event(event)
    feed.look(is_watched=True)
    before, since = _told(feed, "")
    assert before["kind"] == "ended"
    Journal(project).event(RunStarted("fuzz", ["only"], 1.0))
    feed.look(is_watched=True)
    told, _ = _told(feed, since)
    assert told["run"] != before["run"]
    assert told["targets"] == ["target-1"]
    assert set(feed.latest.parts) == {"head", "summary", "findings", "target-1"} == set(told["parts"])


def test_nobody_watches(project: Project) -> None:
    """While nobody looks at the page nothing is rendered; then what happened meanwhile is there at once."""
    feed, journal = _feed(project), Journal(project)
    for event in events():
        journal.event(event)
        feed.look(is_watched=False)
    assert feed.latest.number == 0
    feed.look(is_watched=True)
    assert (feed.latest.number, len(feed.latest.page.findings)) == (1, 3)
    feed.look(is_watched=True)
    assert feed.latest.number == 1


def test_where_a_run_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each state is said in words: before there is a run, while it goes on, when it is silent, at its end."""
    feed = _feed(project)
    kinds = [feed.latest.kind]

    def look() -> None:
        feed.look(is_watched=True)
        kinds.append(feed.latest.kind)
        assert feed.latest.state in feed.whole()

    look()
    journal = Journal(project)
    journal.event(RunStarted("fuzz", ["pin"], 1.0))
    look()
    assert "Running" in feed.latest.parts["head"][0]
    monkeypatch.setattr(feeds, "SILENCE", -1.0)
    look()
    journal.event(RunFinished(0, 1.0))
    look()
    feed.close()
    kinds.append(feed.latest.kind)
    assert kinds == ["reading", "waiting", "running", "silent", "ended", "over"]
