"""What a file or a call of verdicts would do, row by row. Pure: the preview and the import run the same plan.

A row is known again by conversation, item and inspector, so the same file twice changes nothing. What was said in the
conversation is masked while the plan is made. One refused row and nothing is imported.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import RefusedRow
from lms.core.fingerprint import fingerprint
from lms.core.sheets import Row, day
from lms.core.texts import Text, text
from lms.performance.rules.inspection_words import NO, YES, folded_name, read_score, shown
from lms.performance.rules.inspections import LONGEST_COMMENT, LONGEST_QUOTE, State, Verdict, fails

LONGEST_CONVERSATION = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    id: int
    name: str
    points: int
    pass_percent: int
    red_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An inspection that is there already, with its verdicts by item."""

    person_id: int
    day: date
    state: str
    verdicts: Mapping[int, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is there before. people: id, number and name by login name. inspectors: ids by number and by name, folded.

    items: by code and name, folded. held: by conversation and inspector. own_id: who imports, 0 = nobody in person.
    """

    people: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    inspectors: Mapping[str, frozenset[int]] = field(default_factory=dict)
    items: Mapping[str, KnownItem] = field(default_factory=dict)
    held: Mapping[tuple[str, int], Held] = field(default_factory=dict)
    own_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One new verdict, with what was said, masked."""

    item_id: int
    item: str
    verdict: Verdict
    quote: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """New verdicts of one inspector about one conversation.

    is_new: the inspection itself is. second: another inspector was first.
    """

    person_id: int
    employee_no: str
    name: str
    conversation: str
    day: date
    inspector_id: int
    is_new: bool
    second: bool
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionPlan:
    """inspections: by conversation and inspector. masked: how many quotes and comments held something to mask."""

    inspections: tuple[Planned, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    unknown_items: tuple[str, ...] = ()
    masked: int = 0

    @property
    def new(self) -> int:
        """How many verdicts are new."""
        return sum(len(each.found) for each in self.inspections)

    @property
    def failed(self) -> int:
        return sum(found.verdict.failed for each in self.inspections for found in each.found)

    @property
    def red(self) -> int:
        return sum(found.verdict.red for each in self.inspections for found in each.found)

    @property
    def people(self) -> int:
        return len({each.person_id for each in self.inspections})

    @property
    def told(self) -> int:
        """How many people learn that something failed; of second inspections nobody is told."""
        return len(
            {
                each.person_id
                for each in self.inspections
                if not each.second and any(found.verdict.failed for found in each.found)
            }
        )

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.inspections)

    @property
    def digest(self) -> str:
        """The mark of what it would do; the same for the same rows in any order."""
        return fingerprint(self.inspections)


@dataclass(slots=True, kw_only=True)
class _Read:
    """A row as it was understood."""

    line: int
    person: tuple[int, str, str]
    conversation: str
    day: date
    item: KnownItem
    inspector_id: int
    verdict: Verdict
    red_written: bool
    quote: str
    comment: str

    @property
    def key(self) -> tuple[str, int]:
        return self.conversation, self.inspector_id

    @property
    def said(self) -> tuple[object, ...]:
        return self.person[0], self.day, self.item.id, self.verdict, self.quote, self.comment


def plan(
    rows: Sequence[Row],
    known: Known,
    *,
    today: date,
    mask: Callable[[str], str] | None,
    unknown_columns: Sequence[str] = (),
) -> InspectionPlan:
    """Return what the rows would do. mask: hides whom a text is about; None where the texts are masked already."""
    reasons: dict[int, list[Text]] = defaultdict(list)
    masked = 0
    read: list[_Read] = []
    for row in rows:
        understood = _read(row, known, today, reasons[row.line], limited=mask is not None)
        if understood is None:
            continue
        if mask is not None:
            quote, comment = mask(understood.quote), mask(understood.comment)
            masked += (quote != understood.quote) + (comment != understood.comment)
            understood.quote, understood.comment = quote, comment
        read.append(understood)
    _conflicts(read, reasons)
    planned: dict[tuple[str, int], dict[int, _Read]] = defaultdict(dict)
    unchanged = 0
    for each in read:
        held = known.held.get(each.key)
        known_already = held is not None and _against(each, held, reasons[each.line])
        if known_already or each.item.id in planned[each.key]:
            unchanged += 1
        else:
            planned[each.key][each.item.id] = each
    by_line = {row.line: row for row in rows}
    refused = tuple(
        RefusedRow(
            line=line,
            employee_no=shown(by_line[line]["employee_no"])[:40],
            name=_name_of(by_line[line], known),
            reasons=tuple(why),
        )
        for line, why in sorted(reasons.items())
        if why
    )
    return InspectionPlan(
        inspections=() if refused else _inspections(planned, known),
        unchanged=unchanged,
        refused=refused,
        unknown_columns=tuple(unknown_columns),
        unknown_items=_unknown_items(rows, known),
        masked=masked,
    )


def _read(row: Row, known: Known, today: date, reasons: list[Text], *, limited: bool) -> _Read | None:
    """Return the row as it is understood; None, with every reason, where it is not."""
    person = known.people.get(login_name(row["employee_no"]))
    if person is None:
        reasons.append(text("没有这个工号。") if row["employee_no"] else text("没有写工号。"))
    conversation = shown(row["conversation"])
    if not conversation or len(conversation) > LONGEST_CONVERSATION:
        reasons.append(text("会话号要写 1 到 %(most)s 个字符。", most=LONGEST_CONVERSATION))
    on: date | None = None
    try:
        on = day(row["day"])
    except (ValueError, OverflowError):
        reasons.append(text("日期写成 2026-11-20 这样。"))
    if on is not None and not date(2000, 1, 1) <= on <= today:
        reasons.append(text("会话的日期不能早于 2000 年，也不能在今天以后。"))
    item = known.items.get(folded_name(row["item"]))
    if item is None:
        name = shown(row["item"])[:40]
        reasons.append(text("没有检查项“%(name)s”。", name=name) if name else text("没有写检查项。"))
    inspector_id = _inspector(row["inspector"], known, reasons)
    if person is not None and inspector_id == person[0]:
        reasons.append(text("质检员不能检查自己的会话。"))
    held = known.held.get((conversation, inspector_id or 0))
    kept = held.verdicts.get(item.id) if held is not None and item is not None else None
    verdict, red_written = _verdict(row, item, kept, reasons)
    quote, comment = shown(row["quote"]), shown(row["comment"])
    if limited and len(quote) > LONGEST_QUOTE:
        reasons.append(text("原话最多 %(n)s 个字，请只摘要紧的几句。", n=LONGEST_QUOTE))
    if limited and len(comment) > LONGEST_COMMENT:
        reasons.append(text("评语最多 %(n)s 个字。", n=LONGEST_COMMENT))
    if reasons or person is None or on is None or item is None or inspector_id is None or verdict is None:
        return None
    return _Read(
        line=row.line,
        person=person,
        conversation=conversation,
        day=on,
        item=item,
        inspector_id=inspector_id,
        verdict=verdict,
        red_written=red_written,
        quote=quote,
        comment=comment,
    )


def _inspector(written: str, known: Known, reasons: list[Text]) -> int | None:
    name = folded_name(written)
    if not name and known.own_id:
        return known.own_id
    found = known.inspectors.get(name, frozenset())
    if len(found) == 1:
        return next(iter(found))
    if found:
        reasons.append(text("有几位质检员都叫“%(name)s”，请写工号。", name=shown(written)[:40]))
    elif name:
        reasons.append(text("没有质检员“%(name)s”。请写有质检、主管或培训师角色的人的工号。", name=shown(written)[:40]))
    else:
        reasons.append(text("没有写质检员。"))
    return None


def _verdict(
    row: Row, item: KnownItem | None, kept: Verdict | None, reasons: list[Text]
) -> tuple[Verdict | None, bool]:
    """Return the verdict of a row, and whether it says itself that a red line was crossed.

    kept: what is there already; what was possible then is not asked anew of how the item stands now.
    """
    word = folded_name(row["red"])
    if word not in YES and word not in NO:
        reasons.append(text("红线一列写“是”或“否”。"))
    points = kept.possible if kept is not None else item.points if item is not None else 100
    read = read_score(row["score"], points)
    if read is None and not row["score"].strip() and word in YES:
        read = 0.0, float(points)
    if read is None:
        reasons.append(text("得分写成 8、8/10、合格或不合格。"))
        return None, False
    score, possible = read
    if not possible or score > possible:
        reasons.append(
            text("得分 %(score)s 超过这一项的满分 %(possible)s。", score=f"{score:g}", possible=f"{possible:g}")
        )
        return None, False
    failed = fails(score, possible, item.pass_percent if item is not None else 100)
    if word in YES and not failed:
        reasons.append(text("写了碰红线，得分却是合格的，请核对。"))
    red = word in YES or (not word and failed and item is not None and item.red_line)
    return Verdict(score=score, possible=possible, failed=failed, red=red), bool(word)


def _conflicts(read: Sequence[_Read], reasons: dict[int, list[Text]]) -> None:
    """Refuse rows of the file that speak against each other, all of them: none is righter for standing first."""
    whose: dict[tuple[str, int], set[tuple[int, date]]] = defaultdict(set)
    said: dict[tuple[str, int, int], set[tuple[object, ...]]] = defaultdict(set)
    for each in read:
        whose[each.key].add((each.person[0], each.day))
        said[*each.key, each.item.id].add(each.said)
    for each in read:
        if len(whose[each.key]) > 1:
            reasons[each.line].append(
                text("会话 %(name)s 在文件里写了几个工号或日期，请核对。", name=each.conversation)
            )
        elif len(said[*each.key, each.item.id]) > 1:
            reasons[each.line].append(text("同一会话的同一检查项在文件里写了几次，结果不同。"))


def _against(each: _Read, held: Held, reasons: list[Text]) -> bool:
    """Return whether the row is there already; note why it can't be, where something else is there."""
    if (held.person_id, held.day) != (each.person[0], each.day):
        reasons.append(text("会话 %(name)s 已经记在另一个工号或日期下。", name=each.conversation))
        return False
    kept = held.verdicts.get(each.item.id)
    if kept is not None:
        same = kept.score == each.verdict.score and (kept.red == each.verdict.red or not each.red_written)
        if not same:
            reasons.append(text("这一项已经导入过，结果不同；要改判请走申诉。"))
        return same
    if held.state != State.OPEN:
        reasons.append(text("会话 %(name)s 的质检已在申诉或已生效，不能再加检查项。", name=each.conversation))
    return False


def _inspections(planned: Mapping[tuple[str, int], Mapping[int, _Read]], known: Known) -> tuple[Planned, ...]:
    """Return the inspections, by conversation and inspector; of two new ones the lower number of inspector is first."""
    first = {(conversation, held.person_id) for (conversation, _), held in known.held.items()}
    made: list[Planned] = []
    for (conversation, inspector_id), by_item in sorted(planned.items()):
        if not by_item:
            continue
        one = next(iter(by_item.values()))
        person_id, number, name = one.person
        is_new = (conversation, inspector_id) not in known.held
        made.append(
            Planned(
                person_id=person_id,
                employee_no=number,
                name=name,
                conversation=conversation,
                day=one.day,
                inspector_id=inspector_id,
                is_new=is_new,
                second=is_new and (conversation, person_id) in first,
                found=tuple(
                    Found(
                        item_id=item_id,
                        item=each.item.name,
                        verdict=each.verdict,
                        quote=each.quote,
                        comment=each.comment,
                    )
                    for item_id, each in sorted(by_item.items())
                ),
            )
        )
        first.add((conversation, person_id))
    return tuple(made)


def _name_of(row: Row, known: Known) -> str:
    person = known.people.get(login_name(row["employee_no"]))
    return person[2] if person is not None else ""


def _unknown_items(rows: Sequence[Row], known: Known) -> tuple[str, ...]:
    """Return the items that nobody knows, as they are first written, the most frequent first."""
    counted = Counter(folded_name(row["item"]) for row in rows if shown(row["item"]))
    written: dict[str, str] = {}
    for row in rows:
        written.setdefault(folded_name(row["item"]), shown(row["item"]))
    names = sorted((name for name in counted if name not in known.items), key=lambda name: (-counted[name], name))
    return tuple(written[name] for name in names)
