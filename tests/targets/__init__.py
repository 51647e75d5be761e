"""Tests of the reference targets: each parser called directly, without the harness."""
