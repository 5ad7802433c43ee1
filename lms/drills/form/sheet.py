"""The table of a drill as a workbook: written from its scenes, read back row by row. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.form_blocks import Outline, outline
from lms.content.grammar.chips import find_chips
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word, find_word
from lms.core.errors import Invalid
from lms.core.markup_tree import heading_id
from lms.core.sheets import Column, read, xlsx_bytes
from lms.core.sheets import Row as Line
from lms.core.texts import Text, text
from lms.drills.form.acts import Scenes
from lms.drills.form.rows import Group, Row, RowKind, typed_chips
from lms.drills.form.scene import SceneCard, Settings, chips_written, settings_of
from lms.drills.form.table import LEVELS, is_debrief, make

SCENE = Column(key="scene", name="场景", synonyms=("scene",), required=True, folded=False, spread=True)
SETTINGS = Column(key="settings", name="设置", synonyms=("settings",), folded=False)
WHO = Column(key="who", name="谁说", synonyms=("who", "speaker"), folded=False)
SAID = Column(key="text", name="内容", synonyms=("text",), verbatim=True)
REPLY = Column(key="reply", name="回复", synonyms=("reply",), verbatim=True)
EFFECTS = Column(key="effects", name="效果", synonyms=("effects", "effect"), folded=False)
NEXT = Column(key="next", name="下一场景", synonyms=("next", "next scene"), folded=False)
NOTE = Column(key="note", name="点评", synonyms=("note",), verbatim=True)
COLUMNS = (SCENE, SETTINGS, WHO, SAID, REPLY, EFFECTS, NEXT, NOTE)
MOST_ROWS = 2_000

_AGENT = ("客服", "客服回复", "回复", "agent", "reply")
_CUSTOMER = ("顾客", "客户", "customer")
_KINDS = {
    Word.SYSTEM: RowKind.SYSTEM, Word.MUST: RowKind.MUST, Word.SHOULD: RowKind.SHOULD, Word.NEVER: RowKind.NEVER,
    Word.RUBRIC: RowKind.JUDGED, Word.TIMEOUT: RowKind.TIMEOUT, Word.VIOLATED: RowKind.VIOLATED,
    Word.OTHER: RowKind.ELSE,
}  # fmt: skip
_WORD_OF = {kind: word for word, kind in _KINDS.items()}
_SCORE = re.compile(r"(?:得分|score)\s*(?:≥|>=|＞=)\s*(-?\d{1,4})", re.IGNORECASE)
_BELOW = re.compile(r"(.+?)\s*[（(]\s*(?:情绪低于|mood below)\s*(\d{1,3})\s*[）)]", re.IGNORECASE)
_CHIPS = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True, slots=True)
class Refused:
    """line: of the spreadsheet."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the table makes of a scene. what: same | changed | new | gone. lines: (sign, line) of what differs."""

    title: str
    what: str
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows of one scene as the sheet has them. first: its first line. rows are numbered by their lines."""

    first: int
    card: SceneCard


def written_sheet(source: str, path: str) -> bytes:
    """Return the scenes as a workbook. Raises Invalid naming a scene that the table cannot show."""
    board = make(path, "", source)
    own = board.types["scene"]
    assert isinstance(own, Scenes)
    rows: list[list[str]] = []
    for piece in board.outline.pieces:
        if piece.level == 1 or is_debrief(piece.title):
            continue
        card = own.read(piece.text)
        if card is None:
            raise Invalid(text("场景“%(name)s”的写法表里放不下，请先到源码里改好。", name=plain_text(piece.title)))
        rows += _rows(card, own.known.customer, own.known.language)
    return _workbook(rows)


def template() -> bytes:
    """Return a short example to fill in."""
    return _workbook(_EXAMPLE)


def read_sheet(data: bytes, customer: str) -> tuple[tuple[Held, ...], tuple[Refused, ...]]:
    """Return the scenes of a workbook and every row that cannot be read. Raises Unreadable, TooLarge.

    customer: the name of the drill's own; any of 顾客, 客户 stands for it too.
    """
    sheet = read(data, COLUMNS, most_rows=MOST_ROWS)
    held: list[Held] = []
    refused: list[Refused] = []
    seen: dict[str, int] = {}
    for line in sheet.rows:
        title = line["scene"] or (held[-1].card.title if held else "")
        if not title:
            refused.append(Refused(line.line, text("没有写是哪个场景。")))
            continue
        if not held or _key(title) != _key(held[-1].card.title):
            if _key(title) in seen:
                reason = text("场景“%(name)s”在第 %(line)s 行已经有了，同一场景的行要连在一起。", name=title,
                              line=seen[_key(title)])  # fmt: skip
                refused.append(Refused(line.line, reason))
                continue
            seen[_key(title)] = line.line
            held.append(Held(first=line.line, card=SceneCard(title=title)))
        card = _with_settings(held[-1].card, line, refused)
        row = _row(line, customer, refused)
        held[-1] = replace(held[-1], card=replace(card, rows=(*card.rows, row) if row else card.rows))
    return tuple(held), tuple(refused)


def applied(source: str, path: str, held: Sequence[Held]) -> tuple[str, tuple[Change, ...], tuple[Refused, ...]]:
    """Return the text with the scenes of the table, what of it differs by scene, and every row that was refused."""
    board = make(path, "", source)
    known = board.types["scene"]
    assert isinstance(known, Scenes)
    found = board.outline
    places = {
        _key(piece.title): index
        for index, piece in enumerate(found.pieces)
        if piece.level != 1 and not is_debrief(piece.title)
    }
    scenes_here = [each for each in found.pieces if each.level != 1 and not is_debrief(each.title)]
    if len(places) != len(scenes_here):
        raise Invalid(text("草稿里有两个场景同名，请先给其中一个改名。"))
    raw = {key: found.pieces[index].title for key, index in places.items()}
    titles = tuple(raw.get(_key(each.card.title), each.card.title) for each in held)
    every = {_key(title): plain_text(title) for title in titles}
    scenes = Scenes(known=replace(known.known, titles=titles))
    refused: list[Refused] = []
    texts: dict[str, str] = {}
    changes: list[Change] = []
    for each, title in zip(held, titles, strict=True):
        key = _key(each.card.title)
        rows = tuple(replace(row, next=every.get(_key(row.next), row.next)) for row in each.card.rows)
        lost = [row for row in rows if row.next and row.next not in every.values()]
        refused += [Refused(row.number, text("没有场景“%(name)s”。", name=row.next)) for row in lost]
        if lost:
            continue
        card = replace(each.card, title=title, rows=rows, was=title)
        old = found.pieces[places[key]].text if key in places else ""
        try:
            texts[key] = scenes.written(old, card) if old else scenes.new(card)
        except Invalid as error:
            refused += _refused(error, each)
            continue
        lines = _differing(old, texts[key])
        what = "new" if not old else "changed" if lines else "same"
        changes.append(Change(title=plain_text(title), what=what, lines=lines))
    gone = [index for key, index in places.items() if key not in every]
    changes += [Change(title=plain_text(found.pieces[index].title), what="gone") for index in gone]
    if refused:
        return source, tuple(changes), tuple(sorted(set(refused), key=lambda each: each.line))
    return _joined(found, places, texts, [_key(each.card.title) for each in held], gone), tuple(changes), ()


def new_source(title: str, held: Sequence[Held], customer: str, owner: str) -> str:
    """Return a drill without scenes whose properties are what the table's rows need."""
    chips = [chip for each in held for row in each.card.rows for chip in row.chips]
    names = dict.fromkeys(match[1] for chip in chips if (match := re.fullmatch(r"(\D+?)\s*[+\-]\s*\d+", chip)))
    dimensions = [name for name in names if find_word(name, (Word.MOOD,)) is None]
    limits = any(row.group is Group.SAID and row.limit for each in held for row in each.card.rows)
    moody = limits or len(dimensions) < len(names) or any("情绪" in chip for chip in chips)
    front = ["---", f"类型: {Word.DRILL.zh}", f"负责人: {owner}", f"顾客: {customer}"]
    front += ["情绪: 50"] if moody else []
    if dimensions:
        share = max(100 // len(dimensions), 1)
        front.append(f"评分: {{{', '.join(f'{name}: {share}' for name in dimensions)}}}")
    return "\n".join([*front, "---", f"# {title}", ""])


def speaker_of(data: bytes) -> str:
    """Return the first name under 谁说 that is no word of the format: the customer's."""
    for line in read(data, COLUMNS, most_rows=MOST_ROWS).rows:
        below = _BELOW.fullmatch(line["who"])
        name = below[1] if below else line["who"]
        said = _SCORE.fullmatch(name) or name.casefold() in ("", *_AGENT, *_CUSTOMER) or find_word(name, _KINDS)
        if not said:
            return name
    return _CUSTOMER[0]


def _key(title: str) -> str:
    """Return what links call a scene: one scene, one key."""
    return heading_id(plain_text(title))


def _joined(
    found: Outline, places: Mapping[str, int], texts: Mapping[str, str], order: Sequence[str], gone: Sequence[int]
) -> str:
    """Return the text with these scenes in this order; everything else stays where it is."""
    for key, index in places.items():
        if key in texts:
            found = found.replaced(index, texts[key])
    for index in sorted(gone, reverse=True):
        found = found.removed(range(index, index + 1))
    end = next((i for i, piece in enumerate(found.pieces) if piece.level == 2 and is_debrief(piece.title)),
               len(found.pieces))  # fmt: skip
    found = found.inserted(end, [texts[key] for key in order if key not in places], 2)
    found = outline(found.source, LEVELS)
    own = [i for i, piece in enumerate(found.pieces) if piece.level != 1 and not is_debrief(piece.title)]
    by_key = {_key(found.pieces[i].title): found.pieces[i] for i in own}
    pieces = list(found.pieces)
    for place, key in zip(own, order, strict=True):
        pieces[place] = by_key[key]
    return replace(found, pieces=tuple(pieces)).source


def _rows(card: SceneCard, customer: str, language: Language) -> Iterator[list[str]]:
    settings = " ".join(chips_written(card.settings, language))
    title = plain_text(card.title)
    if not card.rows:
        yield [title, settings, "", "", "", "", "", ""]
    for place, row in enumerate(card.rows):
        said = row.words if row.group is Group.SAID else ""
        reply = row.words if row.group in (Group.CHOICE, Group.RUBRIC) else ""
        yield [title, settings if not place else "", _who(row, customer), said, reply, row.effects, row.next, row.note]


def _who(row: Row, customer: str) -> str:
    match row.kind:
        case RowKind.CHOICE:
            return _AGENT[0]
        case RowKind.SCORE:
            return f"{Word.SCORE.zh}≥{row.limit}"
        case RowKind.CUSTOMER:
            name = customer or _CUSTOMER[0]
        case _:
            name = _WORD_OF[row.kind].zh
    return f"{name}（情绪低于{row.limit}）" if row.group is Group.SAID and row.limit else name


def _with_settings(card: SceneCard, line: Line, refused: list[Refused]) -> SceneCard:
    written = line["settings"]
    if not written:
        return card
    chips = [chip.text for chip in find_chips(written)] if "`" in written else [c for c in _CHIPS.split(written) if c]
    settings = settings_of(chips)
    if settings is None:
        reason = text("看不懂设置“%(written)s”，可以写：自由回复、限时60秒、字数15-150、结局:通过。", written=written)
        refused.append(Refused(line.line, reason))
        return card
    if card.settings not in (Settings(), settings):
        refused.append(Refused(line.line, text("同一场景的设置写了两种，请只写在第一行。")))
        return card
    return replace(card, settings=settings)


def _row(line: Line, customer: str, refused: list[Refused]) -> Row | None:
    if not any(line[each] for each in ("who", "text", "reply", "effects", "next", "note")):
        return None
    kind, limit = _kind(line, customer)
    if kind is None:
        reason = text("看不懂谁说“%(who)s”：写 %(customer)s、系统、客服、必说、应说、禁说、评分、"
            "超时、得分≥N、命中禁用语、其他。",
                      who=line["who"], customer=customer)  # fmt: skip
        refused.append(Refused(line.line, reason))
        return None
    row = Row(kind=kind, limit=limit, number=line.line)
    words = line["text"] or line["reply"] if row.group is Group.SAID else line["reply"] or line["text"]
    if row.group is Group.ROUTE and words:
        refused.append(Refused(line.line, text("“%(who)s”这一行只写下一场景和效果，不写内容。", who=line["who"])))
    return replace(
        row,
        words=words if row.group is Group.SAID else "" if row.group is Group.ROUTE else " ".join(words.split()),
        chips=typed_chips(line["effects"]),
        next=line["next"],
        note=" ".join(line["note"].split()),
    )


def _kind(line: Line, customer: str) -> tuple[RowKind | None, str]:
    who, limit = line["who"], ""
    below = _BELOW.fullmatch(who)
    if below:
        who, limit = below[1], below[2]
    score = _SCORE.fullmatch(who)
    if score:
        return RowKind.SCORE, score[1]
    if not who:
        return (RowKind.CHOICE if line["reply"] else RowKind.CUSTOMER), limit
    if who.casefold() in _AGENT:
        return RowKind.CHOICE, ""
    if who == customer or who.casefold() in _CUSTOMER:
        return RowKind.CUSTOMER, limit
    word = find_word(who, _KINDS)
    return (_KINDS[word] if word else None), limit


def _refused(error: Invalid, each: Held) -> Iterator[Refused]:
    if not error.fields:
        yield Refused(each.first, error.message)
    for name, why in error.fields.items():
        line = re.match(r"row-(\d+)-", name)
        yield Refused(int(line[1]) if line else each.first, why)


def _differing(old: str, new: str) -> tuple[tuple[str, str], ...]:
    before, after = old.replace("\r\n", "\n").split("\n"), new.replace("\r\n", "\n").split("\n")
    if before == after:
        return ()
    gone = [line for line in before if line.strip(" >") and line not in after]
    come = [line for line in after if line.strip(" >") and line not in before]
    return (*(("-", line) for line in gone), *(("+", line) for line in come)) or (("+", ""),)


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    headers = [column.name for column in COLUMNS]
    return xlsx_bytes("演练", headers, rows, more=[("说明", ("列", "怎么填", "In English"), _GUIDE)])


_EXAMPLE = (
    ("开场", "限时60秒", "小雨", "我双十一抢的，怎么还没发货？", "", "", "", ""),
    ("开场", "", "客服", "", "抱歉让您久等，我马上查，两分钟内回您。", "共情+10 情绪+10", "核实", "先道歉，再给钟点。"),
    ("开场", "", "客服", "", "大促都这样，您再等等。", "共情-10 情绪-15", "走人", ""),
    ("开场", "", "超时", "", "", "效率-10", "走人", ""),
    ("核实", "自由回复 限时90秒 字数15-150", "小雨", "那到底哪天到？", "", "", "", ""),
    ("核实", "", "必说", "", "抱歉 | 对不起", "共情+8", "", ""),
    ("核实", "", "禁说", "", "保证今天到 | 一定到", "合规-30", "", ""),
    ("核实", "", "得分≥8", "", "", "", "等消息", ""),
    ("核实", "", "其他", "", "", "", "走人", ""),
    ("等消息", "结局:通过", "小雨", "好吧，我等你们。", "", "", "", ""),
    ("走人", "结局:失败", "系统", "顾客已离开。", "", "", "", ""),
)
_GUIDE = (
    ("场景", "同一场景的行连在一起；第一个场景是开始。", "rows of one scene stand together; the first scene starts"),
    ("设置", "写在场景的第一行：自由回复、限时60秒、字数15-150、结局:通过 或 结局:失败，用空格隔开。",
     "on the first row of a scene: free reply, time 60s, length, ending"),
    ("谁说", "顾客的称呼（可加“（情绪低于20）”）、系统、客服；自由回复的评分写必说、应说、禁说、评分；"
     "自动走的路写超时、得分≥15、命中禁用语、其他。",
     "the customer's name, 系统 (system), 客服 (a ready reply); 必说 应说 禁说 评分 for a rubric;"
     " 超时 得分≥N 命中禁用语 其他 for ways"),
    ("内容", "顾客或系统说的话。", "what the customer or the system says"),
    ("回复", "客服的回复，原样发出；评分行写要找的词：| 是或，& 是且。",
     "the reply as it is sent; of a rubric the words"),
    ("效果", "共情+10 情绪-5 记下:已核实 前提:已核实，用空格隔开。", "effects with spaces between"),
    ("下一场景", "写场景的名称。", "the title of the scene that follows"),
    ("点评", "复盘时给学员看。", "shown in the debrief"),
)  # fmt: skip
