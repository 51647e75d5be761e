"""The report in Chromium: it shows, it is inert, it is quick. Skipped where there is no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fuzzlab.account import Account, account
from fuzzlab.events import Event, FindingSeen, Progressed, TargetResult, TargetStarted
from fuzzlab.page import page_of
from fuzzlab.reports.html import render
from tests.reports.chromium import WIDTHS, needs_chromium
from tests.reports.runs import BLANK, HOSTILE, hostile_run, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium

Show = Callable[..., "Page"]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Give what opens a run's page; whatever Chromium complains of, or fetches, fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(of: Account, *, expected: str = "\n", **options: Any) -> Page:
        def complain(text: str) -> None:
            if expected not in text:
                complaints.append(text)

        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text(render(page_of(of, tmp_path)), encoding="utf-8")
        page.on("console", lambda message: complain(message.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("dialog", lambda dialog: complain(dialog.message))
        page.on("request", lambda request: complain(request.url.replace(file.as_uri(), expected)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits(show: Show, width: int, scheme: str) -> None:
    """On a telephone and on a desk nothing sticks out to the side, and the ground is as light or dark as is asked."""
    page = show(run(), viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(ground.removeprefix("rgb(").partition(",")[0])
    assert (red > 128) == (scheme == "light")


def test_scales_are_switched_without_a_script(show: Show) -> None:
    """The choice of a scale works where scripts are forbidden, as many viewers of artifacts do."""
    page = show(run(), java_script_enabled=False)
    assert page.locator("#target-1 .linear").first.is_visible()
    page.check("#scale-logarithmic")
    assert page.locator("#target-1 .logarithmic").first.is_visible()
    assert not page.locator("#target-1 .linear").first.is_visible()


def test_with_a_keyboard(show: Show) -> None:
    """Tab reaches the skip link first; arrows read a curve; what has the focus shows it."""
    page = show(run())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    curve = page.locator("#target-1 .linear svg").first
    curve.focus()
    page.keyboard.press("End")
    assert page.locator("#target-1 output").first.text_content() == "14 at 2.5 s"
    page.keyboard.press("ArrowLeft")
    assert page.locator("#target-1 output").first.text_content() == "10 at 1.0 s"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_with_a_pointer(show: Show) -> None:
    """A curve says what it is where the pointer is, and is silent when it has left."""
    page = show(run())
    page.locator("#target-1 .linear svg").first.hover(position={"x": 400, "y": 20})
    assert page.locator("#target-1 output").first.text_content() == "10 at 1.0 s"
    page.locator("h1").hover()
    assert page.locator("#target-1 output").first.text_content() == ""


def test_what_a_screen_reader_is_told(show: Show) -> None:
    """Landmarks and pictures have names."""
    page = show(run())
    assert page.get_by_role("navigation", name="Sections").count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("img", name="coverage of pin over time, linear: 14 edges after 2.5 s").count() == 1
    assert page.get_by_role("article", name="crash IndexError < KeyError shop:pin").count() == 1
    assert page.get_by_role("region", name="Table of targets").count() == 1


@pytest.mark.parametrize("text", [HOSTILE, "x" * 1_000_000, "\u202e<script>document.title='evil'</script>" * 50])
def test_hostile_texts_are_text(show: Show, text: str) -> None:
    """Nothing runs, nothing is fetched, nothing sticks out; what was written is there to be read."""
    page = show(hostile_run(text=text), viewport={"width": 390, "height": 800})
    assert page.evaluate("document.scripts.length") == 1
    assert "evil" not in page.title()
    assert page.locator("img, iframe, object, embed, a:not([href^='#'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("!/[\\u202a-\\u202e\\u2066-\\u2069\\u0000-\\u0008]/.test(document.body.textContent)")
    assert page.locator("article h3").count() >= 4


def test_the_policy_holds(show: Show) -> None:
    """Markup that came through all the same would do nothing: no script, no handler, no picture, no style."""
    page = show(run(), expected="Content Security Policy")
    page.evaluate("""() => {
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        for (const text of ["window.ran = 1"]) {
            const script = document.createElement("script");
            script.textContent = text;
            document.body.append(script);
        }
        document.body.insertAdjacentHTML("beforeend", "<b onclick='window.ran = 2' style='color: red'>x</b>");
        document.body.lastChild.click();
        return new Promise((done) => setTimeout(done, 200));
    }""")
    assert page.evaluate("window.ran") is None
    assert {"script-src-elem", "script-src-attr", "style-src-attr"} <= set(page.evaluate("violations"))


def _large() -> Account:
    """Give a night over fifty targets."""
    events: list[Event] = []
    for name in (f"target_{number:02}" for number in range(50)):
        results = [
            TargetResult(name=name, executions=s * 997, seconds=s, accepted=s, coverage=s // 7, corpus_size=s)
            for s in range(1, 3000)
        ]
        events += [TargetStarted(name, ("ValueError",)), *map(Progressed, results)]
    for number in range(200):
        verdict = replace(BLANK.verdict, place=f"shop:parse_{number}")
        data = b"\xff%d" % number * 40
        events.append(FindingSeen(replace(BLANK, target=f"target_{number % 50:02}", verdict=verdict, data=data)))
    return account(events)


@pytest.mark.slow
def test_a_large_report_paints_soon(show: Show) -> None:
    """Fifty targets, a night each, two hundred findings: at most 5 MB; how soon it is painted is printed."""
    of = _large()
    assert len(render(page_of(of, Path("/nowhere"))).encode()) <= 5_000_000
    paints = []
    for _ in range(3):
        page = show(of, viewport={"width": 1280, "height": 900})
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    print(f"first contentful paint: {', '.join(f'{paint:.0f} ms' for paint in paints)}")  # noqa: T201 - for a person
    assert page.locator("article").count() == 250
