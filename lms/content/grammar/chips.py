"""Chips: settings written as inline code under a heading or after an item: `限时60秒` `共情+10`, or 【限时60秒】.

`find_chips` finds them in a line, a `Form` says how one kind of chip is written in both languages, `read_chip`
tells which form it is and what it holds. Each kind of document allows its own set of forms.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.content.grammar.amounts import RANGE, normal
from lms.content.grammar.keywords import Language, Word, language_of, nearest

_CHIP = re.compile(r"`([^`\n]+)`|【([^【】\n]{1,80})】")
_TAIL = re.compile(r"(?:\s*(?:`[^`\n]+`|【[^【】\n]{1,80}】))+\s*$")
_ONLY = re.compile(r"\s*(?:(?:`[^`\n]+`|【[^【】\n]{1,80}】)\s*)+$")

_HOLES = {
    "n": r"\d{1,6}",
    "a": r"\d{1,6}",
    "b": r"\d{1,6}",
    "x": r"\d{1,6}(?:\.\d{1,4})?",
    "signed": r"[+\-−–—] ?\d{1,4}",
    "time": r"\d{1,6}(?:\.\d{1,3})? ?(?:秒钟?|分钟?|小时|天|s|sec|min|h|d)",
    "span": r"\d{1,6}(?:\.\d{1,3})? ?(?:分钟|小时|min|h)",
    "text": r".{1,200}",
    "name": r"[^\W\d_][\w ]{0,30}?",
    "id": r"[0-9a-z]{6}",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One chip as it is written; `start..end` are its columns (0-based) in the text it was found in."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Form:
    """How a kind of chip is written. {n} {a} {b}: whole numbers, {x}: a number, {signed}: +5, {time}: 60秒,
    {span}: 30分钟 (never bare 分, which are points), {text}: anything, {name}: a word, {id}: six characters.
    """

    word: Word
    zh: tuple[str, ...]
    en: tuple[str, ...]
    shown: str = ""  # how the form is named to an author, where the pattern itself would be unclear

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_pattern(template) for template in (*self.zh, *self.en))

    def sample(self, language: Language) -> str:
        """Return the form as an author sees it among the allowed ones: 抽N题."""
        if self.shown and language is Language.ZH:
            return self.shown
        template = (self.zh if language is Language.ZH else self.en)[0]
        return re.sub(r"\{(\w+)\}", lambda hole: _SHOWN_HOLES.get(hole[1], "…"), template)

    def written(self, language: Language, **values: object) -> str:
        """Return the chip's text with its values, in the first template that takes exactly these values."""
        templates = self.zh if language is Language.ZH else self.en
        for template in templates:
            if set(re.findall(r"\{(\w+)\}", template)) == set(values):
                return template.format(**values)
        raise ValueError(f"{self.word.name} takes no {sorted(values)}")


_MINUS = str.maketrans("−–—", "---")
_SHOWN_HOLES = {"n": "N", "a": "N", "b": "M", "x": "N", "signed": "+N", "time": "N分钟", "span": "N分钟"}


@dataclass(frozen=True, slots=True)
class ChipValue:
    """A chip that was understood; `values` by the names of the form's holes, as written after NFKC."""

    form: Form
    chip: str
    values: dict[str, str]

    def number(self, name: str = "n") -> int:
        return int(self.values[name].replace(" ", "").translate(_MINUS))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\}|-|:)", template)
    pattern = ""
    for part in parts:
        if part.startswith("{"):
            name = part[1:-1]
            pattern += rf"(?P<{name}>{_HOLES[name]}) ?"
        elif part == "-":
            pattern += RANGE + " ?" if "{b}" in template else "-"
        elif part == ":":
            pattern += r" ?: ?"
        elif part:
            pattern += re.escape(part.strip()) + " ?"
    return re.compile(pattern.removesuffix(" ?"), re.IGNORECASE)


def find_chips(text: str) -> tuple[Chip, ...]:
    """Return every chip of a text in order, wherever it stands."""
    return tuple(Chip((match[1] or match[2]).strip(), match.start(), match.end()) for match in _CHIP.finditer(text))


def is_chip_line(text: str) -> bool:
    """A line of nothing but chips, as it stands under a heading."""
    return bool(_ONLY.match(text)) if text.lstrip()[:1] in ("`", "【") else False


def split_chips(text: str) -> tuple[str, tuple[Chip, ...]]:
    """Return a text without the chips that it ends with, and those chips."""
    if not text.rstrip().endswith(("`", "】")):
        return text.rstrip(), ()
    start = len(text)
    chips: list[Chip] = []
    found = find_chips(text)
    for chip in reversed(found):
        if text[chip.end : start].strip():
            break
        chips.append(chip)
        start = chip.start
    return text[:start].rstrip(), tuple(reversed(chips))


def read_chip(text: str, forms: Iterable[Form]) -> ChipValue | None:
    """Return what the chip means among the allowed forms; None if it is none of them."""
    plain = normal(text)
    for form in forms:
        for pattern in form.patterns:
            match = pattern.fullmatch(plain)
            if match:
                return ChipValue(form, text, match.groupdict())
    return None


