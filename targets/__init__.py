"""The reference targets: parsers of what strangers send, each with its contract at its top.

One file is one target. The parser below the contract knows nothing of fuzzlab, so it can be copied into a service as it
is; `strict_json` is the one helper that several of them share.
"""
