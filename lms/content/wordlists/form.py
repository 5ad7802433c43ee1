"""A word list as a form: each heading with a table of its words, one entry a row. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.content.form_acts import Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_rows import arranged, next_number, row_names
from lms.content.form_sections import read_section, write_section
from lms.content.form_text import plain
from lms.content.grammar.blocks import Block, BlockKind, Item, scan
from lms.content.grammar.front import file_language, read_front
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.learner import Asked
from lms.content.wordlists.spec import BASES, ListKind, WordEntry, basis_of, entry_lines, entry_of, words_in
from lms.core.errors import Invalid
from lms.core.texts import Text, text

LEVELS = (1, 2)
BAR = " | "
SAMPLE = 6  # words that a closed section shows
_UNSAID = text("这张表还没写好，请看标出的地方。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as it is typed. others: its other spellings, parted as in the text. number: names its fields only."""

    word: str = ""
    others: str = ""
    instead: str = ""
    basis: str = ""
    ground: str = ""
    number: int = field(default=0, compare=False)

    @property
    def is_blank(self) -> bool:
        return not (self.word or self.others or self.instead or self.ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsCard:
    """body: what stands before the words; behind: what stands after them, both Markdown. rows: the words."""

    title: str = ""
    body: str = ""
    rows: tuple[Row, ...] = ()
    behind: str = ""

    @property
    def drawn(self) -> tuple[Row, ...]:
        """The rows as the form draws them: one to write in where there is none."""
        return self.rows or (Row(number=1),)

    @property
    def sample(self) -> str:
        return "、".join(row.word for row in self.rows[:SAMPLE])


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTable:
    """How the words under one heading are edited."""

    name: str
    level: int
    kind: ListKind
    language: Language
    first: str = "card-title"

    def read(self, written: str) -> WordsCard | None:
        found = read_section(written)
        blocks = scan(found.body)
        lists = [block for block in blocks if block.is_list]
        if len(lists) > 1 or found.chips or any(block.kind is BlockKind.HEADING for block in blocks):
            return None
        if not lists:
            return WordsCard(title=found.title, body=found.body)
        rows = [self._row(item, number) for number, item in enumerate(lists[0].items, start=1)]
        if lists[0].kind is not BlockKind.BULLET or None in rows:
            return None
        lines = found.body.split("\n")
        return WordsCard(
            title=found.title,
            body="\n".join(lines[: lists[0].first - 1]).strip("\n"),
            rows=tuple(row for row in rows if row is not None),
            behind="\n".join(lines[lists[0].last :]).strip("\n"),
        )

    def _row(self, item: Item, number: int) -> Row | None:
        basis = basis_of(item)
        entry = entry_of(item.text, self.kind)
        if basis is None or item.checked is not None or not entry.words:
            return None
        if basis[0] and self.kind is not ListKind.BANNED:
            return None
        return _row_of(replace(entry, basis=basis[0], ground=basis[1]), number)

    def typed(self, values: Values) -> WordsCard:
        rows = [self._typed_row(values, name) for name in row_names(values)]
        return WordsCard(
            title=" ".join(values.get("card-title").split()),
            body=plain(values.get("card-body")),
            rows=tuple(row for row in rows if not row.is_blank),
            behind=plain(values.get("card-behind")),
        )

    def _typed_row(self, values: Values, name: str) -> Row:
        parts = ("text", "other", "instead", "ground")
        said = {part: " ".join(values.get(f"row-{name}-{part}").split()) for part in parts}
        basis = values.get(f"row-{name}-basis")
        known = basis if any(basis == word.en for word in BASES) else ""
        words = (*words_in(said["text"], self.kind), *words_in(said["other"], self.kind))
        entry = WordEntry(words=words or ("",), instead=said["instead"], basis=known, ground=said["ground"])
        return _row_of(entry, int(name))

    def retyped(self, card: WordsCard, verb: str, arg: str, values: Values) -> WordsCard:
        if verb == "row-add":
            return replace(card, rows=(*card.rows, Row(number=next_number(card.rows))))
        return replace(card, rows=arranged(card.rows, verb, arg))

    def blank(self, what: str) -> WordsCard:
        return WordsCard()

    def is_blank(self, card: WordsCard) -> bool:
        return card == WordsCard()

    def written(self, written: str, card: WordsCard) -> str:
        old = self.read(written)
        if old == card:
            return written
        self._refuse(card)
        body = self._body(read_section(written).body, old, card)
        return write_section(written, title=card.title, chips=(), body=body)

    def new(self, card: WordsCard) -> str:
        self._refuse(card)
        below = _joined(card.body, self._lines(card.rows), card.behind)
        return f"{'#' * self.level} {card.title}\n\n{below}".rstrip("\n")

    def look(self, card: WordsCard, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        return None, self._errors(card)

    def _refuse(self, card: WordsCard) -> None:
        errors = self._errors(card)
        if errors:
            raise Invalid(_UNSAID, fields=errors)

    def _errors(self, card: WordsCard) -> dict[str, Text]:
        errors: dict[str, Text] = {}
        if not card.title:
            errors["card-title"] = text("请写上标题。")
        for name in ("body", "behind"):
            if any(block.is_list or block.kind is BlockKind.HEADING for block in scan(getattr(card, name))):
                errors[f"card-{name}"] = text("词写在下面的表里；这里只写说明，不写清单和标题。")
        for row in card.rows:
            if not row.word:
                errors[f"row-{row.number}-text"] = text("请写上词。")
            elif row.ground and not row.basis:
                errors[f"row-{row.number}-basis"] = text("写了规则名称，请再选它是哪一种依据。")
            elif not self._reads_back(row):
                errors[f"row-{row.number}-text"] = text("这样写读不回来：词里不能有 =>、反引号或行首的记号。")
        return errors

    def _reads_back(self, row: Row) -> bool:
        """Whether the text says the same as the row: the one rule that every sign of Markdown falls under."""
        blocks = scan("\n".join(self._lines([row])))
        if len(blocks) != 1 or len(blocks[0].items) != 1:
            return False
        return self._row(blocks[0].items[0], 0) == row

    def _lines(self, rows: Sequence[Row]) -> list[str]:
        return [line for row in rows for line in entry_lines(self._entry(row), self.language)]

    def _entry(self, row: Row) -> WordEntry:
        words = (row.word.replace("\\|", "|"), *words_in(row.others, self.kind))
        banned = self.kind is ListKind.BANNED
        if not banned:
            return WordEntry(words=words)
        return WordEntry(words=words, instead=row.instead, basis=row.basis, ground=row.ground)

    def _body(self, before: str, old: WordsCard | None, card: WordsCard) -> str:
        """Return the text under the heading: what did not change keeps its lines, comments among the words too."""
        lists = [block for block in scan(before) if block.is_list]
        if old is None or not lists:
            return _joined(card.body, self._lines(card.rows), card.behind)
        lines, block = before.split("\n"), lists[0]
        entries = lines[block.first - 1 : block.last]
        if card.rows != old.rows:
            entries = self._kept(lines, block, old.rows, card.rows)
        head, foot = lines[: block.first - 1], lines[block.last :]
        if card.body != old.body:
            head = [*card.body.split("\n"), ""] if card.body else []
        if card.behind != old.behind:
            foot = ["", *card.behind.split("\n")] if card.behind else []
        if not entries:
            return _joined("\n".join(head).strip("\n"), [], "\n".join(foot).strip("\n"))
        return "\n".join([*head, *entries, *foot]).strip("\n")

    def _kept(self, lines: Sequence[str], block: Block, old: Sequence[Row], new: Sequence[Row]) -> list[str]:
        own = [list(lines[item.first - 1 : item.last]) for item in block.items]
        ends = zip(block.items, block.items[1:], strict=False)
        gaps = [list(lines[one.last : other.first - 1]) for one, other in ends]
        left = list(range(len(old)))
        written: list[str] = []
        for place, row in enumerate(new):
            kept = next((index for index in left if old[index] == row), None)
            if kept is not None:
                left.remove(kept)
            written += self._lines([row]) if kept is None else own[kept]
            if place < len(gaps) and (place < len(new) - 1 or any(line.strip() for line in gaps[place])):
                written += gaps[place]
        for gap in gaps[len(new) :]:
            written += [line for line in gap if line.strip()]
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsLine:
    """The words under one heading as one line of the form. card: None where only the source can mend it."""

    ref: str
    index: int
    level: int
    title: str
    line: int
    card: WordsCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsForm:
    """kind: of the list, as the front matter says it."""

    kind: str
    parts: tuple[WordsLine, ...]


def view(source: str, path: str, targets: TargetsOf) -> WordsForm:
    """Return the list as the form shows it, as far as it can be read."""
    board = _board(source)
    parts = tuple(
        WordsLine(
            ref=board.outline.ref(index),
            index=index,
            level=piece.level,
            title=plain_text(piece.title),
            line=piece.heading,
            card=_table_at(board, index).read(piece.text),
        )
        for index, piece in enumerate(board.outline.pieces)
    )
    return WordsForm(kind=list_kind(source).value, parts=parts)


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form."""
    return form_acts.apply(_board, source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(_board, source, values)


def list_kind(source: str) -> ListKind:
    """Return which sort of list a text says it is; 禁用语 where it says none."""
    front, _ = read_front(source)
    said = next((entry for entry in front.entries if find_word(entry.key, (Word.WORDS,))), None)
    words = {Word.SYNONYMS: ListKind.SYNONYMS, Word.DICTIONARY: ListKind.DICTIONARY}
    named = find_word(said.texts[0], words) if said and said.texts else None
    return words.get(named, ListKind.BANNED) if named else ListKind.BANNED


def _table_at(board: Board, index: int) -> CardType:
    return board.types["head" if board.outline.pieces[index].level == 1 else "words"]


def _board(source: str) -> Board:
    kind, language = list_kind(source), file_language(source)
    types: dict[str, CardType] = {
        name: WordTable(name=name, level=level, kind=kind, language=language)
        for name, level in (("head", 1), ("words", 2))
    }
    return Board(
        outline=outline(source, LEVELS),
        types=types,
        type_at=lambda found, index: types["head" if found.pieces[index].level == 1 else "words"],
        place_of=_place_of,
    )


def _place_of(found: Outline, type: CardType, where: str) -> int:
    return len(found.pieces)


def _row_of(entry: WordEntry, number: int) -> Row:
    first, *others = (word.replace("|", "\\|") for word in entry.words)
    return Row(
        word=first,
        others=BAR.join(others),
        instead=entry.instead,
        basis=entry.basis,
        ground=entry.ground,
        number=number,
    )


def _joined(body: str, entries: Sequence[str], behind: str) -> str:
    return "\n\n".join(part for part in (body, "\n".join(entries), behind) if part)


FORM = FormEditor(template="lms/content/_words_form.html", view=view, apply=apply, typed=typed)
