"""What every form of blocks does: open one, write what is typed, add, copy, move, take out. Pure.

A kind says with its `CardType`s how one block is read into fields and written back; everything else is here. One card
stands open at a time; what is typed in it comes along with every act and is never lost by one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from lms.content.form import Applied, Values, whole
from lms.content.form_blocks import Outline, drop_id
from lms.content.learner import Asked
from lms.core.errors import Invalid
from lms.core.texts import Text, text

NEW = "new@"
TOP = "top"  # the list of what stands before the first section
SECTIONS = "sections"  # the list of the sections themselves
_UNKNOWN = text("表单不认识这个操作，请重新打开这一页。")


class CardType(Protocol):
    """How one sort of block is edited: `card` below is its own dataclass of fields.

    name: for the template. level: of its headings. first: the id of its first field.
    read: the fields of a text, None where it has errors and can only be mended in the source.
    typed: the fields as they were sent; retyped: the same after an act within the card (`type`, `row-add` …).
    written, new: the text with the fields in it; raise Invalid with what is wrong at each field.
    look: what a learner would see of it, and what is wrong with it, by field.
    """

    @property
    def name(self) -> str: ...

    @property
    def level(self) -> int: ...

    @property
    def first(self) -> str: ...

    def read(self, written: str) -> Any | None: ...

    def typed(self, values: Values) -> Any: ...

    def retyped(self, card: Any, verb: str, arg: str, values: Values) -> Any: ...

    def blank(self, what: str) -> Any: ...

    def is_blank(self, card: Any) -> bool: ...

    def written(self, written: str, card: Any) -> str: ...

    def new(self, card: Any) -> str: ...

    def look(self, card: Any, number: int) -> tuple[Asked | None, Mapping[str, Text]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The card that stands open. ref: of its block, or `new@` and the list that it is to go to.

    unsent: it holds what is not in the text yet. missing: why not. look: what a learner would see of it.
    """

    type: str
    ref: str
    card: Any
    unsent: bool = False
    missing: tuple[Text, ...] = ()
    look: Asked | None = None

    @property
    def is_new(self) -> bool:
        return self.ref.startswith(NEW)

    @property
    def list(self) -> str:
        return self.ref.removeprefix(NEW) if self.is_new else ""

    @property
    def pieces(self) -> tuple[str, ...]:
        return self.look.pieces if self.look else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A text cut into blocks. type_at: the type of the block at a place; None where it is not edited here.

    place_of: where a new block of this type goes in a list, by the list's ref.
    """

    outline: Outline
    types: Mapping[str, CardType]
    type_at: Callable[[Outline, int], CardType | None]
    place_of: Callable[[Outline, CardType, str], int]

    def number(self, index: int) -> int:
        """Return the number of a block among those of its type, from 1."""
        own = self.type_at(self.outline, index)
        return sum(self.type_at(self.outline, place) is own for place in range(index)) + 1

    def count(self, own: CardType) -> int:
        """Return how many blocks of a type there are."""
        return sum(self.type_at(self.outline, place) is own for place in range(len(self.outline.pieces)))


def apply(make: Callable[[str], Board], source: str, do: str, values: Values) -> Applied:
    """Do one act. Raises Invalid: what is typed stays in the card, the text as it was."""
    board = make(source)
    verb, _, arg = do.partition(":")
    open = typed(board, values)
    if verb in ("open", "add", "card"):
        source, at = _put(make, board, open)
        if verb == "card":
            return Applied(source=source, focus=f"piece-{at}" if at >= 0 else "")
        board = make(source)
        return _opened(board, arg, at, open) if verb == "open" else _added(board, arg)
    if verb == "keep":
        return _kept(make, source, board, open)
    if verb == "drop":
        at = _place(board, open)
        return Applied(source=source, focus=f"piece-{at}" if at >= 0 else "")
    if verb == "":
        return Applied(source=source, open=_again(board, open))
    if verb in ("move", "up", "down", "to", "copy", "delete"):
        return _arranged(make, board, verb, arg, values, open)
    if open is not None:
        card = board.types[open.type].retyped(open.card, verb, arg, values)
        return Applied(source=source, focus=_focus_of(verb), open=_seen(board, replace(open, card=card)))
    raise Invalid(_UNKNOWN)


def typed(board: Board, values: Values) -> Open | None:
    """Return the card that stood open, with what was typed in it."""
    ref, name = values.get("card-ref"), values.get("card-type")
    if not ref or name not in board.types:
        return None
    return Open(type=name, ref=ref, card=board.types[name].typed(values), unsent=True)


def refused(make: Callable[[str], Board], source: str, values: Values) -> Open | None:
    """Return the open card after an act was refused."""
    board = make(source)
    open = typed(board, values)
    return None if open is None else _seen(board, open)


def _focus_of(verb: str) -> str:
    return "card-kind" if verb == "type" else ""


def _put(make: Callable[[str], Board], board: Board, open: Open | None) -> tuple[str, int]:
    """Return the source with the open card written into it, and where its block is (-1: nowhere)."""
    source, at = _written(board, open)
    if at >= 0 and source != board.outline.source:
        found = make(source).outline.pieces
        added = open is not None and open.is_new
        if len(found) != len(board.outline.pieces) + added:
            raise Invalid(text("这样写会和前后的内容混在一起：这里不能写 ## 或 ### 标题，``` 和 <!-- 要成对。"))
    return source, at


def _written(board: Board, open: Open | None) -> tuple[str, int]:
    outline = board.outline
    if open is None:
        return outline.source, -1
    type = board.types[open.type]
    if open.is_new:
        if type.is_blank(open.card):
            return outline.source, -1
        at = board.place_of(outline, type, open.list)
        return outline.inserted(at, [type.new(open.card)], type.level).source, at
    at = outline.find(open.ref)
    return outline.replaced(at, type.written(outline.pieces[at].text, open.card)).source, at


def _place(board: Board, open: Open | None) -> int:
    if open is None or open.is_new:
        return -1
    try:
        return board.outline.find(open.ref)
    except Invalid:
        return -1


def _opened(board: Board, arg: str, at: int, before: Open | None) -> Applied:
    """Open a block. at: of the card that was written on the way, which changed what its block is called."""
    shifted = before is not None and before.is_new and at >= 0
    written, _, digest = arg.partition("-")
    place = whole(written)
    if before is not None and not before.is_new and before.ref == arg and at >= 0:
        arg = board.outline.ref(at)
    elif shifted and place is not None and place >= at:
        arg = f"{place + 1}-{digest}"
    index = board.outline.find(arg)
    type = board.type_at(board.outline, index)
    card = type.read(board.outline.pieces[index].text) if type else None
    if type is None or card is None:
        raise Invalid(text("这一段有错，表单里改不了，请到源码里改。"))
    open = Open(type=type.name, ref=board.outline.ref(index), card=card)
    return Applied(source=board.outline.source, focus=type.first, open=_seen(board, open))


def _added(board: Board, arg: str) -> Applied:
    """Begin a new block: `question:single:3-abc…` goes to the end of that list."""
    name, _, rest = arg.partition(":")
    what, _, where = rest.partition(":")
    type = board.types.get(name)
    if type is None:
        raise Invalid(_UNKNOWN)
    open = Open(type=name, ref=NEW + (where or TOP), card=type.blank(what))
    return Applied(source=board.outline.source, focus=type.first, open=_seen(board, open))


def _kept(make: Callable[[str], Board], source: str, board: Board, open: Open | None) -> Applied:
    """Write what is typed if it can be read; else it stays in the card, with what is missing."""
    if open is None:
        return Applied(source=source)
    try:
        source, at = _put(make, board, open)
    except Invalid as error:
        return Applied(source=source, open=_seen(board, open, error))
    if at < 0:
        return Applied(source=source, open=_seen(board, replace(open, unsent=False)))
    board = make(source)
    return Applied(source=source, open=_seen(board, replace(open, ref=board.outline.ref(at), unsent=False)))


def _seen(board: Board, open: Open, error: Invalid | None = None) -> Open:
    """Return the card with what a learner would see of it, and what is missing for that."""
    type = board.types[open.type]
    at = _place(board, open)
    number = board.number(at) if at >= 0 else board.count(type) + 1
    look, errors = type.look(open.card, number)
    if type.is_blank(open.card):
        return replace(open, look=None, missing=(), unsent=False)
    missing = tuple(dict.fromkeys(errors.values()))
    if not missing and error is not None:
        missing = (error.message,)
    return replace(open, look=look, missing=missing, unsent=open.unsent and (bool(missing) or error is not None))


def _again(board: Board, open: Open | None) -> Open | None:
    """Return the open card as it is drawn over another text: with its block under its present name."""
    if open is None:
        return None
    if not open.is_new:
        written, _, digest = open.ref.partition("-")
        place = whole(written)
        same = [index for index, piece in enumerate(board.outline.pieces) if piece.digest == digest]
        if not same:
            return _seen(board, open)
        near = min(same, key=lambda index: abs(index - (place or 0)))
        open = replace(open, ref=board.outline.ref(near))
    return _seen(board, open)


def _arranged(
    make: Callable[[str], Board], board: Board, verb: str, arg: str, values: Values, open: Open | None
) -> Applied:
    outline = board.outline
    ref = values.get("item") if verb == "move" else arg
    index = outline.find(ref)
    own = outline.owned(index)
    focus = ""
    match verb:
        case "delete":
            outline = outline.removed(own)
            if open is not None and not open.is_new and _place(board, open) in own:
                open = None
            focus = f"piece-{min(index, len(outline.pieces) - 1)}" if outline.pieces else ""
        case "copy":
            texts = [_without_id(board, place) for place in own]
            levels = [outline.pieces[place].level for place in own]
            for offset, (each, level) in enumerate(zip(texts, levels, strict=True)):
                outline = outline.inserted(own.stop + offset, [each], level)
            focus = f"piece-{own.stop}"
        case _:
            before = _target(board, verb, index, values)
            outline = outline.moved(own, before)
            at = before if before <= index else before - len(own)
            focus = f"move-{at}" if verb == "move" else f"{verb}-{at}"
    source = outline.source
    return Applied(source=source, focus=focus, open=_again(make(source), open))


def _without_id(board: Board, place: int) -> str:
    """Return a block as a new one: its id for life stays with the one that it was copied from."""
    piece = board.outline.pieces[place]
    type = board.type_at(board.outline, place)
    return piece.text if type is None else drop_id(piece.text)


def _target(board: Board, verb: str, index: int, values: Values) -> int:
    """Return before which block the one at `index` goes."""
    outline = board.outline
    level = outline.pieces[index].level
    own = outline.owned(index)
    if verb == "move":
        return _at(outline, index, values.get("list"), whole(values.get("position")) or 0)
    if verb == "to":
        return _at(outline, index, values.get(f"to-{index}"), len(outline.pieces))
    # Where nothing lies between the title and the first section, nothing is moved there by a step.
    lists = [
        (above, items)
        for above, items in lists_of(outline, level)
        if items or above < 0 or outline.pieces[above].level + 1 == level
    ]
    here = next(place for place, (_, items) in enumerate(lists) if index in items)
    items = lists[here][1]
    at = items.index(index)
    if verb == "up":
        if at:
            return items[at - 1]
        return index if here == 0 else lists[here - 1][0] + 1 + _size(outline, lists[here - 1][1])
    if at + 1 < len(items):
        return outline.owned(items[at + 1]).stop
    return own.stop if here + 1 == len(lists) else lists[here + 1][0] + 1


def _size(outline: Outline, items: Sequence[int]) -> int:
    return sum(len(outline.owned(item)) for item in items)


def lists_of(outline: Outline, level: int) -> list[tuple[int, list[int]]]:
    """Return the lists that blocks of a level lie in: the block above (-1: none) and the places of its items."""
    found: list[tuple[int, list[int]]] = [(-1, [])]
    for index, piece in enumerate(outline.pieces):
        if piece.level < level:
            found.append((index, []))
        elif piece.level == level:
            found[-1][1].append(index)
    return found if found[0][1] or len(found) == 1 else found[1:]


def _at(outline: Outline, index: int, list: str, position: int) -> int:
    """Return before which block an item goes: the one at `position` among the others of the list."""
    level = outline.pieces[index].level
    if list == SECTIONS:
        others = [place for place, piece in enumerate(outline.pieces) if piece.level == level and place != index]
        end = len(outline.pieces)
    else:
        above = -1 if list == TOP else outline.find(list)
        inside = range(above + 1, outline.owned(above).stop if above >= 0 else _first_above(outline, level))
        others = [place for place in inside if outline.pieces[place].level == level and place != index]
        end = inside.stop
    return others[position] if position < len(others) else end


def _first_above(outline: Outline, level: int) -> int:
    for index, piece in enumerate(outline.pieces):
        if piece.level < level:
            return index
    return len(outline.pieces)
