"""GitHub's webhooks: the signature first, then the delivery."""

import hashlib
import hmac

import pytest

from fuzzlab import formats
from targets.webhook_github import SECRET, GithubWebhookError, verify_github_signature, webhook_github

BODY = (
    b'{"action":"opened","repository":{"id":1,"full_name":"octocat/Hello-World"},'
    b'"sender":{"id":2,"login":"dependabot[bot]"}}'
)
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


def _message(body: bytes, *, event: str = "issues", delivery: str = DELIVERY) -> formats.HttpMessage:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = (("x-hub-signature-256", signature), ("X-GitHub-Event", event), ("X-GitHub-Delivery", delivery))
    return formats.HttpMessage("POST", "/", headers, body)


def test_documented_example() -> None:
    """The example of GitHub's documentation is accepted, and no other body with its signature."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    verify_github_signature(b"Hello, World!", signature, secret="It's a Secret to Everybody")  # noqa: S106  theirs
    with pytest.raises(GithubWebhookError):
        verify_github_signature(b"Hello, World?", signature, secret=SECRET)


def test_accepts() -> None:
    """A delivery is its id, its event and its payload."""
    delivery = webhook_github(_message(BODY))
    assert (delivery.id, delivery.event, delivery.payload.action) == (DELIVERY, "issues", "opened")
    assert delivery.payload.repository.full_name == "octocat/Hello-World"
    assert delivery.payload.sender.login == "dependabot[bot]"


@pytest.mark.parametrize(
    "signature",
    [None, "", "sha256=", "sha1=" + "0" * 40, "sha256=" + "0" * 64, "sha256=" + "\xe9" * 64, "\ud800", "0" * 65536],
)
def test_refuses_signatures(signature: str | None) -> None:
    """A signature that is missing, malformed or wrong is refused."""
    with pytest.raises(GithubWebhookError):
        verify_github_signature(BODY, signature, secret=SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"payload=%7B%7D",
        b"[" * 60_000,
        BODY.replace(b'"id":1', b'"id":true'),
        BODY.replace(b'"id":1', b'"id":1.0'),
        BODY.replace(b'"id":1', b'"id":9223372036854775808'),
        BODY.replace(b"octocat/", b"octocat"),
        BODY.replace(b"octocat/", b"octo\\ud800cat/"),
        BODY.replace(b"opened", b"opened\\n"),
    ],
)
def test_refuses_bodies_behind_a_valid_signature(body: bytes) -> None:
    """A signature says who wrote a body, not that it is a delivery."""
    with pytest.raises(GithubWebhookError):
        webhook_github(_message(body))


@pytest.mark.parametrize(
    ("event", "delivery"),
    [("", DELIVERY), ("Issues", DELIVERY), ("issues\r\n x", DELIVERY), ("issues", ""), ("issues", "1")],
)
def test_refuses_unsigned_headers(event: str, delivery: str) -> None:
    """The headers that no signature covers have a shape, too."""
    with pytest.raises(GithubWebhookError):
        webhook_github(_message(BODY, event=event, delivery=delivery))
