"""Questions made of what a reader found: their texts are Markdown, and they read back from a file as they are. Pure.

made = question(stem=plain("几天？"), shape=single([plain("3 天"), plain("7 天")], right=1))
settled(made)   # the question as the file will say it, or why it can't
"""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from unicodedata import normalize

from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import Language
from lms.content.importers.escape import escaped, escaped_start
from lms.core.points import Points, exact_decimal, from_fraction
from lms.core.texts import Text, text
from lms.questions.form.layout import read
from lms.questions.rich import references_in, rich, rich_line
from lms.questions.rich import stem as stem_text
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import (
    Item,
    Matching,
    Multiple,
    Numeric,
    Ordering,
    Question,
    Rich,
    Shape,
    Single,
    items_of,
)
from lms.questions.write import write_question

LONGEST_TEXT = 20_000
"""Characters of one question as it is written."""
PATH = "quizzes/a/b/c/x.md"  # deep: a link of a file in any folder leads somewhere
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ue000]")
_MENDS = {
    "Q201": text("没有正确答案，请写上。"),
    "Q202": text("单选题有不止一个正确答案；若是多选，请改题型。"),
    "Q203": text("有两个选项一样，请改写或删去一项。"),
    "Q204": text("至少要有两个选项，每个选项都要有内容。"),
    "Q210": text("题目里的空和答案的个数不一样，请一一对应。"),
    "Q211": text("有一个空没有答案，请写上。"),
    "Q214": text("匹配题至少要有两对，两边都要有内容，右边不能全都一样。"),
    "Q218": text("题目是空的，请写上题目。"),
}
_OTHERWISE = text("这样写会被读成别的内容（例如选项、标题或设置），请换个写法。")


def plain(words: str) -> str:
    """Return Markdown that shows these words and nothing else: no heading, list, picture or setting comes of a sign.

    An empty line parts paragraphs; so does a line end.
    """
    found = []
    for line in _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).split("\n"):
        bare = " ".join(line.split())
        if bare:
            found.append(escaped_start(escaped(bare, stars="*" in bare)))
    return "\n\n".join(found)


def options(sources: Sequence[str], notes: Sequence[str] = (), letter: str = "o") -> tuple[Item, ...]:
    """Return options or steps made of Markdown. notes: the remark on each, "" for none. letter: o, s, l or r."""
    said = [*notes, *[""] * (len(sources) - len(notes))]
    return tuple(
        Item(
            id=f"{letter}{number}",
            body=rich_line(source.strip()),
            note=rich_line(note.strip()) if note.strip() else None,
        )
        for number, (source, note) in enumerate(zip(sources, said, strict=True), start=1)
    )


def single(sources: Sequence[str], right: int, notes: Sequence[str] = ()) -> Single:
    """right: place of the right option, from 0."""
    return Single(options=options(sources, notes), right=f"o{right + 1}")


def multiple(
    sources: Sequence[str], right: Iterable[int], notes: Sequence[str] = (), *, half: bool = False, none: bool = False
) -> Multiple:
    """right: places of the right options, from 0. half: some of them earn half. none: a wrong one earns nothing."""
    return Multiple(
        options=options(sources, notes),
        right=tuple(f"o{place + 1}" for place in sorted(set(right))),
        half_if_incomplete=half,
        none_if_wrong=none,
    )


def ordering(sources: Sequence[str], *, by_neighbours: bool = False) -> Ordering:
    """sources: in the right order."""
    return Ordering(steps=options(sources, letter="s"), by_neighbours=by_neighbours)


def matching(pairs: Sequence[tuple[str, str]], lures: Sequence[str] = ()) -> Matching:
    """pairs: left and right. lures: right sides that belong to none. Right sides with the same words are one."""
    sides = list(dict.fromkeys([right.strip() for _, right in pairs] + [lure.strip() for lure in lures]))
    return Matching(
        left=options([left for left, _ in pairs], letter="l"),
        right=options(sides, letter="r"),
        key=tuple(f"r{sides.index(right.strip()) + 1}" for _, right in pairs),
    )


