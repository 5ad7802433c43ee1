"""Questions as GIFT: their Markdown as it is, settings as tags; what Moodle's text format can't say is told. Pure."""

import re
from collections.abc import Iterator, Mapping

from lms.core.points import exact_decimal
from lms.core.texts import Text, text
from lms.questions.spec import (
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Question,
    Rich,
    Shape,
    Single,
    TrueFalse,
)
from lms.quizzes.importers.collecting import Unfit
from lms.quizzes.importers.gift import FORM, WEIGHT, category_of
from lms.quizzes.importers.losses import PICTURES, lost_of, written
from lms.quizzes.importers.markup import without_pictures
from lms.quizzes.importers.reading import Bank, Picture, Written
from lms.quizzes.importers.tagged import case_tag, tags_of
from lms.quizzes.importers.weights import per_cent, shares

_RESERVED = re.compile(r"[\\~=#{}:]")


def write(bank: Bank) -> Written:
    """Return the questions as a GIFT file, and what it does not say, a question each."""
    blocks, notes = written(bank, _Pen, lambda section: f"$CATEGORY: {category_of(_escaped(section))}")
    return Written(data="".join(f"{block}\n\n" for block in blocks).encode(), notes=notes)


class _Pen:
    """Writes one question and remembers what was lost of it."""

    def __init__(self, pictures: Mapping[str, Picture]) -> None:
        self._pictures = pictures
        self.notes: list[Text] = []

    def question(self, question: Question) -> str:
        shape = question.shape
        tags, lost = tags_of(question)
        self.notes += [*lost_of(question, hint=True, model=True, rubric=True, unit=True), *lost]
        tags += [case_tag()] * (isinstance(shape, FillIn) and shape.case_sensitive)
        noted = [f"[id:{question.key}]"] * (question.key is not None)
        noted += [f"[tag:{_noted(tag)}]" for tag in tags]
        rows = [*self._rows(shape)]
        if question.explanation:
            rows.append(f"####{self._rich(question.explanation)}")
        opening = "{#" if isinstance(shape, Numeric) else "{"
        answer = "".join(f"\n\t{row}" for row in rows) + "\n" * bool(rows)
        written = f"[markdown]{_escaped(self._source(question.stem))}{opening}{answer}}}"
        return "\n".join([*[f"// {' '.join(noted)}"] * bool(noted), written])

    def _rows(self, shape: Shape) -> Iterator[str]:
        match shape:
            case Single():
                for option in shape.options:
                    right = option.id == shape.right
                    yield f"{'=' if right else '~'}{self._option(option, bare=right)}"
            case Multiple():
                for option, share in zip(shape.options, shares(shape), strict=True):
                    yield f"~%{per_cent(share)}%{self._option(option, bare=True)}"
            case TrueFalse():
                yield "TRUE" if shape.right else "FALSE"
            case FillIn():
                yield from self._words(shape)
            case Numeric():
                yield _number(shape)
            case Matching():
                yield from self._pairs(shape)
            case Open():
                return
            case _:
                raise Unfit(text("GIFT 里没有排序题。请用 Moodle XML 或 Excel 导出。"))

    def _option(self, option: Item, *, bare: bool) -> str:
        """bare: no weight is looked for in front of it."""
        words = self._rich(option.body)
        weight = "" if bare or not WEIGHT.match(words) else "%0%"
        return f"{weight}{words}" + (f"#{self._rich(option.note)}" if option.note else "")

    def _words(self, shape: FillIn) -> Iterator[str]:
        if len(shape.blanks) > 1:
            raise Unfit(
                text("有 %(n)s 个空，GIFT 的一道题只有一个空。请用 Moodle XML 或 Excel 导出。", n=len(shape.blanks))
            )
        for word in shape.blanks[0]:
            if "->" in word:
                raise Unfit(text("答案“%(word)s”里有 ->，GIFT 会读成匹配题。", word=word[:20]))
            written = _escaped(word.replace("*", "\\*"))
            form = "[plain]" if FORM.match(written) else ""
            yield f"={'%100%' if WEIGHT.match(written) else ''}{form}{written}"

    def _pairs(self, shape: Matching) -> Iterator[str]:
        right = {item.id: self._plain(item.body) for item in shape.right}
        for item, key in zip(shape.left, shape.key, strict=True):
            source = self._source(item.body)
            if "->" in source and "`" in source:
                raise Unfit(text("“%(side)s”里有 ->，GIFT 会在这里分成两边。", side=source[:20]))
            left = _escaped(source.replace("->", "-\\>"))
            yield f"={_formed(left)} -> {right[key]}"
        for item in shape.right:
            if item.id not in shape.key:
                yield f"= -> {right[item.id]}"

    def _plain(self, words: Rich) -> str:
        """Return the right side of a pair, which has no look in Moodle."""
        source = self._source(words)
        if source != words.text:
            self.notes.append(text("匹配题右边的格式（加粗、链接）没有写进去。"))
        return _escaped(words.text)

    def _rich(self, words: Rich) -> str:
        return _formed(_escaped(self._source(words)))

    def _source(self, words: Rich) -> str:
        source, had = without_pictures(words.source, self._pictures)
        self.notes += [PICTURES] * had
        return source


def _number(shape: Numeric) -> str:
    if shape.target is None:
        return f"{exact_decimal(shape.low)}..{exact_decimal(shape.high)}"
    by = shape.high - shape.target
    return exact_decimal(shape.target) + (f":{exact_decimal(by)}" if by else "")


def _escaped(words: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", words).replace("\n", "\\n")


def _formed(escaped: str) -> str:
    """A text that begins like the name of a form is given one, so that it keeps its beginning."""
    return f"[markdown]{escaped}" if FORM.match(escaped) else escaped


def _noted(tag: str) -> str:
    return re.sub(r"[\\\]]", r"\\\g<0>", tag)
