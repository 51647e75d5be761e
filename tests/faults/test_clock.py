"""A clock that jumps: no duration, no deadline and no limit is read from the clock on the wall."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fuzzlab as package
from fuzzlab.engines import coverage
from tests.projects import environment, fuzzlab, make_project

PACKAGE = Path(package.__file__).parent

WALL_CLOCK = {"time.time", "time.time_ns", "dt.datetime.now", "dt.date.today"}

ALLOWED = {
    ("journal.py", "time.time"),  # when it happened, for people
    ("run.py", "time.time"),  # when a run began, for people
    ("lane.py", "time.time"),  # which inputs are newer than a turn: a wrong answer costs the next one's speed only
    ("files.py", "time.time"),  # a file's age, of which a wrong one costs tidiness only
    ("sidecar.py", "dt.datetime.now"),  # the day of a finding
    ("commands/fuzz.py", "time.time_ns"),  # a seed
    ("commands/check.py", "time.time_ns"),  # a seed
    ("commands/growth.py", "time.time_ns"),  # a seed
    ("libfuzzer.py", "time.time_ns"),  # a seed
    ("follower.py", "time.time"),  # how old a log is, for people
    ("ledger.py", "dt.datetime.now"),  # the day of a run, for people
    ("commands/audit.py", "dt.datetime.now"),  # how many days ago that was
}


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_who_reads_the_wall_clock() -> None:
    """Only those who tell the day, or draw a seed."""
    found = {
        (path.relative_to(PACKAGE).as_posix(), call)
        for path in PACKAGE.rglob("*.py")
        for call in _calls(path) & WALL_CLOCK
    }
    assert found == ALLOWED


SHIM = """
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct timespec began;

__attribute__((constructor)) static void begin(void) { syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &began); }

/* An hour back, two seconds after each process began; an hour forth again after four. */
static long jump(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    long age = now.tv_sec - began.tv_sec;
    return age >= 2 && age < 4 ? -3600 : 0;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    int failed = (int)syscall(SYS_clock_gettime, clock, at);
    if (!failed && clock == CLOCK_REALTIME) at->tv_sec += jump();
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""

TARGETS = '''
"""A parser with a bug that is soon found, and one with a loop."""

from fuzzlab import Budget, formats, target


@target(format=formats.text(max_size=32))
def indexed(value: str) -> str:
    """Fail for an empty text."""
    return value[0]
'''


@pytest.fixture
def shim(tmp_path: Path) -> str:
    """Build a clock that jumps, for a process and all that it starts."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no compiler here to build a clock that jumps")
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(SHIM, encoding="ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return str(library)


@pytest.mark.slow
@pytest.mark.skipif(coverage.missing() is not None, reason="the coverage engine needs Atheris")
def test_a_clock_that_jumps_back(tmp_path: Path, shim: str) -> None:
    """In the supervisor and in its workers alike: the campaign lasts as long as it should, and finds what is there."""
    probe = "import time; a = time.time(); time.sleep(2.5); print(time.time() - a)"
    jumped = subprocess.run(
        [sys.executable, "-c", probe], env={**environment(), "LD_PRELOAD": shim}, capture_output=True, check=True
    )
    assert float(jumped.stdout) < -3_000, "the clock does jump"
    folder = make_project(tmp_path / "project", TARGETS)
    began = time.monotonic()
    done = fuzzlab(folder, "fuzz", "--time", "8s", "--workers", "1", "--json", LD_PRELOAD=shim)
    lasted = time.monotonic() - began
    assert done.code == 1, done.err
    (result,) = done.document["targets"]
    assert [f["signature"] for f in result["findings"]] == ["crash IndexError shop:indexed"]
    assert 6 <= done.document["seconds"] <= lasted, "not ended by the jump"
    assert result["executions"] > 1_000
    assert 0 <= result["findings"][0]["found_after_seconds"] <= lasted
    times = [json.loads(line)["time"] for line in (folder / ".fuzzlab" / "events.jsonl").read_bytes().splitlines()]
    assert min(times) < max(times) - 3_000, "the log tells what the clock said"
    assert fuzzlab(folder, "replay", LD_PRELOAD=shim).code == 1