def number(low: Fraction, high: Fraction, target: Fraction | None = None, unit: str = "") -> Numeric | Text:
    """Return a number, or why it can't be one: it has to be a finite decimal."""
    try:
        for value in (low, high, *([] if target is None else [target])):
            exact_decimal(value)
    except ValueError:
        return text("这个数写不成有限小数，请改成小数，例如 0.33。")
    if low > high:
        return text("范围的下限比上限大，请调换。")
    return Numeric(low=low, high=high, target=target, unit=unit)


def points(written: str) -> Points | Text:
    """Return points in units, or why they can't be: “2”, “2分”, “0.5”."""
    bare = re.sub(r"\s*(?:分|points?|pts?|marks?)$", "", normalize("NFKC", written).strip(), flags=re.IGNORECASE)
    try:
        if not re.fullmatch(r"\d{1,4}(?:\.\d{1,4})?", bare):
            raise ValueError(bare)
        return from_fraction(bare)
    except ValueError:
        return text("分值“%(points)s”看不懂，请写成数字，例如 2 或 0.5，精确到 0.05。", points=written[:20])


def question(
    *,
    stem: str,
    shape: Shape,
    points: Points | None = None,
    tags: Iterable[str] = (),
    level: int | None = None,
    hint: str = "",
    explanation: str = "",
    model: str = "",
) -> Question:
    """Return a question made of Markdown. tags: without `#`."""
    named = dict.fromkeys(tag(each) for each in tags)
    notes = [item.note.source for item in items_of(shape) if item.note]
    heading, _, below = stem.strip().partition("\n")
    return Question(
        stem=stem_text(f"{heading.strip()}\n\n{below.strip()}" if below.strip() else heading.strip()),
        shape=shape,
        points=points,
        tags=tuple(each for each in named if each),
        level=level,
        hint=_quoted(hint),
        explanation=_quoted(explanation),
        model=_quoted(model),
        references=references_in("\n".join([explanation, *notes])),
    )


def settled(made: Question) -> Question | Text:
    """Return the question as its file will say it, or why it can't be written so that the same is read.

    A question that is settled is written by questions.write and read back with the same text, key and settings.
    """
    written = write_question(made)
    if len(written) > LONGEST_TEXT:
        return text("这道题太长（超过 %(most)s 个字），请写短些。", most=LONGEST_TEXT)
    found = read(written, PATH, Language.ZH)
    if found.errors:
        return _said(found.errors[0])
    back = found.question
    if back is None or back.kind is not made.kind or not _same(made, back):
        return _OTHERWISE
    return back


def _same(made: Question, back: Question) -> bool:
    if asked_sha(made) != asked_sha(back) or (made.points, made.level, made.key) != (back.points, back.level, back.key):
        return False
    if made.tags != back.tags:
        return False
    pairs = zip(_texts(made), _texts(back), strict=True)
    return all(_bare(one) == _bare(other) for one, other in pairs)


def _texts(each: Question) -> list[Rich | None]:
    return [each.hint, each.explanation, each.model, *(item.note for item in items_of(each.shape))]


def _bare(text: Rich | None) -> str:
    return "" if text is None else "".join(text.source.split())


def _said(finding: Finding) -> Text:
    if finding.code in _MENDS:
        return _MENDS[finding.code]
    if finding.code.startswith("C"):
        return _OTHERWISE
    problem = finding.message.values.get("problem")
    return problem if isinstance(problem, Text) else finding.message


def _quoted(source: str) -> Rich | None:
    return rich(source.strip()) if source.strip() else None


def tag(written: str) -> str:
    """Return a tag as it can stand in a chip, "" for nothing."""
    return re.sub(r"[`\s#＃]+", " ", normalize("NFKC", written)).strip().replace(" ", "-")[:40]
