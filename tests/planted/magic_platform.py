"""One platform's names are trimmed differently, and an empty one is indexed."""

from fuzzlab import formats, target

SEEDS = [b"user@steam", b"a.b@psn", b"123456789"]
SIGNATURE = "crash IndexError tests.planted.magic_platform:magic_platform"


@target(format=formats.text(max_size=256))
def magic_platform(value: str) -> str:
    platform, at, tail = value.partition("@")
    if not at:
        raise ValueError("no platform")
    if platform == "xboxlive":
        return tail[0] + tail[1:].lower()
    if not tail:
        raise ValueError("no name")
    return f"{platform}@{tail}"
