"""Small parsers that misbehave on demand; the tests run them in workers."""
