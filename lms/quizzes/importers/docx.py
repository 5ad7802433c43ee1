"""Banks of questions in Word: numbered questions as people type them, with their captions, keys and pictures.

The file is read in a child process, as all Word files are; from its text on everything is pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.content.actions.imports import read_word
from lms.content.importers import pieces
from lms.content.importers.pieces import Code, Entry, Heading, Paragraph, Piece, Run, Table
from lms.core.archives import OLE, ZIP
from lms.core.errors import TooLarge
from lms.core.sheets.read import heading
from lms.core.texts import Text, text
from lms.questions.spec import Kind
from lms.questions.word_paste import Typed, typed_in
from lms.quizzes.importers import keys, keys_at_end
from lms.quizzes.importers.cells import Outcome, outcome_of
from lms.quizzes.importers.columns import ANSWER, COLUMNS, LETTERS, OPTION_COLUMNS, STEM, kind_in
from lms.quizzes.importers.keys_at_end import Group
from lms.quizzes.importers.reading import MOST_QUESTIONS, Imported, Picture, Refused, Taken, Where, excerpt_of
from lms.quizzes.importers.word_labels import to_page

_FIRST_PICTURE = 0xE100  # a sign of the private area stands for each picture while the text is taken apart
_MOST_PICTURES = 2_000
_PICTURES = re.compile(f"[{chr(_FIRST_PICTURE)}-{chr(_FIRST_PICTURE + _MOST_PICTURES)}]")
_LABEL = r"(?:(?:正确|参考|标准)?答案|(?:答案)?解析|难度|难易度|知识点|考点|分值|标签|出处|来源)"
_LABELS = re.compile(rf"(?<=\S)[ \t\u3000]+(?=[【\[]?{_LABEL}[】\]]?\s*[:：])")
_BRACKETED = re.compile(rf"(?<=\S)[ \t\u3000]*(?=【{_LABEL}】)")
_SHARE = re.compile(r"每(?:小?题|空)\s*(\d{1,3}(?:\.\d{1,2})?)\s*分")
_OWN_POINTS = re.compile(r"[（(【\[]\s*(?:本题|共|满分)?\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*[)）】\]]\s*")
_CAPTION_REMARK = re.compile(r"\s*[（(].*?[)）]?$|\s*[:：。].*$|\s*[(（]?(?:本大题|共|每).*$")
_KIND_CAPTION = re.compile(
    r"\s*(?:第[一二三四五六七八九十\d]+(?:部分|大题|章|节)\s*[、:：.]?\s*)?\S{0,10}题\s*(?:[（(:：].*)?$"
)
_NUMBERED = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．]\s*\S")
_PARTS = {
    **dict.fromkeys(("难度", "难易度", "难易程度"), "level"),
    **dict.fromkeys(("知识点", "考点", "能力项"), "topic"),
    **dict.fromkeys(("出处", "来源"), "source"),
    **dict.fromkeys(("评分标准", "评分要点", "得分点"), "rubric"),
    "分值": "points",
    "标签": "tags",
    "提示": "hint",
}


@dataclass(slots=True)
class _File:
    """A file while it is read. lines: number of the paragraph, from 1, and its text. tables: at which line."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    keys: list[Group] = field(default_factory=list)
    rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)


def is_meant(name: str, data: bytes) -> bool:
    """Say whether this is a Word file: by its bytes, or by its name where it can be opened by no one."""
    lower = name.lower()
    if data.startswith(ZIP):
        return b"word/document" in data or lower.endswith((".docx", ".docm"))
    return lower.endswith((".doc", ".docx", ".docm")) or (
        data.startswith(OLE[:4]) and "WordDocument".encode("utf-16-le") in data
    )


def read(data: bytes) -> Taken:
    """Return the questions of a `.docx`. Raises Unreadable, TooLarge."""
    found = read_word(data, to_page)
    file = _file_of(found.pieces)
    pictures = [
        Picture(data=each.data, suffix=f".{each.suffix}", words=each.words) for each in found.pictures[:_MOST_PICTURES]
    ]
    typed, above = _typed(file)
    if len(typed) + len(file.rows) > MOST_QUESTIONS:
        raise TooLarge(text("一个文件最多 %(most)s 道题。请分成几个文件。", most=MOST_QUESTIONS))
    questions: list[Imported] = []
    refused: list[Refused] = []
    links = {chr(_FIRST_PICTURE + place): f"![{_alt(each)}]({each.target})" for place, each in enumerate(pictures)}
    for values, where, kind, section in _all(typed, file):
        outcome = outcome_of(values, kind, links)
        _take(outcome, where, values, section, questions, refused)
    return Taken(
        questions=tuple(questions),
        refused=tuple(refused),
        notes=tuple(_notes(found.left_out.pictures, above)),
        pictures={each.target: each for each in pictures},
    )


def _alt(picture: Picture) -> str:
    return re.sub(r"[\[\]()`*_<>|\\]", " ", picture.words).strip() or "图"


