"""What the formats CSV, text and HTTP can do to a parser, each under a name, as data.

A row says which mutator makes it from the ordinary seed, and how to see that it is there. The formats' own tests try
the mutator; `tests/planted/test_nastiness.py` waits for the coverage engine to meet it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import hmac
import io
import json
import re
import unicodedata
import zlib
from collections.abc import Callable
from functools import cached_property

from fuzzlab import formats, unicode
from fuzzlab.formats import HttpMessage
from fuzzlab.injections import KINDS

__all__ = ["CSV", "HTTP", "LIMIT", "PATTERN", "SEEDS", "TEXT", "Sheet", "Webhook"]

PATTERN = re.compile(r"([A-Z]{2})-(\d{4,6})(?:@[a-z]+)?$")
LIMIT = 64

# --- text -------------------------------------------------------------------------------------------------------------


def _of(name: str) -> Callable[[str], bool]:
    pieces = unicode.CLASSES[name]
    return lambda text: any(piece in text for piece in pieces)


def _marks(text: str) -> list[str]:
    return re.findall("[" + "".join(c for c in unicode.CLASSES["combining"] if len(c) == 1) + "]+", text)


def _kind(name: str) -> Callable[[str], bool]:
    telling = [snippet for snippet in KINDS[name] if len(snippet) > 2]
    return lambda text: any(snippet in text for snippet in telling)


Textual = tuple[str, Callable[[str], bool]]

TEXT: dict[str, Textual] = {
    "a zero-width character": ("insert_special", _of("zero_width")),
    "nothing but joiners": ("become_run", lambda t: t != "" and set(t) <= set(unicode.CLASSES["joiner"])),
    "a format character": ("insert_special", _of("format")),
    "a bidirectional control": ("insert_special", _of("bidi")),
    "a combining run": ("disguise", lambda t: any(len(run) >= 16 for run in _marks(t))),
    "different marks on one letter": ("disguise", lambda t: any(len(set(run)) >= 3 for run in _marks(t))),
    "sharp s": ("insert_special", lambda t: "\xdf" in t),
    "dotted capital I": ("insert_special", lambda t: "\u0130" in t),
    "a case fold that grows": ("insert_special", lambda t: any(len(c.casefold()) > 1 or len(c.upper()) > 1 for c in t)),
    "an s that folds to s": ("disguise", lambda t: "\u017f" in t),
    "what NFKC changes": ("replace_character", lambda t: not t.isascii() and unicodedata.normalize("NFKC", t) != t),
    "what NFKC makes 18 characters of": ("insert_special", lambda t: "\ufdfa" in t),
    "what is not NFC": ("disguise", lambda t: unicodedata.normalize("NFC", t) != t),
    "full width": ("disguise", lambda t: re.search("[\uff21-\uff5a]{3}", t) is not None),
    "another alphabet of mathematics": ("disguise", lambda t: re.search("[\U0001d400-\U0001d7ff]", t) is not None),
    "digits of another script": ("insert_special", lambda t: any(c.isdecimal() and c > "9" for c in t)),
    "a digit that int() refuses": ("insert_special", lambda t: any(c.isdigit() and not c.isdecimal() for c in t)),
    "letters of another script": ("insert_special", _of("letter")),
    "a letter beyond the basic plane": ("insert_special", lambda t: any(c > "\uffff" and c.isalpha() for c in t)),
    "confusable letters": ("disguise", lambda t: re.search("[\u0430\u0435\u043e\u0440]", t) is not None),
    "half a pair": ("insert_special", lambda t: re.search("[\ud800-\udfff]", t) is not None),
    "the other half": ("insert_special", lambda t: re.search("(?<![\ud800-\udbff])[\udc00-\udfff]", t) is not None),
    "a noncharacter": ("insert_special", _of("noncharacter")),
    "private use": ("insert_special", _of("private")),
    "an emoji of several": ("insert_special", lambda t: "\U0001f468\u200d\U0001f469" in t),
    "a skin tone": ("insert_special", lambda t: "\U0001f3fd" in t),
    "a flag": ("insert_special", lambda t: "\U0001f1e9\U0001f1ea" in t),
    "a keycap": ("insert_special", lambda t: "\u20e3" in t),
    "a control character": ("insert_special", lambda t: any(c < "\x09" for c in t)),
    "NUL": ("insert_special", lambda t: "\x00" in t),
    "a C1 control": ("insert_special", lambda t: re.search("[\x80-\x9f]", t) is not None),
    "a line end of Unicode's": ("insert_special", lambda t: "\u2028" in t or "\x85" in t),
    "a blank of another kind": ("surround", lambda t: t != t.strip() and t.strip(" \t\r\n") == t),
    **{f"an injection: {name}": ("insert_injection", _kind(name)) for name in KINDS},
    "nothing": ("cut", lambda t: t == ""),
    "one character": ("cut", lambda t: len(t) == 1),
    "one less than the limit": ("reach_limit", lambda t: len(t) == LIMIT - 1),
    "the limit": ("reach_limit", lambda t: len(t) == LIMIT),
    "one more than the limit": ("reach_limit", lambda t: len(t) == LIMIT + 1),
    "50 kB of random bytes": ("become_bytes", lambda t: len(t) > 40_000 and t.count("\ufffd") > 10_000),
    "the shape of the code's pattern": ("take_shape", lambda t: len(t) > 2 and PATTERN.fullmatch(t) is not None),
    "a line end behind its end": ("take_shape", lambda t: t.endswith("\n") and PATTERN.match(t) is not None),
    "its digits in another script": ("take_shape", lambda t: not t.isascii() and PATTERN.match(t) is not None),
    "one repetition too many": ("take_shape", lambda t: re.match(r"[A-Z]{2}-\d{7}$|[A-Z]{3}-\d{4,6}$", t) is not None),
    "one repetition too few": ("take_shape", lambda t: re.match(r"[A-Z]{2}-\d{3}$|[A-Z]-\d{4,6}$", t) is not None),
}

# --- CSV --------------------------------------------------------------------------------------------------------------


class Sheet:
    """An upload, read in the ways that rows of the table ask for."""

    MOST = 1_000
    """Rows that are looked at."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def rows(self) -> list[list[str]]:
        try:
            text = self.data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
            return [row for row, _ in zip(csv.reader(io.StringIO(text, newline="")), range(self.MOST), strict=False)]
        except csv.Error:
            return []

    @cached_property
    def header(self) -> list[str]:
        return self.rows[0] if self.rows else []

    @cached_property
    def cells(self) -> list[str]:
        return [cell for row in self.rows for cell in row]


