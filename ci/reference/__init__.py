"""The part of the documentation that is written by the code: commands, configuration, events, documents, the interface.

A page is a function without arguments that gives Markdown. `ci/docs` writes them before it builds; nothing of them is
committed, so nothing of them can be out of date.
"""
