"""What the page and the API show of a run: dataclasses alone. Nothing in them tells what a reply is worth."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.drills.spec import Channel, Customer


class Who(StrEnum):
    """Whose line of the transcript it is."""

    THEM = "them"
    ME = "me"
    SYSTEM = "system"  # a system line of the drill
    LATE = "late"  # the clock ran out here
    OVER = "over"  # the whole clock ran out, or it was left


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a transcript. html: safe HTML of the customer's or system's words; text: what the learner sent.

    seconds: of ME, how long the customer had waited. fresh: it came with the last step, so it may be typed out slowly.
    seq: the event that brought it.
    """

    who: Who
    at: datetime
    seq: int
    speaker: str = ""
    html: str = ""
    text: str = ""
    seconds: int | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A ready reply: its id in the API and its words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSeen:
    """One conversation. number: 0.. ; step: the `seq` that the next step has to bear.

    comes_at: when the customer comes, None where he is here. scene: key or title of the scene. choices: () while free.
    mood, mood_first: None where the drill has none. deadline_at: of the scene's clock, scaled by the person's time
    factor, None without one; seconds: its whole length. typing_ms: how long the customer types before the clock runs.
    cards: the order cards so far, each of (name, value). end: "" while it goes on, else pass | fail | time | steps.
    """

    number: int
    slug: str
    title: str
    customer: Customer
    channel: Channel
    step: int
    scene: str
    comes_at: datetime | None = None
    lines: tuple[Line, ...] = ()
    choices: tuple[Reply, ...] = ()
    free: bool = False
    shortest: int = 0
    longest: int | None = None
    mood: int | None = None
    mood_first: int | None = None
    deadline_at: datetime | None = None
    seconds: int | None = None
    typing_ms: int = 0
    cards: tuple[tuple[tuple[str, str], ...], ...] = ()
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """A run as its person sees it at `now`. articles: (slug, title) of what the drill links to, open beside the chat.

    state: open | ended | left | voided. paused: clocks stand still. interruptible: it may be paused.
    from_scene: "" or the title of the scene at which a retry began. events: the number of the last thing that happened.
    first_new: from which one on its lines are in here.
    """

    run_id: str
    slug: str
    title: str
    state: str
    now: datetime
    started_at: datetime
    deadline_at: datetime | None
    paused: bool
    interruptible: bool
    from_scene: str
    lanes: tuple[LaneSeen, ...]
    articles: tuple[tuple[str, str], ...] = ()
    events: int = 0

    first_new: int = 1

    @property
    def over(self) -> bool:
        return self.state != "open"
