"""What many tests need: projects in empty folders, and workers that are given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from fuzzlab.project import Config, Project
from fuzzlab.target import Target
from fuzzlab.worker import Worker

# The same examples every time, and no clock: a pull request must not flake.
settings.register_profile("tests", derandomize=True, deadline=None)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--golden`."""
    parser.addoption("--golden", action="store_true", help="Write the golden files anew.")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--golden"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a project in an empty folder."""
    return Project(tmp_path, Config())


@pytest.fixture
def worker_of(tmp_path: Path) -> Iterator[Callable[[Target], Worker]]:
    """Give a maker of workers, which are closed at the end of the test."""
    made: list[Worker] = []

    def make(target: Target) -> Worker:
        made.append(Worker(target, tmp_path))
        return made[-1]

    yield make
    for worker in made:
        worker.close()
