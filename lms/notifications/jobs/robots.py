"""What the worker does for the groups: what is to be said there, and the summary of a week."""

from datetime import timedelta

from sqlalchemy import select

from lms.accounts.platforms.base import ask
from lms.core import clock, sendings
from lms.core.db import rows, session, transaction
from lms.core.here import local, today
from lms.core.trouble import Trouble
from lms.notifications.actions import robots
from lms.notifications.models import Robot, RobotMessage
from lms.notifications.queries.weekly import summary
from lms.notifications.rules.robots import call, judge

MONDAY, AT = 0, 9


def speak() -> int:
    """Say what waits for a group; return how much arrived."""
    arrived = 0
    while _is_due():
        with transaction():
            speeches = robots.lease(clock.now())
        if not speeches:
            break
        for speech in speeches:
            try:
                _say(speech)
            except Trouble as trouble:
                with transaction():
                    robots.failed(speech, trouble)
            else:
                with transaction():
                    robots.said(speech)
                arrived += 1
    return arrived


def _is_due() -> bool:
    found = rows(select(RobotMessage.id).where(sendings.is_due(RobotMessage, clock.now())).limit(1)).first()
    session().rollback()
    return found is not None


def _say(speech: robots.Speech) -> None:
    made = call(speech.platform, speech.url, speech.secret, speech.body, int(clock.now().timestamp()))
    wrong = judge(ask("POST", made.url, json=made.json))
    if wrong is not None:
        word, detail = wrong
        raise Trouble(word, detail, whole=word == "busy", wait=60 if word == "busy" else None, lasting=word == "auth")


def tell_the_week() -> int:
    """On Mondays from nine, tell the groups that want it how their team's last week went; return how many."""
    now = local(clock.now())
    if now.weekday() != MONDAY or now.hour < AT:
        return 0
    day = today()
    teams = rows(select(Robot.team_id).where(Robot.active, Robot.weekly).distinct()).scalars().all()
    session().rollback()
    told = 0
    for team_id in teams:
        with transaction():
            words = summary(team_id, day - timedelta(days=7), day)
            if words is not None:
                told += robots.say(team_id, words, key=f"week:{team_id}:{day}")
    return told