HEADER = ["code", "amount", "note"]
BODY = [["AB-12", "12.50", "x"], ["CD-34", "7", "y z"]]
UPLOAD = b"code,amount,note\r\nAB-12,12.50,x\r\nCD-34,7,y z\r\n"

Tabular = tuple[str, Callable[[Sheet], bool]]


def _delimited(mark: bytes) -> Callable[[Sheet], bool]:
    return lambda s: s.data.startswith((b"code" + mark + b"amount", b'"code"' + mark + b'"amount"'))


def _begins(prefix: str) -> Callable[[Sheet], bool]:
    return lambda s: any(cell.startswith(prefix) and len(cell) > 1 for cell in s.cells)


def _ends(*ends: bytes) -> Callable[[Sheet], bool]:
    def has(sheet: Sheet) -> bool:
        found = set(re.findall(rb"\r+\n|\r|\n|\x85", sheet.data[:4096]))
        return found == set(ends)

    return has


CSV: dict[str, Tabular] = {
    "semicolons": ("change_dialect", _delimited(b";")),
    "tabs": ("change_dialect", _delimited(b"\t")),
    "bars": ("change_dialect", _delimited(b"|")),
    "another delimiter in one place": (
        "change_delimiter",
        lambda s: re.search(rb"[;|\t:]amount,note", s.data) is not None,
    ),
    "every cell quoted": ("change_dialect", lambda s: s.data.startswith(b'"code","amount","note"')),
    "single quotes": ("change_dialect", lambda s: s.data.startswith(b"'code'")),
    "blanks behind the delimiters": ("change_dialect", lambda s: b"code, amount" in s.data),
    "a line that names the delimiter": ("end_otherwise", lambda s: s.data.startswith(b"sep=")),
    "a title above the header": ("end_otherwise", lambda s: s.data.startswith(b"Report\r\n")),
    "a delimiter in a cell": ("nasty_cell", lambda s: b'","' in s.data and any("," in cell for cell in s.cells)),
    "a quote in a cell": ("nasty_cell", lambda s: any('"' in cell for cell in s.cells)),
    "doubled quotes": ("double_quote", lambda s: b'""' in s.data),
    "a quote left open": ("unbalance_quote", lambda s: s.data.count(b'"') % 2 == 1),
    "a newline in a cell": ("nasty_cell", lambda s: any("\n" in cell for cell in s.cells)),
    "a carriage return in a cell": ("nasty_cell", lambda s: any("\r" in cell for cell in s.cells)),
    "NUL in a cell": ("nasty_cell", lambda s: any("\x00" in cell for cell in s.cells)),
    "a cell that is a byte-order mark": ("nasty_cell", lambda s: any("\ufeff" in cell for cell in s.cells)),
    "a short row": ("drop_cell", lambda s: any(0 < len(row) < len(s.header) for row in s.rows[1:])),
    "a long row": ("add_cell", lambda s: any(len(row) > len(s.header) > 1 for row in s.rows[1:])),
    "a row of a hundred cells too many": ("add_cell", lambda s: any(len(row) > 100 for row in s.rows)),
    "an empty row": ("empty_row", lambda s: [] in s.rows),
    "no header": ("drop_row", lambda s: s.header in BODY),
    "nothing but a header": ("drop_row", lambda s: len(s.rows) == 2 or s.rows == [HEADER]),
    "the header twice": ("double_row", lambda s: s.rows.count(HEADER) == 2),
    "the header below a row": ("swap_rows", lambda s: HEADER in s.rows[1:]),
    "a column missing": ("drop_column", lambda s: len(s.header) == 2 and set(s.header) < set(HEADER)),
    "a name missing": ("rename_column", lambda s: "" in s.header and len(s.header) == 3),
    "a name doubled": ("double_column", lambda s: len(s.header) > 3 and len(set(s.header)) == 3),
    "one name for two columns": ("rename_column", lambda s: len(s.header) == 3 and len(set(s.header)) == 2),
    "columns in another order": (
        "move_column",
        lambda s: s.header[:2] == HEADER[1::-1] and ["12.50", "AB-12", "x"] in s.rows,
    ),
    "names in another order": ("move_column", lambda s: s.header[:2] == HEADER[1::-1] and BODY[0] in s.rows),
    "a name in another case": (
        "rename_column",
        lambda s: any(name.lower() in HEADER and name not in HEADER for name in s.header),
    ),
    "a name with blanks": ("rename_column", lambda s: any(name != name.strip() for name in s.header)),
    "a name in the plural": ("rename_column", lambda s: any(f"{name}s" in s.header for name in HEADER)),
    "a byte-order mark": ("toggle_bom", lambda s: s.data.startswith(b"\xef\xbb\xbf")),
    "a mark as part of the name": ("rename_column", lambda s: any(name.startswith("\ufeff") for name in s.header)),
    "UTF-16 with its mark": ("recode", lambda s: s.data.startswith((b"\xff\xfec\x00", b"\xfe\xff\x00c"))),
    "UTF-16 without": ("recode", lambda s: s.data.startswith((b"c\x00o\x00", b"\x00c\x00o"))),
    "UTF-32": ("recode", lambda s: s.data.startswith(b"\xff\xfe\x00\x00")),
    "latin-1": ("recode", lambda s: re.search(rb"[A-Za-z0-9,][\xe9\xfc\xdf\xf1][A-Za-z0-9,. \r-]", s.data) is not None),
    "line feeds": ("mix_line_ends", _ends(b"\n")),
    "carriage returns": ("mix_line_ends", _ends(b"\r")),
    "mixed line ends": ("mix_line_ends", lambda s: {b"\r\n", b"\n"} <= set(re.findall(rb"\r\n|\n|\r", s.data[:4096]))),
    "a carriage return too many": ("mix_line_ends", lambda s: b"\r\r\n" in s.data),
    "cut off in a cell": ("cut_off", lambda s: UPLOAD.startswith(s.data) and s.data[-1:].isalnum()),
    "Excel's end of file": ("end_otherwise", lambda s: s.data.endswith(b"\x1a")),
    "a cell at the reader's limit": ("huge_cell", lambda s: 131_060 < _longest(s) < 131_080),
    "a cell of a megabyte": ("huge_cell", lambda s: _longest(s) >= 1_000_000),
    "100,000 rows": ("repeat_row", lambda s: s.data.count(b"\n") >= 100_000),
    "a formula by its sign": ("formula_cell", _begins("=")),
    "a formula by a plus": ("formula_cell", _begins("+")),
    "a formula by a minus": ("formula_cell", _begins("-")),
    "a formula by an at": ("formula_cell", _begins("@")),
    "a formula behind a tab": ("formula_cell", _begins("\t")),
    "a formula behind a carriage return": ("formula_cell", _begins("\r")),
    "a link in a formula": ("formula_cell", lambda s: any(cell.startswith("=HYPERLINK") for cell in s.cells)),
}


