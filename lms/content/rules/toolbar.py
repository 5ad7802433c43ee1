"""The editor's toolbar: shapes and settings of a kind, each with an example in the language of the file. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.content.grammar.front import file_language
from lms.content.grammar.keywords import Language, Word
from lms.content.rules.insertions import INSERTIONS, QUESTIONS, TABLE
from lms.core.texts import Text, text

SECTION, QUESTION, ITEM, LINK = "section", "question", "item", "link"
"""Where a setting may stand: under a heading of level two, of level three, behind an item, behind a link alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """label: what it does. zh, en: an example of it, without its backticks. places: SECTION, QUESTION, ITEM, LINK."""

    label: Text
    zh: str
    en: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbar:
    """shapes, questions: label and Markdown. settings: label, chip, the places where it may stand."""

    shapes: tuple[tuple[Text, str], ...]
    questions: tuple[tuple[Text, str], ...]
    settings: tuple[tuple[Text, str, str], ...]
    table: str


def _setting(label: Text, zh: str, en: str, *places: str) -> Setting:
    return Setting(label=label, zh=zh, en=en, places=places)


_OF_QUESTIONS = (
    _setting(text("这道题的分值"), "4分", "4 pt", QUESTION),
    _setting(text("标签"), "#售后", "#after-sales", QUESTION),
    _setting(text("难度"), "难度2", "level 2", QUESTION),
    _setting(text("多选漏选给一半分"), "漏选给半分", "half-if-incomplete", QUESTION),
    _setting(text("多选错选不给分"), "错选不得分", "none-if-wrong", QUESTION),
    _setting(text("填空区分大小写"), "区分大小写", "case-sensitive", QUESTION),
    _setting(text("选项要排成顺序"), "排序", "ordering", QUESTION),
    _setting(text("排序按相邻给分"), "按相邻给分", "adjacent-pairs", QUESTION),
    _setting(text("问答的字数"), "字数20-150", "length 20-150", QUESTION),
    _setting(text("由人复核"), "人工复核", "manual", QUESTION),
)
_WATCHED = _setting(text("视频看完多少才算学完"), "看完80%", "watched 80%", LINK)
_VALID = (
    _setting(text("这一节的有效期"), "生效:2026-11-01..2026-11-20", "valid:2026-11-01..2026-11-20", SECTION, QUESTION),
    _setting(text("有效期按下单日算"), "按下单日", "by-order-day", SECTION, QUESTION),
    _setting(text("有效期按付款日算"), "按付款日", "by-payment-day", SECTION, QUESTION),
    _setting(text("有效期按签收日算"), "按签收日", "by-receipt-day", SECTION, QUESTION),
    _setting(text("有效期按申请日算"), "按申请日", "by-request-day", SECTION, QUESTION),
)
_OF_ITEMS = (
    _setting(text("第几天完成"), "第2天", "day 2", ITEM),
    _setting(text("需要多久"), "15分钟", "15 min", ITEM),
    _setting(text("必读"), "必读", "must-read", ITEM),
    _setting(text("选修"), "选修", "optional", ITEM),
)
SETTINGS: Mapping[Word, tuple[Setting, ...]] = {
    Word.QUIZ: (
        _setting(text("从这里抽几道题"), "抽4题", "draw 4", SECTION),
        _setting(text("这里的题全部要答"), "全部", "all", SECTION),
        _setting(text("这里每题几分"), "每题2分", "each 2 pt", SECTION),
        _setting(text("这里每题的标签"), "#售后", "#after-sales", SECTION),
        *_OF_QUESTIONS,
    ),
    Word.LESSON: (*_VALID, _WATCHED, *_OF_QUESTIONS),
    Word.ARTICLE: _VALID,
    Word.COURSE: _OF_ITEMS,
    Word.CURRICULUM: (
        _setting(text("这个阶段是哪几天"), "第1-3天", "day 1-3", SECTION),
        _setting(text("可以按任意顺序学"), "任意顺序", "any-order", SECTION),
        _setting(text("要先完成另一个阶段"), "需完成:阶段名", "after:Stage", SECTION),
        _setting(text("带教验收后才算完成"), "带教验收", "sign-off", SECTION),
        *_OF_ITEMS,
    ),
    Word.DRILL: (
        _setting(text("这个场景限时"), "限时60秒", "time 60s", SECTION),
        _setting(text("学员自己写回复"), "自由回复", "free", SECTION),
        _setting(text("回复的字数"), "字数15-150", "length 15-150", SECTION),
        _setting(text("结局：通过"), "结局:通过", "ending:pass", SECTION),
        _setting(text("结局：失败"), "结局:失败", "ending:fail", SECTION),
        _setting(text("这样回复加几分"), "共情+10", "empathy+10", ITEM),
        _setting(text("顾客的情绪升降"), "情绪-10", "mood-10", ITEM),
        _setting(text("记下一件事"), "记下:已核实", "set:verified", ITEM),
        _setting(text("记下过才能选"), "前提:已核实", "requires:verified", ITEM),
        _setting(text("情绪够好才能选"), "前提:情绪≥30", "requires:mood≥30", ITEM),
    ),
}


def toolbar(kind: Word, source: str) -> Toolbar:
    """Return what the editor of this text offers."""
    language = file_language(source)
    chinese = language is Language.ZH
    every = INSERTIONS.get(kind, ())
    return Toolbar(
        shapes=tuple(
            (each.label, each.written(language)) for each in every if each not in QUESTIONS and each is not TABLE
        ),
        questions=tuple((each.label, each.written(language)) for each in every if each in QUESTIONS),
        settings=tuple(
            (each.label, each.zh if chinese else each.en, " ".join(each.places)) for each in SETTINGS.get(kind, ())
        ),
        table=TABLE.written(language),
    )
