"""Verbs of group robots: keep their addresses, say something, note how it went.

A group hears summaries. Names of people are covered, unless a person who may write to that team has said otherwise,
this time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts.models import Person, Team
from lms.accounts.platforms.base import cut
from lms.core import clock, sendings
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.audit import audit
from lms.core.db import insert_new, new_public_id, session, wake
from lms.core.errors import Forbidden, Invalid, NotFound
from lms.core.here import settings
from lms.core.i18n import say_in
from lms.core.retrying import again_at
from lms.core.texts import Text, text
from lms.core.trouble import Trouble
from lms.notifications.actions import buckets
from lms.notifications.models import Robot, RobotMessage
from lms.notifications.rules.robots import LONGEST, PATHS, is_address, without_names
from lms.notifications.rules.sending import REST, ROBOT_RATE, STALE, WAITS

LEASE = timedelta(minutes=2)
AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A message that a worker holds, with what is needed to send it."""

    id: int
    robot_id: int
    platform: str
    url: str
    secret: str
    body: str
    tries: int


def say(team_id: int, body: Text | str, *, key: str, names: bool = False, actor_id: int | None = None) -> int:
    """Let the robots of a team's group say something, once per key; return how many will.

    names: people are named, which only somebody may ask for who may write to the team. Raises Forbidden.
    """
    if names and not _may_name(actor_id, team_id):
        raise Forbidden()
    robots = session().scalars(select(Robot).where(Robot.team_id == team_id, Robot.active).order_by(Robot.id)).all()
    if not robots:
        return 0
    said = say_in(body, settings().locale) if isinstance(body, Text) else body
    if not names:
        said = without_names(said, _names())
    now = clock.now()
    rows = [
        {
            "public_id": new_public_id(),
            "robot_id": robot.id,
            "key": f"{key[:100]}:{robot.id}",
            "body": cut(said, LONGEST),
            "names": names,
            "made_by": actor_id or None,
            "at": now,
            "due_at": now,
            "state": "waiting",
        }
        for robot in robots
    ]
    insert_new(RobotMessage, ("key",), rows)
    if names:
        audit(actor_id, "robot.named", "team", team_id, after={"key": key[:100]})
    wake()
    return len(robots)


def _may_name(actor_id: int | None, team_id: int) -> bool:
    actor = accounts.actor_by_id(actor_id) if actor_id else None
    if actor is None:
        return False
    held = scopes(actor, Permission.MESSAGE_SEND)
    return Scope.ALL in held or (Scope.TEAM in held and team_id in actor.teams_below)


def _names() -> Collection[str]:
    """Return the names of everybody who works here: people of other teams are no more to be named than one's own."""
    return {name for name in session().scalars(select(Person.name).where(Person.active)) if name}


def own_hosts() -> frozenset[str]:
    """Return where the platforms' private editions are, by the settings."""
    now = settings()
    parts = [urlsplit(each) for each in (now.wecom_api, now.dingtalk_old_api, now.feishu_api)]
    return frozenset(f"{each.scheme}://{each.netloc}" for each in parts)


