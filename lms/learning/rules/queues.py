"""接待权限: may a person take a queue on a day, and why not. Pure: needs, what is done and held, a word against it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core.errors import Invalid
from lms.core.texts import Text, text

LONGEST_OVERRIDE = 31
"""Days for which a supervisor's word stands at most; it is said again, not for ever."""

LONGEST_CODE, LONGEST_NAME, LONGEST_REASON = 40, 80, 400
MOST_NEEDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a queue asks for: a document done, or where a plan stands on it a certificate that is taken as valid.

    from_on, until_on: both included; None = always.
    """

    document_id: int
    plan_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None

    def in_force(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A supervisor's override, on these days (both included) unless it was ended before."""

    id: int
    allowed: bool
    from_on: date
    until_on: date
    ended: bool = False

    def in_force(self, day: date) -> bool:
        return not self.ended and self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """May somebody take a queue. lacks: documents that are missing, also where a word allows it. override: by it."""

    allowed: bool
    lacks: tuple[int, ...] = ()
    override: int | None = None


def right(
    needs: Iterable[Need], done: Collection[int], valid: Collection[int], words: Iterable[Word], day: date
) -> Right:
    """Return whether somebody who works here may take an open queue on a day.

    done: documents. valid: plans of which a certificate holds or is in its grace. Of several words the last counts.
    """
    missing = {
        need.document_id
        for need in needs
        if need.in_force(day) and not (need.document_id in done if need.plan_id is None else need.plan_id in valid)
    }
    lacks = tuple(sorted(missing))
    word = max((each for each in words if each.in_force(day)), key=lambda each: each.id, default=None)
    if word is not None:
        return Right(allowed=word.allowed, lacks=lacks, override=word.id)
    return Right(allowed=not lacks, lacks=lacks)


NONE = Right(allowed=False)
"""Of who no longer works here."""


def why_of(one: Right) -> dict[str, object]:
    """Return what is kept of the reasons: ids that the page turns into words."""
    kept: dict[str, object] = {}
    if one.lacks:
        kept["lacks"] = list(one.lacks)
    if one.override is not None:
        kept["override"] = one.override
    return kept


def right_of(allowed: bool, why: Mapping[str, object]) -> Right:
    """Return what was kept by `why_of` as it was."""
    lacks, override = why.get("lacks", ()), why.get("override")
    assert isinstance(lacks, list | tuple)
    return Right(
        allowed=allowed,
        lacks=tuple(int(each) for each in lacks),
        override=override if isinstance(override, int) else None,
    )


def checked_queue(code: str, name: str, needs: Collection[int]) -> None:
    """Raise Invalid where a queue can't be kept like this."""
    fields: dict[str, Text] = {}
    if not code or len(code) > LONGEST_CODE or not code.isprintable() or " " in code:
        fields["code"] = text("填客服系统里的队列编码：1–%(n)s 个字符，中间没有空格。", n=LONGEST_CODE)
    if not name or len(name) > LONGEST_NAME:
        fields["name"] = text("名称 1–%(n)s 个字。", n=LONGEST_NAME)
    if len(needs) > MOST_NEEDS:
        fields["needs"] = text("最多 %(n)s 项。", n=MOST_NEEDS)
    if fields:
        raise Invalid(text("队列没有保存，请看标出的地方。"), fields=fields)


def checked_word(reason: str, from_on: date, until_on: date, day: date) -> None:
    """Raise Invalid where an override has no reason, no end, or one too far away."""
    fields: dict[str, Text] = {}
    if not reason.strip():
        fields["reason"] = text("请写明原因，记录里会留着。")
    elif len(reason.strip()) > LONGEST_REASON:
        fields["reason"] = text("最多 %(n)s 个字，请缩短。", n=LONGEST_REASON)
    if until_on < day or until_on < from_on:
        fields["until_on"] = text("结束日不能早于今天。")
    elif until_on > max(day, from_on) + timedelta(days=LONGEST_OVERRIDE - 1):
        fields["until_on"] = text("一次最多 %(n)s 天，到期自动结束，需要时再批。", n=LONGEST_OVERRIDE)
    if fields:
        raise Invalid(text("没有保存，请看标出的地方。"), fields=fields)
