"""The columns of a sheet of questions, under all the names by which people write them; words for kinds and levels."""

import re
from collections.abc import Mapping
from unicodedata import normalize

from lms.core.sheets import Column
from lms.questions.spec import Kind

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHOWN_OPTIONS = 8
"""Columns of options in the template; a file may have up to 26."""
KIND_WORDS: Mapping[Kind, str] = {
    Kind.SINGLE: "单选",
    Kind.MULTIPLE: "多选",
    Kind.TRUE_FALSE: "判断",
    Kind.FILL_IN: "填空",
    Kind.NUMERIC: "数值",
    Kind.ORDERING: "排序",
    Kind.MATCHING: "匹配",
    Kind.OPEN: "问答",
}
PLAIN, MARKDOWN = "文字", "Markdown"
"""What the column 格式 says of a row that this house wrote: its texts are plain words, or Markdown."""
_CHINESE = "一二三四五六七八"


def _verbatim(key: str, name: str, *synonyms: str, required: bool = False) -> Column:
    return Column(key=key, name=name, synonyms=synonyms, required=required, folded=False, lines=True, verbatim=True)


def _option(place: int) -> Column:
    letter, number = LETTERS[place], place + 1
    names = [letter, f"{letter}选项", f"{letter}项", f"答案{letter}", f"备选{letter}", f"option {letter}"]
    names += [f"选项{number}", f"option {number}", f"choice {letter}", f"choice {number}", f"answer {letter}"]
    if place < len(_CHINESE):
        names.append(f"选项{_CHINESE[place]}")
    return _verbatim(f"option-{letter}", f"选项{letter}", *names)


KIND = Column(
    key="kind",
    name="题型",
    synonyms=("类型", "试题类型", "题目类型", "试题题型", "题目题型", "题类", "question type", "type", "kind"),
    spread=True,
)
STEM = _verbatim(
    "stem", "题干", "题目", "试题", "问题", "题目内容", "试题内容", "题干内容", "试题题干", "题目题干", "题目描述",
    "题目名称", "题目标题", "试题标题", "试题名称", "考题", "question", "question text", "stem", "text",
    required=True,
)  # fmt: skip
ANSWER = _verbatim(
    "answer", "答案", "正确答案", "参考答案", "标准答案", "正确选项", "答案内容", "试题答案", "题目答案", "正确项",
    "answer", "answers", "correct answer", "correct answers", "correct", "key", "right answer",
    required=True,
)  # fmt: skip
OPTIONS = _verbatim(
    "options", "选项", "备选项", "备选答案", "选项内容", "答案选项", "可选项", "候选项", "题目选项", "试题选项",
    "options", "choices",
)  # fmt: skip
EXPLANATION = _verbatim(
    "explanation", "解析", "答案解析", "试题解析", "题目解析", "详解", "分析", "答案说明", "解释", "讲解",
    "explanation", "feedback", "rationale",
)  # fmt: skip
POINTS = Column(
    key="points", name="分值", synonyms=("分数", "题目分值", "试题分值", "默认分值", "得分", "每题分值", "分", "points",
    "score", "marks", "mark"), spread=True,
)  # fmt: skip
LEVEL = Column(
    key="level", name="难度", synonyms=("难易度", "难易程度", "难度等级", "难度级别", "难易", "试题难度", "题目难度",
    "difficulty", "level"), spread=True,
)  # fmt: skip
TAGS = Column(
    key="tags", name="标签", synonyms=("标记", "关键字", "关键词", "题目标签", "试题标签", "tags", "tag", "keywords"),
    folded=False, lines=True, spread=True,
)  # fmt: skip
TOPIC = Column(
    key="topic", name="知识点", synonyms=("能力项", "考点", "所属知识点", "考核点", "考察点", "考查点", "能力",
    "技能点", "competency", "competencies", "topic", "skill"), folded=False, lines=True, spread=True,
)  # fmt: skip
SECTION = Column(
    key="section", name="分类", synonyms=("类别", "章节", "目录", "题库", "所属题库", "题库名称", "小节", "分组",
    "试题分类", "题目分类", "所属分类", "大类", "category", "section", "chapter"), folded=False, spread=True,
)  # fmt: skip
SOURCE = _verbatim(
    "source", "出处", "来源", "依据", "出题依据", "题目来源", "试题来源", "参考资料", "source", "reference"
)
HINT = _verbatim("hint", "提示", "答题提示", "题目提示", "hint")
MODEL = _verbatim("model", "参考回答", "示范回答", "范文", "参考话术", "示例回答", "model answer", "model")
RUBRIC = _verbatim(
    "rubric", "评分标准", "评分要点", "得分点", "采分点", "评分细则", "评分规则", "踩分点", "rubric", "criteria"
)
SETTINGS = Column(key="settings", name="设置", synonyms=("判分设置", "题目设置", "settings"), folded=False, lines=True)
NOTES = _verbatim("notes", "选项解析", "选项说明", "各选项解析", "option notes", "option feedback")
FORM = Column(key="form", name="格式", synonyms=("文字格式", "text format"))
REASON = Column(key="reason", name="原因", synonyms=("不能导入的原因", "reason"), folded=False)
"""Why a row was refused, in a file to be mended; nobody reads it back."""