def keep(
    actor: Actor,
    *,
    team_id: int,
    platform: str,
    name: str,
    url: str,
    secret: str = "",
    weekly: bool = False,
    robot_id: str = "",
) -> Robot:
    """Keep a robot, new or changed. An empty url or secret leaves what is kept. Raises Invalid, NotFound."""
    current = session()
    robot = _robot(robot_id) if robot_id else None
    wrong: dict[str, Text] = {}
    url = url.strip()
    if platform not in PATHS:
        wrong["platform"] = text("请选择平台。")
    elif (url or robot is None) and (not is_address(platform, url, own_hosts()) or len(url) > 400):
        wrong["url"] = text("这不是这个平台的群机器人地址。请在群设置里复制完整的 Webhook 地址。")
    if not name.strip():
        wrong["name"] = text("请写群名，方便认出来。")
    if current.get(Team, team_id) is None:
        wrong["team_id"] = text("请选择团队。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    if robot is None:
        robot = Robot(team_id=team_id, platform=platform, name="", url=url, made_by=actor.id, made_at=clock.now())
        current.add(robot)
    elif robot.platform != platform:
        raise Invalid(text("平台不能改，请另加一个机器人。"))
    robot.team_id, robot.name, robot.weekly = team_id, name.strip()[:80], weekly
    robot.url = url or robot.url
    robot.secret = secret.strip()[:120] or robot.secret
    current.flush()
    audit(actor.id, "robot.kept", "robot", robot.public_id, after={"team": team_id, "platform": platform})
    return robot


def switch(actor: Actor, robot_id: str, *, active: bool) -> Robot:
    """Let a robot be silent, or speak again. Raises NotFound."""
    robot = _robot(robot_id)
    robot.active = active
    audit(actor.id, "robot.switched", "robot", robot.public_id, after={"active": active})
    return robot


def try_out(actor: Actor, robot_id: str) -> Robot:
    """Let one robot say that it is there. Raises NotFound."""
    robot = _robot(robot_id)
    now = clock.now()
    body = say_in(text("这是学院的一条试发消息：机器人已接通。"), settings().locale)
    session().add(
        RobotMessage(robot_id=robot.id, key=f"test:{new_public_id()}", body=body, made_by=actor.id, at=now, due_at=now)
    )
    wake()
    return robot


def _robot(robot_id: str) -> Robot:
    robot = session().scalars(select(Robot).where(Robot.public_id == robot_id)).one_or_none()
    if robot is None:
        raise NotFound()
    return robot


def lease(now: datetime) -> list[Speech]:
    """Take messages that are due, as many as each robot's bucket lets through; commit before they are sent."""
    rows: list[Any] = list(
        session().execute(
            select(RobotMessage.id, RobotMessage.robot_id, RobotMessage.body, RobotMessage.tries, RobotMessage.due_at)
            .add_columns(Robot.platform, Robot.url, Robot.secret, Robot.active)
            .join(Robot, Robot.id == RobotMessage.robot_id)
            .where(sendings.is_due(RobotMessage, now))
            .order_by(RobotMessage.due_at, RobotMessage.id)
            .limit(AT_ONCE)
            .with_for_update(of=RobotMessage, skip_locked=True)
        )
    )
    taken = []
    for row in rows:
        if not row.active or row.due_at < now - STALE:
            sendings.note(RobotMessage, [row.id], state="dropped", answer="off" if not row.active else "stale")
        elif buckets.take(f"robot:{row.robot_id}", ROBOT_RATE, 1, now):
            sendings.note(RobotMessage, [row.id], lease_until=now + LEASE, tries=row.tries + 1)
            taken.append(
                Speech(
                    id=row.id,
                    robot_id=row.robot_id,
                    platform=row.platform,
                    url=row.url,
                    secret=row.secret,
                    body=row.body,
                    tries=row.tries + 1,
                )
            )
    return taken


def said(speech: Speech) -> None:
    """Note that the group has it."""
    sendings.note(RobotMessage, [speech.id], state="sent", lease_until=None, answer="")


def failed(speech: Speech, trouble: Trouble) -> None:
    """Note that it did not get there: tried again later, or dead."""
    now = clock.now()
    if trouble.whole:
        rest = timedelta(seconds=trouble.wait) if trouble.wait is not None else REST
        buckets.close(f"robot:{speech.robot_id}", ROBOT_RATE, now + rest, now)
    later = None if trouble.lasting else again_at(speech.tries, now, trouble.wait, WAITS)
    sendings.missed(RobotMessage, [speech.id], later, trouble.answer)


def resend(actor: Actor, public_ids: Collection[str]) -> int:
    """Say dead messages once more; return how many."""
    ids = (
        session()
        .scalars(select(RobotMessage.id).where(RobotMessage.public_id.in_(public_ids), RobotMessage.state == "dead"))
        .all()
    )
    if ids:
        now = clock.now()
        sendings.note(RobotMessage, ids, states=("dead",), state="waiting", tries=0, due_at=now, lease_until=None)
        audit(actor.id, "robot.resent", "robot_message", len(ids))
        wake()
    return len(ids)
