"""What can be typed into the card of a scene, and what is wrong with it, field by field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.form import Values, whole
from lms.content.form_rows import arranged, next_number, row_names
from lms.content.form_text import plain
from lms.content.grammar.amounts import normal, read_seconds
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Word, find_word
from lms.content.learner import Asked
from lms.core.errors import Invalid
from lms.core.markup_tree import heading_id
from lms.core.texts import Text, text
from lms.drills.form.rows import GROUP_OF, KINDS, Group, Row, RowKind, typed_chips
from lms.drills.form.scene import Around, Reading, SceneCard, Settings, card_of, composed, read_lines, written_scene

_UNFINISHED = text("这个场景还没写好，请看标出的地方。")
_FIELD_OF = {
    "D304": "next", "C141": "next", "D307": "limit", "D313": "limit", "D310": "effects", "D311": "effects",
    "D312": "effects", "D302": "effects", "D314": "note", "D317": "kind",
}  # fmt: skip
_LONGEST = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """own: name of the scene whose card was sent, as it stands in the text; "" for a new one."""

    known: Around
    own: str = ""
    name: str = "scene"
    level: int = 2
    first: str = "card-title"

    def read(self, written: str) -> SceneCard | None:
        return card_of(written, self.known)

    def typed(self, values: Values) -> SceneCard:
        rows = (_typed_row(values, name) for name in row_names(values))
        return SceneCard(
            title=" ".join(values.get("card-title").split()),
            settings=Settings(
                clock="".join(values.get("card-clock").split()),
                free=bool(values.get("card-free")),
                least=normal(values.get("card-least")).strip(),
                most=normal(values.get("card-most")).strip(),
                ending=values.get("card-ending") if values.get("card-ending") in ("pass", "fail") else "",
            ),
            rows=tuple(row for row in rows if row is not None and not row.is_blank),
            was=self.own,
        )

    def retyped(self, card: SceneCard, verb: str, arg: str, values: Values) -> SceneCard:
        if verb == "row-add":
            return _with_row(card, arg)
        return replace(card, rows=_moved(card.rows, verb, arg))

    def blank(self, what: str) -> SceneCard:
        rows = () if what == "ending" else (Row(kind=RowKind.CUSTOMER, number=1), Row(kind=RowKind.CHOICE, number=2))
        return SceneCard(rows=rows, settings=Settings(ending="pass" if what == "ending" else ""))

    def is_blank(self, card: SceneCard) -> bool:
        return not card.title and not any(not row.is_blank for row in card.rows)

    def written(self, written: str, card: SceneCard) -> str:
        old = self.read(written)
        card = card if old is None else replace(card, rows=_mixed(card.rows, old.rows))
        if old == card:
            return written
        self._refuse(card)
        made = written_scene(written, card, self.known)
        if self.read(made) != _canonical(card, self.read(made)):
            raise Invalid(text("这样写读不回来：行首不要写“称呼：”、#、- 或 >，话里不要写 `。请改一下，或到源码里写。"))
        return made

    def new(self, card: SceneCard) -> str:
        self._refuse(card)
        return written_scene("", card, self.known)

    def look(self, card: SceneCard, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        return None, self.errors(card)

    def errors(self, card: SceneCard) -> dict[str, Text]:
        """Return what is wrong, by field: what the table asks for first, then what the reader says of the text."""
        found = {**self._title_errors(card), **_setting_errors(card.settings)}
        for row in card.rows:
            found.update(_row_errors(row, self.known))
        return found if found else self._reader_errors(card)

    def _refuse(self, card: SceneCard) -> None:
        found = self.errors(card)
        if found:
            raise Invalid(_UNFINISHED, fields=found)

    def _title_errors(self, card: SceneCard) -> dict[str, Text]:
        if not heading_id(plain_text(card.title)):
            return {"card-title": text("请写上场景的名称，别的回复靠它通向这里。")}
        if find_word(card.title, (Word.DEBRIEF,)):
            return {"card-title": text("“%(name)s”是最后一节的名字，请给场景换一个。", name=card.title)}
        others = [heading_id(plain_text(each)) for each in self.known.titles]
        for own in (card.was, card.title):
            if own and card.was and heading_id(plain_text(own)) in others:
                others.remove(heading_id(plain_text(own)))
                break
        if heading_id(plain_text(card.title)) in others:
            return {"card-title": text("已经有一个场景叫“%(name)s”，请换一个名称。", name=card.title)}
        return {}

    def _reader_errors(self, card: SceneCard) -> dict[str, Text]:
        titles = tuple(each for each in self.known.titles if plain_text(each) != plain_text(card.was))
        known = replace(self.known, titles=(*titles, card.title))
        lines, owners = composed((), None, card, known)
        found = read_lines("\n".join(lines), known)
        if found is None:
            return {"card-title": text("名称和话里不能有 # 开头的标题行。")}
        return _by_field(found, owners, card)


def _by_field(found: Reading, owners: Mapping[int, Row], card: SceneCard) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    for each in found.errors:
        row = owners.get(each.line)
        if row is None:
            errors.setdefault("card-title" if each.line <= 1 else "card-settings", each.message)
            continue
        message = each.message.values.get("problem", each.message)
        said = message if isinstance(message, Text) else each.message
        part = _FIELD_OF.get(each.code, "effects" if "chip" in said.values else "words")
        if part == "effects" and row.group is Group.SAID:
            part = "limit"
        if part == "limit" and row.kind is not RowKind.SCORE and row.group is not Group.SAID:
            part = "kind"
        if each.code == "D316":
            errors.setdefault("card-settings", each.message)
        else:
            errors.setdefault(f"row-{row.number}-{part}", said)
    return errors


def _canonical(card: SceneCard, back: SceneCard | None) -> SceneCard:
    """Return the card with what is written in more than one way as it reads back, where it says the same."""
    if back is None or len(back.rows) != len(card.rows):
        return card
    rows = []
    for row, read in zip(card.rows, back.rows, strict=True):
        same = row.group is Group.RUBRIC and row.kind is read.kind
        words = read.words if same else row.words
        limit = read.limit if normal(row.limit) == read.limit else row.limit
        chips = read.chips if len(read.chips) == len(row.chips) else row.chips
        rows.append(replace(row, words=words, limit=limit, chips=chips))
    same_title = plain_text(card.title) == plain_text(back.title)
    return replace(card, rows=tuple(rows), settings=back.settings, title=back.title if same_title else card.title)


def _mixed(rows: Sequence[Row], old: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows, which the form shows by their groups, in the order of groups that the text has."""
    made: list[Row] = []
    left = {group: [row for row in rows if row.group is group] for group in Group}
    for place, row in enumerate(old):
        last = not any(each.group is row.group for each in old[place + 1 :])
        queue = left[row.group]
        taken, left[row.group] = (queue, []) if last else (queue[:1], queue[1:])
        made += taken
    order = list(Group)
    for group in order:
        at = max((n + 1 for n, row in enumerate(made) if order.index(row.group) <= order.index(group)), default=0)
        made[at:at] = left[group]
    return tuple(made)


