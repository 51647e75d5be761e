"""Redaction: no secret stays, all else does, and what was JSON is JSON of the same structure."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzlab.jsonleaves import leaves
from fuzzlab.message import HttpMessage
from fuzzlab.redaction import Redactor
from fuzzlab.sensitive import Kind, is_card, kind_of_name

SECRET = "hT7-plaNted_s3cret"  # noqa: S105 - planted
EMAIL = "grace.hopper@navy.example"
CARD = "4242424242424242"


def redact(*messages: HttpMessage) -> list[HttpMessage]:
    """Redact messages as an import does: learn all, then redact each."""
    redactor = Redactor()
    for message in messages:
        redactor.learn(message)
    return [redactor.redacted(message, side="request", body=message.body) for message in messages]


def of_body(body: bytes, content_type: str = "") -> bytes:
    """Redact one body."""
    return redact(HttpMessage("POST", "/", (("Content-Type", content_type),), body))[0].body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Authorization", Kind.AUTHORISATION), ("proxy-authorization", Kind.AUTHORISATION), ("Cookie", Kind.COOKIE),
        ("Set-Cookie", Kind.COOKIE), ("X-Api-Key", Kind.KEY), ("apikey", Kind.KEY), ("access_token", Kind.KEY),
        ("refreshToken", Kind.KEY), ("client_secret", Kind.KEY), ("user[password]", Kind.KEY), ("PIN", Kind.KEY),
        ("newPassword2", Kind.KEY), ("x-amz-security-token", Kind.KEY), ("AWSSecretAccessKey", Kind.KEY),
        ("X-Hub-Signature", Kind.SIGNATURE), ("Stripe-Signature", Kind.SIGNATURE), ("Content-MD5", Kind.SIGNATURE),
        ("X-Shopify-Hmac-SHA256", Kind.SIGNATURE), ("private_key", Kind.KEY), ("cvv", Kind.KEY),
        ("Content-Type", None), ("author", None), ("tokenizer", None), ("token_type", None), ("shipping", None),
        ("Sec-WebSocket-Key", None), ("pinned", None), ("company", None), ("session_count", None), ("passport", None),
        ("", None), ("key", None), ("Host", None), ("message", None),
    ],
)  # fmt: skip
def test_names_of_secrets(name: str, kind: Kind | None) -> None:
    """Names that hold secrets, and near misses."""
    assert kind_of_name(name) is kind


BASIC = base64.b64encode(f"clerk:{SECRET}".encode()).decode()
HEADERS = [
    ("Authorization", f"Bearer {SECRET}"),
    ("Authorization", SECRET),
    ("Authorization", f"Basic {BASIC}"),
    ("Authorization", f'Digest username="clerk", realm="a", nonce="{SECRET}", uri="/", response="{SECRET}"'),
    ("Authorization", f"AWS4-HMAC-SHA256 Credential={SECRET}/20260302/eu/s3/aws4_request, SignedHeaders=host"),
    ("Proxy-Authorization", f"ApiKey  {SECRET}"),
    ("Cookie", f"a={SECRET}; b=1"),
    ("Cookie", f'a="{SECRET}"'),
    ("Cookie", f"a={quote(SECRET)};b"),
    ("Cookie", SECRET),
    ("Location", f"/callback?code={SECRET}&x=1#token={SECRET}"),
    ("Set-Cookie", f"a={SECRET}; Path=/; HttpOnly"),
    ("X-Api-Key", SECRET),
    ("X-Auth-Token", f"Bearer {SECRET}"),
    ("Referer", f"https://a.example/x?access_token={SECRET}&y=1"),
    ("Location", f"https://clerk:{SECRET}@a.example/"),
    ("X-Note", f"password={SECRET}"),
    ("X-Signature", f"t=1700000000,v1={SECRET}"),
]


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_headers(name: str, value: str) -> None:
    """The secret is gone from a header, which keeps its length and its scheme."""
    (made,) = redact(HttpMessage("GET", "/", ((name, value),)))
    ((_, new),) = made.headers
    assert SECRET not in new
    assert BASIC not in new
    assert len(new) == len(value)
    scheme = re.match(r"\w[\w-]* +", value)
    assert scheme is None or new.startswith(scheme[0])


FIELD = "Content-Disposition: form-data"
BODIES = [
    (f'{{"password": "{SECRET}"}}', ""),
    (f'{{"a": {{"b": [{{"client_secret": "{SECRET}"}}]}}}}', "application/json"),
    (f'{{"credentials": {{"user": "{SECRET}"}}}}', "application/json"),
    (f'{{"tokens": ["{SECRET}"]}}', "application/json"),
    (f'[{{"name": "X-Api-Key", "value": "{SECRET}"}}]', "application/json"),
    (json.dumps({"inner": json.dumps({"inner": json.dumps({"pwd": SECRET})})}), "application/json"),
    (f'{{"password": "{SECRET}"', "application/json"),
    (f'{{"password": "{SECRET}', "application/json"),
    (f'{{"password": "{SECRET}"}}\n{{"password": "{SECRET}"}}\n', "application/x-ndjson"),
    ("[" * 5000 + f'{{"token": "{SECRET}"}}' + "]" * 5000, "application/json"),
    (f"user=a&password={SECRET}", "application/x-www-form-urlencoded"),
    (f"payload={quote(json.dumps({'token': SECRET}))}", "application/x-www-form-urlencoded"),
    (f'--b\r\n{FIELD}; name="password"\r\n\r\n{SECRET}\r\n--b--\r\n', "multipart/form-data; boundary=b"),
    (f'--b\r\n{FIELD}; name="f"\r\n\r\n{{"token":"{SECRET}"}}\r\n--b--', 'multipart/form-data; boundary="b"'),
    (f'[{{"value": "{SECRET}", "name": "Authorization"}}]', "application/json"),
    (f"<a><Secret><![CDATA[{SECRET}]]></Secret></a>", "text/xml"),
    (f"<login><password>{SECRET}</password></login>", "text/xml"),
    (f'<login password="{SECRET}"/>', "text/xml"),
    (f"GET / HTTP/1.1\nAuthorization: Bearer {SECRET}\n", "text/plain"),
    (f"curl -H 'Authorization: Bearer {SECRET}' https://a.example", "text/plain"),
    (f"api_key: {SECRET}\n", "text/yaml"),
    (f"{{'password': '{SECRET}'}}", "text/plain"),
    (f"user,password,n\nann,{SECRET},1\n", "text/csv"),
    (f'"user";"Api Key"\r\n"ann";"{SECRET}"\r\n"bob";"x{SECRET}"', "text/csv"),
    (f"see https://clerk:{SECRET}@a.example/ for more", "text/plain"),
    (f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----\n", "text/plain"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "content_type"), BODIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16"])
def test_bodies(text: str, content_type: str, encoding: str) -> None:
    """The secret is gone from a body, which keeps its length; what was around it stays."""
    made = of_body(text.encode(encoding), content_type).decode(encoding)
    assert SECRET not in made
    assert re.sub(r"\w", "", made) == re.sub(r"\w", "", text)


@pytest.mark.parametrize(
    "form", ["{}", "mail {} now", "'{}'", "<{}>", "a={}", "mailto:{}", '{{"{}": 1}}', '{{"x": "{}"}}', "{},{}"]
)
@pytest.mark.parametrize(
    "secret", [EMAIL, EMAIL.replace("@", "%40"), CARD, "4242 4242 4242 4242", "4242-4242-4242-4242"]
)
def test_shapes(form: str, secret: str) -> None:
    """An address or a card's number is replaced wherever it stands, and so is nothing else."""
    text = form.format(secret, secret)
    made = of_body(text.encode()).decode()
    head, *_, tail = form.replace("{{", "(").replace("}}", ")").split("{}")
    head, tail = head.replace("(", "{"), tail.replace(")", "}")
    assert secret not in made
    assert made.startswith(head)
    assert made.endswith(tail)
    assert len(made) == len(text)
    if secret[0].isdigit():
        assert is_card(re.findall(r"[0-9][0-9 -]{12,}[0-9]", made)[0])
    else:
        assert "@example.invalid" in made.replace("%40", "@")


