"""Questions as they are typed in Word: `1、题干`, `A. 选项`, `答案：B`. Found and turned into Markdown."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lms.content.grammar.findings import Finding, Fix
from lms.content.grammar.keywords import Word, find_word
from lms.core.texts import text
from lms.questions.rich import gaps_in

_QUESTION = re.compile(r"\s{0,8}[（(]?\d{1,3}\s*[、.．)）]\s*([^\s\[［【].*|[（(【](?:单选|多选|判断|填空).*)")
_CAPTION = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]\s*(\S.*)")
_OPTION = re.compile(r"\s*([A-HＡ-Ｈ])\s*[、.．:：)）]\s*(\S.*)")
_NEXT_OPTION = re.compile(r"(?:\s{2,}|\t|\u3000+)(?=[A-HＡ-Ｈ]\s*[、.．:：)）])")
_ANSWER = re.compile(r"\s*[【\[]?(?:正确|参考|标准)?答案[】\]]?\s*[:：]?\s*(\S.*)")
_EXPLAIN = re.compile(r"\s*[【\[]?(?:答案)?解析[】\]]?\s*[:：]?\s*(\S.*)")
_INLINE_KEY = re.compile(r"[（(]\s*([A-HＡ-Ｈ]{1,8}|[√×对错])\s*[)）]")
_LETTERS = re.compile(r"[A-H]+")
_TITLE_MARKS = re.compile(r"[（(\[【]\s*(?:单选|多选|判断|填空)题?\s*[)）\]】]\s*")
_EXTRA = re.compile(
    r"\s*[【\[]?(难度|难易度|难易程度|知识点|考点|能力项|分值|标签|出处|来源|提示|评分标准|评分要点|得分点)[】\]]?\s*[:：]\s*(\S.*)"
)
_PARTS = re.compile(r"\s*[;；|｜/]\s*")


@dataclass(slots=True, kw_only=True)
class Typed:
    """One question as it was typed, on the lines `first..last` (1-based). caption: “一、单选题” above it.

    number: in front of it. extra: what else is said of it in a whole file, by its label (“难度”).
    """

    first: int
    last: int
    stem: str
    number: int = 0
    caption: str = ""
    options: list[str] = field(default_factory=list)
    answer: str = ""
    explanation: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def is_sure(self) -> bool:
        """A number in front alone is not enough: “1. 核对订单” may be any list."""
        return len(self.options) > 1 or bool(self.answer)


def find_typed(lines: Iterable[tuple[int, str]]) -> list[list[Typed]]:
    """Return the runs of questions typed the Word way. lines: number and text of what is Markdown's own."""
    runs: list[list[Typed]] = [[]]
    caption: tuple[int, str] | None = None
    for number, line in lines:
        run = runs[-1]
        if not line.strip() or (run and caption is None and _take(run[-1], number, line)):
            continue
        above = _CAPTION.match(line)
        question = _QUESTION.match(line)
        if above:
            caption = (number, above[1].strip())
        elif question:
            first, title = caption or (number, "")
            run.append(Typed(first=first, last=number, stem=question[1].strip(), caption=title))
            caption = None
        elif run and caption is None and _goes_on(run[-1], line):
            run[-1].last = number
        else:
            runs.append([])
            caption = None
    return [trimmed for run in runs if (trimmed := _trimmed(run))]


def typed_in(lines: Iterable[tuple[int, str]]) -> tuple[list[Typed], list[tuple[int, str]]]:
    """Return every question of a file of typed questions, also such as lack an answer, and the lines above the first.

    A line that is nothing else goes on with what stands before it. A smaller number within an explanation is one of
    its steps, no new question.
    """
    found: list[Typed] = []
    above: list[tuple[int, str]] = []
    caption = ""
    is_new = False  # a caption stands above the next question
    for number, line in lines:
        if not line.strip():
            continue
        if found and not is_new and _take(found[-1], number, line, whole=True):
            continue
        title, question = _CAPTION.match(line), _QUESTION.match(line)
        if title:
            caption, is_new = title[1].strip(), True
        elif question and not _is_step(found, _number(line), is_new):
            stem = question[1].strip()
            found.append(Typed(first=number, last=number, stem=stem, caption=caption, number=_number(line)))
            is_new = False
        elif is_new:
            caption = f"{caption} {line.strip()}"[:200]
        elif found:
            _go_on(found[-1], line.strip())
            found[-1].last = number
        else:
            above.append((number, line))
    return found, above


def _number(line: str) -> int:
    match = re.search(r"\d{1,3}", line)
    return int(match[0]) if match else 0


