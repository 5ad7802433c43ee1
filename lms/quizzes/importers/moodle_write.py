"""Questions as Moodle XML: their Markdown as it is, pictures inside, other settings as tags. Pure."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

from lms.core.points import ONE_POINT, exact_decimal, to_fraction
from lms.core.texts import Text, text
from lms.questions.spec import (
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Rich,
    Shape,
    Single,
    TrueFalse,
)
from lms.questions.write import write_question
from lms.quizzes.importers import moodle_gaps
from lms.quizzes.importers.gift import category_of
from lms.quizzes.importers.losses import PICTURES, lost_of, written
from lms.quizzes.importers.markup import name_of, with_held, without_pictures
from lms.quizzes.importers.reading import Bank, Picture, Written, excerpt_of
from lms.quizzes.importers.tagged import tags_of
from lms.quizzes.importers.weights import FULL, NONE, per_cent, shares

_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_TYPES = {
    Single: "multichoice",
    Multiple: "multichoice",
    TrueFalse: "truefalse",
    FillIn: "shortanswer",
    Numeric: "numerical",
    Ordering: "ordering",
    Matching: "matching",
    Open: "essay",
}
_LONGEST_NAME = 60


def write(bank: Bank) -> Written:
    """Return the questions as a Moodle XML file, and what it does not say, a question each."""
    parts, notes = written(bank, _Pen, _category)
    body = "\n".join(parts)
    return Written(data=f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n\n{body}\n</quiz>\n'.encode(), notes=notes)


def _category(section: str) -> str:
    category = f"<category>\n{_text(category_of(section))}\n</category>"
    return f'<question type="category">\n{category}\n</question>\n'


class _Pen:
    """Writes one question and remembers what was lost of it."""

    def __init__(self, pictures: Mapping[str, Picture]) -> None:
        self._pictures = pictures
        self.notes: list[Text] = []

    def question(self, question: Question) -> str:
        shape = question.shape
        tags, lost = tags_of(question, points=False, rubric=True)
        self.notes += [*lost_of(question, model=not isinstance(shape, Open)), *lost]
        kind = _TYPES[type(shape)]
        asked = question.stem.source
        if isinstance(shape, FillIn) and len(shape.blanks) > 1:
            kind, asked = "cloze", moodle_gaps.cloze(asked, shape)
        points = to_fraction(ONE_POINT if question.points is None else question.points)
        lines = [
            f'<question type="{kind}">',
            f"<name>\n{_text(excerpt_of(question.stem.text)[:_LONGEST_NAME])}\n</name>",
            self._rich("questiontext", asked),
            *([self._rich("generalfeedback", question.explanation.source)] if question.explanation else []),
            f"<defaultgrade>{exact_decimal(points)}</defaultgrade>",
            *([f"<idnumber>{_clean(question.key)}</idnumber>"] if question.key else []),
            *(self._rows(shape, question) if kind != "cloze" else ()),
            *([self._rich("hint", question.hint.source)] if question.hint else []),
        ]
        if tags:
            lines.append("<tags>\n" + "\n".join(f"<tag>{_text(tag)}</tag>" for tag in tags) + "\n</tags>")
        return "\n".join([*lines, "</question>\n"])

    def _rows(self, shape: Shape, question: Question) -> Iterator[str]:
        match shape:
            case Single():
                yield "<single>true</single>\n<shuffleanswers>true</shuffleanswers>"
                weights = [FULL if option.id == shape.right else NONE for option in shape.options]
                yield from self._options(shape.options, weights)
            case Multiple():
                yield "<single>false</single>\n<shuffleanswers>true</shuffleanswers>"
                yield from self._options(shape.options, shares(shape))
            case TrueFalse():
                for value in (True, False):
                    yield _answer(FULL if value == shape.right else NONE, _text(str(value).lower()))
            case FillIn():
                yield f"<usecase>{int(shape.case_sensitive)}</usecase>"
                for word in shape.blanks[0]:
                    yield _answer(FULL, _text(word.replace("*", "\\*")))
            case Numeric():
                yield from self._number(shape)
            case Matching():
                yield "<shuffleanswers>true</shuffleanswers>"
                yield from self._pairs(shape)
            case Ordering():
                marked = "RELATIVE_NEXT_EXCLUDE_LAST" if shape.by_neighbours else "ALL_OR_NOTHING"
                yield "<layouttype>VERTICAL</layouttype>\n<selecttype>ALL</selecttype>\n<selectcount>0</selectcount>"
                yield f"<gradingtype>{marked}</gradingtype>"
                for place, step in enumerate(shape.steps, start=1):
                    yield self._answer_of(Fraction(place), step)
            case Open():
                yield "<responseformat>editor</responseformat>\n<attachments>0</attachments>"
                yield from self._for_graders(shape, question)

    def _options(self, options: Iterable[Item], weights: Iterable[Fraction]) -> Iterator[str]:
        for option, weight in zip(options, weights, strict=True):
            yield self._answer_of(weight, option)

    def _answer_of(self, weight: Fraction, item: Item) -> str:
        source, files = self._held(item.body.source)
        note = f"\n{self._rich('feedback', item.note.source)}" if item.note else ""
        return _answer(weight, f"{_text(source)}{files}{note}", 'format="markdown"')

    def _number(self, shape: Numeric) -> Iterator[str]:
        target = shape.target
        if target is None:
            target = (shape.low + shape.high) / 2
            if shape.low != shape.high:
                self.notes.append(text("范围写成了“中间数 ± 误差”，判分不变。"))
        by = shape.high - target
        yield _answer(FULL, f"{_text(exact_decimal(target))}\n<tolerance>{exact_decimal(by)}</tolerance>")
        if shape.unit:
            unit = f"<unit>\n<multiplier>1</multiplier>\n<unit_name>{_clean(shape.unit)}</unit_name>\n</unit>"
            yield f"<unitgradingtype>0</unitgradingtype>\n<units>\n{unit}\n</units>"

    def _pairs(self, shape: Matching) -> Iterator[str]:
        right = {item.id: item.body for item in shape.right}
        for item, key in zip(shape.left, shape.key, strict=True):
            yield self._pair(item.body.source, right[key])
        for other in shape.right:
            if other.id not in shape.key:
                yield self._pair("", other.body)

    def _pair(self, left: str, right: Rich) -> str:
        """Moodle's right sides have no look."""
        source, had = without_pictures(right.source, self._pictures)
        self.notes += [PICTURES] * had
        if " ".join(source.split()) != right.text:
            self.notes.append(text("匹配题右边的格式（加粗、链接）没有写进去。"))
        answer = f"<answer>\n{_text(right.text)}\n</answer>"
        held, files = self._held(left)
        return f'<subquestion format="markdown">\n{_text(held)}{files}\n{answer}\n</subquestion>'

    def _for_graders(self, shape: Open, question: Question) -> Iterator[str]:
        rubric = write_question(Question(stem=Rich(source="题", html="", text="题"), shape=Open(rubric=shape.rubric)))
        _, _, lines = rubric.partition("\n")
        model = question.model.source if question.model else ""
        if said := "\n\n".join(part for part in (lines.strip(), model) if part):
            yield self._rich("graderinfo", said)

    def _rich(self, name: str, source: str) -> str:
        held, files = self._held(source)
        return f'<{name} format="markdown">\n{_text(held)}{files}\n</{name}>'

    def _held(self, source: str) -> tuple[str, str]:
        """Return Markdown that names its pictures as Moodle does, and the elements that hold them."""
        held, pictures, lost = with_held(source, self._pictures)
        self.notes += [PICTURES] * lost
        return held, "".join(_file(picture) for picture in pictures)


def _file(picture: Picture) -> str:
    data = b64encode(picture.data).decode()
    return f'\n<file name={quoteattr(name_of(picture))} path="/" encoding="base64">{data}</file>'


def _answer(weight: Fraction, inside: str, attributes: str = 'format="plain_text"') -> str:
    return f'<answer fraction="{per_cent(weight)}" {attributes}>\n{inside}\n</answer>'


def _text(words: str) -> str:
    return f"<text>{_clean(words)}</text>"


def _clean(words: str) -> str:
    return escape(_ILLEGAL.sub("", words))
