"""A vendor's answer to an order: an order or VendorOrderError, whatever comes."""

from datetime import date
from decimal import Decimal

import pytest

from targets.vendor_order import Card, Order, VendorOrderError, render_order, vendor_order

START = b'{"order_id":"A-1","status":"pending","currency":"EUR","amount":'


def _with_amount(amount: str) -> bytes:
    return START + amount.encode() + b"}"


def test_accepts_an_order() -> None:
    """Every field is read into its own type, and what is rendered is read back."""
    order = vendor_order(
        b'\xef\xbb\xbf {"order_id":"A-1","status":"delivered","currency":"EUR","amount":"25.00","new_field":[1],'
        b'"cards":[{"code":"X7Q4","pin":"0042","expires":"2027-03-31"},{"code":"Y"}]}'
    )
    assert order == Order(
        order_id="A-1",
        status="delivered",
        currency="EUR",
        amount=Decimal("25.00"),
        cards=[Card(code="X7Q4", pin="0042", expires=date(2027, 3, 31)), Card(code="Y")],
    )
    assert vendor_order(render_order(order)) == order


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("25", "25.00"),
        ("25.5", "25.50"),
        ('"25"', "25.00"),
        ('"25.50"', "25.50"),
        ("1e2", "100.00"),
        ("1E+2", "100.00"),
        ("10.0000", "10.00"),
        ("0.01", "0.01"),
        ("100000", "100000.00"),
        ("19.99", "19.99"),
    ],
)
def test_amounts(amount: str, expected: str) -> None:
    """A number and a string give the same Decimal, exact to the cent."""
    assert str(vendor_order(_with_amount(amount)).amount) == expected


@pytest.mark.parametrize(
    "amount",
    [
        "0", "-0.0", "-1", "100000.01", "0.001", "1e30", "1e400", "1e-400", "0e999999999", "1e1000000000000000000",
        "NaN", "Infinity", "-Infinity", "1" * 400, "1" * 5000, "0." + "1" * 400, "true", "null", "[]", "{}", '""',
        '"025.00"', '"25,00"', '"1e2"', '"NaN"', '"sNaN"', '"-1"', '" 25"', '"25\\n"', '"\\u0662\\u0665"', '"1_0"',
        '"25.001"', '"\\ud800"', "025",
    ],
)  # fmt: skip
def test_refuses_amounts(amount: str) -> None:
    """An amount that is out of bounds, no number, or a number only to Python is refused."""
    with pytest.raises(VendorOrderError):
        vendor_order(_with_amount(amount))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'"order"',
        b"<html>504</html>",
        b"\r\n <!DOCTYPE html>",
        b"upstream timed out",
        b"\xff\xfe{\x00}\x00",
        b"\x00",
        START,
        START + b'1,"amount":1}',
        START + b'1,"x":"\\udc00"}',
        START + b'1,"\\ud800":1}',
        START + b'1,"x":' + b"[" * 40 + b"]" * 40 + b"}",
        START + b'1,"cards":null}',
        START + b'1,"cards":[{"code":""}]}',
        START + b'1,"cards":[{"code":"X","pin":42}]}',
        START + b'1,"cards":[{"code":"X","expires":"2027-02-30"}]}',
        START + b'1,"cards":[{"code":"X","expires":"2027-W01-1"}]}',
        START + b'1,"cards":[{"code":"X","expires":0}]}',
        START.replace(b"pending", b"delivered") + b"1}",
        START.replace(b"pending", b"failed") + b'1,"cards":[{"code":"X"}]}',
        START.replace(b"EUR", b"EUR\\n") + b"1}",
        START.replace(b'"A-1"', b"1") + b"1}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b" " * (1024 * 1024 + 1),
    ],
)
def test_refuses(data: bytes) -> None:
    """Whatever holds no order gives the declared error."""
    with pytest.raises(VendorOrderError):
        vendor_order(data)


def test_errors_repeat_nothing_secret() -> None:
    """The message names the field and not its content."""
    with pytest.raises(VendorOrderError, match=r"cards\.0\.pin") as caught:
        vendor_order(START + b'1,"cards":[{"code":"X7Q4D2K9","pin":"47 11"}]}')
    assert "47 11" not in str(caught.value)
    assert "X7Q4D2K9" not in str(caught.value)
