"""E-mail addresses as customers type them, on the email-validator library; no network.

Syntax only: whether a domain has a mail server is asked when the confirmation is sent, not while a form is validated,
where a DNS server of the sender's choosing could keep the request waiting.
"""

import email_validator

from fuzzlab import formats, oracles, target


class EmailAddressError(ValueError):
    """The value is no e-mail address that a message could be sent to."""


@target(
    format=formats.text(max_size=512),
    allow=EmailAddressError,
    oracles=[oracles.idempotent(), oracles.storable("utf-8", "json")],
)
def email_address(value: str) -> str:
    """Read one e-mail address."""
    return parse_email_address(value)


MAX_INPUT = 254
"""Characters. RFC 5321 section 4.5.3.1.3 limits a path to 256 octets with its angle brackets (erratum 1690)."""

SPACE = " \t\r\n"


def parse_email_address(value: str) -> str:
    """Give an e-mail address in its normal form.

    Args:
        value: `local@domain` (RFC 5321, RFC 6531), without display name, comment, quoted local part or address literal.

    Returns:
        The address with its domain in lower case and in Unicode (IDNA 2008), its local part in NFC and otherwise as
        typed: RFC 5321 section 2.4 leaves its case to the receiving host.

    Raises:
        EmailAddressError: it is no such address, or its domain is reserved (RFC 6761).
    """
    text = value.strip(SPACE)
    # Before the library sees it: its scan for the at-sign normalises a window at every character.
    if len(text) > MAX_INPUT:
        raise EmailAddressError(f"longer than {MAX_INPUT} characters")
    try:
        return email_validator.validate_email(
            text,
            allow_smtputf8=True,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            check_deliverability=False,
        ).normalized
    except email_validator.EmailNotValidError as error:
        raise EmailAddressError("not an e-mail address") from error
