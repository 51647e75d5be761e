"""What every workflow must keep, ours and those that `fuzzlab init` writes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

__all__ = ["commands", "keeps_the_rules", "parsed", "validate"]

PINNED = re.compile(r"[a-z0-9-]+/[a-z0-9-]+(/[a-z0-9-]+)*@v[0-9]+")

BUILTIN = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}


def parsed(path: Path) -> Any:
    """Read a file of YAML; GitHub's `on` stays a word, as YAML 1.2 has it."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if True in document:
        document["on"] = document.pop(True)
    return document


def validate(service: str, *paths: Path) -> None:
    """Hold files to the schema that editors and the service's own documentation use."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", BUILTIN[service], *map(str, paths)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def steps(workflow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the steps of all jobs."""
    for job in workflow["jobs"].values():
        yield from job["steps"]


def keeps_the_rules(workflow: Mapping[str, Any]) -> None:
    """Assert what a workflow of GitHub's must keep.

    Actions by major version; nothing of an event's text in a script, where it would be code; no right but to read for
    the whole, others named by a job; an end for each job; one run at a time.
    """
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["concurrency"]) == {"group", "cancel-in-progress"}
    assert "pull_request_target" not in workflow["on"]
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 360
        assert set(job.get("permissions", {})) <= {"contents", "security-events"}
        if job.get("permissions", {}).get("contents") == "write":
            assert not any("fuzzlab" in step.get("run", "").split() for step in job["steps"]), "it runs hostile inputs"
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step)
        assert "${{" not in step.get("run", "")
        assert PINNED.fullmatch(step.get("uses", "a/b@v1")), step["uses"]
        assert "github.event" not in str(step.get("env", ""))


def commands(workflow: Mapping[str, Any]) -> list[str]:
    """Give the lines that run fuzzlab."""
    lines = [line.strip() for step in steps(workflow) for line in step.get("run", "").splitlines()]
    return [line for line in lines if line.startswith(("fuzzlab ", "ci/"))]