def _typed_row(values: Values, name: str) -> Row | None:
    kind = values.get(f"row-{name}-kind")
    if kind not in list(RowKind):
        return None
    row = Row(kind=RowKind(kind))
    said = plain(values.get(f"row-{name}-words"))[:_LONGEST]
    return replace(
        row,
        words=said if row.group is Group.SAID else " ".join(said.split()),
        limit="".join(values.get(f"row-{name}-limit").split()),
        chips=typed_chips(values.get(f"row-{name}-effects")),
        next=" ".join(values.get(f"row-{name}-next").split()),
        note=" ".join(values.get(f"row-{name}-note").split()),
        number=int(name),
    )


def _with_row(card: SceneCard, group: str) -> SceneCard:
    """Return the card with one row more, behind those of its group."""
    if group not in list(Group):
        return card
    order = list(Group)
    kinds = KINDS[Group(group)]
    had = {row.kind for row in card.rows}
    kind = next((each for each in kinds if each not in had), kinds[0]) if group == Group.ROUTE else kinds[0]
    at = max(
        (place + 1 for place, row in enumerate(card.rows) if order.index(row.group) <= order.index(Group(group))),
        default=0,
    )
    rows = list(card.rows)
    rows.insert(at, Row(kind=kind, number=next_number(card.rows)))
    return replace(card, rows=tuple(rows))


def _moved(rows: Sequence[Row], verb: str, name: str) -> tuple[Row, ...]:
    """Return the rows after a move among those of one group, so that said and answered never mix."""
    row = next((row for row in rows if str(row.number) == name), None)
    if row is None or verb == "row-drop":
        return arranged(rows, verb, name)
    own = arranged([each for each in rows if each.group is row.group], verb, name)
    left = iter(own)
    return tuple(next(left) if each.group is row.group else each for each in rows)


def _setting_errors(settings: Settings) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if settings.clock:
        plain = normal(settings.clock)
        seconds = whole(plain) if plain.isdecimal() else read_seconds(plain)
        if not seconds:
            errors["card-clock"] = text("限时写成 60 或“90秒”“2分钟”，至少 1 秒；不限时就留空。")
    if settings.least and whole(settings.least) is None:
        errors["card-least"] = text("字数写成整数。")
    if (settings.least or settings.most) and not whole(settings.most):
        errors["card-most"] = text("请写最多几个字，例如 150。")
    return errors


def _row_errors(row: Row, known: Around) -> dict[str, Text]:
    name = f"row-{row.number}"
    errors: dict[str, Text] = {}
    if row.group is not Group.ROUTE and not row.words:
        errors[f"{name}-words"] = text("请写上内容，或删去这一行。")
    if row.leads and not row.next:
        errors[f"{name}-next"] = text("请选下一个场景。")
    if row.kind is RowKind.SCORE and whole(normal(row.limit).removeprefix("-")) is None:
        errors[f"{name}-limit"] = text("请写从多少分起走这条路，例如 15。")
    if row.group is Group.SAID and row.limit and not 0 < (whole(normal(row.limit)) or 0) <= 100:
        errors[f"{name}-limit"] = text("情绪写 1 到 100，或留空。")
    if row.kind is RowKind.CUSTOMER and not known.customer:
        errors[f"{name}-kind"] = text("属性里还没有写顾客是谁，请先写上，例如“小雨 | 老顾客 | 急性子”。")
    if GROUP_OF[row.kind] is Group.CHOICE and "`" in row.words:
        errors[f"{name}-words"] = text("要发的话里不能有反引号。")
    return errors
