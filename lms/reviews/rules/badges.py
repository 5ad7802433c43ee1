"""Badges: what there are, how each is reached, and who has reached which on what day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.texts import Text, text

WEEKS = (4, 12)
"""So many weeks in a row, with everything due done by its day, give a badge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """mark: one character that stands in its sign."""

    code: str
    name: Text
    how: Text
    mark: Text


BADGES: tuple[Badge, ...] = (
    Badge(code="full_1", name=text("首次满分"), how=text("第一次在正式测验里拿满分。"), mark=text("满")),
    Badge(code="full_10", name=text("十次满分"), how=text("在正式测验里拿到第 10 次满分。"), mark=text("十")),
    Badge(
        code="weeks_4",
        name=text("四周全勤"),
        how=text("连续 4 个有到期任务的周，任务全部按时完成。没有任务到期的周不算，也不打断。"),
        mark=text("勤"),
    ),
    Badge(
        code="weeks_12",
        name=text("十二周全勤"),
        how=text("连续 12 个有到期任务的周，任务全部按时完成。"),
        mark=text("恒"),
    ),
    Badge(code="share_1", name=text("第一次贡献"), how=text("第一条知识分享或修改建议被采纳。"), mark=text("献")),
    Badge(code="share_10", name=text("知识达人"), how=text("第 10 条知识分享或修改建议被采纳。"), mark=text("知")),
    Badge(code="certified", name=text("持证上岗"), how=text("拿到第一张证书。"), mark=text("证")),
)
BY_CODE: Mapping[str, Badge] = {badge.code: badge for badge in BADGES}


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


def reached(deeds: Deeds, today: date) -> dict[str, date]:
    """Return the badges that were reached up to today, each with its day."""
    found: dict[str, date] = {}
    for code, days, nth in (
        ("full_1", deeds.full, 1),
        ("full_10", deeds.full, 10),
        ("share_1", deeds.shares, 1),
        ("share_10", deeds.shares, 10),
        ("certified", deeds.certified, 1),
    ):
        if len(days) >= nth:
            found[code] = sorted(days)[nth - 1]
    for weeks in WEEKS:
        if (day := _in_a_row(deeds.due, weeks, today)) is not None:
            found[f"weeks_{weeks}"] = day
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
