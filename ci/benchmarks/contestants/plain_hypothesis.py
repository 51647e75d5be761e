"""Plain Hypothesis: the strategy that fits the format, the seeds as explicit examples, again and again until the end.

For its best case a violation is noted and swallowed, so that no time goes into shrinking.
"""

from __future__ import annotations

import json

from hypothesis import HealthCheck, Phase, Verbosity, example, given, seed, settings
from hypothesis import strategies as st

from ci.benchmarks.contestants.record import Record, order
from ci.benchmarks.entry import Entry, Runner, load

ROUND = 1000
"""Examples of one test; the next has another random seed."""


class _Over(BaseException):
    """The time is over."""


def main() -> None:
    """Test until the time is over."""
    orders = order()
    entry = load(orders.path)
    runner, record = Runner(entry), Record(orders)

    def one_input(data: bytes) -> None:
        began = record.elapsed
        if began >= orders.seconds:
            raise _Over
        if (violation := runner(data)) is not None:
            record.add(violation, data, seconds=began)
        record.executions += 1

    number = orders.seed << 32
    try:
        while True:
            number += 1
            test = given(_strategy(entry))(one_input)
            for data in entry.seeds:
                test = example(data)(test)
            options = settings(
                max_examples=ROUND, database=None, deadline=None, verbosity=Verbosity.quiet,
                phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            seed(number)(options(test))()
    except _Over:
        record.write(complete=True)


def _strategy(entry: Entry) -> st.SearchStrategy[bytes]:
    if entry.format in ("text", "csv"):
        return st.text().map(str.encode)
    if entry.format == "json":
        leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
        values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
        return values.map(lambda value: json.dumps(value).encode())
    return st.binary()


if __name__ == "__main__":
    main()
