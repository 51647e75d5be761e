"""`fuzzlab dashboard` and `fuzzlab fuzz --dashboard`: before they begin, beside a campaign, at its end."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest

from fuzzlab import loopback
from fuzzlab.companion import beside
from fuzzlab.errors import UserError
from fuzzlab.events import Event, RunFinished, RunStarted, Warned
from fuzzlab.journal import Journal
from fuzzlab.loopback import listen
from fuzzlab.project import Project
from tests.processes import PATIENCE, eventually
from tests.projects import REPOSITORY, environment, fuzzlab, make_project, snapshot

STALLED = 500
"""Requests in a row whose answers are not taken: 20 MB, which no socket's buffers hold."""


@pytest.fixture
def taken() -> Generator[int, None, None]:
    """Give a port that is in use."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("words", [("dashboard",), ("fuzz", "--dashboard")])
def test_a_port_in_use(tmp_path: Path, taken: int, words: tuple[str, ...]) -> None:
    """The port that was asked for is in use: one line, exit 2, and nothing was run."""
    make_project(tmp_path)
    before = snapshot(tmp_path)
    done = fuzzlab(tmp_path, *words, "--port", str(taken))
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"fuzzlab: --port {taken}: .*in use; without --port the next free one is taken\n", done.err)
    assert snapshot(tmp_path) == before


def test_a_port_without_a_page(tmp_path: Path) -> None:
    """`--port` alone is a mistake, for it would do nothing."""
    done = fuzzlab(make_project(tmp_path), "fuzz", "--port", "8600")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "--dashboard" in done.err


def test_the_next_free_port(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no port is asked for one that is in use is stepped over; and it is this machine's own address."""
    monkeypatch.setattr(loopback, "PORT", taken)
    with listen(None) as opened:
        host, port = opened.getsockname()
        assert host == "127.0.0.1"
        assert port != taken
    monkeypatch.setattr(loopback, "PORTS", 1)
    with listen(None) as opened:
        assert opened.getsockname()[1] != taken


def test_starlette_and_uvicorn_are_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are asked for by `fuzzlab[dashboard]` only; who needs the page without them is told so."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert not any(name in line for line in project["dependencies"] for name in loopback.NEEDS)
    assert [re.split("[<>=]", line)[0] for line in project["optional-dependencies"]["dashboard"]] == [*loopback.NEEDS]
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else found(name))
    with pytest.raises(UserError, match=r"^--dashboard needs .*: pip install 'fuzzlab\[dashboard\]'$"):
        loopback.demand("--dashboard")


def test_fuzz_imports_no_server() -> None:
    """A campaign imports neither, nor the template engine: the page is another process's business."""
    names = ["starlette", "uvicorn", "jinja2"]
    script = f"import sys, fuzzlab.commands.fuzz; print([name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_beside_a_run(project: Project) -> None:
    """The page shows the run whose name it was given, and is gone when that has ended; no argument tells its token."""
    (project.root / "starlette.py").write_text("raise SystemExit('a module of the project was imported')")
    Journal(project).event(RunStarted("fuzz", ["before"], 1.0))
    with beside(project, "0000abcd", None) as page:
        process = page._process
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert page.url.partition("token=")[2].encode() not in arguments
        journal = Journal(project, "0000abcd")
        journal.event(RunStarted("fuzz", ["ours"], 1.0))
        Journal(project).event(RunStarted("fuzz", ["after"], 1.0))

        def shown() -> bool:
            with urllib.request.urlopen(page.url, timeout=60) as answer:  # noqa: S310 - our own
                text = answer.read().decode()
            assert ">before<" not in text
            assert ">after<" not in text
            return ">ours<" in text

        assert eventually(shown)
        journal.event(RunFinished(0, 1.0))
    assert process.returncode == 0