def _notes(lost: int, above: Sequence[tuple[int, str]]) -> Iterator[Text]:
    if lost:
        yield text("有 %(n)s 张图片没有带过来（别的网站上的，或浏览器打不开的格式），请另存后放进去。", n=lost)
    words = " ".join(line for _, line in above)
    if len(above) > 3:
        yield text("第一题前面的文字没有导入：%(words)s", words=excerpt_of(words))


def _all(typed: Sequence[Typed], file: _File) -> Iterator[tuple[Mapping[str, str], Where, Kind | str | None, str]]:
    section, points, kind = "", "", None
    for number, each in enumerate(typed, start=1):
        if each.caption:
            share = _SHARE.search(each.caption)
            section, points, kind = _title(each.caption), share[1] if share else "", kind_in(each.caption)
        yield _values(each, points), Where(item=number), kind, section
    for number, (_, row) in enumerate(file.rows, start=len(typed) + 1):
        yield row, Where(item=number), None, row.get("section", "")


def _title(caption: str) -> str:
    return (_CAPTION_REMARK.sub("", caption, count=1).strip() or caption.strip())[:60]


def _values(each: Typed, points: str) -> dict[str, str]:
    """Return a typed question as the cells of a row."""
    own = _OWN_POINTS.search(each.stem)
    stem = _OWN_POINTS.sub("", each.stem, count=1) if own else each.stem
    options = _options(each.options)
    values = {"stem": stem, "answer": each.answer, "explanation": each.explanation, "points": own[1] if own else points}
    values |= {f"option-{LETTERS[place]}": option for place, option in enumerate(options[: len(LETTERS)])}
    for label, words in each.extra.items():
        values[_PARTS[label]] = words
    return values


def _options(options: Sequence[str]) -> list[str]:
    """Return the options one by one, also where several stand on a line with one space between."""
    whole = "\n".join(f"{LETTERS[place]}. {option}" for place, option in enumerate(options[: len(LETTERS)]))
    apart = keys.options_in(whole) if options else []
    return apart if len(apart) >= len(options) else list(options)


def _typed(file: _File) -> tuple[list[Typed], list[tuple[int, str]]]:
    lines, groups = keys_at_end.parted(file.lines)
    typed, above = typed_in(_parted_lines(lines))
    groups = [*groups, *file.keys]
    if groups:
        keys_at_end.give(typed, groups)
    return typed, above


def _parted_lines(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines with each label (答案, 解析, 难度 …) at the beginning of one, captions with a number in front."""
    for number, line in lines:
        if _NUMBERED.match(line):
            yield number, line
            continue
        if _KIND_CAPTION.fullmatch(line) and len(line) < 60 and kind_in(line) and "?" not in line and "？" not in line:
            yield number, f"一、{line.strip()}"
            continue
        for part in _LABELS.split(line):
            for each in _BRACKETED.split(part):
                yield number, each


def _file_of(found: Sequence[Piece]) -> _File:
    file = _File()
    for number, piece in enumerate(found, start=1):
        match piece:
            case Table():
                _take_table(file, number, piece)
            case Code():
                file.lines += [(number, line) for line in piece.lines.split("\n")]
            case Heading() | Paragraph():
                file.lines += [(number, line) for line in _words(piece.runs).split("\n")]
            case Entry():
                for runs in (piece.runs, *piece.more):
                    file.lines += [(number, line) for line in _words(runs).split("\n")]
    return file


def _words(runs: pieces.Runs) -> str:
    """Return the text with a sign for each picture."""
    return "".join(_word(run) for run in runs)


def _word(run: Run) -> str:
    if run.is_break:
        return "\n"
    if run.picture is not None:
        return chr(_FIRST_PICTURE + run.picture) if run.picture < _MOST_PICTURES else ""
    return _PICTURES.sub("", run.text)


def _take_table(file: _File, number: int, table: Table) -> None:
    """Take a table as questions if it has their columns, as keys if it has numbers and keys, else as lines."""
    rows = [[_words(cell) for cell in row] for row in table.rows]
    names = {heading(name): each.key for each in COLUMNS for name in (each.name, *each.synonyms)}
    columns = [names.get(heading(cell), "") for cell in rows[0]] if rows else []
    if STEM.key in columns and (ANSWER.key in columns or OPTION_COLUMNS[0].key in columns):
        for row in rows[1:]:
            values = {key: cell.strip() for key, cell in zip(columns, row, strict=True) if key}
            if any(values.values()):
                file.rows.append((number, values))
        return
    group = keys_at_end.of_table(rows)
    if group is not None:
        file.keys.append(group)
        return
    file.lines += [(number, "\t".join(cell.replace("\n", " ") for cell in row)) for row in rows]


def _take(
    outcome: Outcome,
    where: Where,
    values: Mapping[str, str],
    section: str,
    questions: list[Imported],
    refused: list[Refused],
) -> None:
    if outcome.question is not None:
        questions.append(Imported(question=outcome.question, where=where, section=section, notes=outcome.notes))
        return
    assert outcome.reason is not None
    bare = {key: _PICTURES.sub("", value) for key, value in values.items() if value}
    refused.append(
        Refused(
            where=where, reason=outcome.reason, excerpt=excerpt_of(bare.get("stem", "")), section=section, cells=bare
        )
    )
