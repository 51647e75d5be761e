"""bottle's view of a request: "HTTPError" for a bad one; its accessors take what clients send."""

from __future__ import annotations

import io

import bottle

REQUIREMENT = "bottle==0.13.4"
MODULES = ("bottle",)
FORMAT = "http"
ALLOWED = (bottle.HTTPError,)
SEEDS = (
    b'GET /a?b=c&d=%C3%A9 HTTP/1.1\r\nHost: x:80\r\nCookie: a=b; c="d"\r\nAuthorization: Basic YTpi\r\n\r\n',
    b'POST /f HTTP/1.1\r\nHost: y\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}',
    (
        b"POST /f HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: 79\r\n\r\n"
        b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="t"\r\n\r\nab\r\n--xyz--\r\n'
    ),
    (
        b"POST /f HTTP/1.1\r\nTransfer-Encoding: chunked\r\nIf-Modified-Since: Wed, 21 Oct 2015 07:28:00 GMT\r\n"
        b"Range: bytes=0-5\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
    ),
)


def run(data: bytes) -> None:
    """Make the environment that a server makes of the message, and read all that an application would."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, *_ = [*first.split(" "), "", ""]
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "", "SERVER_NAME": "s",
        "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
    }  # fmt: skip
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().upper().replace("-", "_")
        environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = value.strip()
    request = bottle.BaseRequest(environ)
    _ = request.url, request.is_xhr, request.auth, request.remote_route, request.content_length
    for pairs in (request.query, request.cookies, request.headers, request.params, request.files):
        list(pairs.items())
    _ = request.json
    list(bottle.parse_range_header(request.get_header("Range", ""), 100))
    bottle.parse_date(request.get_header("If-Modified-Since", ""))
