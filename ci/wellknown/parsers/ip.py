"""ipaddress.ip_address and ip_network (3.11, "ipaddress — IPv4/IPv6 manipulation library").

- Errors: "A ValueError is raised if address does not represent a valid IPv4 or IPv6 address" (ip_address; the same of
  ip_network).
- `round_trip`: the string form is one of those that the constructor takes (IPv4Address, IPv6Address: "Conversion to
  Strings and Integers"; ip_network: "A string consisting of an IP address and an optional mask").
- `agrees_with`: "IPv4 address strings are now parsed as strict as glibc inet_pton()" (IPv4Address, changed in 3.9.5);
  IPv6 without a zone is RFC 4291, section 2.2, of which inet_pton(3) is the C library's reader.
"""

import ipaddress
import socket

from fuzzlab import formats, oracles, target

Parsed = ipaddress.IPv4Address | ipaddress.IPv6Address | ipaddress.IPv4Network | ipaddress.IPv6Network


def inet_pton(text: str) -> object:
    """Read an address as the C library does; of networks and zones it knows nothing, they are taken as read here."""
    if "/" in text or "%" in text:
        return parse(text)
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    packed = socket.inet_pton(family, text)
    return ipaddress.IPv4Address(packed) if family == socket.AF_INET else ipaddress.IPv6Address(packed)


def parse(text: str) -> Parsed:
    """Read an address, or with a slash a network."""
    return ipaddress.ip_network(text, strict=False) if "/" in text else ipaddress.ip_address(text)


@target(
    format=formats.text(max_size=128),
    oracles=[oracles.deterministic(), oracles.round_trip(str), oracles.agrees_with(inet_pton)],
    instrument=["ipaddress"],
)
def ip(text: str) -> Parsed:
    """Read an address or a network."""
    return parse(text)
