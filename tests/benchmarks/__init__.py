"""The tests of what ci/bench measures with."""
