"""Writing the review of a peak: what it was, what went wrong, what is done about it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select, update

from lms.assignments.actions.measures import add_measure as give_measure
from lms.assignments.models import Measure
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.queries.figures import metrics
from lms.reviews.models import PeakFinding, PeakMeasure, PeakReview
from lms.reviews.queries import peaks as reading
from lms.reviews.queries import targets
from lms.reviews.rules.peaks import (
    LONGEST_NAME,
    LONGEST_PEAK,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_FINDINGS,
    about_of,
)

FARTHEST = timedelta(days=730)
MOST = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a review is of. starts_on, ends_on: both included. version: the one that was seen."""

    name: str
    team_id: int
    starts_on: date
    ends_on: date
    look_on: date
    campaign_id: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What went wrong. from_on, until_on: both included, within the review or up to two weeks beside it."""

    title: str
    text: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is done about it. finding: public name, "" = about the peak as a whole. goal: None = better than then."""

    what: str
    owner_id: int
    due_on: date
    check_on: date | None
    finding: str
    metric: str
    goal: float | None


def make(actor: Actor, wanted: Wanted) -> str:
    """Begin a review; return its public name. Raises Invalid with every reason, NotFound."""
    _check(actor, wanted)
    row = PeakReview(
        name=wanted.name.strip(),
        team_id=wanted.team_id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        look_on=wanted.look_on,
        campaign_id=wanted.campaign_id,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(row)
    session().flush()
    audit(actor.id, "peak_review.make", "peak_review", row.id)
    return row.public_id


def change(actor: Actor, public_id: str, wanted: Wanted) -> None:
    """Change what a review is of. Raises NotFound, Invalid, Conflict where somebody else was quicker."""
    row = _open(actor, public_id)
    _check(actor, wanted, kept=row.campaign_id)
    if row.version != wanted.version:
        raise Conflict(text("这份复盘刚被别人改过，请看看现在的，再改。"))
    row.name, row.team_id = wanted.name.strip(), wanted.team_id
    row.starts_on, row.ends_on, row.look_on = wanted.starts_on, wanted.ends_on, wanted.look_on
    row.campaign_id, row.version = wanted.campaign_id, row.version + 1
    audit(actor.id, "peak_review.change", "peak_review", row.id)


def close(actor: Actor, public_id: str) -> None:
    """Close a review: it is read from then on, measures go on. The same again changes nothing. Raises NotFound."""
    row = _mine(actor, public_id)
    if row.state != "closed":
        row.state = "closed"
        audit(actor.id, "peak_review.close", "peak_review", row.id)


def reopen(actor: Actor, public_id: str) -> None:
    """Open a closed review again. Raises NotFound."""
    row = _mine(actor, public_id)
    if row.state != "open":
        row.state = "open"
        audit(actor.id, "peak_review.reopen", "peak_review", row.id)


def add_finding(actor: Actor, public_id: str, found: Found) -> str:
    """Write down what went wrong; return its public name. Raises NotFound, Invalid, Conflict."""
    row = _open(actor, public_id)
    _check_finding(row, found)
    many = session().scalar(select(func.count()).where(PeakFinding.review_id == row.id)) or 0
    if many >= MOST_FINDINGS:
        raise Conflict(text("一份复盘最多 %(n)s 个问题，请把相近的合并。", n=MOST_FINDINGS))
    made = PeakFinding(
        review_id=row.id,
        title=found.title.strip(),
        text=found.text.strip(),
        from_on=found.from_on,
        until_on=found.until_on,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    audit(actor.id, "peak_review.find", "peak_review", row.id)
    return made.public_id


def change_finding(actor: Actor, public_id: str, finding: str, found: Found) -> None:
    """Change a finding. Raises NotFound, Invalid, Conflict."""
    row = _open(actor, public_id)
    kept = _finding(row, finding)
    _check_finding(row, found)
    kept.title, kept.text = found.title.strip(), found.text.strip()
    kept.from_on, kept.until_on = found.from_on, found.until_on
    audit(actor.id, "peak_review.change_finding", "peak_review", row.id)


def drop_finding(actor: Actor, public_id: str, finding: str) -> None:
    """Take a finding away; its measures stay, as measures of the peak as a whole. Raises NotFound, Conflict."""
    row = _open(actor, public_id)
    kept = _finding(row, finding)
    session().execute(update(PeakMeasure).where(PeakMeasure.finding_id == kept.id).values(finding_id=None))
    session().execute(delete(PeakFinding).where(PeakFinding.id == kept.id))
    audit(actor.id, "peak_review.drop_finding", "peak_review", row.id)


def add_measure(actor: Actor, public_id: str, asked: Asked) -> str:
    """Give somebody something to do about it; return the measure's public name. Raises NotFound, Invalid, Conflict."""
    row = _open(actor, public_id)
    problems: dict[str, Text] = {}
    if asked.metric not in metrics():
        problems["metric"] = text("请选一个指标。")
    if asked.goal is not None and not abs(asked.goal) <= MOST:
        problems["goal"] = text("数字太大了。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    finding = _finding(row, asked.finding).id if asked.finding else None
    name = give_measure(
        actor,
        about_of(row.id),
        asked.what,
        asked.owner_id,
        due_on=asked.due_on,
        check_on=asked.check_on or max(asked.due_on, row.look_on),
        permission=Permission.TARGET_EDIT,
    )
    number = session().scalars(select(Measure.id).where(Measure.public_id == name)).one()
    session().add(
        PeakMeasure(measure_id=number, review_id=row.id, finding_id=finding, metric=asked.metric, goal=asked.goal)
    )
    session().flush()
    return name


def _mine(actor: Actor, public_id: str) -> PeakReview:
    reading.review(actor, public_id, Permission.TARGET_EDIT)
    return locked(PeakReview, public_id)


def _open(actor: Actor, public_id: str) -> PeakReview:
    row = _mine(actor, public_id)
    if row.state != "open":
        raise Conflict(text("这份复盘已经结束。要改，请先重新打开。"))
    return row


def _finding(row: PeakReview, name: str) -> PeakFinding:
    found = (
        session()
        .scalars(select(PeakFinding).where(PeakFinding.review_id == row.id, PeakFinding.public_id == name))
        .one_or_none()
    )
    if found is None:
        raise NotFound()
    return found


def _check(actor: Actor, wanted: Wanted, kept: int | None = None) -> None:
    """Raise NotFound, Invalid. kept: the pack that it is linked with already, which the actor need not see."""
    if wanted.team_id not in {team.id for team in targets.teams(actor, Permission.TARGET_EDIT)}:
        raise NotFound()
    if wanted.campaign_id not in {None, kept} and wanted.campaign_id not in dict(reading.campaigns(actor)):
        raise NotFound()
    problems: dict[str, Text] = {}
    if not wanted.name.strip():
        problems["name"] = text("请写名称。")
    elif len(wanted.name.strip()) > LONGEST_NAME:
        problems["name"] = text("最多 %(n)s 个字。", n=LONGEST_NAME)
    if not timedelta() <= wanted.ends_on - wanted.starts_on <= LONGEST_PEAK:
        problems["ends_on"] = text("结束不早于开始，最长四个月。")
    elif not today() - FARTHEST <= wanted.starts_on <= today():
        problems["starts_on"] = text("复盘已经开始的活动，最早两年前。")
    if not wanted.ends_on < wanted.look_on <= wanted.ends_on + FARTHEST:
        problems["look_on"] = text("复查效果的日子在活动结束以后，两年之内。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)


def _check_finding(row: PeakReview, found: Found) -> None:
    problems: dict[str, Text] = {}
    if not found.title.strip():
        problems["title"] = text("请用一句话写清楚出了什么问题。")
    elif len(found.title.strip()) > LONGEST_TITLE:
        problems["title"] = text("最多 %(n)s 个字。", n=LONGEST_TITLE)
    if len(found.text.strip()) > LONGEST_TEXT:
        problems["story"] = text("最多 %(n)s 个字。", n=LONGEST_TEXT)
    aside = timedelta(days=14)
    if found.until_on < found.from_on:
        problems["until_on"] = text("结束不早于开始。")
    elif found.from_on < row.starts_on - aside or found.until_on > row.ends_on + aside:
        problems["from_on"] = text("日子在活动期间，或前后两周之内。")
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
