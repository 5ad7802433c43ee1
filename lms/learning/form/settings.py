"""Changing one setting of a line of chips: the others, and how they are written, stay as they are."""

import re
from collections.abc import Sequence

from lms.content.grammar.chips import Chip, Form, find_chips, is_chip_line, read_chip, split_chips

_NUMBER = re.compile(r"\d+")


def trailing(text: str) -> tuple[Chip, ...]:
    """Return the chips that a text ends with, by their columns in it."""
    return find_chips(text) if is_chip_line(text) else split_chips(text)[1]


def set_chip(text: str, form: Form, written: str | None, order: Sequence[Form]) -> str:
    """Return the text with one kind of chip as `written`, or without it for None.

    order: all kinds that may stand there, in canonical order; a chip that is new goes before the first later one.
    """
    chips = trailing(text)
    values = [read_chip(chip.text, order) for chip in chips]
    own = [place for place, value in enumerate(values) if value is not None and value.form is form]
    if written is None:
        for place in reversed(own):
            text = _without(text, chips[place])
        return text
    if own:
        for place in reversed(own[1:]):
            text = _without(text, chips[place])
        return _rewritten(text, chips[own[0]], written)
    later = order[list(order).index(form) + 1 :]
    for place, value in enumerate(values):
        if value is not None and value.form in later:
            at = chips[place].start
            return f"{text[:at]}`{written}` {text[at:]}"
    end = len(text.rstrip())
    return f"{text[:end]}{' ' if end else ''}`{written}`{text[end:]}"


def set_number(text: str, form: Form, number: int | None, written: str, order: Sequence[Form]) -> str:
    """Set a chip that holds one number; one that stands there already only changes its figures."""
    if number is not None:
        for chip in trailing(text):
            value = read_chip(chip.text, order)
            if value is not None and value.form is form:
                return _rewritten(text, chip, _NUMBER.sub(str(number), chip.text, count=1))
    return set_chip(text, form, written if number is not None else None, order)


def replace_chip(text: str, old: Chip, written: str) -> str:
    """Return the text with this one chip written anew."""
    return _rewritten(text, old, written)


def remove_chip(text: str, old: Chip) -> str:
    return _without(text, old)


def _rewritten(text: str, chip: Chip, written: str) -> str:
    if chip.text == written:
        return text
    opening, closing = text[chip.start], text[chip.end - 1]
    return f"{text[: chip.start]}{opening}{written}{closing}{text[chip.end :]}"


def _without(text: str, chip: Chip) -> str:
    start, end = chip.start, chip.end
    alone = text[:start].rpartition("\n")[2].strip() == "" and text[end:].partition("\n")[0].strip() == ""
    if alone and "\n" in text:  # a line of its own goes with its end
        start = text.rfind("\n", 0, start) if "\n" in text[:start] else 0
        behind = text.find("\n", end)
        end = len(text) if behind < 0 else behind + (start == 0)
    elif start and text[start - 1] == " ":
        start -= 1
    elif text[end : end + 1] == " ":
        end += 1
    return text[:start] + text[end:]
