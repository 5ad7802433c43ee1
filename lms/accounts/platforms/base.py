"""What the chat platforms have in common: a card for one person, who somebody is there, what can go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lms.core import http
from lms.core.trouble import Trouble

Given = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message. title: a few words; text: a sentence or two, plain; url: where the button leads, "" = nowhere."""

    title: str
    text: str
    url: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom a platform says to have in front of it, and what it vouches for: set by the company or proven by a code."""

    user_id: str
    name: str = ""
    phone: str = ""
    email: str = ""
    employee_no: str = ""


class Platform(Protocol):
    """What each platform can do. Every call may raise Trouble."""

    name: str

    def tell(self, user_id: str, card: Card, key: str) -> None:
        """Send a card to one person. key: the same message sent again carries the same."""

    def by_phone(self, phone: str) -> str | None:
        """Return who has this phone there; None = nobody."""

    def address(self, back: str, state: str, *, inside: bool, ask: bool) -> str:
        """Return where to sign in. back: where the platform leads afterwards; inside: its own app shows the page.

        ask: the person is asked to let us know the phone or e-mail, because the number alone says nothing to us.
        """

    def who(self, given: Given) -> Who:
        """Return who came back, by what the platform has put into the address."""


def ask(
    method: str,
    url: str,
    *,
    json: object = None,
    params: Given | None = None,
    headers: Given | None = None,
) -> dict[str, Any]:
    """Call a platform and return its JSON, of a refusal (4xx) too. Raises Trouble."""
    try:
        answer = http.send(method, url, json=json, params=params, headers=headers)
        if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
            raise Trouble("busy", str(answer.status), whole=True, wait=answer.retry_after)
        if answer.status >= 500 or 300 <= answer.status < 400:
            raise Trouble("http", str(answer.status), whole=True)
        try:
            return answer.json()
        except http.Failed:
            if answer.is_good:
                raise
            raise Trouble("http", str(answer.status), whole=True) from None
    except (http.Refused, http.Failed) as error:
        raise Trouble(error.word, whole=True) from error


def inner(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what an answer holds under a name; nothing where it holds no such thing."""
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def cut(text: str, most: int) -> str:
    """Return the text in at most so many bytes of UTF-8, with an ellipsis where something is left out."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - 3].decode(errors="ignore") + "…"
