"""dpkt.ethernet.Ethernet: "UnpackError" and its kin, dpkt.Error, for what is no frame. Property: it can be written."""

from __future__ import annotations

import dpkt

REQUIREMENT = "dpkt==1.9.8"
MODULES = ("dpkt",)
FORMAT = "raw"
ALLOWED = (dpkt.Error,)
SEEDS = (
    bytes.fromhex("00112233445566778899aabb0800450000280001000040067ccd7f0000017f00000100500051000000000000000050"
                  "022000917c0000"),
    bytes.fromhex("ffffffffffff00112233445508060001080006040001001122334455c0a80001000000000000c0a80002"),
    bytes.fromhex("33330000000100112233445586dd6000000000103a40fe800000000000000000000000000001ff02000000000000000000"
                  "00000000018700000000000000fe800000000000"),
)  # fmt: skip


def run(data: bytes) -> None:
    """Read a frame, show it, and write it."""
    frame = dpkt.ethernet.Ethernet(data)
    repr(frame)
    bytes(frame)
