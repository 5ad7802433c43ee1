"""What the status page asks of rooms beside and above it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaysAsked:
    """Which ways out of the house (mail, chat, other systems) are in trouble? Answered with a list of `Way`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way out on which something failed or waits. name: a channel's word or an address's name. failing: tried again;
    dead: given up within a week. minutes: for which the first is overdue. endpoint, wanted: where its log is shown.
    """

    name: str
    failing: int
    dead: int
    minutes: int
    endpoint: str
    wanted: dict[str, str]
