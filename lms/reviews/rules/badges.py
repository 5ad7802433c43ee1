"""Badges: what there are, how each is reached, and who has reached which on what day. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from lms.core.errors import Invalid
from lms.core.texts import Text, text

LONGEST_NAME = 40
LONGEST_HOW = 200
MOST_THRESHOLD = 1_000
MOST_WEEKS = 104


class Rule(StrEnum):
    """What a badge counts; its threshold says of how many."""

    FULL = "full"  # graded papers with full marks
    SHARES = "shares"  # contributions that were taken over
    CERTIFICATES = "certificates"
    WEEKS = "weeks"  # weeks in a row with everything due done by its day


RULE_WORDS: Mapping[Rule, Text] = {
    Rule.FULL: text("正式测验满分的次数"),
    Rule.SHARES: text("知识分享或修改建议被采纳的条数"),
    Rule.CERTIFICATES: text("拿到的证书张数"),
    Rule.WEEKS: text("到期任务全部按时完成的连续周数"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """mark: one character that stands in its sign. rule, threshold: so many of what it counts give it."""

    code: str
    name: Text
    how: Text
    mark: Text
    rule: Rule
    threshold: int


BADGES: tuple[Badge, ...] = (
    Badge(
        code="full_1",
        name=text("首次满分"),
        how=text("第一次在正式测验里拿满分。"),
        mark=text("满"),
        rule=Rule.FULL,
        threshold=1,
    ),
    Badge(
        code="full_10",
        name=text("十次满分"),
        how=text("在正式测验里拿到第 10 次满分。"),
        mark=text("十"),
        rule=Rule.FULL,
        threshold=10,
    ),
    Badge(
        code="weeks_4",
        name=text("四周全勤"),
        how=text("连续 4 个有到期任务的周，任务全部按时完成。没有任务到期的周不算，也不打断。"),
        mark=text("勤"),
        rule=Rule.WEEKS,
        threshold=4,
    ),
    Badge(
        code="weeks_12",
        name=text("十二周全勤"),
        how=text("连续 12 个有到期任务的周，任务全部按时完成。"),
        mark=text("恒"),
        rule=Rule.WEEKS,
        threshold=12,
    ),
    Badge(
        code="share_1",
        name=text("第一次贡献"),
        how=text("第一条知识分享或修改建议被采纳。"),
        mark=text("献"),
        rule=Rule.SHARES,
        threshold=1,
    ),
    Badge(
        code="share_10",
        name=text("知识达人"),
        how=text("第 10 条知识分享或修改建议被采纳。"),
        mark=text("知"),
        rule=Rule.SHARES,
        threshold=10,
    ),
    Badge(
        code="certified",
        name=text("持证上岗"),
        how=text("拿到第一张证书。"),
        mark=text("证"),
        rule=Rule.CERTIFICATES,
        threshold=1,
    ),
)
"""Those that come with the academy; the company changes them, stops them and adds its own (queries.badges.badges)."""
BY_CODE: Mapping[str, Badge] = {badge.code: badge for badge in BADGES}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeDraft:
    """What somebody says a badge is. name_en, how_en: "" = the Chinese stands there too."""

    name: str
    name_en: str
    how: str
    how_en: str
    mark: str
    rule: str
    threshold: int


def checked(draft: BadgeDraft) -> BadgeDraft:
    """Return the draft with its words tidied. Raises Invalid with every reason."""
    tidy = replace(
        draft,
        name=_tidy(draft.name),
        name_en=_tidy(draft.name_en),
        how=_tidy(draft.how),
        how_en=_tidy(draft.how_en),
        mark=_tidy(draft.mark),
    )
    wrong: dict[str, Text] = {}
    for field, most in (("name", LONGEST_NAME), ("how", LONGEST_HOW)):
        if not 1 <= len(getattr(tidy, field)) <= most:
            wrong[field] = text("请写 1 到 %(n)s 个字。", n=most)
        if len(getattr(tidy, f"{field}_en")) > most:
            wrong[f"{field}_en"] = text("最多 %(n)s 个字。", n=most)
    if len(tidy.mark) != 1:
        wrong["mark"] = text("请写一个字。")
    if tidy.rule not in set(Rule):
        wrong["rule"] = text("请选一项。")
    most = MOST_WEEKS if tidy.rule == Rule.WEEKS else MOST_THRESHOLD
    if not 1 <= tidy.threshold <= most:
        wrong["threshold"] = text("请填 1 到 %(n)s。", n=most)
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    return tidy


def _tidy(words: str) -> str:
    return " ".join(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What badges of one person rest on, in any order.

    full: days of papers with full marks. shares: days on which something was taken over. certified: days of
    certificates. due: for each thing that was due its day and whether it was done by then; what is still open and not
    yet over its day is left out.
    """

    full: Sequence[date] = ()
    shares: Sequence[date] = ()
    certified: Sequence[date] = ()
    due: Sequence[tuple[date, bool]] = ()


def reached(deeds: Deeds, today: date, badges: Iterable[Badge] = BADGES) -> dict[str, date]:
    """Return the badges that were reached up to today, each with its day."""
    counted = {
        Rule.FULL: sorted(deeds.full),
        Rule.SHARES: sorted(deeds.shares),
        Rule.CERTIFICATES: sorted(deeds.certified),
    }
    found: dict[str, date] = {}
    for badge in badges:
        if badge.rule is Rule.WEEKS:
            day = _in_a_row(deeds.due, badge.threshold, today)
        else:
            days = counted[badge.rule]
            day = days[badge.threshold - 1] if len(days) >= badge.threshold else None
        if day is not None:
            found[badge.code] = day
    return found


def _in_a_row(due: Sequence[tuple[date, bool]], weeks: int, today: date) -> date | None:
    """Return the Sunday on which so many weeks in a row were complete. A week that is not over does not count yet."""
    kept: dict[date, bool] = {}
    for day, on_time in due:
        monday = day - timedelta(days=day.weekday())
        kept[monday] = kept.get(monday, True) and on_time
    row = 0
    for monday in sorted(kept):
        if monday + timedelta(days=7) > today:
            break
        row = row + 1 if kept[monday] else 0
        if row == weeks:
            return monday + timedelta(days=6)
    return None
