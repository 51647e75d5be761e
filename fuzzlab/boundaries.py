"""Numbers at which parsers change their mind: lengths and integers, and how people spell them."""

from __future__ import annotations

__all__ = ["DATES", "INTEGERS", "LENGTHS", "NUMBER_SPELLINGS", "OFFSETS", "TELLING_NUMBERS", "TIMES"]

LENGTHS = (
    1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 300, 500, 512,
    1000, 1023, 1024, 1025, 2000, 2048, 4095, 4096, 5000,
)  # fmt: skip
"""Characters: powers of two and their neighbours (buffers), round numbers (columns, validators), and a few thousand,
the least from which a quadratic scan is felt. Longer runs come from doubling these."""

INTEGERS = (
    0, 1, -1, 2, 7, 8, 9, 10, 16, 31, 32, 63, 64, 99, 100, 127, 128, -128, -129, 255, 256, 999, 1000, 1023, 1024,
    4095, 4096, 9999, 10000, 32767, 32768, -32768, -32769, 65535, 65536, 99999, 100000, 1000000, 2**31 - 1, 2**31,
    -(2**31), -(2**31) - 1, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1,
    2**64 - 1, 2**64, 10**18, 10**19, 10**30, 10**100, 10**308, 10**309, 10**400,
)  # fmt: skip
"""Ends of the machine's and of the databases' integers, of what a double holds exactly (2**53) and at all (10**308),
and decimal lengths. Short of the 4,300 digits from which CPython refuses to print (CVE-2020-10735): the tests' own
encoders must be able to write them."""

NUMBER_SPELLINGS = (
    "0", "-0", "00", "007", "+1", "1.", ".5", "0.1", "-1", "1e5", "1E5", "1e-5", "1e400", "-1e400", "1e-400", "1.10",
    "0.0", "-0.0", "1_000", "1,000", "1.000,00", "0x10", "0b1", "0o7", "1e", "NaN", "-NaN", "nan", "Infinity",
    "-Infinity", "inf", "sNaN", "1e999999999", "9" * 400, "0." + "3" * 400, "9" * 4301, "12345678901234567890",
    "9007199254740993", "0.30000000000000004", "5e-324", "1.7976931348623157e308", " 1", "1 ", "--1", "1/2", "\xbd",
    "\uff11\uff12\uff13", "\u0661\u0662\u0663", "1L",
)  # fmt: skip
"""Numbers as text: what one of int, float, Decimal, JSON and SQL takes and another refuses (`int("1_000")`,
`float("nan")`, `Decimal("sNaN")`, `int()` of Arabic digits), and 4,301 digits, one more than CPython's int()
accepts."""

TELLING_NUMBERS = (
    "0", "-1", "NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "1e400", "-1e400", "1e-320", "5e-324",
    "1e999999999", "99999999999999999999", "-99999999999999999999", "9" * 400, "9" * 4301,
)  # fmt: skip
"""Numbers that fit in the grammar and break the arithmetic behind it: what no comparison holds for, what overflows a
float, an integer's conversion or a division by what is hardly more than nothing."""

DATES = (
    "0001-01-01", "9999-12-31", "0000-00-00", "1969-12-31", "1970-01-01", "1900-02-29", "2023-02-29", "2024-02-29",
    "2038-01-19", "2024-13-01", "2024-01-32", "10000-01-01",
)  # fmt: skip
TIMES = ("00:00:00", "23:59:59", "23:59:60", "24:00:00", "25:61:61", "23:59:59.999999999")
OFFSETS = ("Z", "+00:00", "-00:00", "+14:00", "-12:00", "+23:59", "+24:00", "+99:99", "+99:9", "-0100")
"""Ends of what `datetime` holds, of Unix time, of February and of the day, and what just is no date."""