def _longest(sheet: Sheet) -> int:
    """The bytes of the longest cell, without a reader, which has a limit."""
    data = sheet.data
    return max(map(len, re.split(rb"[,\r\n]+", data)), default=0) if len(data) > 100_000 else 0


# --- HTTP -------------------------------------------------------------------------------------------------------------

SECRET = "nasty"  # noqa: S105 - a test secret
SIGNER = formats.signers.stripe(SECRET)
DOCUMENT = b'{"id": "evt_7", "amount": 12, "lines": [{"sku": "a"}]}'
TIME = formats.signers.TIMESTAMP
REQUEST = SIGNER.sign(
    HttpMessage(
        "POST",
        "/hook",
        (("Host", "a"), ("Content-Type", "application/json"), ("Content-Length", str(len(DOCUMENT)))),
        DOCUMENT,
    )
)


class Webhook:
    """A request, and what its signature header says: `t=<stated>,v1=<v1>`."""

    def __init__(self, message: HttpMessage) -> None:
        self.message = message
        self.body = message.body
        self.signature = message.header("Stripe-Signature")
        self.type = message.header("Content-Type") or ""
        found = re.match("t=([^,]*),v1=(.*)$", self.signature or "", re.DOTALL)
        self.stated: str = found[1] if found else ""
        self.v1: str | None = found[2] if found else None

    def right(self, time: str = str(TIME)) -> str:
        """The right signature of the body at a time."""
        return hmac.new(SECRET.encode(), time.encode("latin-1") + b"." + self.body, hashlib.sha256).hexdigest()

    @cached_property
    def own(self) -> str:
        """The right signature as it would be without a nastiness."""
        return self.right()

    @cached_property
    def is_signed(self) -> bool:
        return self.v1 is not None and self.v1 == self.right(self.stated)

    @cached_property
    def is_late(self) -> bool:
        """Whether the time was changed and nothing else: the signature is that of another time."""
        return self.v1 == self.own and self.stated != str(TIME)

    @cached_property
    def seconds(self) -> int:
        return int(self.stated) if re.fullmatch("-?[0-9]{1,30}", self.stated) else TIME

    def has(self, pattern: str) -> bool:
        """Whether the signature header matches, SIG being the right signature."""
        return re.fullmatch(pattern.replace("SIG", self.own), self.signature or "", re.DOTALL) is not None

    def count(self, name: str) -> int:
        return sum(key.lower() == name.lower() for key, _ in self.message.headers)

    @cached_property
    def keys(self) -> set[str]:
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return set()
        return set(document) if isinstance(document, dict) else set()


