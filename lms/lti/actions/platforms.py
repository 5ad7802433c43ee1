"""Registering other learning systems, and letting people in who come from them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, exists, select

from lms.accounts.actions import people
from lms.accounts.models import Team
from lms.accounts.queries import console
from lms.core import clock, keys
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import insert_new_returning, session
from lms.core.errors import Invalid
from lms.core.http import Refused, place
from lms.core.texts import Text, text
from lms.lti.models import LtiAccount, LtiLink, LtiNonce, LtiPlatform, LtiScore, LtiSeat
from lms.lti.queries.platforms import named
from lms.lti.rules.launch import LONGEST, Launch, NotBelieved

_NUMBER = re.compile(r"[\w.@-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote about a platform. deployments: one a line. team: its code, "" = refuse the unknown."""

    name: str = ""
    issuer: str = ""
    client_id: str = ""
    deployments: str = ""
    login_url: str = ""
    token_url: str = ""
    keys_url: str = ""
    person_by: str = "number"
    number_claim: str = ""
    team: str = ""


def keep(actor: Actor, draft: Draft, public_id: str = "") -> LtiPlatform:
    """Keep a platform, a new one or a changed one. Raises Invalid with every reason, NotFound."""
    platform = named(public_id) if public_id else None
    wrong = _wrong(draft)
    deployments = [each.strip() for each in draft.deployments.splitlines() if each.strip()]
    team_id = None
    if draft.team:
        team_id = session().scalar(select(Team.id).where(Team.code == draft.team, Team.closed_on.is_(None)))
        if team_id is None:
            wrong["team"] = text("没有这个团队，请从列表里选。")
    if not deployments or len(deployments) > 50 or any(len(each) > 400 for each in deployments):
        wrong["deployments"] = text("每行写一个 Deployment ID，至少一个。")
    same = exists().where(
        LtiPlatform.issuer == draft.issuer.strip(),
        LtiPlatform.client_id == draft.client_id.strip(),
        LtiPlatform.id != (platform.id if platform else 0),
    )
    if not wrong and session().scalar(select(same)):
        wrong["client_id"] = text("这个平台的这个 Client ID 已经登记过了。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    if platform is None:
        platform = LtiPlatform(made_by=actor.id or None, made_at=clock.now())
        session().add(platform)
    platform.name, platform.issuer, platform.client_id = (
        draft.name.strip(),
        draft.issuer.strip(),
        draft.client_id.strip(),
    )
    platform.login_url, platform.token_url = draft.login_url.strip(), draft.token_url.strip()
    platform.keys_url, platform.deployments = draft.keys_url.strip(), deployments
    platform.person_by, platform.number_claim, platform.team_id = draft.person_by, draft.number_claim.strip(), team_id
    session().flush()
    keys.ensure()
    audit(actor.id, "lti.kept", "lti_platform", platform.public_id, after={"issuer": platform.issuer})
    return platform


def _wrong(draft: Draft) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    if not draft.name.strip() or len(draft.name.strip()) > 80:
        wrong["name"] = text("请写是哪个系统，最多 80 个字。")
    if not draft.issuer.strip() or len(draft.issuer.strip()) > 300:
        wrong["issuer"] = text("请照平台的设置页填 Issuer（Platform ID），例如 https://moodle.example.com。")
    if not draft.client_id.strip() or len(draft.client_id.strip()) > 200:
        wrong["client_id"] = text("请照平台的设置页填 Client ID。")
    for name in ("login_url", "token_url", "keys_url"):
        address = getattr(draft, name).strip()
        try:
            place(address)
        except Refused:
            wrong[name] = text("请写完整的地址，以 https:// 或 http:// 开头，不带用户名和密码。")
        if len(address) > 400:
            wrong[name] = text("地址太长，最多 400 个字符。")
    if draft.person_by not in ("number", "email"):
        wrong["person_by"] = text("请选按什么认人。")
    elif draft.person_by == "number" and not draft.number_claim.strip():
        wrong["number_claim"] = text("请写工号在哪个自定义参数里，例如 employee_no。")
    if len(draft.number_claim.strip()) > 80:
        wrong["number_claim"] = text("参数名太长，最多 80 个字符。")
    if draft.team and draft.person_by != "number":
        wrong["team"] = text("只有按工号认人时，才能为没有账号的人建账号。")
    return wrong


def switch(actor: Actor, public_id: str, *, active: bool) -> None:
    """Let nobody in from a platform any more, or again. What waits stays."""
    named(public_id).active = active
    audit(actor.id, "lti.switched", "lti_platform", public_id, after={"active": active})


def remove(actor: Actor, public_id: str) -> None:
    """Forget a platform, its links and who somebody is there. Marks stay here as they are."""
    platform = named(public_id)
    links = select(LtiLink.id).where(LtiLink.platform_id == platform.id)
    session().execute(delete(LtiScore).where(LtiScore.platform_id == platform.id))
    session().execute(delete(LtiSeat).where(LtiSeat.link_id.in_(links)).execution_options(synchronize_session=False))
    for table in (LtiLink, LtiAccount, LtiNonce):
        session().execute(delete(table).where(table.platform_id == platform.id))
    session().delete(platform)
    audit(actor.id, "lti.removed", "lti_platform", public_id)


def take_nonce(platform: LtiPlatform, nonce: str) -> None:
    """Note that a launch was taken. Raises NotBelieved("replayed") for the second one."""
    digest = sha256(nonce.encode()).hexdigest()
    value = {
        "platform_id": platform.id,
        "nonce": digest,
        "until": clock.now() + timedelta(seconds=2 * LONGEST),
    }
    if not insert_new_returning(LtiNonce, ("platform_id", "nonce"), [value], [LtiNonce.nonce]):
        raise NotBelieved("replayed")


def enter(platform: LtiPlatform, launch: Launch) -> int | None:
    """Make an account for somebody unknown where the registration says so; return its id, else None."""
    if platform.team_id is None or not _NUMBER.fullmatch(launch.number):
        return None
    made_by = replace(console(), roles=frozenset())  # the machine itself, which may do nothing by a role
    person = people.hire(
        made_by,
        employee_no=launch.number,
        name=(launch.name.strip() or launch.number)[:80],
        team_id=platform.team_id,
        email=launch.email if "@" in launch.email and len(launch.email) <= 200 else "",
    )
    return person.id


def know(platform: LtiPlatform, person_id: int, subject: str) -> None:
    """Keep who somebody is at a platform, from the first launch on."""
    if session().get(LtiAccount, (person_id, platform.id)) is None:
        session().add(LtiAccount(person_id=person_id, platform_id=platform.id, subject=subject, at=clock.now()))
        session().flush()
        audit(person_id, "lti.known", "lti_platform", platform.public_id, person_id=person_id)


def sit(platform: LtiPlatform, launch: Launch, person_id: int, document_id: int) -> bool:
    """Keep to which document a link leads, and where this person's marks go; return whether that is new."""
    link = (
        session()
        .scalars(
            select(LtiLink).where(
                LtiLink.platform_id == platform.id, LtiLink.deployment == launch.deployment, LtiLink.link == launch.link
            )
        )
        .one_or_none()
    )
    if link is None:
        link = LtiLink(platform_id=platform.id, deployment=launch.deployment, link=launch.link, document_id=document_id)
        session().add(link)
        session().flush()
    link.document_id = document_id
    if not launch.lineitem:
        return False
    try:
        place(launch.lineitem)
    except Refused:
        return False
    seat = (
        session()
        .scalars(select(LtiSeat).where(LtiSeat.link_id == link.id, LtiSeat.person_id == person_id))
        .one_or_none()
    )
    if seat is None:
        session().add(LtiSeat(link_id=link.id, person_id=person_id, lineitem=launch.lineitem))
    else:
        seat.lineitem = launch.lineitem
    session().flush()
    return seat is None


def forget(now: datetime) -> int:
    """Delete what is noted of launches that are too old to come again; return how many."""
    gone = session().scalars(select(LtiNonce).where(LtiNonce.until < now)).all()
    for each in gone:
        session().delete(each)
    return len(gone)


def deployments_of(platform: LtiPlatform) -> Sequence[str]:
    """Return the deployments that may lead here."""
    return tuple(each for each in platform.deployments if isinstance(each, str))
