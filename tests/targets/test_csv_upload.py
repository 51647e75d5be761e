"""Uploads: encodings, dialects, and that a bad row costs only itself."""

import random
import time

import pytest

from targets.card_code import ALPHABET, checksum
from targets.csv_upload import MAX_BYTES, MAX_ROWS, Card, RowError, Upload, UploadError, csv_upload

FIRST, SECOND, THIRD = "84G7-ZWYR-D6Z1-RV08", "WHE6-M111-0RDV-1EWH", "ZEPE-EXJ1-T6BJ-7NVW"


def _code(rng: random.Random) -> str:
    stem = "".join(rng.choices(ALPHABET, k=15))
    return stem + ALPHABET[-checksum(stem + "0") % 32]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_accepts_what_spreadsheets_write(encoding: str, delimiter: str, newline: str) -> None:
    """Encoding, delimiter and line ends do not change what was uploaded."""
    lines = [["Code", "PIN", "Note"], [FIRST, "0042", "Gr\u00fc\u00dfe"], [SECOND.lower(), "", ""]]
    text = newline.join(delimiter.join(line) for line in lines)
    expected = (Card(2, FIRST, "0042", "Gr\u00fc\u00dfe"), Card(3, SECOND, None, ""))
    assert csv_upload(text.encode(encoding)) == Upload(expected, ())


def test_big_endian_utf16() -> None:
    """The other byte order is told by its mark as well."""
    assert csv_upload(b"\xfe\xff" + f"code\n{FIRST}".encode("utf-16-be")).cards == (Card(2, FIRST, None, ""),)


def test_bad_rows_are_reported_and_good_rows_survive() -> None:
    """Every row that is not a card is an error with the line where it begins."""
    text = (
        "\ncode,pin,note\n"
        f'{FIRST},0042,"two\nlines"\n'
        f"{FIRST},0042,again\n"
        "nonsense,0042,\n"
        f"{SECOND},12,\n"
        f"{SECOND}\n"
        f"{SECOND},,,\n"
        "\n"
        f"{SECOND},,nul\x00\n"
        f'{SECOND},,"a"b\n'
        f"{SECOND},,{'x' * 501}\n"
        f"{SECOND},,{'x' * 200_000}\n"
        f"{THIRD},4711,good\n"
        f'{SECOND},,"never closed\n'
    )
    upload = csv_upload(text.encode())
    assert upload.cards == (Card(3, FIRST, "0042", "two\nlines"), Card(15, THIRD, "4711", "good"))
    assert [(error.line, error.column) for error in upload.errors] == [
        (5, "code"),
        (6, "code"),
        (7, "pin"),
        (8, ""),
        (9, ""),
        (11, "note"),
        (12, ""),
        (13, "note"),
        (14, ""),
        (16, ""),
    ]
    assert upload.errors[0] == RowError(5, "code", "the same code as in line 3")


def test_reports_repeat_no_code_and_no_pin() -> None:
    """Reports are mailed and logged; codes and PINs are money."""
    upload = csv_upload(f"code,pin\n{FIRST},1234567890123\n{FIRST[:-1]}9,4711\n".encode())
    assert len(upload.errors) == 2
    assert not any(secret in str(upload) for secret in (FIRST[:-1], "1234567890123", "4711"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\xef\xbb\xbf",
        FIRST.encode(),
        b"pin,note\n",
        b"code,code\n",
        b"code,colour\n",
        b"code,\n",
        b'"code\n',
        b"code\n\xff\x81",
        b"\xff\xfec\x00o\x00d\x00e\x00\n",
        b"\xff\xfe\x00\xd8",
        b"c\x00o\x00d\x00e\x00\n\x00",
        b"PK\x03\x04\x00\x00",
        b"code\n" + b" " * MAX_BYTES,
        b"code" + b"\n" * 1_000_001,
        b"code" + b"\r" * 1_000_001,
    ],
)
def test_refuses(data: bytes) -> None:
    """A file that is no table of codes is refused as a whole."""
    with pytest.raises(UploadError):
        csv_upload(data)


def test_hundred_thousand_rows() -> None:
    """The largest upload is read whole, within its budget; one row more is refused."""
    rng = random.Random(0)  # noqa: S311  the same codes in every run, no secrets
    codes = list(dict.fromkeys(_code(rng) for _ in range(MAX_ROWS)))
    data = "code,pin,note\r\n" + "".join(f"{code},{number:06},batch 7\r\n" for number, code in enumerate(codes))
    start = time.process_time()
    upload = csv_upload(data.encode())
    assert time.process_time() - start < 5
    assert len(upload.cards) == len(codes) == MAX_ROWS
    with pytest.raises(UploadError, match="rows"):
        csv_upload(data.encode() + b"x,,\n")
