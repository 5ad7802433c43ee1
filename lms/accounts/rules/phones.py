"""Phone numbers, however somebody wrote them. Pure."""


def digits(phone: str) -> str:
    """Return the number to compare and to ask a platform by: a Chinese one without its country, no signs between."""
    found = "".join(each for each in phone if each.isascii() and each.isdigit())
    for country in ("0086", "86"):
        if found.startswith(country) and len(found) - len(country) == 11 and found[len(country)] == "1":
            return found[len(country) :]
    return found
