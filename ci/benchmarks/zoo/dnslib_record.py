"""dnslib.DNSRecord.parse: "DNSError" for a packet that is none; its record shows itself as text."""

from __future__ import annotations

from dnslib import DNSRecord
from dnslib.dns import DNSError

REQUIREMENT = "dnslib==0.9.26"
MODULES = ("dnslib",)
FORMAT = "raw"
ALLOWED = (DNSError,)
SEEDS = (
    bytes.fromhex("d5ad818000010005000000000377777706676f6f676c6503636f6d0000010001c00c0005000100000005000803777777016c"
                  "c010c02c0001000100000005000442f95b68c02c0001000100000005000442f95b63c02c0001000100000005000442f95b67"
                  "c02c0001000100000005000442f95b93"),
    bytes.fromhex("000081800001000100000000016100000f0001c00c000f00010000003c0009000a046d61696cc00c"),
    bytes.fromhex("12340100000100000000000103777777076578616d706c6503636f6d00001c000100002910000000000000050003000161"),
)  # fmt: skip


def run(data: bytes) -> None:
    """Read a packet, show it, and pack it again."""
    record = DNSRecord.parse(data)
    str(record)
    record.pack()
