"""Where pip finds this fuzzlab on another machine: what workflows and images install."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from fuzzlab import __version__
from fuzzlab.errors import UserError

__all__ = ["requirement"]

_REQUIREMENT = re.compile(r"[A-Za-z0-9./][A-Za-z0-9 ._~+=<>!@:/#%\[\],-]{0,299}")
"""A requirement, a path or a URL: nothing that a shell, a Dockerfile or YAML takes for its own, no option of pip's."""


def requirement(given: str = "") -> tuple[str, str]:
    """Give the requirement that installs this fuzzlab elsewhere, and a note for people, or nothing where all is well.

    It is what a person gave, or the commit that this one came from, or its version. What came from a folder has
    neither, and no other machine has the folder.

    Raises:
        UserError: what was given cannot stand in a workflow.
    """
    if given:
        if not _REQUIREMENT.fullmatch(given):
            raise UserError(
                f"--fuzzlab {given!r}: write one of pip's requirements, fuzzlab==1.2 or a URL, and no option"
            )
        return given, ""
    source = _source()
    url, revision = str(source.get("url", "")), source.get("vcs_info", {})
    if isinstance(revision, dict) and revision.get("vcs") == "git":
        found = f"fuzzlab @ git+{url}@{revision.get('commit_id')}"
        if _REQUIREMENT.fullmatch(found):
            return found, ""
    found = f"fuzzlab=={__version__}"
    note = f"fuzzlab came from a folder here, and elsewhere comes from {found}: say --fuzzlab, or edit FUZZLAB there"
    return found, note if url.startswith("file:") else ""


def _source() -> dict[str, Any]:
    """Give what pip noted of where it came from (PEP 610), or nothing where that was an index."""
    try:
        noted = json.loads(distribution("fuzzlab").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}
