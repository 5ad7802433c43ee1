"""On which ways somebody is told. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

CHATS = ("wecom", "dingtalk", "feishu")
MAIL = "mail"
DIGEST = "digest"
WAYS = (*CHATS, MAIL)
"""The ways on which one person is told something, the first to be tried in front: personal messages, then mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What is known about a person's ways. accounts: platforms on which their name is known.

    missing: platforms that lately did not know their phone. off: ways that they have switched off. daily: they want one
    message a day.
    """

    person_id: int
    accounts: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    has_phone: bool = False
    has_mail: bool = False
    off: frozenset[str] = frozenset()
    daily: bool = False


def ways(receiver: Receiver, working: Collection[str]) -> list[str]:
    """Return the ways that a person can be reached on, the best first. working: those that the installation has.

    A platform on which the name is known comes before one where it has to be looked up by phone.
    """
    known = [chat for chat in CHATS if chat in receiver.accounts]
    unsure = [chat for chat in CHATS if chat not in receiver.accounts and chat not in receiver.missing]
    looked_up = unsure if receiver.has_phone else []
    mail = [MAIL] if receiver.has_mail else []
    return [way for way in (*known, *looked_up, *mail) if way in working]


def chosen(receiver: Receiver, working: Collection[str], *, urgent: bool) -> list[str]:
    """Return on which ways a person is told of one thing: the best one that they have not switched off.

    urgent: on every way; on one that is switched off too where nothing else is left. Who wants one message a day has
    it kept for the digest, the urgent apart.
    """
    possible = ways(receiver, working)
    wanted = [way for way in possible if way not in receiver.off]
    if urgent:
        return [way for way in (wanted or possible) if way == MAIL or way in receiver.accounts] or possible[:1]
    if not wanted:
        return []
    return [DIGEST] if receiver.daily else wanted[:1]


def next_way(receiver: Receiver, working: Collection[str], tried: Sequence[str]) -> str | None:
    """Return the way to try where those before have failed for good; None = there is none left."""
    for way in ways(receiver, working):
        if way not in tried and way not in receiver.off:
            return way
    return None
