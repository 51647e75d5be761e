"""Each engine that can finds exactly the planted bugs, within a number of executions."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import tests.planted
from fuzzlab.campaign import Campaign, Limits
from fuzzlab.events import Event, FindingSeen, TargetFinished
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import REGISTRY
from fuzzlab.verdict import Finding

BUGS = [info.name for info in pkgutil.iter_modules(tests.planted.__path__) if not info.name.startswith("test_")]
