"""The tests of fuzzlab's reports."""
