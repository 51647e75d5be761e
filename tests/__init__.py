"""The tests of fuzzlab; they mirror its modules."""
