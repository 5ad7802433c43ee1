"""Three incidents and what they did to the knowledge base: a kettle hums, a rule changed, a warehouse is full."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from lms.content import actions as content_actions
from lms.content import queries as content
from lms.content.actions import marks
from lms.content.models import ReviewMark
from lms.core.db import new_public_id, session, transaction
from lms.demo import writings
from lms.demo.stage import Stage
from lms.demo.studio import K2, document_id
from lms.kb.actions import gap_file, gaps, urgent
from lms.kb.actions.urgent import Draft
from lms.kb.jobs import gaps as gap_jobs
from lms.kb.jobs.indexing import keep_index
from lms.kb.models import Gap, UrgentNotice, UrgentReceipt
from lms.kb.rules.gaps import CONTACT
from lms.kb.rules.urgent import Audience

FLOOR = ("presale", "after1", "after2", "night")
"""The teams that sell and serve the kettle."""
EVERY_TEAM = (*FLOOR, "dispute")
BACK_AGAIN = 55
"""Minutes ago that the last notice was sent, this morning."""
COUNTED_DAYS = 14
"""Days whose searches are counted for gaps, as the worker does."""


def plan(stage: Stage) -> None:
    """Note everything; the articles themselves are changed by studio.py."""
    _plan_notices(stage)
    _plan_marks(stage)
    _plan_gaps(stage)


# urgent notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """How people react: `first` of them confirm from `begins` on, every `seconds`; the others from `rest` on."""

    begins: datetime
    first: int
    seconds: float
    rest: datetime | None = None


def _plan_notices(stage: Stage) -> None:
    """K2: 38 of 44 confirm before they go home, the others next morning. Today: the warehouse sends again."""
    kettle = Draft(
        public_id=new_public_id(),
        title="K2 底座异响：先登记批次号和视频，不判断原因，不答应换新",
        body="从现在起，天猫旗舰店和京东旗舰店都按这一条。16 点组长统一给口径。",
        audience=Audience(teams=frozenset(stage.teams[code] for code in FLOOR)),
        due_at=stage.at(62, 11, 50),
        until_at=stage.at(60, 12),
    )
    reaction = Confirmed(begins=stage.at(62, 11, 23), first=38, seconds=480, rest=stage.at(61, 9, 5))
    stage.agenda.once(stage.at(62, 11, 20), partial(_send, stage, kettle, K2, reaction))
    sent = stage.today_at(BACK_AGAIN)
    again = Draft(
        public_id=new_public_id(),
        title="华东仓恢复发货，不再说“爆仓延迟”",
        body="预计日期看订单页，按平时的 48 小时答；昨天登记的催单照常跟完。",
        audience=Audience(teams=frozenset(stage.teams[code] for code in EVERY_TEAM)),
        due_at=sent + timedelta(minutes=45),
        until_at=sent + timedelta(hours=26),
    )
    reaction = Confirmed(begins=stage.today_at(BACK_AGAIN - 1), first=41, seconds=60 * stage.pace)
    stage.agenda.once(sent, partial(_send, stage, again, writings.EAST, reaction))


def _send(stage: Stage, draft: Draft, slug: str, reaction: Confirmed) -> None:
    with transaction():
        urgent.send(stage.who("L1001"), replace(draft, document_id=document_id(f"kb_content/{slug}.md")))
    receipts = session().scalars(
        select(UrgentReceipt.person_id)
        .join(UrgentNotice, UrgentNotice.id == UrgentReceipt.urgent_notice_id)
        .where(UrgentNotice.public_id == draft.public_id)
    )
    numbers = {id: no for no, id in stage.ids.items()}
    late = {"A1002", "A1031", "A1036", stage.number("常乐")}
    people = [numbers[id] for id in receipts.all()]
    session().rollback()
    people.sort(key=lambda no: (no in late, stage.rng(draft.title, no).random()))
    for number, no in enumerate(people[: reaction.first]):
        moment = reaction.begins + timedelta(seconds=reaction.seconds * number)
        stage.agenda.once(moment, partial(_confirm, stage, no, draft.public_id))
    if reaction.rest is not None:
        for number, no in enumerate(people[reaction.first :]):
            moment = reaction.rest + timedelta(minutes=4 * number)
            stage.agenda.once(moment, partial(_confirm, stage, no, draft.public_id))


def _confirm(stage: Stage, no: str, public_id: str) -> None:
    with transaction():
        urgent.confirm(stage.who(no), public_id)


# what rests on a rule that changed


def _plan_marks(stage: Stage) -> None:
    """The trainer looks at what rests on the freight rule within the hour; what rests on yesterday's edit waits."""
    stage.agenda.once(stage.at(15, 11, 5), partial(_look_again, stage, writings.FREIGHT))


def _look_again(stage: Stage, slug: str) -> None:
    cause = content.open_published(stage.who("T1001"), "article", slug).revision_id
    waiting = select(ReviewMark.id).where(ReviewMark.cause_revision_id == cause, ReviewMark.cleared_at.is_(None))
    found = session().scalars(waiting).all()
    session().rollback()
    with transaction():
        marks.confirm(stage.who("T1001"), found)


# what was searched in vain


def _plan_gaps(stage: Stage) -> None:
    for ago in range(COUNTED_DAYS, 0, -1):
        stage.agenda.once(stage.at(ago, 20, 30), _evening)
    stage.agenda.once(stage.at(4, 14, 40), partial(_take_up_the_gap, stage))
    stage.agenda.once(stage.at(4, 15, 41), keep_index)
    stage.agenda.once(stage.at(2, 10), partial(_import_reasons, stage))


def _evening() -> None:
    """Do what the worker does all day long."""
    keep_index()
    gap_jobs.count_misses()


def _take_up_the_gap(stage: Stage) -> None:
    """Four ways of asking the same become one gap, and the trainer begins the article."""
    gap_jobs.count_misses()
    trainer = stage.who("T1001")
    found = session().scalars(select(Gap).where(Gap.state == "open").order_by(Gap.id)).all()
    asked = [gap.public_id for gap in found if any(word in gap.title for word in ("华东仓", "爆仓"))]
    session().rollback()
    first, *others = asked
    for other in others:
        with transaction():
            gaps.merge(trainer, other, first)
    with transaction():
        gaps.rename(trainer, first, "华东仓：改地址、什么时候发")
    with transaction():
        gaps.take(trainer, first)
    with transaction():
        draft = gaps.write_article(trainer, first, writings.EAST_TITLE, "logistics")
        content_actions.rename(trainer, draft.id, writings.EAST)


def _import_reasons(stage: Stage) -> None:
    """Why customers wrote last week, from the desk's own count: one of them is in no article."""
    rows = [("原因", "店铺", "次数", "日期")]
    for reason, shop, times in writings.REASONS:
        for number, count in enumerate(times):
            rows.append((reason, shop, str(count), (stage.today - timedelta(days=9 - number)).isoformat()))
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    data = held.getvalue().encode("utf-8-sig")
    shown = gap_file.digest(gap_file.plan(data, CONTACT))
    session().rollback()
    with transaction():
        gap_file.apply(stage.who("T1001"), data, CONTACT, shown=shown, partial=True)
