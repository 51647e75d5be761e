"""The words by which a parser is known: names, annotations, readers of the standard library and of others."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "DOCUMENTS",
    "INPUTS",
    "NAMES",
    "NOT_ONE",
    "OTHERS",
    "PATHS",
    "PIECING",
    "PREDICATE",
    "READERS",
    "READING_METHODS",
    "SKIPPED_DECORATORS",
    "STREAMS",
    "TEXT",
    "VALIDATORS",
    "VERBS",
    "WEAK_NAMES",
]

NAMES: Final = re.compile(
    r"(?:^|_)(?:parse|parses|parser|loads?|decode[sd]?|deseriali[sz]e|unmarshal|unpack|unserialize|unparse_?from"
    r"|tokeni[sz]e|lex|fromstring|fromisoformat|frombytes|reads?|validate[sd]?|validator|ingest|interpret"
    r"|parsed?_?\w*|strptime|demangle|unquote|unescape)(?:_|$)"
    r"|^(?:parse|load|decode|read|from|validate|unpack)[A-Z]|^from_|_from_(?:str|string|text|json|bytes|dict|xml|html"
    r"|yaml|toml|csv|wire|hex|base64|row|line|url|uri|header|headers|value)$"
)
"""Names, or parts of names, of functions that read what others wrote."""

WEAK_NAMES: Final = re.compile(r"(?:^|_)(?:load|reads?|validate[sd]?|validator|interpret|from|unquote|unescape)(?:_|$)")
"""Those of them that many other functions have too: a method that loads a configuration, a check of an option."""

INPUTS: Final = frozenset({
    "s", "text", "txt", "string", "str_", "value", "raw", "data", "payload", "body", "content", "contents", "buf",
    "buffer", "blob", "source", "src", "line", "lines", "document", "doc", "message", "msg", "xml", "html", "yaml",
    "toml", "csv", "json", "json_data", "json_str", "json_string", "json_text", "stream", "fp", "fileobj", "octets",
    "packet", "frame", "header", "headers", "token", "expr", "expression", "query", "url", "uri", "spec", "rows",
    "row", "record", "encoded", "serialized", "input", "input_", "bytes_", "input_string", "input_data", "timestr",
    "date_string", "datestring", "datestr", "version", "number", "address", "addr", "wire", "tag",
})  # fmt: skip
"""Names of parameters that hold an input, where there is no annotation."""

OTHERS: Final = frozenset({
    "args", "argv", "arguments", "options", "opts", "config", "settings", "request", "node", "tree", "ctx",
    "context", "obj", "cls", "parser", "n", "i", "index", "count", "size", "default", "callback", "func",
    "function", "name", "names", "key", "keys", "instance", "model", "schema", "parent", "result", "results",
    "response", "tokens", "types", "level", "mode", "section", "env", "environ", "loader", "session", "client",
    "connection", "conn", "cursor", "db", "module", "package", "event", "state", "items", "values", "pos", "offset",
    "length", "end", "match", "kind", "field", "fields", "command", "fn",
})  # fmt: skip
"""Last words of names of parameters that hold no input, where there is no annotation."""

PREDICATE: Final = re.compile(r"^(?:is|has|can|should)_")
"""Names of functions that only answer a question."""

PATHS: Final = re.compile(
    r"(?:^|_)(?:path|file|filename|filepath|fname|dir|directory|folder|root|home)s?$|^file_?name|_path_"
)
"""Names of parameters that say where something lies: the file is the input, and the code's own choice."""

TEXT: Final = frozenset(
    {"str", "bytes", "bytearray", "memoryview", "AnyStr", "Buffer", "ReadableBuffer", "LiteralString"}
)
STREAMS: Final = frozenset({
    "IO", "TextIO", "BinaryIO", "StringIO", "BytesIO", "TextIOBase", "BufferedIOBase", "RawIOBase", "BufferedReader",
    "SupportsRead",
})  # fmt: skip
DOCUMENTS: Final = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "JSON", "Json", "JSONValue"})