def test_a_document_for_scripts(tmp_path: Path) -> None:
    """`--json` gives the address at once, as a document; Ctrl-C is the end."""
    words = [sys.executable, "-m", "fuzzlab", "dashboard", "--port", "0", "--json"]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.read())
        assert told["url"].startswith("http://127.0.0.1:")
        with urllib.request.urlopen(told["url"], timeout=60) as answer:  # noqa: S310 - our own
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read().strip() == f"dashboard: {told['url']}"
    assert not (tmp_path / ".fuzzlab").exists()


def test_readers_that_do_not_read(tmp_path: Path) -> None:
    """One that asks and takes nothing, one whose stream is open, and one that says nothing keep nobody else from it.

    Nor do they keep the server from its end.
    """
    words = [sys.executable, "-m", "fuzzlab", "dashboard", "--port", "0", "--json"]
    with (
        subprocess.Popen(words, cwd=tmp_path, env=environment(), stdout=-1, stderr=-1, text=True) as process,
        contextlib.ExitStack() as readers,
    ):
        try:
            assert process.stdout is not None
            url = urllib.parse.urlsplit(json.loads(process.stdout.read())["url"])
            for path, times in (("/", STALLED), ("/events", 1), ("", 0)):
                reader = readers.enter_context(socket.socket())
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                reader.connect((url.hostname, url.port))
                request = f"GET {path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n"
                reader.sendall(request.encode() * times)
                if path == "/events":
                    assert reader.recv(64).startswith(b"HTTP/1.1 200")
            with urllib.request.urlopen(url.geturl(), timeout=60) as answer:  # noqa: S310 - our own
                assert answer.read().endswith(b"</html>")
            assert eventually(lambda: _rests(process.pid)), "it goes on writing"
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 130
        finally:
            process.kill()


def _rests(pid: int) -> bool:
    """Whether a process takes no time for a while; one that is kept from its time may seem to."""
    stat = Path(f"/proc/{pid}/stat")
    before = stat.read_text().split()[13:15]
    time.sleep(0.3)
    return before == stat.read_text().split()[13:15]


def test_the_page_dies(project: Project) -> None:
    """A page that has died is a warning, once; the events go on, and at the end nobody waits for it."""

    def told() -> Generator[Event, None, None]:
        yield RunStarted("fuzz", ["pin"], 1.0)
        os.kill(page._process.pid, signal.SIGKILL)
        page._process.wait()
        yield Warned("one")
        yield Warned("two")
        yield RunFinished(0, 1.0)

    with beside(project, "0000abcd", None) as page:
        seen = list(page.watch(told()))
    assert [type(event) for event in seen] == [RunStarted, Warned, Warned, Warned, RunFinished]
    assert isinstance(seen[2], Warned)
    assert "the live page has ended, the campaign goes on: exit code -9" in seen[2].message


def test_the_campaign_dies(project: Project) -> None:
    """Where the campaign is killed its page does not stay behind."""
    script = (
        "import os, sys; from pathlib import Path\n"
        "from fuzzlab.companion import Companion; from fuzzlab.project import Config, Project\n"
        "page = Companion(Project(Path(sys.argv[1]), Config()), '0000abcd', None)\n"
        "print(page._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    words = [sys.executable, "-c", script, str(project.root)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    pid = int(done.stdout)
    assert done.returncode == -9
    assert eventually(lambda: not Path(f"/proc/{pid}").exists() or ") Z " in Path(f"/proc/{pid}/stat").read_text())


def test_a_campaign_with_a_page(tmp_path: Path) -> None:
    """The address is told once on standard error, the exit code is the campaign's, standard output the document's."""
    make_project(tmp_path)
    done = fuzzlab(tmp_path, "fuzz", "sound", "--dashboard", "--runs", "2000", "--json", "--time", "60s")
    assert done.code == 0, done.err
    assert done.document["exit_code"] == 0
    assert len(re.findall(r"^dashboard: http://127\.0\.0\.1:\d+/\?token=[\w-]{43}$", done.err, re.MULTILINE)) == 1
    assert "live page" not in done.err
