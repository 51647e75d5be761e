"""The tests of fuzzlab's oracles."""