FULL_WIDTH = re.compile("(?:\xef\xbc[\x90-\x99])+")

Sent = tuple[str, Callable[[Webhook], bool]]

HTTP: dict[str, Sent] = {
    "another body, signed": ("change_body", lambda w: w.body != DOCUMENT and w.is_signed),
    "another body, not signed": ("change_body", lambda w: w.body != DOCUMENT and w.has("t=[0-9]+,v1=(?!SIG).{64}")),
    "a signed body with a field missing": ("change_body", lambda w: w.is_signed and w.keys == {"id", "amount"}),
    "no signature header": ("drop_header", lambda w: w.signature is None),
    "an empty signature header": ("change_signature", lambda w: w.signature == ""),
    "an empty signature": ("change_signature", lambda w: w.v1 == ""),
    "a signature in capitals": ("change_signature", lambda w: w.v1 == w.own.upper()),
    "a signature padded": ("change_signature", lambda w: w.has("t=[0-9]+,v1=SIG==?")),
    "a signature in base64": ("change_signature", lambda w: w.has("t=[0-9]+,v1=[0-9A-Za-z+/]{43}=")),
    "a signature beyond ASCII": ("change_signature", lambda w: w.v1 is not None and not w.v1.isascii()),
    "half a signature": ("change_signature", lambda w: w.v1 == w.own[:32]),
    "zeros for a signature": ("change_signature", lambda w: w.v1 == "0" * 64),
    "two signatures, the right one first": ("change_signature", lambda w: w.has("t=[0-9]+,v1=SIG[ ,]v1=0+")),
    "two signatures, the right one last": ("change_signature", lambda w: w.has("t=[0-9]+,v1=0+[ ,]v1=SIG")),
    "a hundred signatures": ("change_signature", lambda w: (w.signature or "").count("v1=") >= 100),
    "another scheme's signature": ("change_signature", lambda w: w.has("(sha256=|sha1=|v1a?,)SIG")),
    "a stale time": ("change_time", lambda w: w.is_late and w.seconds < TIME - 300),
    "a future time": ("change_time", lambda w: w.is_late and w.seconds > TIME + 300),
    "a negative time": ("change_time", lambda w: re.fullmatch("-[0-9]+", w.stated) is not None),
    "a huge time": ("change_time", lambda w: w.seconds > 1 << 62),
    "a fractional time": ("change_time", lambda w: w.is_late and re.fullmatch(r"[0-9]+\.[0-9]+", w.stated) is not None),
    "a time with an underscore": ("change_time", lambda w: re.fullmatch("[0-9]+_[0-9]+", w.stated) is not None),
    "a time in full-width digits": ("change_time", lambda w: FULL_WIDTH.fullmatch(w.stated) is not None),
    "a time that is no number": ("change_time", lambda w: w.stated == "nan"),
    "a stale time, signed": ("sign_at_another_time", lambda w: w.is_signed and w.seconds < TIME - 300),
    "a time at the tolerance, signed": (
        "sign_at_another_time",
        lambda w: w.is_signed and abs(w.seconds - TIME) in (300, 301),
    ),
    "a future time, signed": ("sign_at_another_time", lambda w: w.is_signed and w.seconds > TIME + 300),
    "a time with an underscore, signed": ("sign_at_another_time", lambda w: w.is_signed and "_" in w.stated),
    "a time in full-width digits, signed": (
        "sign_at_another_time",
        lambda w: w.is_signed and FULL_WIDTH.fullmatch(w.stated) is not None,
    ),
    "a header dropped": ("drop_header", lambda w: w.count("Content-Length") == 0),
    "the signature header twice": ("double_header", lambda w: w.count("Stripe-Signature") == 2),
    "a length twice": ("double_header", lambda w: w.count("Content-Length") == 2),
    "a header folded": ("fold_header", lambda w: any("\r\n" in value for _, value in w.message.headers)),
    "the signature header folded": ("fold_header", lambda w: re.search("\r\n[ \t]", w.signature or "") is not None),
    "another charset": ("change_content_type", lambda w: "charset=utf-16" in w.type and b"\x00" not in w.body),
    "a body in UTF-16, signed": ("change_transfer", lambda w: w.is_signed and b'"\x00i\x00d\x00' in w.body),
    "a body in gzip, signed": ("change_transfer", lambda w: w.is_signed and _unzipped(w.body)[:1] == b"{"),
    "gzip that is none": (
        "change_transfer",
        lambda w: w.message.header("Content-Encoding") == "gzip" and w.body[:1] == b"{",
    ),
    "a gzip bomb": ("change_transfer", lambda w: len(_unzipped(w.body)) > 1 << 20 and len(w.body) < 2_000),
    "a body in chunks, signed": (
        "change_transfer",
        lambda w: w.is_signed and re.fullmatch(rb"[0-9a-fA-F]+\r\n\{.*\r\n0\r\n\r\n", w.body, re.DOTALL) is not None,
    ),
    "chunks and a length": ("change_transfer", lambda w: w.count("Transfer-Encoding") * w.count("Content-Length") > 0),
    "a wrong length": ("add_header", lambda w: w.message.headers[-1:] == (("Content-Length", "-1"),)),
    "a hundred headers": ("add_header", lambda w: len(w.message.headers) > 100),
    "an endless header": ("add_header", lambda w: any(len(value) > 8_000 for _, value in w.message.headers)),
    "another method": ("change_method", lambda w: w.message.method == "GET"),
    "another path": ("change_path", lambda w: w.message.path in ("/%2e%2e/", "//", "*")),
}  # fmt: skip


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return b""
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return b""


SEEDS = {
    "text": b"user@platform.is",
    "csv": UPLOAD,
    "http": formats.http().encode(REQUEST),
}
