"""Whom an urgent notice is for, and how long it may stand. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.core.access import Role
from lms.core.errors import Invalid
from lms.core.texts import Text, text

TITLE, BODY = 120, 500
"""Characters at most."""

LONGEST_DUE = timedelta(hours=24)
LONGEST = timedelta(days=14)
"""How long after it was sent a notice is to be confirmed, and may stand. What holds longer is an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a notice is for: whoever is in one of the teams (or below), serves one of the shops or has one of the roles.

    teams, shops: ids. Nothing chosen = everybody.
    """

    teams: frozenset[int] = frozenset()
    shops: frozenset[int] = frozenset()
    roles: frozenset[Role] = frozenset()

    @property
    def is_everybody(self) -> bool:
        return not (self.teams or self.shops or self.roles)


def write_audience(audience: Audience) -> list[str]:
    """Return an audience as it is stored: `team:3`, `shop:1`, `role:agent`."""
    return [
        *(f"team:{each}" for each in sorted(audience.teams)),
        *(f"shop:{each}" for each in sorted(audience.shops)),
        *(f"role:{each.value}" for each in sorted(audience.roles)),
    ]


def read_audience(words: Iterable[str]) -> Audience:
    """Return what `write_audience` wrote."""
    found: dict[str, list[str]] = {"team": [], "shop": [], "role": []}
    for word in words:
        what, _, which = word.partition(":")
        found[what].append(which)
    return Audience(
        teams=frozenset(map(int, found["team"])),
        shops=frozenset(map(int, found["shop"])),
        roles=frozenset(map(Role, found["role"])),
    )


def check(title: str, body: str, sent_at: datetime, due_at: datetime, until_at: datetime) -> None:
    """Raise Invalid with the reason at each input."""
    fields: dict[str, Text] = {}
    if not title.strip():
        fields["title"] = text("请写一句标题，说清楚现在怎么做。")
    elif len(title) > TITLE:
        fields["title"] = text("标题最多 %(n)s 个字。", n=TITLE)
    if len(body) > BODY:
        fields["body"] = text("正文最多 %(n)s 个字，更多的内容请写成知识条目并附上链接。", n=BODY)
    if not sent_at < due_at <= sent_at + LONGEST_DUE:
        fields["due"] = text("确认时限要在 1 分钟到 24 小时之间。")
    fields.update(why_not_until(sent_at, due_at, until_at))
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def why_not_until(sent_at: datetime, due_at: datetime, until_at: datetime) -> dict[str, Text]:
    """Return why a notice can't stand until then; {} where it can."""
    if until_at < due_at:
        return {"until": text("有效期要晚于确认时限。")}
    if until_at > sent_at + LONGEST:
        return {"until": text("紧急通知最多挂 %(n)s 天；更久的规定请写成知识条目。", n=LONGEST.days)}
    return {}
