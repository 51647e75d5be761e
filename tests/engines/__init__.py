"""The tests of fuzzlab's engines."""
