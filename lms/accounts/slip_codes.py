"""The address of a slip and its QR code."""

from urllib.parse import urlsplit

import segno

from lms.web.addresses import full_address

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def slip_link(token: str) -> str:
    """Return the full address of a slip, on the installation's own base where it has one."""
    return full_address("accounts.slip_link", token=token)


def only_here(url: str) -> bool:
    """Return whether the address leads to the machine that opens it: printed, it leads a phone to itself."""
    return urlsplit(url).hostname in LOOPBACK


def slip_qr(url: str) -> str:
    """Return the QR code as a data address of an SVG."""
    found: str = segno.make(url, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    return found
