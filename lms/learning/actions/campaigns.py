"""Verbs of the peaks: prepare what has to be known, give it out, end it early. Open the transaction around each.

Giving out makes a rule for each part, so that whoever comes later gets it too and whoever leaves loses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from lms.accounts.models import Team
from lms.assignments import actions as duties
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.models import Rule
from lms.content.audience import readable
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.models import Campaign, CampaignPart, QueueNeed, ServiceQueue
from lms.learning.queries.campaigns import KINDS
from lms.learning.rules.campaigns import LONGEST_NAME, MOST_PARTS, occasion_of

JOINER_DAYS = 2
"""Whoever comes after the campaign was given out has at least so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a campaign is to be. document_ids: in the order in which people shall learn them."""

    name: str
    team_id: int
    starts_on: date
    ends_on: date
    ready_on: date
    needed: int | None
    document_ids: Sequence[int]
    queue_ids: Sequence[int]


def draft(actor: Actor, wanted: Wanted) -> Campaign:
    """Prepare a campaign; nobody is told yet. Raises Invalid with every reason."""
    _check(actor, wanted, began=False)
    made = Campaign(
        name=wanted.name.strip(),
        team_id=wanted.team_id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        ready_on=wanted.ready_on,
        needed=wanted.needed,
        queues=list(wanted.queue_ids),
        state="draft",
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    _write_parts(made.id, wanted.document_ids)
    audit(actor.id, "campaign.drafted", "campaign", made.id)
    return made


def change(actor: Actor, public_id: str, wanted: Wanted) -> None:
    """Change a campaign. Once it is given out only its name, last day and need of people can change."""
    campaign = of(actor, public_id)
    if campaign.state == "over":
        raise Conflict(text("活动已经结束，不能再改。"))
    began = campaign.state == "running"
    _check(actor, wanted, began=began)
    campaign.name, campaign.ends_on, campaign.needed = wanted.name.strip(), wanted.ends_on, wanted.needed
    if began:
        session().flush()
        for rule in _rules(campaign.id):
            rule.until_on = wanted.ends_on
        for need in session().scalars(select(QueueNeed).where(QueueNeed.campaign_id == campaign.id)):
            need.until_on = wanted.ends_on
    else:
        campaign.team_id, campaign.starts_on, campaign.ready_on = wanted.team_id, wanted.starts_on, wanted.ready_on
        campaign.queues = list(wanted.queue_ids)
        _write_parts(campaign.id, wanted.document_ids)
    audit(actor.id, "campaign.changed", "campaign", campaign.id)


def start(actor: Actor, public_id: str) -> list[int]:
    """Give the campaign out; return the ids of its rules, which the caller then applies to the people.

    The queues ask for every part from the first day of the promotion to its last. Raises Conflict where it is out.
    """
    campaign = of(actor, public_id)
    if campaign.state != "draft":
        raise Conflict(text("活动包已经派发过了。"))
    document_ids = _document_ids(campaign.id)
    if not document_ids:
        raise Invalid(text("活动包还没有内容，请先加知识或测验。"))
    campaign.state, campaign.started_at = "running", clock.now()
    made = []
    for document_id in document_ids:
        rule = duties.make_rule(
            actor,
            name=campaign.name,
            document_id=document_id,
            audience=Audience(teams=(campaign.team_id,)),
            due_plan=DuePlan(on=campaign.ready_on, at_least=JOINER_DAYS),
            occasion=occasion_of(campaign.id),
            source="campaign",
            source_ref=occasion_of(campaign.id),
            until_on=campaign.ends_on,
        )
        made.append(rule.id)
        for queue_id in campaign.queues:
            session().add(
                QueueNeed(
                    queue_id=int(queue_id),
                    document_id=document_id,
                    campaign_id=campaign.id,
                    from_on=campaign.starts_on,
                    until_on=campaign.ends_on,
                )
            )
    session().flush()
    audit(actor.id, "campaign.started", "campaign", campaign.id, after={"parts": len(made)})
    return made


def stop(actor: Actor, public_id: str) -> list[int]:
    """End a campaign early: nobody owes its parts any more, its queues no longer ask; what was done stays.

    Return the ids of its rules, which the caller then takes from the people.
    """
    campaign = of(actor, public_id)
    if campaign.state != "running":
        raise Conflict(text("活动包没有在进行。"))
    campaign.state = "over"
    session().execute(delete(QueueNeed).where(QueueNeed.campaign_id == campaign.id))
    stopped = [rule.id for rule in _rules(campaign.id)]
    for rule_id in stopped:
        duties.stop_rule(actor, rule_id)
    audit(actor.id, "campaign.stopped", "campaign", campaign.id)
    return stopped


def discard(actor: Actor, public_id: str) -> None:
    """Throw a draft away."""
    campaign = of(actor, public_id)
    if campaign.state != "draft":
        raise Conflict(text("已派发的活动包只能结束，不能删除。"))
    session().execute(delete(CampaignPart).where(CampaignPart.campaign_id == campaign.id))
    session().delete(campaign)
    audit(actor.id, "campaign.discarded", "campaign", campaign.id)


def of(actor: Actor, public_id: str) -> Campaign:
    """Return a campaign that the actor may change. Raises NotFound."""
    found = session().scalars(select(Campaign).where(Campaign.public_id == public_id)).one_or_none()
    if found is None or not may_prepare(actor, found.team_id):
        raise NotFound()
    return found


def may_prepare(actor: Actor, team_id: int) -> bool:
    held = scopes(actor, Permission.CAMPAIGN_EDIT)
    return Scope.ALL in held or (Scope.TEAM in held and team_id in actor.teams_below)


def _rules(campaign_id: int) -> Sequence[Rule]:
    return (
        session()
        .scalars(select(Rule).where(Rule.source_ref == occasion_of(campaign_id), Rule.active).order_by(Rule.id))
        .all()
    )


def _document_ids(campaign_id: int) -> list[int]:
    return list(
        session().scalars(
            select(CampaignPart.document_id)
            .where(CampaignPart.campaign_id == campaign_id)
            .order_by(CampaignPart.position)
        )
    )


def _write_parts(campaign_id: int, document_ids: Sequence[int]) -> None:
    session().execute(delete(CampaignPart).where(CampaignPart.campaign_id == campaign_id))
    session().add_all(
        CampaignPart(campaign_id=campaign_id, position=position, document_id=document_id)
        for position, document_id in enumerate(document_ids)
    )
    session().flush()


def _check(actor: Actor, wanted: Wanted, *, began: bool) -> None:
    wrong: dict[str, Text] = {}
    if not wanted.name.strip() or len(wanted.name.strip()) > LONGEST_NAME:
        wrong["name"] = text("请写名称，最多 %(n)s 个字。", n=LONGEST_NAME)
    if wanted.ends_on < wanted.starts_on:
        wrong["ends_on"] = text("结束日不能早于开始日。")
    if wanted.ends_on < today():
        wrong["ends_on"] = text("结束日已经过去了。")
    if wanted.needed is not None and wanted.needed < 1:
        wrong["needed"] = text("请填 1 以上的人数，或者留空。")
    if not began:
        if wanted.ready_on > wanted.starts_on:
            wrong["ready_on"] = text("最迟在活动开始那天准备好。")
        elif wanted.ready_on < today():
            wrong["ready_on"] = text("准备好的日子已经过去了。")
        if session().get(Team, wanted.team_id) is None or not may_prepare(actor, wanted.team_id):
            wrong["team"] = text("请选您负责的团队。")
        if not wanted.document_ids:
            wrong["parts"] = text("请至少选一篇知识或一份测验。")
        elif len(wanted.document_ids) > MOST_PARTS:
            wrong["parts"] = text("最多 %(n)s 项，多了没人记得住。", n=MOST_PARTS)
        elif _unknown(actor, wanted.document_ids):
            wrong["parts"] = text("有一项已经下架或您看不到，请重新选。")
        if wanted.queue_ids and len(set(wanted.queue_ids)) != _open_queues(wanted.queue_ids):
            wrong["queues"] = text("有一个队列已经停用，请重新选。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)


def _unknown(actor: Actor, document_ids: Sequence[int]) -> bool:
    known = session().scalars(
        select(Document.id).where(
            Document.id.in_(document_ids),
            Document.kind.in_(KINDS),
            Document.published_id.is_not(None),
            Document.state == "published",
            readable(actor),
        )
    )
    return len(known.all()) != len(set(document_ids))


def _open_queues(queue_ids: Sequence[int]) -> int:
    return len(
        session()
        .scalars(select(ServiceQueue.id).where(ServiceQueue.id.in_(queue_ids), ServiceQueue.closed_on.is_(None)))
        .all()
    )
