"""The front matter as a form: which properties a kind has, what a source says of them, writing one of them.

A form writes only what was touched, in canonical form; every other line stays byte for byte.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.content.edit import replace
from lms.content.grammar.front import Entry, read_front, write_entry, write_front
from lms.content.grammar.keywords import Language, Word, find_word
from lms.core.lines import split_lines
from lms.core.texts import Text, text

_COMMAS = re.compile(r"[,，、;；\n]")


class Input(StrEnum):
    LINE = "line"
    LIST = "list"  # several, with commas between
    ONE = "one"  # one of the choices
    SEVERAL = "several"  # any of the choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """sample: how the value is written. choices: the keywords it may be, with their names for people."""

    word: Word
    label: Text
    input: Input = Input.LINE
    hint: Text | None = None
    sample: Text | None = None
    choices: tuple[tuple[Word, Text], ...] = ()

    @property
    def name(self) -> str:
        """The name of its input in the form."""
        return f"front-{self.word.en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A property with what the source says of it. value: as shown in the input; chosen: which of the choices."""

    property: Property
    value: str
    chosen: tuple[Word, ...] = ()


_SUMMARY = Property(word=Word.SUMMARY, label=text("摘要"), hint=text("列表里显示的一句话。"))
_OWNER = Property(
    word=Word.OWNER, label=text("负责人"), hint=text("填工号，到期复审时会找这个人。"), sample=text("T1001")
)
_TAGS = Property(word=Word.TAGS, label=text("标签"), input=Input.LIST, hint=text("用逗号分开。"))
_AUDIENCE = Property(
    word=Word.AUDIENCE,
    label=text("谁可以看"),
    input=Input.LIST,
    hint=text("岗位、团队或店铺，用逗号分开；空着是所有人。"),
)
_REVIEW = Property(word=Word.REVIEW_EVERY, label=text("复审周期"), sample=text("90天"))
_ABOUT = (_SUMMARY, _OWNER, _TAGS, _AUDIENCE, _REVIEW)
_MINUTES = Property(word=Word.DURATION, label=text("时长"), sample=text("15分钟"))
_COMPETENCIES = Property(word=Word.COMPETENCIES, label=text("能力项"), input=Input.LIST, hint=text("用逗号分开。"))
_POSITIONS = Property(word=Word.POSITIONS, label=text("适合的岗位"), input=Input.LIST, hint=text("用逗号分开。"))
_QUARTER = Property(word=Word.QUARTER, label=text("季度"), sample=text("2026Q4"))
_SHOPS = Property(
    word=Word.APPLIES_TO, label=text("适用店铺"), input=Input.LIST, hint=text("店铺或平台，用逗号分开；空着是全部。")
)
_YES_NO = ((Word.YES, text("是")), (Word.NO, text("否")))
_TIME = Property(word=Word.TIME, label=text("限时"), hint=text("空着是不限时。"), sample=text("15分钟"))
_INTERRUPTIBLE = Property(
    word=Word.INTERRUPTIBLE, label=text("可以离开再回来"), input=Input.ONE, choices=_YES_NO, hint=text("计时不停。")
)

_WEEKDAYS = (
    (Word.MONDAY, text("周一")),
    (Word.TUESDAY, text("周二")),
    (Word.WEDNESDAY, text("周三")),
    (Word.THURSDAY, text("周四")),
    (Word.FRIDAY, text("周五")),
    (Word.SATURDAY, text("周六")),
    (Word.SUNDAY, text("周日")),
)

