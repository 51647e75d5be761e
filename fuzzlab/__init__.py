"""fuzzlab: property-based and coverage-guided fuzzing of input parsers under one contract.

A parser may refuse its input with a declared error; it may never crash, hang, exhaust memory, kill the process, have
side effects, or return what the code behind it cannot handle.

The map, lowest layer first; a module imports only from lower ones (`tests/test_layers.py`):

    errors verdict message lazy         values without behaviour
    events formats/ oracles/ sanitizers what an input is, what a result must be, what must not happen
    contract                            the promise
    target                              a parser under a name
    executor corpus dictionary blackbox one input -> one verdict; inputs on disk; words; the input that was running
    triage importers/                   dedupe, deflake, minimise
    engines/                            replay, property, coverage
    worker child schedule               a child process and what runs in it
    campaign                            many targets, many workers
    reports/                            for people and machines
    pytest_plugin cli                   the front doors
"""

from fuzzlab import formats, oracles
from fuzzlab.contract import Budget
from fuzzlab.errors import UserError
from fuzzlab.target import target

__all__ = ["Budget", "UserError", "__version__", "formats", "oracles", "target"]

__version__ = "0.1.0"
