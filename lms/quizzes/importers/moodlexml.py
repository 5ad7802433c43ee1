"""Moodle XML: banks with their pictures, tags and hints, as Moodle exports them. Pure."""

import re
from dataclasses import replace
from fractions import Fraction
from functools import partial
from html import unescape

from lms.core import xml
from lms.core.errors import Unreadable
from lms.core.points import ONE_POINT, Points, decimal_text, from_fraction
from lms.core.texts import Text, text
from lms.quizzes.importers import build
from lms.quizzes.importers.collecting import Collector, Made, Unfit, distinct, joined
from lms.quizzes.importers.gift import NAMES_LOST, section_of
from lms.quizzes.importers.markup import Texts
from lms.quizzes.importers.moodle_fields import Fields, words_of
from lms.quizzes.importers.moodle_kinds import KINDS
from lms.quizzes.importers.reading import Taken, Where
from lms.quizzes.importers.tagged import applied, key_of, read_tags
from lms.quizzes.importers.weights import read_number

MOST_POINTS = 9_999
_STEP = Fraction(1, 20)
_SAID_TO_ALL = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_ALL_LOST = text("“答对了”“答错了”这类统一的反馈没有带过来，各题的解析都在。")
_TAGS = re.compile(r"<[^<>]{1,400}>")
_NAMES = {
    "description": text("这是一段说明，不是题。请删去，或写进下一道题的题干。"),
    "random": text("这是“随机抽题”，不是题。请在测验里写“抽几题”。"),
    "randomsamatch": text("这是由别的题拼成的随机匹配题，请导出原来的题。"),
    "calculated": text("带变量的计算题这里没有，请把数写定，改成数值题。"),
    "calculatedsimple": text("带变量的计算题这里没有，请把数写定，改成数值题。"),
    "calculatedmulti": text("带变量的计算题这里没有，请把数写定，改成单选题。"),
    "ddimageortext": text("拖到图片上的题这里没有，请改成匹配题。"),
    "ddmarker": text("在图片上做标记的题这里没有，请改成单选题。"),
}


def is_meant(_: str, data: bytes) -> bool:
    """Whether a file is XML whose root is `quiz`."""
    head = data[:4_000].replace(b"\x00", b"")
    return b"<quiz" in head and b"<" in head[:8]


def read(data: bytes) -> Taken:
    """Return what a Moodle XML file holds. Raises Unreadable, TooLarge for a file that can't be read as a whole."""
    root = xml.read(data)
    if root.tag != "quiz":
        raise Unreadable(
            text("这不是 Moodle XML：最外层应是 <quiz>，这里是 <%(tag)s>。", tag=str(root.tag).rpartition("}")[2][:40])
        )
    found = Collector()
    texts = Texts(pictures=found.pictures)
    section = ""
    for element in root.iterchildren("question"):
        kind = (element.get("type") or "").strip().lower()
        if kind == "category":
            section = section_of(words_of(element.find("category")))
            continue
        name = " ".join(words_of(element.find("name")).split())
        asked = _bare(words_of(element.find("questiontext")))
        if name and not "".join(asked.split()).startswith("".join(name.rstrip(".…").split())[:20]):
            found.note(NAMES_LOST)
        if any(words_of(element.find(each)) for each in _SAID_TO_ALL):
            found.note(_ALL_LOST)
        found.take(
            Where(line=element.sourceline, label=name[:40]),
            asked or name,
            section,
            partial(_question, Fields(element, texts), kind),
        )
    if not found.questions and not found.refused:
        raise Unreadable(text("这个 Moodle XML 里没有题目。"))
    return found.taken()


def _bare(words: str) -> str:
    return unescape(" ".join(_TAGS.sub(" ", words[:2_000]).split()))


def _question(fields: Fields, kind: str) -> Made:
    reader = KINDS.get(kind)
    if reader is None:
        unknown = text("题型“%(kind)s”这里没有，请改成单选、多选、判断、填空、数值、排序、匹配或问答。", kind=kind[:40])
        raise Unfit(_NAMES.get(kind, unknown))
    tags = read_tags(words_of(each) for each in fields.element.iterfind("tags/tag"))
    shaped = reader(fields, tags)
    hints = [fields.rich_of(each) for each in fields.element.iterchildren("hint")]
    points, notes = _points(fields.words("defaultgrade") or str(shaped.marks))
    made = build.question(
        stem=shaped.stem,
        shape=shaped.shape,
        points=points,
        explanation=joined([fields.rich("generalfeedback"), *shaped.said]),
        hint=joined(hints),
        model=shaped.model,
    )
    made, lost = applied(made, tags)
    key = key_of(fields.words("idnumber"))
    return Made(replace(made, key=key), distinct([*shaped.notes, *notes, *lost]))


def _points(written: str) -> tuple[Points | None, list[Text]]:
    """Return what a question counts, None for one point; and that it was rounded."""
    value = read_number(written)
    if not 0 <= value <= MOST_POINTS:
        raise Unfit(text("分值“%(points)s”不能用，请写 0 到 9999 的数。", points=written[:20]))
    whole = (value / _STEP + Fraction(1, 2)).__floor__() * _STEP
    notes = []
    if whole != value:
        was, now = decimal_text(value, 5), decimal_text(whole)
        notes.append(text("分值按 0.05 取整：原来 %(was)s，现在 %(now)s。", was=was, now=now))
    points = from_fraction(whole)
    return None if points == ONE_POINT else points, notes
