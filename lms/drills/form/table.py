"""A drill as a table: its scenes with what is said, answered and earned in them; its title; its debrief. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, Fields, FormEditor, TargetsOf, Values
from lms.content.form_acts import Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_text import Settings, TextLine, Texts, text_line, tools_of
from lms.content.grammar.chips import DEDUCT, ID, read_chip
from lms.content.grammar.front import file_language
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Word, find_word
from lms.core.errors import Invalid
from lms.core.lines import split_keeping_ends, split_lines
from lms.core.markup_tree import heading_id
from lms.core.texts import Text, text
from lms.drills.form.acts import Scenes
from lms.drills.form.rows import Group
from lms.drills.form.scene import SceneCard, around

LEVELS = (1, 2)
_LINK = re.compile(r"\]\(#([^()\n]*)\)")


def _kept(extra: Mapping[str, str], chips: Sequence[str]) -> Sequence[str]:
    return chips


def _read(chips: Sequence[str]) -> Mapping[str, str] | None:
    return {} if all(read_chip(chip, (ID, DEDUCT)) for chip in chips) else None


HEAD = Texts(name="head", level=1, below=2, settings=Settings(read=_read, written=_kept))
DEBRIEF = Texts(name="debrief", level=2, below=2, settings=Settings(read=_read, written=_kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneForm:
    """One scene of the table. card: None where only the source can mend it. incoming: scenes that lead here."""

    ref: str
    index: int
    title: str
    line: int
    card: SceneCard | None
    source: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillForm:
    """titles: of all scenes, for what may follow. customer, dimensions: as the properties have them.

    mood: what the mood is called in this file, "" where the drill has none.
    """

    head: TextLine | None
    scenes: tuple[SceneForm, ...]
    debrief: TextLine | None
    titles: tuple[str, ...]
    customer: str
    dimensions: tuple[str, ...]
    mood: str
    tools: tuple[tuple[Text, str], ...]

    @property
    def sample(self) -> str:
        """An example of effects, of this drill's own dimensions."""
        named = [f"{name}{sign}" for name, sign in zip(self.dimensions, ("+10", "-5"), strict=False)]
        return " ".join([*named, *([f"{self.mood}-10"] if self.mood else [])])


