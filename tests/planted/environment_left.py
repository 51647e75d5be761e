"""A setting is handed on by the environment, and stays there for all that come later."""

import os

from fuzzlab import formats, target

SEEDS = [b"mode=fast", b"mode=slow;level=3", b"level=1"]
SIGNATURE = "effect state(environment) tests.planted.environment_left:environment_left"


@target(format=formats.text(max_size=256), sanitizers=["state"])
def environment_left(value: str) -> dict[str, str]:
    settings = dict(part.partition("=")[::2] for part in value.split(";"))
    if settings.get("mode") == "":
        os.environ["PLANTED_MODE"] = "default"
    return settings
