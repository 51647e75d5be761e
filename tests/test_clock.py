"""A clock that stands still, in the place of what the code under test asks for the time."""

from __future__ import annotations

import datetime as dt
import pickle
import time
from datetime import UTC, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from standardwebhooks import Webhook, webhooks

from fuzzlab import Clock, formats
from fuzzlab.contract import contract
from fuzzlab.errors import UserError
from fuzzlab.formats import HttpMessage, signers
from fuzzlab.project import Config, Project
from fuzzlab.session import Session
from fuzzlab.target import build
from tests.parsers import stale
from tests.planted.test_planted import findings

NOW = 1_750_000_000
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the documented example, no secret


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module whose names are replaced, and put back afterwards."""
    for name in ("time", "dt", "now", "nanoseconds", "Moment"):
        monkeypatch.setattr(stale, name, getattr(stale, name))
    return stale


def test_it_tells_one_time() -> None:
    """As seconds, nanoseconds, a datetime with and without a zone, and as the time stamp of a signer."""
    clock = Clock(NOW)
    assert (clock.time(), clock.time_ns(), int(clock.__index__())) == (float(NOW), NOW * 10**9, NOW)
    assert clock.now(UTC).timestamp() == NOW
    assert clock.now() == clock.now(UTC).replace(tzinfo=None)
    assert clock.now(timezone(timedelta(hours=2))) == clock.now(UTC)
    signed = signers.stripe("s", timestamp=clock).sign(HttpMessage("POST", "/", (), b"{}"))
    assert str(signed.header("Stripe-Signature")).startswith(f"t={NOW},v1=")


@pytest.mark.parametrize("name", ["time", "dt", "now", "nanoseconds", "Moment"])
def test_whatever_the_code_asks_is_stopped(name: str, module: ModuleType) -> None:
    """The modules, their functions and the class, by the name that the code has for them; twice does no harm."""
    assert module.asked()[name] != NOW
    for second in (NOW, NOW + 1):
        Clock(second, into=[f"{stale.__name__}:{name}"]).stop()
        assert module.asked()[name] == second
    others = {key: told for key, told in module.asked().items() if key != name}
    assert all(abs(told - time.time()) < 100 for told in others.values())


def test_what_stands_for_datetime_is_datetime_in_all_else(module: ModuleType) -> None:
    """What it makes are plain datetimes, of which it is the class for isinstance and issubclass."""
    Clock(NOW, into=[f"{stale.__name__}:Moment"]).stop()
    moment = module.Moment
    made = [
        moment(2024, 2, 29, tzinfo=UTC), moment.fromtimestamp(NOW, UTC), moment.fromisoformat("2024-02-29T00:00:00"),
        moment.strptime("2024", "%Y"), moment.now(UTC), moment.utcnow(), moment.today(), moment.combine(
            dt.date(2024, 2, 29), dt.time(1)),
    ]  # fmt: skip
    assert {type(each) for each in made} == {dt.datetime}
    assert all(isinstance(each, moment) for each in made)
    assert issubclass(dt.datetime, moment)
    assert not isinstance(dt.date(2024, 1, 1), moment)
    assert made[1] == dt.datetime.fromtimestamp(NOW, UTC)
    assert pickle.loads(pickle.dumps(made[0])) == made[0]  # noqa: S301 - our own bytes


def test_a_library_that_takes_no_clock_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference library of Standard Webhooks accepts what is signed at the clock's time, and refuses the stale."""
    monkeypatch.setattr(webhooks, "datetime", vars(webhooks)["datetime"])  # noted, to be put back
    clock = Clock(NOW, into=["standardwebhooks.webhooks:datetime"])
    message = HttpMessage("POST", "/", (), b"{}")
    signed, late = (signers.standard_webhooks(SECRET, timestamp=at).sign(message) for at in (clock, NOW - 301))
    with pytest.raises(Exception, match="too old"):
        Webhook(SECRET).verify(signed.body, dict(signed.headers))
    clock.stop()
    Webhook(SECRET).verify(signed.body, dict(signed.headers))
    with pytest.raises(Exception, match="too old"):
        Webhook(SECRET).verify(late.body, dict(late.headers))


def test_the_contract_puts_it_into_the_worker_and_not_here(tmp_path: Path) -> None:
    """In a worker the target's clock stands; in this process it goes on."""
    seeds = tmp_path / "corpus" / "tells" / "seeds"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(str(NOW).encode())
    project = Project(tmp_path, Config())
    assert findings(Session(project, stale.TELLS).replay()) == []
    (seeds / "two").write_bytes(b"1")
    (found,) = findings(Session(project, stale.TELLS).replay())
    assert found.verdict.message == f"1 is not {NOW}"
    assert all(abs(told - time.time()) < 100 for told in stale.asked().values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seconds": -1}, "whole seconds"),
        ({"seconds": 1.5}, "whole seconds"),
        ({"seconds": True}, "whole seconds"),
        ({"seconds": 1, "into": "time:time"}, "a list of names"),
        ({"seconds": 1, "into": ["time"]}, "write module:name"),
        ({"seconds": 1, "into": [3]}, "write module:name"),
    ],
)
def test_an_impossible_clock_is_the_user_s_mistake(arguments: dict[str, Any], message: str) -> None:
    """The door says what is wrong."""
    with pytest.raises(UserError, match=message):
        Clock(**arguments)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module:time", "No module"),
        (f"{stale.__name__}:thyme", "no attribute 'thyme'"),
        (f"{stale.__name__}:asked", "none of time, datetime"),
    ],
)
def test_a_name_that_tells_no_time_is_refused_at_the_registration(name: str, message: str) -> None:
    """And not in a worker an hour later."""
    with pytest.raises(UserError, match=message):
        contract(clock=Clock(1, into=[name]))
    with pytest.raises(UserError, match=message):
        build(str, home=__name__, format=formats.text(), clock=Clock(1, into=[name]))


def test_what_is_no_clock_is_refused() -> None:
    """A number is not one: it would be in nobody's place."""
    with pytest.raises(UserError, match="not a clock"):
        contract(clock=NOW)  # type: ignore[arg-type]