PROPERTIES: Mapping[Word, tuple[Property, ...]] = {
    Word.ARTICLE: (
        Property(
            word=Word.BASIS,
            label=text("依据"),
            input=Input.ONE,
            choices=(
                (Word.LAW, text("法律")),
                (Word.PLATFORM_RULE, text("平台规则")),
                (Word.COMPANY_RULE, text("公司规定")),
            ),
        ),
        _SHOPS,
        Property(
            word=Word.ALIASES, label=text("别名"), input=Input.LIST, hint=text("客服搜索时会用的别的说法，用逗号分开。")
        ),
        Property(
            word=Word.MUST_READ,
            label=text("必读"),
            input=Input.LIST,
            hint=text("哪些岗位、团队或店铺必须读，用逗号分开。每次发布大改动，这些人都要重新确认。"),
        ),
        Property(
            word=Word.MUST_READ_WITHIN,
            label=text("必读期限"),
            sample=text("3天"),
            hint=text("按各人排班算的工作日；空着是 3 天。"),
        ),
        *_ABOUT,
    ),
    Word.LESSON: (_MINUTES, _COMPETENCIES, _SHOPS, *_ABOUT),
    Word.TASK: (
        Property(
            word=Word.CONFIRMED_BY,
            label=text("谁来确认"),
            input=Input.ONE,
            choices=(
                (Word.MENTOR, text("带教人")),
                (Word.TRAINER, text("本期培训师")),
                (Word.SELF, text("学员本人")),
            ),
        ),
        Property(
            word=Word.EVIDENCE,
            label=text("要交什么凭证"),
            input=Input.SEVERAL,
            choices=((Word.WRITING, text("文字")), (Word.PHOTO, text("照片"))),
        ),
        Property(word=Word.DURATION, label=text("时长"), sample=text("120分钟")),
        _COMPETENCIES,
        *_ABOUT,
    ),
    Word.COURSE: (
        Property(word=Word.DURATION, label=text("时长"), sample=text("3小时"), hint=text("空着按各项相加。")),
        _COMPETENCIES,
        _POSITIONS,
        _QUARTER,
        *_ABOUT,
    ),
    Word.CURRICULUM: (
        _POSITIONS,
        Property(word=Word.DURATION, label=text("承诺的总时长"), sample=text("80小时")),
        _QUARTER,
        _COMPETENCIES,
        *_ABOUT,
    ),
    Word.QUIZ: (
        Property(
            word=Word.USE,
            label=text("用途"),
            input=Input.ONE,
            choices=(
                (Word.EXAM, text("考试")),
                (Word.CHECK, text("小测")),
                (Word.PRACTICE, text("练习")),
                (Word.RECURRING, text("知识考核（每周）")),
                (Word.BANK, text("题库（不直接考，供别的测验抽题）")),
            ),
        ),
        Property(word=Word.PASS_MARK, label=text("及格线"), sample=text("80%%")),
        _TIME,
        Property(word=Word.ATTEMPTS, label=text("可考次数"), hint=text("空着是不限次数。"), sample=text("3")),
        Property(word=Word.COOLDOWN, label=text("重考间隔"), sample=text("24小时")),
        Property(
            word=Word.SHUFFLE,
            label=text("打乱顺序"),
            input=Input.SEVERAL,
            choices=((Word.QUESTIONS, text("题目")), (Word.OPTIONS, text("选项"))),
        ),
        Property(word=Word.OPEN_BOOK, label=text("允许查知识库"), input=Input.ONE, choices=_YES_NO),
        _INTERRUPTIBLE,
        Property(
            word=Word.CHECK_DAY,
            label=text("考核日"),
            input=Input.ONE,
            choices=_WEEKDAYS,
            hint=text("只用于知识考核：每周这天发下去，七天内做完。"),
        ),
        Property(
            word=Word.PER_CHECK, label=text("每次题数"), hint=text("只用于知识考核；空着是 5 题。"), sample=text("5")
        ),
        Property(
            word=Word.POSITIONS,
            label=text("给哪些岗位"),
            input=Input.LIST,
            hint=text("只用于知识考核，用逗号分开；空着是所有客服。"),
        ),
        _COMPETENCIES,
        Property(
            word=Word.APPLIES_TO,
            label=text("适用店铺"),
            input=Input.LIST,
            hint=text("题库：只抽给负责这些店铺或平台的人，用逗号分开；空着是全部。"),
        ),
        *_ABOUT,
    ),
    Word.DRILL: (
        _MINUTES,
        _TIME,
        Property(
            word=Word.CUSTOMER,
            label=text("顾客"),
            hint=text("称呼 | 身份 | 性格。"),
            sample=text("小雨 | 老顾客 | 急性子"),
        ),
        Property(word=Word.MOOD, label=text("开场情绪"), hint=text("0 到 100，越高越平静。"), sample=text("40")),
        Property(
            word=Word.DEDUCT,
            label=text("扣分制的维度"),
            input=Input.LIST,
            hint=text("从 100 分往下扣，不加分；用逗号分开。"),
        ),
        Property(
            word=Word.PASS,
            label=text("通过条件"),
            sample=text("总分≥75 且 合规≥60"),
            hint=text("另一种通过用“或”隔开；空着是总分≥60。"),
        ),
        Property(
            word=Word.CHANNEL,
            label=text("渠道"),
            input=Input.ONE,
            choices=((Word.ONLINE, text("在线")), (Word.PHONE, text("电话")), (Word.MAIL, text("邮件"))),
        ),
        Property(
            word=Word.INTERRUPTIBLE,
            label=text("可以暂停"),
            input=Input.ONE,
            choices=_YES_NO,
            hint=text("暂停时时钟停着。"),
        ),
        Property(
            word=Word.CONCURRENT,
            label=text("同时进行的演练"),
            input=Input.LIST,
            hint=text("1 到 4 个别的演练的文件，用逗号分开。"),
        ),
        Property(
            word=Word.WORD_LIST,
            label=text("另外的禁用语库"),
            input=Input.LIST,
            hint=text("词表的文件，用逗号分开；公司的禁用语总是算。"),
        ),
        _SHOPS,
        _COMPETENCIES,
        *_ABOUT,
    ),
    Word.SCORM: (
        Property(
            word=Word.PACKAGE,
            label=text("课件包"),
            hint=text("包的编号，上传时写好。要换成新版本，请在“课件”里上传。"),
        ),
        Property(
            word=Word.DONE_WHEN,
            label=text("完成条件"),
            hint=text("看完、通过，或得分≥80；空着是看完。"),
            sample=text("得分≥80"),
        ),
        Property(word=Word.ATTEMPTS, label=text("可学次数"), hint=text("空着是不限次数。"), sample=text("3")),
        _MINUTES,
        _COMPETENCIES,
        *_ABOUT,
    ),
    Word.WORDS: (
        Property(
            word=Word.WORDS,
            label=text("哪一种词表"),
            input=Input.ONE,
            choices=(
                (Word.BANNED, text("禁用语")),
                (Word.SYNONYMS, text("同义词")),
                (Word.DICTIONARY, text("词典")),
            ),
        ),
        *_ABOUT,
    ),
}
"""What the form of each kind offers, in its order; what a form does not offer stays as it is written."""