def suggest_chip(text: str, forms: Sequence[Form]) -> str | None:
    """Return the allowed chip that the author probably meant, with the author's own numbers where they fit."""
    language = language_of(text) or Language.ZH
    plain = normal(text)
    samples = {form.sample(language): form for form in forms}
    numbers = re.findall(r"\d+(?:\.\d+)?", plain)
    best = nearest(re.sub(r"\d+(?:\.\d+)?", "N", plain), list(samples))
    if best is None:
        return None
    guess = best
    for number in numbers:
        guess = re.sub("[NM]", number, guess, count=1)
    return guess if read_chip(guess, forms) else best


def write_chips(chips: Iterable[str]) -> str:
    """Return the canonical line of chips."""
    return " ".join(f"`{chip}`" for chip in chips)


def _plain(word: Word) -> Form:
    return Form(word, (word.zh,), (word.en,))


TAG = Form(Word.TAG, ("#{text}",), ("#{text}",), "#标签")
ID = Form(Word.ID, ("id:{id}",), ("id:{id}",), "id:…")

# articles and lessons
VALID = Form(Word.VALID, ("生效:{text}",), ("valid:{text}",), "生效:起..止")
BY_ORDER_DAY = _plain(Word.BY_ORDER_DAY)
BY_PAYMENT_DAY = _plain(Word.BY_PAYMENT_DAY)
BY_RECEIPT_DAY = _plain(Word.BY_RECEIPT_DAY)
BY_REQUEST_DAY = _plain(Word.BY_REQUEST_DAY)
DAY_KINDS = (BY_ORDER_DAY, BY_PAYMENT_DAY, BY_RECEIPT_DAY, BY_REQUEST_DAY)
WATCHED = Form(Word.WATCHED, ("看完{n}%",), ("watched {n}%",))

# courses and curricula
MUST_READ = _plain(Word.MUST_READ)
OPTIONAL = _plain(Word.OPTIONAL)
MINUTES = Form(Word.MINUTES, ("{span}",), ("{span}",), "N分钟")
DAY = Form(Word.DAY, ("第{n}天",), ("day {n}",), "第N天")
DAYS = Form(Word.DAY, ("第{a}-{b}天", "第{a}天"), ("day {a}-{b}", "day {a}", "days {a}-{b}"), "第N-M天")
ANY_ORDER = _plain(Word.ANY_ORDER)
AFTER = Form(Word.AFTER, ("需完成:{text}",), ("after:{text}",), "需完成:阶段名")
SIGN_OFF = _plain(Word.SIGN_OFF)

# quizzes and questions
DRAW = Form(Word.DRAW, ("抽{n}题",), ("draw {n}",))
ALL = _plain(Word.ALL)
EACH = Form(Word.EACH, ("每题{x}分",), ("each {x} pt", "each {x}"))
POINTS = Form(Word.POINTS, ("{x}分",), ("{x} pt", "{x} pts"))
LEVEL = Form(Word.LEVEL, ("难度{n}",), ("level {n}",))
LEVELS = Form(Word.LEVEL, ("难度{a}-{b}", "难度{a}"), ("level {a}-{b}", "level {a}", "levels {a}-{b}"), "难度N-M")
ORDERING = _plain(Word.ORDERING)
HALF_IF_INCOMPLETE = _plain(Word.HALF_IF_INCOMPLETE)
NONE_IF_WRONG = _plain(Word.NONE_IF_WRONG)
CASE_SENSITIVE = _plain(Word.CASE_SENSITIVE)
ADJACENT_PAIRS = _plain(Word.ADJACENT_PAIRS)
MANUAL = _plain(Word.MANUAL)
LENGTH = Form(Word.LENGTH, ("字数{a}-{b}",), ("length {a}-{b}",))

# drills
TIME = Form(Word.TIME, ("限时{time}",), ("time {time}",))
FREE = _plain(Word.FREE)
ENDING = Form(Word.ENDING, ("结局:{text}",), ("ending:{text}",), "结局:通过")
SET = Form(Word.SET, ("记下:{text}",), ("set:{text}",), "记下:…")
REQUIRES = Form(Word.REQUIRES, ("前提:{text}",), ("requires:{text}",), "前提:…")
DEDUCT = _plain(Word.DEDUCT)
EFFECT = Form(Word.SCORE, ("{name}{signed}",), ("{name}{signed}",), "维度+N")

EVERY_FORM = (
    ID, VALID, *DAY_KINDS, WATCHED, MUST_READ, OPTIONAL, MINUTES, DAY, DAYS, ANY_ORDER, AFTER, SIGN_OFF, DRAW, ALL,
    EACH, POINTS, LEVEL, LEVELS, ORDERING, HALF_IF_INCOMPLETE, NONE_IF_WRONG, CASE_SENSITIVE, ADJACENT_PAIRS, MANUAL,
    LENGTH, TIME, FREE, ENDING, SET, REQUIRES, DEDUCT, TAG, EFFECT,
)  # fmt: skip
