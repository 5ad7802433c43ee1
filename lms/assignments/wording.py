"""Rules and reasons in words. Pure: names come with them, sentences go out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.accounts.rules.people import EMPLOYMENTS, ROLES, Employment
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.core.access import Role
from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What teams, shops and certificate plans are called, by their ids."""

    teams: Mapping[int, str] = field(default_factory=dict)
    shops: Mapping[int, str] = field(default_factory=dict)
    plans: Mapping[int, str] = field(default_factory=dict)


def one_of(words: Iterable[Text | str]) -> Text:
    """Return words of which one is enough, "售前组 / 夜班组"."""
    found: Text | None = None
    for word in words:
        each = word if isinstance(word, Text) else Text("%(word)s", {"word": word})
        found = each if found is None else Text("%(a)s / %(b)s", {"a": found, "b": each})
    return found or Text("")


def audience_words(audience: Audience, names: Names) -> list[Text]:
    """Return the conditions of a rule, all of which have to hold; at least one sentence."""
    unknown = text("（已不在）")
    found: list[Text] = []
    if audience.teams:
        found.append(text("%(names)s（含下级）", names=one_of(names.teams.get(id) or unknown for id in audience.teams)))
    if audience.positions:
        found.append(text("岗位 %(names)s", names=one_of(audience.positions)))
    if audience.roles:
        found.append(text("角色 %(names)s", names=one_of(role_words(role) for role in audience.roles)))
    if audience.shops:
        found.append(text("服务 %(names)s", names=one_of(names.shops.get(id) or unknown for id in audience.shops)))
    if audience.tags:
        found.append(text("标签 %(names)s", names=one_of(audience.tags)))
    if audience.employment:
        found.append(text("用工 %(names)s", names=one_of(employment_words(kind) for kind in audience.employment)))
    if audience.hired_from is not None:
        found.append(text("%(day)s 起入职", day=audience.hired_from))
    if audience.hired_until is not None:
        found.append(text("%(day)s 及以前入职", day=audience.hired_until))
    if audience.hired_within is not None:
        found.append(text("入职不超过 %(n)s 天", n=audience.hired_within))
    if audience.lacks:
        names_of = one_of(names.plans.get(id) or unknown for id in audience.lacks)
        found.append(text("没有有效的证书 %(names)s", names=names_of))
    if audience.expires is not None:
        name = names.plans.get(audience.expires.plan) or unknown
        found.append(text("证书 %(name)s 在 %(n)s 天内到期或已到期", name=name, n=audience.expires.within))
    if audience.people:
        found.append(text("指定的 %(n)s 人", n=len(audience.people)))
    return found or [text("所有在岗的人")]


def role_words(role: str) -> Text | str:
    return ROLES[Role(role)] if role in {each.value for each in Role} else role


def employment_words(kind: str) -> Text | str:
    return EMPLOYMENTS[Employment(kind)] if kind in EMPLOYMENTS else kind


def due_words(plan: DuePlan) -> Text:
    """Return by when a rule asks for something."""
    if plan.on is not None:
        found = text("%(day)s 截止", day=plan.on)
    elif plan.days is not None:
        found = text("派到后 %(n)s 天内", n=plan.days)
    elif plan.workdays is not None:
        found = text("派到后 %(n)s 个排班日内", n=plan.workdays)
    else:
        return text("按内容自己的安排")
    if plan.at_least is not None:
        found = text("%(due)s（后来的人至少有 %(n)s 天）", due=found, n=plan.at_least)
    return found
