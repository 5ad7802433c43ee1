"""What the group robots hear and are asked; rooms.py subscribes it."""

from sqlalchemy import select

from lms.accounts.events import GroupReached, GroupSaid
from lms.core.db import rows
from lms.notifications.actions import robots
from lms.notifications.models import Robot


def on_group_said(fact: GroupSaid) -> None:
    robots.say(fact.team_id, fact.body, key=fact.key, names=fact.names, actor_id=fact.actor_id)


def on_group_reached(question: GroupReached) -> bool:
    found = rows(select(Robot.id).where(Robot.team_id == question.team_id, Robot.active).limit(1)).first()
    return found is not None
