"""Builders of what is to leave the house."""

from sqlalchemy import select

from lms.accounts.events import Told
from lms.accounts.models import ChatAccount
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.texts import text
from lms.notifications.models import Delivery


def knows(person, platform="wecom", user_id="zhang"):
    with transaction() as s:
        s.add(ChatAccount(person_id=person.id, platform=platform, user_id=user_id))
    return person


def tell(*people, key="k1", words="《%(title)s》11月25日到期。", topic="duty", **more):
    with transaction():
        emit(
            Told(
                person_ids=tuple(p.id for p in people),
                topic=topic,
                sentence=text(words, title="售后规则"),
                link=("kb.article", {"slug": "after-sales/refund"}),
                key=key,
                **more,
            )
        )


def rows():
    return session().scalars(select(Delivery).order_by(Delivery.id).execution_options(populate_existing=True)).all()


def states():
    return [(row.channel, row.state) for row in rows()]
