"""fuzzlab: property-based and coverage-guided fuzzing of input parsers under one contract.

A parser may refuse its input with a declared error; it may never crash, hang, exhaust memory, kill the process, have
side effects, or return what the code behind it cannot handle.

The map, lowest layer first; a module imports only from lower ones (`tests/test_layers.py` holds the table):

    errors verdict message escape files …   values and small tools
    events channel blackbox project …       facts, the pipe, the input that was running, the folders
    formats/ oracles/ sanitizers            what an input is, what a result must be, what must not happen
    contract target                         the promise; a parser under a name
    finder scope corpus card journal        targets by name; the code under test; inputs on disk; what a person is shown
    executor register dictionary            one input -> one verdict; bugs, each once; words of the code under test
    triage autopsy engines/                 deflake and minimise; what killed a worker; replay, property, coverage
    process child schedule                  a child process from outside and from inside; whose turn it is
    worker lane                             batches in a child; a turn of coverage in a child
    backlog session campaign                what waits for triage; one target, one engine; many targets, many workers
    account page reports/                   what events amount to; the page about it; for people and machines
    run                                     a run from its first event to its exit code
    pytest_plugin commands/ cli             the front doors
"""

__version__ = "0.1.0"

from fuzzlab import formats, oracles
from fuzzlab.clock import Clock
from fuzzlab.contract import Budget
from fuzzlab.errors import UserError
from fuzzlab.target import target

__all__ = ["Budget", "Clock", "UserError", "__version__", "formats", "oracles", "target"]
