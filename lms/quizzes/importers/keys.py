"""What people write as the answer of a question: letters, right or wrong, words of gaps. Pure."""

import re
from collections.abc import Sequence
from unicodedata import normalize

from lms.quizzes.importers.columns import LETTERS

TRUE_WORDS = {"对", "正确", "是", "√", "✓", "✔", "t", "true", "yes", "y", "1", "对的", "正", "right"}
FALSE_WORDS = {
    "错",
    "错误",
    "否",
    "×",
    "✗",
    "✘",
    "x",
    "f",
    "false",
    "no",
    "n",
    "0",
    "错的",
    "误",
    "不对",
    "不正确",
    "wrong",
}
_ALSO_ELSE = {"是", "否", "1", "0", "yes", "no", "y", "n", "x", "正", "误"}
"""Say right or wrong only where the question is known to ask it."""
_LABEL = re.compile(r"^\s*(?:正确|参考|标准)?答案(?:是|为)?\s*[:：]?\s*|^\s*(?:answer|ans)\s*[:：]\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,，、;；.。|｜/&和及()\[\]【】>→-]+")
_SMALL = re.compile(r"[a-h]+|[a-h](?:[\s,、;]+[a-h])+")
_LEADING = re.compile(r"\s*[（(\[【]?([A-Za-zＡ-Ｚａ-ｚ])[)）\]】]?\s*[.．、:：)）]\s*(?=\S)")
_CUT = re.compile(r"(?:^|[\n\t;；]|(?<=\s))\s*[（(]?([A-ZＡ-Ｚ])[)）]?\s*[.．、:：)）]\s*")
_UNDERSCORES = re.compile(r"[_＿]{2,}")
_EMPTY = re.compile(r"[（(]\s*[)）]|【\s*】|\[\s*\]|［\s*］|（[_＿]+）|\([_＿]+\)")
_SEPARATED = ("\n", "；;", "|｜", "、", "，,")
_NUMBERED_GAP = re.compile(r"\s*(?:空\s*(\d{1,2})|[（(]?(\d{1,2})[)）.、．])\s*[:：.、]?\s*(.*)", re.DOTALL)
INLINE_KEY = re.compile(r"[（(【]\s*([A-HＡ-Ｈ][A-HＡ-Ｈ、,，\s]{0,14}|[√×✓✗对错])\s*[)）】]")
GAP = "____"


def bare(answer: str) -> str:
    """Return an answer without “答案：” in front."""
    return _LABEL.sub("", answer, count=1).strip()


def truth_of(answer: str, *, is_asked: bool) -> bool | None:
    """Return whether an answer says right or wrong; None for another one. is_asked: the question is known to ask it."""
    word = normalize("NFKC", bare(answer)).strip(" 。.!！()[]【】").casefold()
    if not is_asked and word in _ALSO_ELSE:
        return None
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def letters_of(answer: str) -> tuple[int, ...] | None:
    """Return the places of the options, from 0, in the order in which they are written: “A、C”, “ＡＣ”, “B. 7 天”.

    None where the answer is none of letters.
    """
    plain = normalize("NFKC", bare(answer)).strip().strip("()[]【】")
    joined = _BETWEEN.sub("", plain)
    if joined.isascii() and joined.isalpha() and len(joined) <= len(LETTERS) and (joined.isupper() or len(joined) == 1):
        return tuple(LETTERS.index(letter) for letter in joined.upper())
    if _SMALL.fullmatch(plain) and len(set(joined)) == len(joined):
        return tuple(LETTERS.index(letter) for letter in joined.upper())
    first = _LEADING.match(plain)
    return (LETTERS.index(first[1].upper()),) if first and "\n" not in plain else None


def unlettered(options: Sequence[str]) -> list[str]:
    """Return options without the letters that are typed in front of each: “A. 7 天”."""
    found = []
    for place, option in enumerate(options):
        match = _LEADING.match(option)
        if match is None or normalize("NFKC", match[1]).upper() != LETTERS[place]:
            return list(options)
        found.append(option[match.end() :])
    return found


def options_in(cell: str) -> list[str]:
    """Return the options of one cell: lettered A, B, C in any layout, else one a line, else between ; or |."""
    found = _lettered(cell)
    if found:
        return found[1]
    for signs in ("\n", ";；", "|｜"):
        parts = [part.strip() for part in re.split(f"[{signs}]", cell) if part.strip()]
        if len(parts) > 1:
            return parts
    return [cell.strip()] if cell.strip() else []


def options_below(stem: str) -> tuple[str, list[str]] | None:
    """Return text and options of a question whose options stand in the same cell, lettered; None where none do."""
    found = _lettered(stem)
    return found if found and found[0].strip() else None


def _lettered(cell: str) -> tuple[str, list[str]] | None:
    marks = list(_CUT.finditer(cell))
    start = next((at for at, mark in enumerate(marks) if normalize("NFKC", mark[1]) == "A"), None)
    if start is None:
        return None
    run = [marks[start]]
    for mark in marks[start + 1 :]:
        if normalize("NFKC", mark[1]) == LETTERS[len(run)]:
            run.append(mark)
        if len(run) == len(LETTERS):
            break
    if len(run) < 2:
        return None
    ends = [mark.start() for mark in run[1:]] + [len(cell)]
    return cell[: run[0].start()].rstrip(), [
        cell[mark.end() : end].strip(" \n\t;；") for mark, end in zip(run, ends, strict=True)
    ]


def with_gaps(stem: str) -> str:
    """Return the text of a fill-in question with each gap written `____`: lines, else empty brackets."""
    for pattern in (_UNDERSCORES, _EMPTY):
        if pattern.search(stem):
            return pattern.sub(GAP, stem)
    return stem


def has_gaps(stem: str) -> bool:
    return bool(_UNDERSCORES.search(stem) or _EMPTY.search(stem))


def words_of_gaps(answer: str, gaps: int) -> list[list[str]] | None:
    """Return the accepted words of each gap; None where their number can't be told.

    Between gaps stands a line end, else ; | 、 or a comma, whichever gives as many parts as there are gaps; within
    one gap | and / part what is accepted alike.
    """
    text = bare(answer)
    if gaps == 1:
        numbered = _NUMBERED_GAP.fullmatch(text)
        only = numbered[3] if numbered and numbered[1] else text
        return [_alike(only, ";；|｜\n")] if only else None
    for signs in _SEPARATED:
        parts = [part.strip() for part in re.split(f"[{signs}]", text) if part.strip()]
        if len(parts) == gaps:
            return [
                _alike(_unnumbered(part, place), "|｜/" if signs != "|｜" else "/") for place, part in enumerate(parts)
            ]
    return None


def _unnumbered(part: str, place: int) -> str:
    match = _NUMBERED_GAP.fullmatch(part)
    return match[3] if match and int(match[1] or match[2]) == place + 1 and match[3] else part


def _alike(words: str, signs: str) -> list[str]:
    return [word.strip() for word in re.split(f"[{signs}]", words) if word.strip()]