@pytest.mark.parametrize(
    "text",
    [
        '{"id": 1772442847300, "sku": "4242424242424241", "n": 0.4242424242424242, "h": "9f86d081884c7d65"}',
        "Basic authentication required; bearer bonds; the token is gone",
        "password=", "password:", '{"password": null, "token": "", "pin": true}', '{"max_tokens": 4096}',
        "a@b", "@example.com", "me@", "x@y..z", "2026-03-02T09:00:00Z", '{ "a" : [1 , 2.50,\t1e3] }\n', "", "\x00\xff",
        "a=1&b=%20c+d&e", '{"a":"\\u00e9\\/"}', "<a><b>1</b></a>", "token_type=bearer",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    """Near misses keep every byte."""
    for content_type in ("", "application/json", "application/x-www-form-urlencoded", "text/plain"):
        assert of_body(text.encode("latin-1"), content_type) == text.encode("latin-1")


def test_one_secret_one_fake() -> None:
    """A token is known again where nothing says what it is: before, after, in a path, a query, a key, a header."""
    body = f'{{"{SECRET}": "a {SECRET}"}}'
    messages = [
        HttpMessage("GET", f"/reset/{SECRET}/x?q={SECRET}", (("X-Trace", f"<{SECRET}>"),), body.encode()),
        HttpMessage("GET", "/", (("Authorization", f"Bearer {SECRET}"),)),
        HttpMessage("GET", "/", (), b"\x00\xff" + SECRET.encode()),
        HttpMessage("GET", "/", (("X-Api-Key", "k3y/with=signs"),), b"see k3y%2Fwith%3Dsigns"),
    ]  # fmt: skip
    made = redact(*messages)
    fake = made[1].headers[0][1].removeprefix("Bearer ")
    assert made[0].path == f"/reset/{fake}/x?q={fake}"
    assert made[0].headers[0][1] == f"<{fake}>"
    assert made[0].body == f'{{"{fake}": "a {fake}"}}'.encode()
    assert made[2].body == b"\x00\xff" + fake.encode()
    assert fake != SECRET
    assert made[3].body == b"see " + quote(made[3].headers[0][1], safe="").encode()


def test_words_are_no_secrets() -> None:
    """What stands in a cookie or is a short password is not hunted through everything."""
    made = redact(
        HttpMessage("GET", "/dark", (("Cookie", "theme=dark; lang=english"),), b"dark english password"),
        HttpMessage("GET", "/", (), b'{"password": "abc", "x": "abc abc"}'),
    )
    assert made[0].body == b"dark english password"
    assert made[0].path == "/dark"
    assert b'"x": "abc abc"' in made[1].body


def test_notes_say_where_and_never_what() -> None:
    """Kind and place, once for each secret that was replaced."""
    redactor = Redactor()
    message = HttpMessage(
        "POST", "/?api_key=k123456789", (("Cookie", "s=abcdefgh12"),), f'{{"mail":["{EMAIL}"]}}'.encode()
    )
    redactor.learn(message)
    assert redactor.take_notes() == []
    redactor.redacted(message, side="request", body=message.body)
    found = {(note.kind.value, note.place) for note in redactor.take_notes()}
    assert found == {
        ("key", "request query api_key"), ("cookie", "request cookie s"), ("email", "request body $.mail[0]"),
    }  # fmt: skip


keys = st.sampled_from(["id", "password", "token", "email", "items", "name", "value", "pin", "credentials", "note"])
words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [EMAIL, CARD, SECRET, f"Bearer {SECRET}", f"https://x.example/?token={SECRET}", '{"token": "x9Y8z7W6"}']
    ),
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(int(CARD)) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | words, inner, max_size=4),
    max_leaves=15,
)


