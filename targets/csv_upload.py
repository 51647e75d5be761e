"""An administrator's bulk upload of gift card codes: CSV from whatever spreadsheet program was at hand.

One bad row must not cost the other 99,999: what is wrong with a row is reported with its line, and the good rows
survive. Only a file that cannot be read as a table at all is refused. Codes and PINs are money, so reports name the
line and the column, never the content.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from fuzzlab import Budget, formats, oracles, target
from targets.card_code import CardCodeError, parse_card_code
from targets.pin import PinError, parse_pin


class UploadError(ValueError):
    """The file as a whole is no upload."""


@dataclass(frozen=True, slots=True)
class Card:
    """One good row. `line` is where it begins, counted from 1; `code` and `pin` are canonical."""

    line: int
    code: str
    pin: str | None
    note: str


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row. `column` is empty where it is the row as a whole."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Every row of a file, either as a card or as an error, each in the order of the file."""

    cards: tuple[Card, ...]
    errors: tuple[RowError, ...]


@target(
    format=formats.csv(columns=["code", "pin", "note"]),
    allow=UploadError,
    # 100,000 rows take about 0.6 s of CPU; the rest is for the callbacks of a coverage engine.
    budget=Budget(seconds=5),
    oracles=[oracles.storable("utf-8", "json")],
)
def csv_upload(data: bytes) -> Upload:
    """Read one upload."""
    return parse_upload(data)


MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 100_000
"""The largest delivery that a vendor makes; more comes in several files."""

MAX_LINES = 1_000_000
"""Ten for each row; 16 MB of nothing but empty lines would take longer to walk through than all the cards."""

MAX_NOTE = 500
COLUMNS = ("code", "pin", "note")
DELIMITERS = ",;\t"
"""Spreadsheet programs write a semicolon wherever the decimal separator is a comma, and a tab as "Unicode text"."""

BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def parse_upload(data: bytes) -> Upload:
    """Read a CSV file of card codes.

    Args:
        data: the file, in UTF-8, UTF-16 with a byte-order mark, or Windows-1252. The first line names the columns, in
            any order and case: `code`, perhaps `pin` and `note`. Fields are separated by comma, semicolon or tab and
            quoted as in RFC 4180; a quoted field may hold line breaks. Empty lines count for nothing.

    Returns:
        the cards and the errors. Of two rows with one code, the first is a card and the second an error.

    Raises:
        UploadError: the file is too large or too long, is in no known encoding, or has no such header.
    """
    if len(data) > MAX_BYTES:
        raise UploadError(f"larger than {MAX_BYTES} bytes")
    text = _decode(data)
    if text.count("\n") > MAX_LINES or text.count("\r") > MAX_LINES:
        raise UploadError(f"more than {MAX_LINES} lines")
    lines = io.StringIO(text, newline="")
    delimiter = _delimiter(lines)
    rows = _rows(lines, delimiter)
    header = next(((line, cells) for line, cells in rows if isinstance(cells, str) or any(cells)), (1, []))
    columns = _columns(header[1])
    cards: list[Card] = []
    errors: list[RowError] = []
    first_lines: dict[str, int] = {}
    for line, cells in rows:
        if not isinstance(cells, str) and not any(cells):
            continue
        if len(cards) + len(errors) == MAX_ROWS:
            raise UploadError(f"more than {MAX_ROWS} rows")
        result = RowError(line, "", cells) if isinstance(cells, str) else _card(line, columns, cells)
        if isinstance(result, RowError):
            errors.append(result)
        elif (first := first_lines.setdefault(result.code, line)) != line:
            errors.append(RowError(line, "code", f"the same code as in line {first}"))
        else:
            cards.append(result)
    return Upload(tuple(cards), tuple(errors))


def _decode(data: bytes) -> str:
    """Find the encoding out: a byte-order mark, else UTF-8, else Windows-1252, the default of older Excel.

    Raises:
        UploadError: none of them fits.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.removeprefix(mark).decode(encoding)
            except UnicodeDecodeError:
                raise UploadError(f"begins as {encoding} and is not") from None
    # UTF-16 without a mark and binary files also decode as one of the two below, with a NUL in every other place.
    if b"\0" in data[:64]:
        raise UploadError("neither UTF-8, nor UTF-16 with a byte-order mark, nor Windows-1252")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise UploadError("neither UTF-8, nor UTF-16 with a byte-order mark, nor Windows-1252") from None


def _delimiter(lines: io.StringIO) -> str:
    """Give the delimiter that the first line with any content uses most, and go back to the start."""
    first = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    return max(DELIMITERS, key=first.count)


def _rows(lines: io.StringIO, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row's first line with its cells, or with what is wrong with it as a row."""
    # strict: a stray quote is then an error of its row, where it would otherwise swallow what follows without a word.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader begins afresh with the next line. Its limit for one field is the module's own, 128 KiB.
            yield line, f"not CSV: {error}"


def _columns(header: list[str] | str) -> list[str]:
    """Check the header.

    Raises:
        UploadError: no header, an unknown or repeated column, no column `code`.
    """
    if isinstance(header, str):
        raise UploadError(f"the header is {header}")
    columns = [name.strip().lower() for name in header]
    if "code" not in columns or len(set(columns)) != len(columns) or not set(columns) <= set(COLUMNS):
        raise UploadError("the first line must name the columns, each once: code, perhaps pin and note")
    return columns


def _card(line: int, columns: list[str], cells: list[str]) -> Card | RowError:
    """Read one row, or say what is wrong with it."""
    if len(cells) != len(columns):
        return RowError(line, "", f"{len(cells)} fields where the header has {len(columns)}")
    row = dict(zip(columns, cells, strict=True))
    try:
        code = parse_card_code(row["code"])
    except CardCodeError as error:
        return RowError(line, "code", str(error))
    pin = row.get("pin", "").strip()
    try:
        canonical_pin = parse_pin(pin) if pin else None
    except PinError as error:
        return RowError(line, "pin", str(error))
    note = row.get("note", "").strip()
    if len(note) > MAX_NOTE:
        return RowError(line, "note", f"longer than {MAX_NOTE} characters")
    if not note.isprintable() and any(c not in "\t\r\n" and unicodedata.category(c) == "Cc" for c in note):
        return RowError(line, "note", "holds control characters")
    return Card(line, code, canonical_pin, note)