READERS: Final = (
    "json.load", "json.loads", "json.JSONDecoder", "simplejson.loads", "orjson.loads", "ujson.loads", "msgspec.",
    "tomllib.load", "tomllib.loads", "tomli.", "toml.load", "toml.loads", "tomlkit.parse", "yaml.load",
    "yaml.safe_load", "yaml.load_all", "yaml.safe_load_all", "yaml.full_load", "ruamel.yaml", "csv.reader",
    "csv.DictReader", "xml.", "defusedxml.", "lxml.", "html.parser", "struct.unpack", "struct.unpack_from",
    "struct.iter_unpack", "struct.Struct", "pickle.load", "pickle.loads", "marshal.loads", "plistlib.load",
    "plistlib.loads", "configparser.", "email.message_from", "email.parser", "email.utils.parse",
    "datetime.fromisoformat", "datetime.datetime.fromisoformat", "datetime.date.fromisoformat",
    "datetime.time.fromisoformat", "datetime.datetime.strptime", "datetime.strptime", "date.fromisoformat",
    "time.strptime", "dateutil.parser", "isodate.parse", "arrow.get", "pendulum.parse", "base64.b64decode",
    "base64.b32decode", "base64.b16decode", "base64.b85decode", "base64.urlsafe_b64decode",
    "base64.standard_b64decode", "binascii.unhexlify", "binascii.a2b_hex", "binascii.a2b_base64", "zlib.decompress",
    "gzip.decompress", "bz2.decompress", "lzma.decompress", "ast.literal_eval", "ast.parse", "ipaddress.",
    "uuid.UUID", "urllib.parse.urlsplit", "urllib.parse.urlparse", "urllib.parse.parse_qs", "urllib.parse.parse_qsl",
    "urllib.parse.unquote", "decimal.Decimal", "fractions.Fraction", "shlex.split", "shlex.shlex", "cgi.",
    "msgpack.unpackb", "msgpack.loads", "cbor2.loads", "bson.", "protobuf.", "avro.", "bs4.BeautifulSoup",
    "html5lib.", "jsonschema.", "tokenize.", "string.Formatter", "email.policy", "http.cookies",
    "email.headerregistry", "quopri.", "codecs.decode", "int.from_bytes", "bytes.fromhex", "bytearray.fromhex",
    "float.fromhex",
)  # fmt: skip
"""Readers by their absolute names; one that ends in a dot stands for all below it."""

READING_METHODS: Final = frozenset({
    "model_validate", "model_validate_json", "model_validate_strings", "validate_python", "validate_json", "parse_raw",
    "parse_obj", "from_bytes", "fromhex", "fromisoformat", "strptime", "ParseFromString", "unpack_from", "iter_unpack",
})  # fmt: skip
"""Methods that read, whatever they belong to."""

PIECING: Final = frozenset({
    "split", "rsplit", "splitlines", "partition", "rpartition", "match", "fullmatch", "finditer", "findall", "search",
    "unpack", "decode", "lstrip", "removeprefix", "isdigit", "isdecimal", "groups", "group",
    "groupdict", "read", "readline",
})  # fmt: skip
"""Methods that take an input to pieces: a weak sign."""

VERBS: Final = re.compile(
    r"^\W*(?:parses?|decodes?|deseriali[sz]es?|reads?|interprets?|tokeni[sz]es?|unpacks?|extracts?"
    r"|converts? (?:a |an |the )?(?:json|string|str|text|bytes|dict)|loads?|builds? .* from|creates? .* from)\b",
    re.IGNORECASE,
)  # fmt: skip
"""How the docstring of a parser begins."""

NOT_ONE: Final = re.compile(r"#\s*fuzzlab:\s*not a parser\b")
"""What a person writes behind `def` to say no."""

SKIPPED_DECORATORS: Final = frozenset({
    "property", "cached_property", "overload", "abstractmethod", "fixture", "command", "group", "setter", "hookimpl",
    "hookspec", "deprecated_alias",
})  # fmt: skip
"""A property takes nothing, an overload and an abstract method do nothing, others call fixtures and commands."""

VALIDATORS: Final = frozenset({"field_validator", "model_validator", "validator", "root_validator"})
"""Pydantic's decorators of a model's own code."""
