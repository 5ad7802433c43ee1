"""Numbers that carry their own proof: ID cards and bank cards. Pure."""

import re

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")


def is_id_number(digits: str) -> bool:
    """Whether 18 characters are a valid number of a Chinese ID card: a birthday and the right check character."""
    return _ID.fullmatch(digits) is not None and id_check(digits[:17]) == digits[17].upper()


def id_check(first: str) -> str:
    """Return the check character of the first 17 digits of an ID card."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit that bank cards carry."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_bank_card(digits: str) -> bool:
    """Whether 16 to 19 digits may be a bank card: they begin as one and end with its check digit."""
    return 16 <= len(digits) <= 19 and digits[0] in "3456" and passes_luhn(digits)
