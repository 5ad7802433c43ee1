"""Rules of people: moving between teams, who may change whom, what closing an account does. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lms.core.access import Role
from lms.core.errors import Forbidden, Invalid
from lms.core.texts import Text, text


def tidy(value: str | None) -> str:
    """Return a name or word as it is kept: without outer and double spaces and without what nobody can see."""
    return "".join(character for character in " ".join((value or "").split()) if character.isprintable())


class Employment(StrEnum):
    REGULAR = "regular"
    OUTSOURCED = "outsourced"
    TEMPORARY = "temporary"
    INTERN = "intern"


EMPLOYMENTS: dict[Employment, Text] = {
    Employment.REGULAR: text("正式"),
    Employment.OUTSOURCED: text("外包"),
    Employment.TEMPORARY: text("临时"),
    Employment.INTERN: text("实习"),
}

ROLES: dict[Role, Text] = {
    Role.AGENT: text("客服"),
    Role.LEAD: text("组长/主管"),
    Role.TRAINER: text("培训师"),
    Role.QUALITY: text("质检"),
    Role.DIRECTOR: text("总监"),
    Role.HR: text("人事"),
    Role.ADMIN: text("管理员"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in one team, from when until when (exclusive; None = still)."""

    team_id: int
    from_on: date
    until_on: date | None = None


def moved(history: Sequence[Span], team_id: int, on: date, today: date) -> list[Span]:
    """Return the history after a move on a day; moves planned for later are dropped. What is past stays as it was.

    Raises Invalid for a day before the present stay began, or a move to the same team.
    """
    spans = sorted(history, key=lambda span: span.from_on)
    past = [span for span in spans if span.from_on <= today]
    present = past[-1] if past else None
    if present is not None and present.until_on is not None and present.until_on <= today:
        present = None
    if present is not None and on < present.from_on:
        raise Invalid(text("不能早于进入现在团队的那天（%(day)s）：过去的归属是考核依据。", day=present.from_on))
    if present is None and past and on < (past[-1].until_on or past[-1].from_on):
        raise Invalid(text("不能早于上一段归属结束的那天。"))
    if present is not None and present.team_id == team_id:
        if present is spans[-1]:
            raise Invalid(text("本来就在这个团队。"))
        return [*past[:-1], replace(present, until_on=None)]  # the planned move is called off
    kept = [span for span in past if span.from_on < on]
    if kept and kept[-1] is present:
        kept[-1] = replace(present, until_on=on)
    return [*kept, Span(team_id=team_id, from_on=on)]


def ended(history: Sequence[Span], last_day: date, after: date) -> list[Span]:
    """Return the history of somebody whose last day has come. after: the day from which it no longer holds."""
    return [
        span if span.until_on is not None and span.until_on <= after else replace(span, until_on=after)
        for span in history
        if span.from_on <= last_day
    ]


def check_may_change(actor_roles: Collection[Role], target_roles: Collection[Role]) -> None:
    """Raise Forbidden where somebody who is no administrator changes one."""
    if Role.ADMIN in target_roles and Role.ADMIN not in actor_roles:
        raise Forbidden(text("管理员的账号只能由管理员改动。"))


def check_may_grant(actor_roles: Collection[Role], role: Role, *, to_self: bool) -> None:
    """Raise Forbidden for a grant that would give the actor more than he was given."""
    if role is Role.ADMIN and Role.ADMIN not in actor_roles:
        raise Forbidden(text("管理员的角色只能由管理员授予。"))
    if to_self and Role.ADMIN not in actor_roles:
        raise Forbidden(text("自己的角色请别人来改。"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing an account touches: counted before, said before."""

    name: str
    mentees: int = 0
    led_teams: int = 0
    tokens: int = 0
    slips: int = 0

    def sentences(self) -> list[Text]:
        """Return what will happen, one sentence each."""
        found = [text("%(name)s 立即退出登录，再也登录不了；学习记录全部保留。", name=self.name)]
        if self.mentees:
            found.append(text("正在带教的 %(n)s 人会没有带教人，请另派。", n=self.mentees))
        if self.led_teams:
            found.append(text("不再是 %(n)s 个团队的组长。", n=self.led_teams))
        if self.tokens or self.slips:
            found.append(text("%(tokens)s 个接口令牌和 %(slips)s 张登录条作废。", tokens=self.tokens, slips=self.slips))
        found.append(text("以后可以恢复账号；角色要重新授予。"))
        return found
