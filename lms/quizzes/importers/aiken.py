"""Aiken: one right answer of several, the plainest format of all. Pure.

退货运费谁承担？
A. 买家
B. 商家
ANSWER: B
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from unicodedata import normalize

from lms.core.texts import Text, text
from lms.questions.spec import Item, Question, Rich, Single
from lms.quizzes.importers import build
from lms.quizzes.importers.collecting import TOO_LONG, Collector, Made, Unfit, text_of
from lms.quizzes.importers.losses import PICTURES, Losses, lost_of
from lms.quizzes.importers.markup import Texts, without_pictures
from lms.quizzes.importers.reading import Bank, Taken, Where, Written

MOST_OPTIONS = 26
_OPTION = re.compile(r"([A-ZＡ-Ｚ])\s*(?:[.．。、)）]|[:：](?=\s))\s*(.*)")
_ANSWER = re.compile(r"(?:ANSWER|答案|正确答案)\s*[:：]\s*(.*)", re.IGNORECASE)
_LETTER = re.compile(r"([A-Z])[.。)]?")


@dataclass(slots=True)
class _Typed:
    """What was found since the last answer. line: where it begins."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: str | None = None
    parted: bool = False


def is_meant(name: str, data: bytes) -> bool:
    """Whether a text has lines `ANSWER: B` behind lines `A. …`."""
    if not name.lower().endswith((".txt", ".aiken")):
        return False
    head = data[:200_000]
    return bool(re.search(rb"^\s*ANSWER\s*:\s*[A-Z]\s*$", head, re.MULTILINE | re.IGNORECASE))


def read(data: bytes) -> Taken:
    """Return what an Aiken file holds. Raises Unreadable, TooLarge for a file that is no text, or too large."""
    found = Collector()
    texts = Texts()
    for typed in _typed(text_of(data)):
        words = " ".join(typed.stem) or " ".join(words for _, words in typed.options)
        found.take(Where(line=typed.line), words, "", partial(_question, texts, typed))
    return found.taken()


def _typed(source: str) -> Iterator[_Typed]:
    """Yield the questions: each ends with its answer; what has none ends where the next one begins."""
    now = _Typed()
    for number, line in enumerate(source.split("\n"), start=1):
        bare = line.strip()
        option, answer = _OPTION.match(bare), _ANSWER.match(bare)
        if not bare:
            now.parted = True
            continue
        if answer and (now.stem or now.options):
            now.answer = answer[1].strip()
            yield now
            now = _Typed()
            continue
        if option and now.stem:
            now.options.append((normalize("NFKC", option[1]), option[2].strip()))
        elif now.options or (now.stem and now.parted):  # the last one ended without an answer
            yield now
            now = _Typed(line=number, stem=[bare])
        else:
            now.stem.append(bare)
        now.line = now.line or number
        now.parted = False
    if now.stem or now.options:
        yield now


def _question(texts: Texts, typed: _Typed) -> Made:
    if sum(map(len, typed.stem)) + sum(len(words) for _, words in typed.options) > build.LONGEST_TEXT:
        raise Unfit(TOO_LONG)
    if not typed.options:
        raise Unfit(text("这里没有选项。每个选项写一行，以“A.”开头；题干和选项之间不要空行。"))
    if typed.answer is None:
        raise Unfit(text("这道题没有答案。请在选项下面写一行“ANSWER: B”。"))
    letters = [letter for letter, _ in typed.options]
    wanted = [chr(ord("A") + place) for place in range(len(letters))]
    if letters != wanted:
        raise Unfit(text("选项的字母是 %(letters)s，请从 A 起依次写。", letters="、".join(letters[:MOST_OPTIONS])))
    match = _LETTER.fullmatch(normalize("NFKC", typed.answer).strip().upper())
    if match is None:
        raise Unfit(
            text(
                "答案“%(answer)s”看不懂：Aiken 只有一个正确答案，写一个字母。多选请用 Excel 或 GIFT。",
                answer=typed.answer[:20],
            )
        )
    if match[1] not in letters:
        raise Unfit(text("答案是 %(letter)s，没有这个选项。", letter=match[1]))
    shape = build.single([texts.markdown(words, "plain") for _, words in typed.options], letters.index(match[1]))
    return Made(build.question(stem=texts.markdown("\n".join(typed.stem), "plain"), shape=shape))


def write(bank: Bank) -> Written:
    """Return the choices of one as an Aiken file, and what it does not say, a question each."""
    losses = Losses()
    blocks = []
    for question in bank.questions:
        losses.next()
        try:
            written, notes = _written(question, bank)
        except Unfit as unfit:
            losses.left_out(unfit.reason)
            continue
        blocks.append(written)
        losses.add(notes)
    return Written(data="".join(f"{block}\n\n" for block in blocks).encode(), notes=tuple(losses.notes))


def _written(question: Question, bank: Bank) -> tuple[str, list[Text]]:
    shape = question.shape
    if not isinstance(shape, Single):
        raise Unfit(text("Aiken 里只有单选题。"))
    if len(shape.options) > MOST_OPTIONS:
        raise Unfit(text("Aiken 的一道题最多 26 个选项。"))
    notes = [*lost_of(question, hint=True, model=True, settings=True)]
    if question.explanation or any(option.note for option in shape.options):
        notes.append(text("解析没有写进去。"))
    if any(without_pictures(words.source, bank.pictures)[1] for words in (question.stem, *_bodies(shape.options))):
        notes.append(PICTURES)
    stem = _lines_of(question.stem, notes)
    options = [" ".join(_lines_of(option.body, notes)) for option in shape.options]
    if any(_OPTION.match(line) for line in stem[1:]) or any(_ANSWER.match(line) for line in stem):
        raise Unfit(text("题干里有一行像选项或答案，Aiken 会读错。"))
    if not stem or not all(options):
        raise Unfit(text("题干或选项只有图片，Aiken 里没有图片。"))
    letters = [chr(ord("A") + place) for place in range(len(options))]
    right = next(letter for letter, option in zip(letters, shape.options, strict=True) if option.id == shape.right)
    rows = [f"{letter}. {words}" for letter, words in zip(letters, options, strict=True)]
    return "\n".join([*stem, *rows, f"ANSWER: {right}"]), notes


def _bodies(options: Sequence[Item]) -> Iterator[Rich]:
    return (option.body for option in options)


def _lines_of(words: Rich, notes: list[Text]) -> list[str]:
    """Return the words alone, a line for each paragraph."""
    lines = [line for line in words.text.split("\n") if line.strip()]
    if "".join(build.plain("\n".join(lines)).split()) != "".join(words.source.split()):
        notes.append(text("加粗、链接、表格这些格式没有写进去，只写了文字。"))
    return lines
