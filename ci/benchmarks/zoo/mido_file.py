"""mido.MidiFile: "OSError, EOFError, ValueError" (and KeySignatureError) for what is no MIDI file."""

from __future__ import annotations

import io

from mido import MidiFile
from mido.midifiles.meta import KeySignatureError

REQUIREMENT = "mido==1.3.3"
MODULES = ("mido",)
FORMAT = "raw"
ALLOWED = (OSError, EOFError, ValueError, KeySignatureError)
SEEDS = (
    bytes.fromhex("4d546864000000060001000101e04d54726b0000002100ff58040402180800ff510307a12000ff590200000a903c403c803c4000ff2f00"),
    bytes.fromhex("4d546864000000060000000101e04d54726b0000002200ff030361626300c00500f0030102f700ff5405000000000000ff7f010100ff2f00"),
)  # fmt: skip


def run(data: bytes) -> None:
    """Read a file, and write it."""
    file = MidiFile(file=io.BytesIO(data))
    _ = str(file)
    file.save(file=io.BytesIO())
