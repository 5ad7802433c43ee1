"""Sentences for people, written once in Chinese and translated at the edge.

Rules, parsers and actions know no request and no language. They return or raise a `Text`; views, api and cli
render it in the reader's language. The Chinese sentence is the message id, so zh_CN needs no catalogue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in Chinese with `%(name)s` places, not yet in the reader's language."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.render(lambda message: message)

    def render(self, gettext: Callable[[str], str], day: Callable[[date], str] = date.isoformat) -> str:
        """Return the sentence in the language of `gettext`; values that are Texts or days are rendered too."""
        template = gettext(self.id)
        if not self.values:
            return template.replace("%%", "%")
        return template % {name: _rendered(value, gettext, day) for name, value in self.values.items()}

    def __hash__(self) -> int:
        return hash((self.id, tuple(sorted((name, str(value)) for name, value in self.values.items()))))


def _rendered(value: object, gettext: Callable[[str], str], day: Callable[[date], str]) -> object:
    if isinstance(value, Text):
        return value.render(gettext, day)
    return day(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def text(id: str, /, **values: object) -> Text:
    """Mark a Chinese sentence for translation. A literal percent sign is written `%%`."""
    return Text(id, values)


def as_plain(sentence: Text) -> dict[str, Any]:
    """Return a sentence as JSON, `{"id": …, "values": {…}}`; sentences in it likewise, days as `{"day": iso}`."""
    return {"id": sentence.id, "values": {name: _plain(value) for name, value in sentence.values.items()}}


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return as_plain(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def from_plain(stored: Mapping[str, Any]) -> Text:
    """Return the sentence that `as_plain` wrote; a day that was once stored as words alone reads as those words."""
    return Text(stored["id"], {name: _read(each) for name, each in stored["values"].items()})


def _read(stored: object) -> object:
    if not isinstance(stored, Mapping):
        return stored
    return date.fromisoformat(stored["day"]) if "day" in stored else from_plain(stored)
