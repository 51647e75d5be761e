"""The live page in Chromium: it goes on by itself, leaves a reader where he is, is inert. Skipped without a browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fuzzlab.corpus import Corpus
from fuzzlab.events import Event, FindingSeen, Progressed, RunFinished, RunStarted, TargetResult, TargetStarted
from fuzzlab.journal import Journal
from fuzzlab.project import Config, Project
from tests.projects import environment, make_project
from tests.reports.chromium import WIDTHS, needs_chromium
from tests.reports.runs import BLANK, HOSTILE, events, hostile_events

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium

PATIENCE = 60_000
"""Milliseconds after which what should be shown is held not to be: a loaded machine is slow, never that slow."""

ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+/\?token=[\w-]{43}")

Show = Callable[..., "Page"]


class Served:
    """A command that serves a page, and the log that it follows."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.project = Project(folder, Config())
        self.journal = Journal(self.project)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fuzzlab", *words], cwd=folder, env=environment(), stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        match = ADDRESS.search(said)
        assert match is not None, said
        self.url = match[0]

    def tell(self, *told: Event) -> None:
        for event in told:
            self.journal.event(event)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve an empty project."""
    (tmp_path / "pyproject.toml").write_text("[tool.fuzzlab]\n", encoding="utf-8")
    made = Served(tmp_path, "dashboard", "--port", "0")
    yield made
    made.stop()


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Give what opens a page; what Chromium complains of, or fetches beside the page and its events, fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(url: str, *, expected: str = "\n", **options: Any) -> Page:
        def complain(text: str) -> None:
            if expected not in text:
                complaints.append(text)

        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complain(message.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("dialog", lambda dialog: complain(dialog.message))
        page.on("request", lambda r: None if r.url.startswith((url, url.replace("?", "events?"))) else complain(r.url))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _standing(number: int) -> Progressed:
    return Progressed(
        TargetResult(name="pin", executions=1000 * number, seconds=float(number), accepted=number, rejected=number,
                     coverage=10 * number, corpus_size=number, workers=1)
    )  # fmt: skip


def _begin(served: Served) -> None:
    served.tell(RunStarted("fuzz", ["pin", "phone"], 1.0), TargetStarted("pin", ("ValueError",)), _standing(1))


def test_it_goes_on_by_itself(show: Show, served: Served) -> None:
    """Opened before there is a run: targets, curves, a finding and the end come without a hand; the finding is told."""
    page = show(served.url)
    page.wait_for_selector("#state.waiting")
    assert page.locator("#targets article").count() == 0
    assert not page.locator("fieldset").is_visible()
    _begin(served)
    page.wait_for_selector("#state.running")
    first = page.locator("#target-1 .linear polyline").first.get_attribute("points")
    served.tell(_standing(2), _standing(7))
    page.wait_for_selector("#target-1 strong:text-is('70')")
    assert page.locator("#target-1 .linear polyline").first.get_attribute("points") != first
    assert page.locator("#news").text_content() != ""  # another campaign has begun
    served.tell(FindingSeen(BLANK))
    page.wait_for_selector("#findings article.arrived")
    assert page.locator("#news").text_content() == "New finding: crash IndexError < KeyError shop:pin"
    assert page.locator("#news").get_attribute("aria-live") == "polite"
    assert page.title().endswith("1 open finding")
    served.tell(RunFinished(1, 9.0))
    page.wait_for_selector("#state.ended")
    served.journal = Journal(served.project)
    served.tell(RunStarted("fuzz", ["other"], 2.0))
    page.wait_for_selector("#target-1 h3:text-is('other')")
    assert page.locator("#targets article, #findings article").count() == 1


def test_a_reader_stays_where_he_is(show: Show, served: Served) -> None:
    """What has the focus, is unfolded, chosen, selected or scrolled to stays so while sections come and go."""
    _begin(served)
    served.tell(FindingSeen(BLANK))
    page = show(served.url, viewport={"width": 390, "height": 700})
    page.wait_for_selector("#findings article")
    page.locator("#findings details summary").first.click()
    page.locator("#target-1 details summary").first.click()
    page.check("#scale-logarithmic")
    curve = page.locator("#target-1 .logarithmic svg").first
    curve.focus()
    page.keyboard.press("End")
    read = page.locator("#target-1 output").first.text_content()
    page.locator("#summary .scroll").evaluate("(e) => { e.scrollLeft = 60; }")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#findings pre'))")
    selected = page.evaluate("String(getSelection())")
    page.evaluate("window.marked = [document.activeElement, document.querySelector('#findings article')]")
    page.wait_for_timeout(300)  # smooth scrolling comes to rest
    top = curve.evaluate("(e) => e.getBoundingClientRect().top")
    more = replace(BLANK, data=b"other", target="phone", verdict=replace(BLANK.verdict, place="shop:before"))
    served.tell(FindingSeen(more), _standing(5), _standing(9))
    page.wait_for_selector("#target-1 strong:text-is('90')")
    assert page.locator("#findings article").count() == 2
    assert page.locator("#findings article").first.get_attribute("id") == f"target-2-{more.id}"  # it stands before
    assert page.evaluate("document.activeElement === marked[0]")
    assert page.evaluate("marked[1].isConnected && marked[1].querySelector('details').open")
    assert page.locator("#target-1 details").first.evaluate("(e) => e.open")
    assert page.is_checked("#scale-logarithmic")
    assert page.locator("#target-1 output").first.text_content() == read == "10 at 1.0 s"
    assert page.locator("#summary .scroll").evaluate("(e) => e.scrollLeft") == 60
    assert page.evaluate("String(getSelection())") == selected != ""
    assert abs(curve.evaluate("(e) => e.getBoundingClientRect().top") - top) < 3
    page.keyboard.press("End")
    assert page.locator("#target-1 output").first.text_content() == "90 at 9.0 s"


@pytest.mark.parametrize("text", [HOSTILE, "x" * 60_000, "\u202e</script><script>document.title='evil'</script>" * 50])
def test_hostile_texts_are_text(show: Show, served: Served, text: str) -> None:
    """Put into a page that is open, they run nothing, fetch nothing, stick out nowhere; they are there to be read."""
    page = show(served.url, viewport={"width": 390, "height": 800})
    page.wait_for_selector("#state.waiting")
    large = replace(BLANK, data=(HOSTILE.encode("utf-8", "surrogatepass") * 5_000)[:1_000_000])
    Corpus(served.project, "pin", pytest.fail).save(large)  # as a campaign does: the log keeps no large inputs
    served.tell(*hostile_events(text=text)[:-1], FindingSeen(large))
    page.wait_for_selector("#findings article:nth-of-type(5)")
    assert page.locator("#findings h4", has_text="Input, 1,000,000 bytes").count() == 1
    assert page.evaluate("document.scripts.length") == 1
    assert "evil" not in page.title()
    assert page.locator("img, iframe, object, embed, style + style, a:not([href^='#'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("!/[\\u202a-\\u202e\\u2066-\\u2069\\u0000-\\u0008]/.test(document.body.textContent)")
    assert page.locator("#findings article h3").first.text_content() != ""


def test_the_policy_holds(show: Show, served: Served) -> None:
    """Markup that came through all the same would do nothing, nor would text that a script takes for markup."""
    page = show(served.url, expected="")  # it complains of all that is tried
    page.wait_for_selector("#state.waiting")
    passed = page.evaluate("""async () => {
        window.violations = [];
        const passed = [];
        document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        const script = document.createElement("script");
        script.append("window.ran = 1");
        document.body.append(script);
        for (const [name, attempt] of Object.entries({
            markup: () => document.body.insertAdjacentHTML("beforeend", "<b>x</b>"),
            script: () => { document.createElement("script").src = "https://evil.example/x.js"; },
            again: () => trustedTypes.createPolicy("fuzzlab", { createHTML: (text) => text }),
            other: () => trustedTypes.createPolicy("other", { createHTML: (text) => text }),
            fetched: () => fetch("https://evil.example/"),
        })) try { await attempt(); passed.push(name); } catch { }
        try { setTimeout("window.ran = 2", 0); } catch { }
        const element = document.createElement("div");
        element.setAttribute("style", "color: red");
        const link = document.createElement("a");
        link.href = "javascript:window.ran = 4";
        const image = document.createElement("img");
        image.src = "https://evil.example/x.png";
        const frame = document.createElement("iframe");
        frame.src = "/events" + location.search;
        document.body.append(element, link, image, frame);
        link.click();
        await new Promise((done) => setTimeout(done, 300));
        return passed;
    }""")
    assert passed == []
    assert page.evaluate("window.ran") is None
    seen = set(page.evaluate("violations"))
    assert {"style-src-attr", "script-src-elem", "img-src", "frame-src", "connect-src", "trusted-types",
            "require-trusted-types-for"} <= seen  # fmt: skip


def test_a_connection_that_is_lost(show: Show, served: Served, tmp_path: Path) -> None:
    """A server that is gone is told of; one at the same address is found again, and what it says is shown."""
    _begin(served)
    page = show(served.url, expected="Failed to load resource")
    page.wait_for_selector("#state.running")
    served.process.kill()
    served.process.communicate()
    page.wait_for_selector("#state.lost")
    assert page.locator("#target-1").is_visible()
    token = served.url.partition("token=")[2]
    port = int(served.url.split(":")[2].partition("/")[0])
    script = (
        "from pathlib import Path; from fuzzlab.follower import Follower; from fuzzlab.loopback import listen;"
        "from fuzzlab.project import Project; from fuzzlab.server import serve; root = Path.cwd();"
        f"serve(Follower(Project.find(root)), root, listen({port}), {token!r}, lambda: False)"
    )
    served.process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environment(), text=True)
    served.tell(_standing(8))
    page.wait_for_selector("#target-1 strong:text-is('80')")
    page.wait_for_selector("#state.running")


def test_the_server_ends(show: Show, served: Served) -> None:
    """Ctrl-C ends the command; the page says so, and stays."""
    served.tell(*events()[:-1])
    page = show(served.url)
    page.wait_for_selector("#state.running")
    assert served.stop() == 130
    page.wait_for_selector("#state.closed")
    assert page.locator("#target-1").is_visible()


def test_it_fits(show: Show, served: Served) -> None:
    """On a telephone and on a desk nothing sticks out to the side, and the state's line is readable in both schemes."""
    served.tell(*events()[:-1])
    for width, scheme in product(WIDTHS, ("light", "dark")):
        page = show(served.url, viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.wait_for_selector("#state.running")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ground = page.evaluate("getComputedStyle(document.getElementById('state')).backgroundColor")
        red = int(ground.removeprefix("rgb(").partition(",")[0])
        assert (red > 128) == (scheme == "light")


def test_it_is_there_without_a_script(show: Show, served: Served) -> None:
    """Where scripts are forbidden the page is what it was when it was loaded, and says so."""
    served.tell(*events())
    page = show(served.url, java_script_enabled=False)
    page.reload()
    page.wait_for_selector("#target-1")
    assert page.locator("noscript").is_visible()


@pytest.mark.slow
def test_a_campaign(show: Show, tmp_path: Path) -> None:
    """Beside a real campaign: curves move, a finding appears, and the end of the campaign is shown."""
    make_project(tmp_path)
    served = Served(tmp_path, "fuzz", "--dashboard", "--port", "0", "--quiet", "--time", "10m")
    try:
        page = show(served.url)
        page.wait_for_selector("#findings article")
        curve = page.locator("#target-2 figure:nth-of-type(2) .linear polyline")
        before = curve.get_attribute("points")
        page.wait_for_selector(f"#target-2 figure:nth-of-type(2) .linear polyline:not([points='{before}'])")
        assert "IndexError" in (page.locator("#findings article h3").first.text_content() or "")
    finally:
        code = served.stop()
    assert code == 130
    page.wait_for_selector("#state.over")