OPTION_COLUMNS = tuple(_option(place) for place in range(len(LETTERS)))
BEFORE = (KIND, STEM)
BEHIND = (ANSWER, EXPLANATION, POINTS, LEVEL, TAGS, TOPIC, SECTION, SOURCE, HINT, MODEL, RUBRIC, SETTINGS, NOTES, FORM)
COLUMNS = (*BEFORE, *OPTION_COLUMNS, OPTIONS, *BEHIND, REASON)

CHOICE = "choice"
"""A choice of which nobody said how many options are right: the answer tells."""
_KINDS: Mapping[Kind | str, str] = {
    Kind.SINGLE: "单选 单项选择 单项 single singlechoice radio sc 单选选择",
    Kind.MULTIPLE: "多选 多项选择 多项 不定项 不定项选择 multi multiple multipleanswer multipleanswers multipleresponse"
    " multipleselect checkbox mc",
    Kind.TRUE_FALSE: "判断 是非 对错 正误 判断正误 判断对错 truefalse true/false tf t/f boolean judge",
    Kind.FILL_IN: "填空 完形填空 fillin fillintheblank fillintheblanks fillblank blank cloze shortanswer",
    Kind.NUMERIC: "数值 计算 数字 数值计算 numeric numerical number",
    Kind.ORDERING: "排序 顺序 ordering order sequence",
    Kind.MATCHING: "匹配 连线 配对 搭配 matching match",
    Kind.OPEN: "问答 简答 论述 案例 案例分析 主观 名词解释 开放 话术 情景 情景问答 essay open openanswer freetext",
    CHOICE: "选择 multiplechoice choice",
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_LEVELS = {
    word: level
    for level, words in {
        1: "易 容易 简单 很容易 非常容易 很简单 非常简单 低 初级 easy veryeasy low 入门",
        2: "较易 较容易 较简单 偏易 ratherEasy 中下",
        3: "中 中等 一般 适中 普通 中级 medium normal moderate middle",
        4: "较难 偏难 较困难 中上 ratherhard",
        5: "难 困难 很难 非常难 高 高级 极难 hard difficult veryhard high",
    }.items()
    for word in words.casefold().split()
}
_STARS = re.compile(r"[★⭐*]{1,5}")


def kind_of(written: str) -> Kind | str | None:
    """Return the kind that a word means, CHOICE where it says no more; None for a word that nobody knows."""
    plain = re.sub(r"[\s_\-()（）【】\[\]]+", "", normalize("NFKC", written)).casefold()
    plain = re.sub(r"^[一二三四五六七八九十]+[、.]|^\d+[、.]", "", plain)
    return _BY_WORD.get(plain) or _BY_WORD.get(plain.removesuffix("题").removesuffix("类"))


def kind_in(caption: str) -> Kind | str | None:
    """Return the kind that a caption or the title of a sheet names: “一、单选题（每题2分）”."""
    plain = re.sub(r"\s+", "", normalize("NFKC", caption)).casefold()
    found = [(plain.find(word), -len(word), kind) for word, kind in _BY_WORD.items() if len(word) > 1 and word in plain]
    if not found or (len(plain) > 40 and "题" not in plain):
        return None
    return min(found, key=lambda each: each[:2])[2]


def level_of(written: str) -> int | None:
    """Return 1 (easy) to 5 for a word, a number or stars; None for what says none of them."""
    plain = re.sub(r"\s+", "", normalize("NFKC", written)).casefold().removesuffix("题").removeprefix("难度")
    stars = _STARS.match(plain)
    if stars and not plain.strip("★⭐*☆"):
        return len(stars[0])
    if plain.removesuffix("级").removesuffix("星") in ("1", "2", "3", "4", "5"):
        return int(plain[0])
    return _LEVELS.get(plain)
