"""What happened, on disk: one JSON line an event, append only, and the last run's document."""

from __future__ import annotations

import json
import time
from pathlib import Path

from pydantic import ValidationError

from fuzzlab.errors import UserError
from fuzzlab.events import Event, FindingSeen, Progressed, TargetFinished, TargetStarted, Warned, WorkerRestarted
from fuzzlab.files import write_atomically
from fuzzlab.project import Project
from fuzzlab.reports.document import RunDocument

__all__ = ["Journal"]


class Journal:
    """`.fuzzlab/events.jsonl` and `.fuzzlab/last-run.json`; where they cannot be written, the run goes on without."""
