"""Files of why customers got in touch, or of what they wrote in ratings: what each row would count. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core import sheets
from lms.core.folding import folded
from lms.core.sheets import Column, Row
from lms.core.texts import Text, text
from lms.kb.rules.gap_words import alike, core_of, keys_of, words_of
from lms.kb.rules.gaps import CONTACT, RATING

MOST_ROWS = 50_000
MOST_AT_ONCE = 100_000
"""The greatest count of one row; more is a slip of the pen."""
OLDEST = timedelta(days=400)
_SHOP = Column(key="shop", name="店铺", synonyms=("店铺名称", "渠道店铺", "来源店铺", "shop", "store"), folded=False)
_COUNT = Column(key="count", name="次数", synonyms=("数量", "会话数", "咨询量", "进线量", "件数", "count", "times"))
_DAY = Column(
    key="day",
    name="日期",
    synonyms=("时间", "咨询日期", "联系日期", "评价时间", "评价日期", "统计日期", "date", "day"),
    required=True,
)
COLUMNS: Mapping[str, Sequence[Column]] = {
    CONTACT: (
        Column(
            key="words",
            name="原因",
            synonyms=(
                "联系原因",
                "咨询原因",
                "来电原因",
                "进线原因",
                "问题类型",
                "咨询类型",
                "会话小结",
                "reason",
                "topic",
            ),
            required=True,
            folded=False,
        ),
        _SHOP,
        _COUNT,
        _DAY,
    ),
    RATING: (
        Column(
            key="words",
            name="评价内容",
            synonyms=("评价", "评语", "评论", "评论内容", "评价留言", "留言", "差评内容", "comment", "review"),
            required=True,
            folded=False,
        ),
        _SHOP,
        _COUNT,
        _DAY,
    ),
}
"""The columns of each kind of file."""
LONGEST_COMMENT = 60
"""Characters of a comment that are kept."""
Key = tuple[str, str, str, str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that can't be taken. line: as the sheet numbers it."""

    line: int
    words: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Rows of the same words, summed. article: the title or alias that answers it already, "" without one."""

    words: str
    count: int
    days: int
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file would do. counts: misses by key, only of what no article answers. noise: rows that say nothing."""

    counts: Mapping[Key, int]
    missing: tuple[Line, ...]
    answered: tuple[Line, ...]
    refused: tuple[Refused, ...]
    noise: int
    unknown: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def plan(data: bytes, kind: str, *, shops: Mapping[str, str], names: Iterable[str], today: date) -> Plan:
    """Return what a file would do. shops: code by folded name or code. names: titles and aliases of articles.

    Raises Unreadable, TooLarge for a file that can't be read at all.
    """
    sheet = sheets.read(data, COLUMNS[kind], most_rows=MOST_ROWS)
    known = Answers(names)
    counts: dict[Key, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    days: dict[str, set[date]] = defaultdict(set)
    refused: list[Refused] = []
    noise = 0
    for row in sheet.rows:
        reasons, count, day, shop = _read(row, shops, today)
        if reasons:
            refused.append(Refused(line=row.line, words=row["words"][:LONGEST_COMMENT], reasons=tuple(reasons)))
            continue
        words = words_of(row["words"])
        if words is None:
            noise += 1
            continue
        words = words[:LONGEST_COMMENT]
        assert day is not None
        counts[kind, words, "", shop, day] += count
        sums[words] += count
        days[words].add(day)
    answers = {words: known.to(words) for words in sums}
    lines = [
        Line(words=words, count=count, days=len(days[words]), article=answers[words])
        for words, count in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return Plan(
        counts={key: count for key, count in sorted(counts.items()) if not answers[key[1]]},
        missing=tuple(line for line in lines if not line.article),
        answered=tuple(line for line in lines if line.article),
        refused=tuple(refused),
        noise=noise,
        unknown=sheet.unknown,
    )


def _read(row: Row, shops: Mapping[str, str], today: date) -> tuple[list[Text], int, date | None, str]:
    reasons: list[Text] = []
    if not row["words"]:
        reasons.append(text("没有写原因或内容。"))
    count = _count(row["count"])
    if count is None:
        reasons.append(
            text("次数“%(written)s”要是 1 到 %(most)s 的整数。", written=row["count"][:20], most=MOST_AT_ONCE)
        )
    day, wrong = _day(row["day"], today)
    if wrong is not None:
        reasons.append(wrong)
    shop = shops.get(folded(row["shop"]), "") if row["shop"] else ""
    if row["shop"] and not shop:
        reasons.append(text("没有店铺“%(name)s”，请写店铺的名称或代码，或者空着。", name=row["shop"][:40]))
    return reasons, count or 0, day, shop


def _count(written: str) -> int | None:
    if not written:
        return 1
    plain = written.replace(",", "").removesuffix("次").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 9):
        return None
    return int(plain) if 1 <= int(plain) <= MOST_AT_ONCE else None


def _day(written: str, today: date) -> tuple[date | None, Text | None]:
    if not written:
        return None, text("没有写日期。")
    try:
        day = sheets.day(written.split(" ")[0])
    except ValueError:
        return None, text("日期“%(written)s”看不懂，请写成 2026-11-22。", written=written[:20])
    if day > today:
        return None, text("日期 %(day)s 还没到。", day=day.isoformat())
    if day < today - OLDEST:
        return None, text("日期 %(day)s 太久以前了，只收 400 天内的。", day=day.isoformat())
    return day, None


class Answers:
    """Titles and aliases by what they are about, to tell whether words are answered by an article."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_pair: dict[str, dict[str, str]] = defaultdict(dict)
        self._by_start: dict[str, dict[str, str]] = defaultdict(dict)
        for name in sorted(set(names)):
            core = core_of(folded(name))
            if len(core) < 2:
                continue
            self._by_start[core[:2]].setdefault(core, name)
            for pair in keys_of(core):
                self._by_pair[pair].setdefault(core, name)

    def to(self, words: str) -> str:
        """Return the title or alias that asks the same, or that stands whole in a sentence; "" without one."""
        core = core_of(words)
        near = {other: name for pair in keys_of(core) for other, name in self._by_pair.get(pair, {}).items()}
        for other in sorted(near, key=lambda each: (-len(each), each)):
            if alike(core, other):
                return near[other]
        inside = self._inside(core)
        return self._by_start[inside[:2]][inside] if inside else ""

    def _inside(self, core: str) -> str:
        found: Collection[str] = [
            other
            for at in range(len(core) - 1)
            for other in self._by_start.get(core[at : at + 2], {})
            if len(other) >= _WHOLE and core.startswith(other, at)
        ]
        return max(found, key=lambda each: (len(each), each), default="")


_WHOLE = 3
"""Characters from which a title that stands in a sentence says what the sentence is about."""
