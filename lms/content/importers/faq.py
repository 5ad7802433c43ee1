"""Sheets of questions and answers: each row becomes an article that is titled by its question. Pure."""

import re
from collections import defaultdict
from dataclasses import replace
from html import escape

from lms.content.grammar.amounts import read_day_span
from lms.content.grammar.keywords import Word
from lms.content.importers.drafts import LONGEST_TITLE, Drafted, Imported, slugs_of
from lms.content.importers.html import read
from lms.core import sheets
from lms.core.sheets import Column, Row
from lms.core.texts import Text, text

MOST_ROWS = 3_000
COLUMNS = (
    Column(
        key="question",
        name="问题",
        synonyms=("标准问题", "标准问", "主问题", "问句", "标题", "知识标题", "question", "title"),
        required=True,
        folded=False,
    ),
    Column(
        key="alike",
        name="相似问",
        synonyms=("相似问题", "相似问法", "扩展问", "其他问法", "同义问法", "别名", "alternatives", "aliases"),
        folded=False,
        lines=True,
    ),
    Column(
        key="answer",
        name="答案",
        synonyms=("回答", "回复", "标准答案", "标准回复", "话术", "内容", "答复", "answer", "reply"),
        required=True,
        folded=False,
        lines=True,
    ),
    Column(key="category", name="分类", synonyms=("类目", "知识分类", "类别", "目录", "category"), folded=False),
    Column(key="shops", name="店铺", synonyms=("适用店铺", "适用", "适用范围", "渠道", "shop", "shops"), folded=False),
    Column(key="valid", name="有效期", synonyms=("生效时间", "生效日期", "有效时间", "起止日期", "valid")),
)
DAY_KINDS: dict[str, Word] = {
    "order": Word.BY_ORDER_DAY,
    "payment": Word.BY_PAYMENT_DAY,
    "receipt": Word.BY_RECEIPT_DAY,
    "request": Word.BY_REQUEST_DAY,
}
_ALIKE = re.compile(r"[\n;；|｜]+|(?<=[?？])\s+")
_SHOPS = re.compile(r"[\n、,，;；|｜]+")
_LEVELS = re.compile(r"\s*[/>＞／\\-]+\s*")
_FOREVER = ("长期", "永久", "长期有效", "永久有效", "不限", "无", "-", "/")
_SPAN = re.compile(r"(?<=[0-9日])\s*(?:-{1,2}|—+|–)\s*(?=\d{4})")
_DASH = re.compile(r"^\s*[-*]\s+")
_MOST_ALIASES = 30


def drafts_of(data: bytes, *, folder: str, day_kind: str = "", script: bool = False) -> Imported:
    """Return the articles of a sheet. day_kind: one of DAY_KINDS, by which day every 有效期 of the file is judged.

    Raises Unreadable, TooLarge for a file that can't be read at all.
    """
    sheet = sheets.read(data, COLUMNS, most_rows=MOST_ROWS)
    lines: dict[str, list[int]] = defaultdict(list)
    for row in sheet.rows:
        lines[folded(row["question"])].append(row.line)
    made = [_draft(row, lines, day_kind, script) for row in sheet.rows]
    titles = [[*_levels(row["category"]), row["question"]] for row in sheet.rows]
    slugs = slugs_of(folder, titles)
    return Imported(
        drafts=tuple(replace(each, slug=slug) for each, slug in zip(made, slugs, strict=True)),
        unknown=sheet.unknown,
        needs_day_kind=not day_kind and any(_is_dated(row["valid"]) for row in sheet.rows),
    )


def folded(question: str) -> str:
    """Return a question as two of them are compared: without spaces, signs and upper case."""
    return re.sub(r"[\W_]+", "", question).casefold()


def _draft(row: Row, lines: dict[str, list[int]], day_kind: str, script: bool) -> Drafted:
    question = row["question"]
    problems: list[Text] = []
    chips: tuple[str, ...] = ()
    if not question:
        problems.append(text("没有写问题。"))
    elif len(question) > LONGEST_TITLE:
        problems.append(text("问题超过 %(most)s 个字，请写短些，详情放到答案里。", most=LONGEST_TITLE))
    others = [line for line in lines[folded(question)] if line != row.line]
    if question and others and others[0] < row.line:
        problems.append(text("和第 %(line)s 行是同一个问题，请合并成一行。", line=others[0]))
    if not row["answer"]:
        problems.append(text("没有写答案。"))
    span = _span(row["valid"])
    if isinstance(span, Text):
        problems.append(span)
    elif span and day_kind:
        chips = (f"{Word.VALID.zh}:{span}", DAY_KINDS[day_kind].zh)
    elif span:
        problems.append(text("有效期要先选按哪一天算：请在上面选。"))
    category = _levels(row["category"])
    alike = [each for part in _ALIKE.split(row["alike"]) if (each := part.strip(" ,，")) and each != question]
    return Drafted(
        line=row.line,
        kind="article",
        title=question,
        slug="",
        pieces=read("".join(f"<p>{escape(_DASH.sub('• ', line))}</p>" for line in row["answer"].split("\n"))).pieces,
        aliases=tuple(dict.fromkeys(alike))[:_MOST_ALIASES],
        tags=tuple(dict.fromkeys(category)),
        shops=tuple(dict.fromkeys(each for part in _SHOPS.split(row["shops"]) if (each := part.strip()))),
        chips=chips,
        section="答案",
        script=script,
        problems=tuple(problems),
    )


def _levels(category: str) -> list[str]:
    return [part for part in _LEVELS.split(category) if part][:3]


def _is_dated(written: str) -> bool:
    return isinstance(_span(written), str) and bool(_span(written))


def _span(written: str) -> str | Text:
    """Return 有效期 as a chip writes it, "" for none or for ever, or what is wrong with it."""
    if not written or written in _FOREVER:
        return ""
    span = read_day_span(_SPAN.sub("..", written))
    if span is None:
        try:
            span = (None, sheets.day(written))
        except ValueError:
            return text("有效期“%(written)s”看不懂，请写成 2026-11-01..2026-11-20。", written=written[:40])
    first, last = span
    if first and last and last < first:
        return text("有效期“%(written)s”的结束早于开始。", written=written[:40])
    return f"{first.isoformat() if first else ''}..{last.isoformat() if last else ''}"
