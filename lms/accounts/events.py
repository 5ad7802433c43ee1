"""Facts about people, declared below all who listen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHired:
    """Somebody is new, or came back after leaving."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMoved:
    """Somebody's team or position is another from today on, or will be from a later day that is now known."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMoved:
    """A team stands below another one from today on. person_ids: whose team it is, or one below it; leavers too."""

    team_id: int
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged:
    """Somebody's roles, tags or kind of employment are others."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft:
    """Somebody's account was closed; the record stays."""

    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanged:
    """The working days of these people are others; due days are to be counted anew."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeChanged:
    """A freeze window of these people is new, another or gone; due days are to be counted anew."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeImpact:
    """Question: what would a freeze window of these people move? Answered with `Moved`."""

    person_ids: tuple[int, ...]
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many open items of how many people fall due in a freeze window, so that they would be due after it."""

    items: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortChanged:
    """These people joined or left an intake, or its start day or mentor is another."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """People are to be told something. The inbox listens, and the channels will.

    topic: content | duty | review | urgent | gap | suggestion | appraisal, for its mark. link: endpoint and values of
    the page where they go on. key: told once per person and key, however often it is said. urgent: goes out at once on
    every way, also at night and in a silent time, never in a digest. inbox_only: nothing leaves the house.
    """

    person_ids: tuple[int, ...]
    topic: str
    sentence: Text
    link: tuple[str, Mapping[str, object]] | None = None
    key: str
    urgent: bool = False
    inbox_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What these people were told of under a key is dealt with: it needs no further look in the inbox."""

    person_ids: tuple[int, ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSaid:
    """A team's group chat is to be told something, by its robot. Without a robot nothing happens.

    body: Markdown of headings, lists, bold and links, in the installation's language. names: whether it names people,
    which only somebody who presses the button may decide; without it every name of the team's people is left out.
    actor_id: who pressed it; None for the worker. key: said once.
    """

    team_id: int
    body: Text
    names: bool = False
    actor_id: int | None = None
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReached:
    """Question: has the group chat of this team a robot that something could be said by?"""

    team_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOut:
    """Question: where does who signs out go on? visit: what the sign-on of the company has kept in the session.

    Answered with an address of this app, or "" for the usual one.
    """

    visit: str