def _is_step(found: Sequence[Typed], number: int, is_new: bool) -> bool:
    if not found or is_new or number > found[-1].number:
        return False
    return bool(found[-1].explanation or not (found[-1].options or found[-1].answer))


def _go_on(typed: Typed, line: str) -> None:
    if typed.explanation:
        typed.explanation += f"\n{line}"
    elif typed.answer:
        typed.answer += f"\n{line}"
    elif typed.options:
        typed.options[-1] += f"\n{line}"
    else:
        typed.stem += f"\n{line}"


def _trimmed(run: list[Typed]) -> list[Typed]:
    """Return the run without list items at its ends that are no questions."""
    sure = [index for index, typed in enumerate(run) if typed.is_sure]
    return run[sure[0] : sure[-1] + 1] if sure else []


def _goes_on(typed: Typed, line: str) -> bool:
    """Take a further line of the question's text or of its explanation."""
    if line.startswith(("#", ">", "`", "|", "-", "*", "~")):
        return False
    if typed.explanation:
        typed.explanation += f"\n{line.strip()}"
    elif not typed.is_sure and not typed.options:
        typed.stem += f"\n{line.strip()}"
    else:
        return False
    return True


def word_findings(lines: Iterable[tuple[int, str]]) -> tuple[Finding, ...]:
    """Return an offer to convert for each run of questions typed the Word way."""
    found = []
    for run in find_typed(lines):
        written = "\n\n".join(to_markdown(each) for each in run)
        fix = Fix(
            first=run[0].first,
            last=run[-1].last,
            lines=tuple(written.split("\n")),
            label=text("转换成 Markdown"),
        )
        message = text(
            "第 %(line)s 行：识别到 %(count)s 道 Word 格式的题，是否转换？", line=run[0].first, count=len(run)
        )
        found.append(Finding(code="Q220", line=run[0].first, message=message, fix=fix))
    return tuple(found)


def to_markdown(typed: Typed) -> str:
    """Return the question in the authoring format; a key that cannot be told is left to the author."""
    stem, answer = _TITLE_MARKS.sub("", typed.stem), typed.answer
    inline = None if answer else _INLINE_KEY.search(stem)
    if inline:
        answer = inline[1]
        stem = f"{stem[: inline.start()]}（ ）{stem[inline.end() :]}"
    heading, _, below = stem.partition("\n")
    parts = [f"### {heading.strip()}"]
    if typed.caption:
        parts.insert(0, f"## {typed.caption}\n")
    if below.strip():
        parts += ["", below.strip(), ""]
    parts += _options(typed.options, _letters(answer)) if typed.options else _answers(answer, gaps_in(stem))
    if typed.explanation:
        first, *more = typed.explanation.split("\n")
        parts += ["", f"> 解析：{first}", *(f"> {line}" for line in more)]
    return "\n".join(parts)


def _take(typed: Typed, number: int, line: str, *, whole: bool = False) -> bool:
    """Take the line in if it is an option, the answer or the explanation of the question."""
    if whole and (extra := _EXTRA.match(line)):
        typed.extra.setdefault(extra[1], extra[2].strip())
    elif not typed.answer and _OPTION.match(line):
        for part in _NEXT_OPTION.split(line):
            match = _OPTION.match(part)
            if match:
                typed.options.append(match[2].strip())
    elif match := _EXPLAIN.match(line):
        typed.explanation = match[1].strip()
    elif (match := _ANSWER.match(line)) and not typed.answer:
        typed.answer = match[1].strip()
    else:
        return False
    typed.last = number
    return True


def _letters(answer: str) -> str:
    """Return the letters of an answer such as “A、C”, “ＡＣ”; "" where it is none."""
    plain = re.sub(r"[\s,，、;；.。]", "", unicodedata.normalize("NFKC", answer)).upper()
    return plain if _LETTERS.fullmatch(plain) else ""


def _options(options: Sequence[str], answer: str) -> list[str]:
    boxes = ["[x]" if chr(ord("A") + index) in answer else "[ ]" for index in range(len(options))]
    if len(answer) > 1:
        return ["", *(f"- {box} {words}" for box, words in zip(boxes, options, strict=True))]
    return [f"{n}. {box} {words}" for n, (box, words) in enumerate(zip(boxes, options, strict=True), start=1)]


def _answers(answer: str, gaps: int) -> list[str]:
    parts = [part for part in _PARTS.split(answer) if part]
    if gaps > 1 and len(parts) == gaps:
        return [f"- 空{number}：{part}" for number, part in enumerate(parts, start=1)]
    return [f"- 答案：{_value(answer)}"]


def _value(answer: str) -> str:
    bare = answer.strip("。. ")
    word = find_word(bare, (Word.TRUE, Word.FALSE))
    return word.zh if word else bare