def structure(text: str) -> list[tuple[bool, str]]:
    """Give what kind of scalar stands where in a document, keys left aside."""
    return [(leaf.is_key, text[leaf.start] if text[leaf.start] in '"tfn' else "number") for leaf in leaves(text)]


@given(documents, st.sampled_from([{}, {"indent": 2}, {"ensure_ascii": False}]))
def test_json_stays_json(document: Any, style: dict[str, Any]) -> None:
    """The same structure, leaf by leaf; no secret; and once more changes nothing."""
    text = json.dumps(document, **style)
    body = text.encode("utf-8", "surrogatepass")
    made = of_body(body, "application/json")
    json.loads(made)
    assert structure(made.decode("utf-8", "surrogatepass")) == structure(text)
    for secret in (EMAIL, CARD):
        assert secret.encode() not in made
    assert of_body(made, "application/json") == made


@given(st.lists(st.tuples(keys | st.text(max_size=6), words), max_size=6))
def test_forms_stay_forms(fields: list[tuple[str, str]]) -> None:
    """The same names in the same order, the same number of values; no secret; and once more changes nothing."""
    text = "&".join(f"{quote(k, errors='surrogatepass')}={quote(v, errors='surrogatepass')}" for k, v in fields)
    made = of_body(text.encode(), "application/x-www-form-urlencoded").decode()
    before, after = (parse_qsl(t, keep_blank_values=True, errors="surrogateescape") for t in (text, made))
    assert len(before) == len(after)
    assert EMAIL not in made
    assert CARD not in made
    assert quote(EMAIL) not in made
    assert of_body(made.encode(), "application/x-www-form-urlencoded").decode() == made


texts = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from([EMAIL, CARD, SECRET, "password", "Bearer ", "eyJ", *('= :@\n"<>&;'), "</", "://"]),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(texts, texts, texts, st.sampled_from(["", "text/plain", "multipart/form-data; boundary=\n", "application/json"]))
def test_any_message_is_redacted(path: str, value: str, body: str, content_type: str) -> None:
    """Nothing is raised for any text or bytes, and none of it changes what is no text."""
    headers = (("Cookie", value), ("X", value), ("Authorization", value), ("Content-Type", content_type))
    message = HttpMessage("GET", "/" + path, headers, body.encode("utf-8", "surrogatepass"))
    (made,) = redact(message)
    assert [name for name, _ in made.headers] == [name for name, _ in message.headers]
    assert made.method == "GET"


@given(st.binary(max_size=60), st.sampled_from(["", "application/json", "application/x-www-form-urlencoded"]))
def test_any_bytes_are_kept(body: bytes, content_type: str) -> None:
    """Bytes without a secret's shape in them come out as they went in."""
    if not re.search(rb"[@:=0-9<]", body):
        assert of_body(body, content_type) == body
    of_body(body, content_type)
