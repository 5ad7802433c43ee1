"""Questions as they are typed in Word: `1、题干`, `A. 选项`, `答案：B`. Found and turned into Markdown."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lms.content.grammar.findings import Finding, Fix
from lms.content.grammar.keywords import Word, find_word
from lms.core.texts import text

_QUESTION = re.compile(r"\s{0,8}[（(]?(\d{1,3})\s*[、.．)）]\s*(\S.*)")
_OPTION = re.compile(r"\s*[-*]?\s*([A-HＡ-Ｈ])\s*[、.．:：)）]\s*(\S.*)")
_NEXT_OPTION = re.compile(r"(?:\s{2,}|\t|\u3000+)(?=[A-HＡ-Ｈ]\s*[、.．:：)）])")
_ANSWER = re.compile(r"\s*(?:[-*>]\s*)?[【\[]?(?:正确|参考|标准)?答案[】\]]?\s*[:：]?\s*(\S.*)")
_EXPLAIN = re.compile(r"\s*(?:[-*>]\s*)?[【\[]?(?:答案)?解析[】\]]?\s*[:：]?\s*(\S.*)")
_INLINE_KEY = re.compile(r"[（(]\s*([A-HＡ-Ｈ]{1,8}|[√×对错])\s*[)）]")
_LETTERS = re.compile(r"[A-H]+")
_TITLE_MARKS = re.compile(r"[（(\[【]\s*(?:单选|多选|判断|填空)题?\s*[)）\]】]\s*")


@dataclass(slots=True, kw_only=True)
class Typed:
    """One question as it was typed, on the lines `first..last` (1-based)."""

    first: int
    last: int
    stem: str
    options: list[str] = field(default_factory=list)
    answer: str = ""
    explanation: str = ""


def find_typed(lines: Iterable[tuple[int, str]]) -> list[list[Typed]]:
    """Return the runs of questions typed the Word way. lines: number and text of what is Markdown's own."""
    runs: list[list[Typed]] = []
    current: Typed | None = None
    blank_only = True  # since the last line that belonged to a question
    for number, line in lines:
        if not line.strip():
            continue
        if line.startswith(("#", "```", ">", "|")) and not _EXPLAIN.match(line) and not _ANSWER.match(line):
            current, blank_only = None, False
            continue
        if current is not None and _take(current, number, line):
            continue
        match = _QUESTION.match(line)
        if match is None or "[" in match[2][:1]:
            if current is not None and not current.options and not current.answer:
                current.stem += f"\n{line.strip()}"
                current.last = number
            else:
                current, blank_only = None, False
            continue
        current = Typed(first=number, last=number, stem=match[2].strip())
        if not runs or not blank_only:
            runs.append([])
        runs[-1].append(current)
        blank_only = True
    kept = [[each for each in run if len(each.options) > 1 or each.answer] for run in runs]
    return [run for run in kept if any(_is_sure(each) for each in run)]


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
    stem = _TITLE_MARKS.sub("", typed.stem)
    answer = _letters(typed.answer)
    if not typed.answer:
        inline = _INLINE_KEY.search(stem)
        if inline:
            answer = _letters(inline[1])
            typed.answer = inline[1]
            stem = stem[: inline.start()] + "（ ）" + stem[inline.end() :]
    heading, _, below = stem.partition("\n")
    parts = [f"### {heading.strip()}"]
    if below.strip():
        parts += ["", below.strip(), ""]
    if typed.options:
        parts += _options(typed.options, answer)
    else:
        parts.append(f"- 答案：{_value(typed.answer)}")
    if typed.explanation:
        parts += ["", f"> 解析：{typed.explanation}"]
    return "\n".join(parts)


def _is_sure(typed: Typed) -> bool:
    """An answer line alone is not enough: “1. 核对订单” may be any list."""
    return len(typed.options) > 1 or bool(typed.answer)


def _take(typed: Typed, number: int, line: str) -> bool:
    """Take the line in if it is an option, the answer or the explanation of the question."""
    if not typed.answer and _OPTION.match(line):
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


def _value(answer: str) -> str:
    word = find_word(answer.strip("。.√× ") or answer, (Word.TRUE, Word.FALSE))
    if word is None and answer[:1] in "√✓":
        return Word.TRUE.zh
    if word is None and answer[:1] in "×✗":
        return Word.FALSE.zh
    return word.zh if word else answer
