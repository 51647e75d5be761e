"""Well-known parsers under what their own documentation promises, and no more.

One file is one parser. Its docstring names the promise behind each clause of the contract, with the section of the
documentation that makes it ("3.11" is Python's library reference of that version). Where a parser promises nothing
there is no clause, so that every finding is a defect: of the parser, of its documentation, or of fuzzlab.

Two clauses need no promise: `deterministic`, a text that is read twice says the same, and `bounded`, what it says is
not many times as long as it is.
"""