def filled(source: str, kind: Word) -> tuple[Filled, ...]:
    """Return every property of the kind with its present value."""
    front, _ = read_front(source)
    found = []
    for each in PROPERTIES.get(kind, ()):
        entry = next((entry for entry in front.entries if find_word(entry.key, (each.word,))), None)
        texts = entry.texts if entry else ()
        if each.choices:
            words = tuple(word for word, _ in each.choices)
            chosen = tuple(word for written in texts if (word := find_word(written, words)))
            found.append(Filled(property=each, value=" ".join(word.en for word in chosen), chosen=chosen))
        else:
            found.append(Filled(property=each, value=joined(texts, front.language)))
    return tuple(found)


def write(source: str, kind: Word, values: Mapping[str, str]) -> str:
    """Return the source with these properties written anew. values: by the name of the input, only what was touched.

    The value of a choice is the English keyword, of several of them with spaces between; an empty value takes the
    property out. What is already so is not written again.
    """
    now = {each.property.name: each for each in filled(source, kind)}
    for name, value in values.items():
        if name in now and _same(now[name], value) is False:
            source = _write(source, kind, now[name].property, value)
    return source


def _same(old: Filled, value: str) -> bool:
    if old.property.input is Input.LIST:
        return split_list(old.value) == split_list(value)
    return " ".join(value.split()) == old.value


def joined(words: Iterable[str], language: Language) -> str:
    """Return several words as they stand in one field."""
    return ("、" if language is Language.ZH else ", ").join(words)


def split_list(value: str) -> tuple[str, ...]:
    """Return what stands between commas of any kind."""
    return tuple(part for piece in _COMMAS.split(value) if (part := " ".join(piece.split())))


def _write(source: str, kind: Word, each: Property, value: str) -> str:
    front, _ = read_front(source)
    language = front.language
    old = next((entry for entry in front.entries if find_word(entry.key, (each.word,))), None)
    entry = _entry(each, value, old.key if old else each.word.written(language), language)
    line = [] if entry.is_empty else [write_entry(entry)]
    if old is not None:
        return replace(source, old.line, _last(source, old, front.last), line)
    if not line:
        return source
    if front.last:
        return replace(source, front.last, front.last - 1, line)
    kind_of = Entry(key=Word.TYPE.written(language), line=0, value=kind.written(language))
    return replace(source, 1, 0, write_front([kind_of, entry]).split("\n"))


def _entry(each: Property, value: str, key: str, language: Language) -> Entry:
    if each.choices:
        asked = value.split()
        items = tuple(word.written(language) for word, _ in each.choices if word.en in asked)
    elif each.input is Input.LIST:
        items = split_list(value)
    else:
        return Entry(key=key, line=0, value=" ".join(value.split()))
    if each.input is Input.LIST or len(items) > 1:
        return Entry(key=key, line=0, items=items)
    return Entry(key=key, line=0, value=items[0] if items else "")


def _last(source: str, entry: Entry, end: int) -> int:
    """Return the last line of an entry: a list may stand below its key, one item a line."""
    if entry.items is None:
        return entry.line
    lines = split_lines(source)
    last = entry.line
    while last + 1 < end and re.fullmatch(r"\s*- +.*", lines[last]):
        last += 1
    return last
