"""Numbers of real people in a text that is kept: phones, cards, orders and addresses of mail become stars. Pure."""

import re
from unicodedata import normalize

STARS = "***"
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_LONG = re.compile(r"(?<![\d.])\d(?:[ -]?\d){6,}[Xx]?")
"""Seven digits in a row are a phone, an order, a card or a parcel; a year, a price, a model number are shorter."""
_CODE = re.compile(r"\b(?=[A-Za-z]*\d)[A-Za-z]{1,4}\d{8,}[A-Za-z]{0,2}\b")
"""Numbers of parcels begin with letters: SF1234567890123, YT8812345678901."""


def masked(text: str) -> str:
    """Return the text, digits and letters narrow, with stars for what may belong to one person."""
    text = _MAIL.sub(STARS, normalize("NFKC", text))
    return _LONG.sub(STARS, _CODE.sub(STARS, text))
