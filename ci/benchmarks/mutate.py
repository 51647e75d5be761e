"""What one mutation costs, in CPU time: of a text, and of a JSON document of two kilobytes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from ci.benchmarks.measure import Bar, Measure
from fuzzlab import formats
from fuzzlab.formats import Format

__all__ = ["mutate"]

MUTATIONS: Final = 4_000
"""Of one sample; a sample of them takes some 50 ms, in which the machine is busy with something else once or never."""

GROWTH: Final = 256
"""Bytes that a mutation may add, as in a campaign but for one in sixteen."""

TEXTS: Final = (
    b"user@platform.example",
    b"AB-1234-XYZ",
    "Zo\u00eb M\u00fcller-L\u00fcdenscheidt".encode(),
    b"2024-02-29T12:30:00Z",
)

LINE: Final = b'{"sku": "SKU-%04d", "title": "A thing with a name", "quantity": %d, "price": 12.50}'
DOCUMENT: Final = (
    b'{"id": "ord_20240229", "status": "paid", "customer": {"name": "Zo\xc3\xab", "vip": false}, "lines": ['
    + b", ".join(LINE % (n, n) for n in range(22))
    + b'], "note": null}'
)

WEBHOOK: Final = formats.signers.stripe("whsec_benchmark")


def mutate(rounds: int) -> Iterator[Measure]:
    """Yield microseconds a mutation for each format; all contestants take turns."""
    webhooks = formats.http(body=formats.json(), signer=WEBHOOK)
    contestants: dict[str, tuple[Format[Any], tuple[bytes, ...], Bar | None]] = {
        "text": (formats.text(), TEXTS, Bar(15)),
        f"JSON of {len(DOCUMENT):,} bytes": (formats.json(), (DOCUMENT,), Bar(40)),
        "the same in a signed webhook": (webhooks, (webhooks.encode(webhooks.message(DOCUMENT)),), None),
    }
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(max(rounds, 3)):
        for name, (form, inputs, _) in contestants.items():
            samples[name].append(_microseconds(form, inputs, seed=turn))
    for name, (_, _, bar) in contestants.items():
        yield Measure(f"mutate: {name}", "us", tuple(samples[name]), bar, "CPU time of one mutation")


def _microseconds(form: Format[Any], inputs: tuple[bytes, ...], *, seed: int) -> float:
    rng = Random(seed)  # noqa: S311 - it chooses mutations, and keeps no secret
    jobs = [inputs[n % len(inputs)] for n in range(MUTATIONS)]
    form.mutate(jobs[0], rng, len(jobs[0]) + GROWTH)  # what is made once
    began = time.thread_time()
    for data in jobs:
        form.mutate(data, rng, len(data) + GROWTH)
    return (time.thread_time() - began) / MUTATIONS * 1e6