def view(source: str, path: str, targets: TargetsOf) -> DrillForm:
    """Return the drill as the table shows it, as far as it can be read."""
    board = make(path, "", source)
    found = board.outline
    scenes: list[SceneForm] = []
    head = debrief = None
    own = board.types["scene"]
    assert isinstance(own, Scenes)
    leads = leading(source, found)
    for index, piece in enumerate(found.pieces):
        if piece.level == 1:
            head = head or text_line(found, index, HEAD)
        elif is_debrief(piece.title):
            debrief = debrief or text_line(found, index, DEBRIEF)
        else:
            card = own.read(piece.text)
            title = plain_text(piece.title)
            scenes.append(
                SceneForm(
                    ref=found.ref(index),
                    index=index,
                    title=title,
                    line=piece.heading,
                    card=card,
                    source=() if card else tuple(split_lines(piece.text)),
                    incoming=leads.get(heading_id(title), ()),
                )
            )
    return DrillForm(
        head=head,
        scenes=tuple(scenes),
        debrief=debrief,
        titles=tuple(plain_text(each) for each in own.known.titles),
        customer=own.known.customer,
        dimensions=own.known.dimensions,
        mood=Word.MOOD.written(own.known.language) if own.known.has_mood else "",
        tools=tools_of(Word.DRILL, source),
    )


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act. A scene that gets another name keeps everything that leads to it."""
    own = _own(source, path, values)
    if do == "debrief":
        return _with_debrief(source, path, values)
    renamed = _renamed(source, path, do, values, own)
    if isinstance(renamed, Applied):
        return renamed
    if renamed is not None:
        source, do, values = renamed
        own = _own(source, path, values)
    applied = form_acts.apply(partial(make, path, own), source, do, values)
    return replace(applied, focus=_focus(do, applied) or applied.focus)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(partial(make, path, _own(source, path, values)), source, values)


def make(path: str, own: str, source: str) -> Board:
    """Return the drill cut into its scenes. own: title of the scene whose card was sent."""
    found = outline(source, LEVELS)
    language = file_language(source)
    titles = [piece.title for piece in found.pieces if piece.level == 2 and not is_debrief(piece.title)]
    scenes = Scenes(known=around(source, path, titles, language), own=own)
    types: dict[str, CardType] = {"head": HEAD, "debrief": DEBRIEF, "scene": scenes}
    return Board(outline=found, types=types, type_at=partial(_type_at, types), place_of=_place_of)


def leading(source: str, found: Outline) -> dict[str, tuple[str, ...]]:
    """Return by the anchor of a scene the titles of the scenes that lead to it, each once."""
    leads: dict[str, dict[str, None]] = {}
    for piece in found.pieces:
        if piece.level == 2 and not is_debrief(piece.title):
            for match in _LINK.finditer(piece.text):
                leads.setdefault(heading_id(match[1]), {})[plain_text(piece.title)] = None
    return {anchor: tuple(titles) for anchor, titles in leads.items()}


def relinked(source: str, old: str, new: str) -> str:
    """Return the source in which what led to one title leads to the other; every other byte stays."""
    before, after = heading_id(plain_text(old)), heading_id(plain_text(new))

    def turned(match: re.Match[str]) -> str:
        return f"](#{after})" if heading_id(match[1]) == before else match[0]

    return "".join(_LINK.sub(turned, line) for line in split_keeping_ends(source))


def _own(source: str, path: str, values: Values) -> str:
    """Return the title of the scene whose card was sent, as it stands in the text."""
    ref = values.get("card-ref")
    if values.get("card-type") != "scene" or ref.startswith(form_acts.NEW):
        return ""
    found = outline(source, LEVELS)
    try:
        return found.pieces[found.find(ref)].title
    except Invalid:
        return ""


def _renamed(source: str, path: str, do: str, values: Values, own: str) -> Applied | tuple[str, str, Values] | None:
    """Return the source with the new name everywhere, and the act as it goes on from there.

    None where nothing is renamed. While somebody is still typing the name, nothing is written: every other scene would
    change with each letter.
    """
    verb = do.partition(":")[0]
    if not own or verb not in ("card", "open", "add", "keep"):
        return None
    board = make(path, own, source)
    open = form_acts.typed(board, values)
    if open is None or not isinstance(open.card, SceneCard) or plain_text(open.card.title) == plain_text(own):
        return None
    scenes = board.types["scene"]
    assert isinstance(scenes, Scenes)
    count = len(leading(source, board.outline).get(heading_id(plain_text(own)), ()))
    if not count:
        return None
    if verb == "keep":
        errors = scenes.errors(open.card)
        said = text("改了名称：点“完成”，通向这里的 %(n)s 个场景一起改。", n=count)
        return Applied(source=source, open=replace(open, unsent=True, missing=tuple(errors.values()) or (said,)))
    at = board.outline.find(open.ref)
    turned = replace(
        open.card,
        rows=tuple(
            replace(row, next=open.card.title) if row.next == plain_text(own) else row for row in open.card.rows
        ),
    )
    written = board.outline.replaced(at, scenes.written(board.outline.pieces[at].text, turned)).source
    new = relinked(written, own, open.card.title)
    after = outline(new, LEVELS)
    if len(after.pieces) != len(board.outline.pieces):
        raise Invalid(text("这样写会和前后的内容混在一起：名称里不能有 #，话里不能有标题。"))
    refs = {board.outline.ref(index): after.ref(index) for index in range(len(after.pieces))}
    for old, now in refs.items():
        do = do.replace(old, now)
    lists = {
        name: [refs.get(each, open.card.title if name.endswith("-next") and each == plain_text(own) else each)
               for each in values.getlist(name)]
        for name in _names(values, open.card)
    }  # fmt: skip
    return new, do, Fields(lists)


def _names(values: Values, card: SceneCard) -> list[str]:
    """Return the names of the fields of a card."""
    parts = ("kind", "words", "limit", "effects", "next", "note")
    names = ["card-ref", "card-type", "card-title", "card-clock", "card-free", "card-least", "card-most", "row"]
    return [*names, "card-ending", *(f"row-{number}-{part}" for number in values.getlist("row") for part in parts)]


def _with_debrief(source: str, path: str, values: Values) -> Applied:
    found = outline(source, LEVELS)
    word = Word.DEBRIEF.written(file_language(source))
    if any(is_debrief(piece.title) for piece in found.pieces):
        raise Invalid(text("“%(name)s”已经有了。", name=word))
    new = found.inserted(len(found.pieces), [f"## {word}"], 2).source
    return Applied(source=new, focus=f"piece-{len(found.pieces)}", open=typed(new, path, values))


def _focus(do: str, applied: Applied) -> str:
    """Return the field to go on in after a row was added or moved."""
    verb, _, arg = do.partition(":")
    if applied.open is None or not isinstance(applied.open.card, SceneCard):
        return ""
    rows = applied.open.card.rows
    if verb == "row-add" and arg in list(Group) and rows:
        row = max(rows, key=lambda each: each.number)
        return f"row-{row.number}-{'kind' if row.group is Group.ROUTE else 'words'}"
    return f"{verb}-{arg}" if verb in ("row-up", "row-down") else ""


def _type_at(types: Mapping[str, CardType], found: Outline, index: int) -> CardType | None:
    piece = found.pieces[index]
    if piece.level == 1:
        return types["head"]
    return types["debrief" if is_debrief(piece.title) else "scene"]


def is_debrief(title: str) -> bool:
    return find_word(plain_text(title), (Word.DEBRIEF,)) is not None


def _place_of(found: Outline, type: CardType, where: str) -> int:
    """A new scene goes before the debrief."""
    last = len(found.pieces)
    while last and found.pieces[last - 1].level == 2 and is_debrief(found.pieces[last - 1].title):
        last -= 1
    return last


FORM = FormEditor(template="lms/drills/_form.html", view=view, apply=apply, typed=typed)
