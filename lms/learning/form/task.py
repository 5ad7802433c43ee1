"""A task as a form: its title, what it is about, and the lines of its checklist. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.content.form_acts import Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_rows import arranged, next_number, row_names
from lms.content.form_sections import read_section, write_section
from lms.content.form_text import plain, tools_of
from lms.content.grammar.blocks import Block, scan
from lms.content.grammar.keywords import Word
from lms.content.learner import Asked
from lms.core.errors import Invalid
from lms.core.lines import split_lines
from lms.core.texts import Text, text

LEVELS = (1,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One line of the checklist. number: names its field in the form, and nothing else."""

    text: str
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCard:
    """body: what stands before the checklist; behind: what stands after it, both Markdown."""

    title: str = ""
    body: str = ""
    rows: tuple[Tick, ...] = ()
    behind: str = ""

    @property
    def drawn(self) -> tuple[Tick, ...]:
        """The lines as the form draws them: one to write in where there is none."""
        return self.rows or (Tick(text="", number=1),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    name: str = "task"
    level: int = 1
    first: str = "card-title"

    def read(self, written: str) -> TaskCard | None:
        found = read_section(written)
        lists = [block for block in scan(found.body) if block.is_task_list]
        if len(lists) > 1 or found.chips or any(_is_deep(block) for block in lists):
            return None
        if not lists:
            return TaskCard(title=found.title, body=found.body)
        lines = found.body.split("\n")
        rows = (" ".join(item.text.split("\n")) for item in lists[0].items)
        return TaskCard(
            title=found.title,
            body="\n".join(lines[: lists[0].first - 1]).strip("\n"),
            rows=tuple(Tick(text=row, number=number) for number, row in enumerate(rows, start=1)),
            behind="\n".join(lines[lists[0].last :]).strip("\n"),
        )

    def typed(self, values: Values) -> TaskCard:
        rows = [
            Tick(number=int(name), text=" ".join(values.get(f"row-{name}-text").split())) for name in row_names(values)
        ]
        return TaskCard(
            title=" ".join(values.get("card-title").split()),
            body=plain(values.get("card-body")),
            rows=tuple(row for row in rows if row.text),
            behind=plain(values.get("card-behind")),
        )

    def retyped(self, card: TaskCard, verb: str, arg: str, values: Values) -> TaskCard:
        if verb == "row-add":
            return replace(card, rows=(*card.rows, Tick(text="", number=next_number(card.rows))))
        return replace(card, rows=arranged(card.rows, verb, arg))

    def blank(self, what: str) -> TaskCard:
        return TaskCard()

    def is_blank(self, card: TaskCard) -> bool:
        return card == TaskCard()

    def written(self, written: str, card: TaskCard) -> str:
        old = self.read(written)
        if old == card:
            return written
        errors = _errors(card)
        if errors:
            raise Invalid(text("任务还没写好，请看标出的地方。"), fields=errors)
        return write_section(written, title=card.title, chips=(), body=_body(read_section(written).body, old, card))

    def new(self, card: TaskCard) -> str:
        errors = _errors(card)
        if errors:
            raise Invalid(text("任务还没写好，请看标出的地方。"), fields=errors)
        return f"# {card.title}\n\n{_joined(card.body, _lines(card.rows), card.behind)}".rstrip("\n")

    def look(self, card: TaskCard, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        return None, _errors(card)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskForm:
    """card: None where only the source can mend it. line: of the title; 0 where there is none."""

    ref: str
    card: TaskCard | None
    line: int
    tools: tuple[tuple[Text, str], ...] = ()


def view(source: str, path: str, targets: TargetsOf) -> TaskForm:
    """Return the task as the form shows it, as far as it can be read."""
    found = outline(source, LEVELS)
    if len(found.pieces) != 1:
        return TaskForm(ref="", card=None, line=1)
    return TaskForm(
        ref=found.ref(0),
        card=Tasks().read(found.pieces[0].text),
        line=found.pieces[0].heading,
        tools=tools_of(Word.TASK, source),
    )


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form."""
    return form_acts.apply(_board, source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(_board, source, values)


def _board(source: str) -> Board:
    kind: CardType = Tasks()
    return Board(
        outline=outline(source, LEVELS),
        types={"task": kind},
        type_at=lambda found, index: kind,
        place_of=partial(_place_of),
    )


def _place_of(found: Outline, type: CardType, where: str) -> int:
    return len(found.pieces)


def _is_deep(block: Block) -> bool:
    return any(item.kids or item.checked is None for item in block.items)


def _body(before: str, old: TaskCard | None, card: TaskCard) -> str:
    """Return the text under the title: what did not change keeps its lines, comments between the ticks too."""
    lists = [block for block in scan(before) if block.is_task_list]
    if old is None or not lists:
        return _joined(card.body, _lines(card.rows), card.behind)
    lines = before.split("\n")
    block = lists[0]
    ticks = lines[block.first - 1 : block.last]
    if card.rows != old.rows:
        ticks = _ticks(lines, block, old.rows, card.rows)
    head, foot = lines[: block.first - 1], lines[block.last :]
    if card.body != old.body:
        head = [*card.body.split("\n"), ""] if card.body else []
    if card.behind != old.behind:
        foot = ["", *card.behind.split("\n")] if card.behind else []
    if not ticks:
        return _joined("\n".join(head).strip("\n"), [], "\n".join(foot).strip("\n"))
    return "\n".join([*head, *ticks, *foot]).strip("\n")


def _ticks(lines: Sequence[str], block: Block, old: Sequence[Tick], new: Sequence[Tick]) -> list[str]:
    own = [list(lines[item.first - 1 : item.last]) for item in block.items]
    gaps = [list(lines[one.last : other.first - 1]) for one, other in zip(block.items, block.items[1:], strict=False)]
    left = list(range(len(old)))
    written: list[str] = []
    for place, row in enumerate(new):
        kept = next((index for index in left if old[index] == row), None)
        if kept is not None:
            left.remove(kept)
        written += _lines([row]) if kept is None else own[kept]
        if place < len(gaps) and (place < len(new) - 1 or any(line.strip() for line in gaps[place])):
            written += gaps[place]
    for gap in gaps[len(new) :]:
        written += [line for line in gap if line.strip()]
    return written


def _lines(rows: Sequence[Tick]) -> list[str]:
    return [f"- [ ] {row.text}" for row in rows]


def _joined(body: str, ticks: Sequence[str], behind: str) -> str:
    return "\n\n".join(part for part in (body, "\n".join(ticks), behind) if part)


def _errors(card: TaskCard) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not card.title:
        errors["card-title"] = text("请写上标题。")
    for name in ("body", "behind"):
        written = getattr(card, name)
        blocks = scan(written)
        if any(block.is_task_list for block in blocks):
            errors[f"card-{name}"] = text("清单写在下面的“清单”里，不写在正文里。")
        elif any(block.level == 1 for block in blocks):
            errors[f"card-{name}"] = text("正文里不能再有这一级的标题；小标题写 ##。")
        elif len(split_lines(written)) > 5_000:
            errors[f"card-{name}"] = text("这段太长了，请拆开。")
    return errors


FORM = FormEditor(template="lms/learning/_task_form.html", view=view, apply=apply, typed=typed)
