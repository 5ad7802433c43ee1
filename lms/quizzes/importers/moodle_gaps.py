"""Texts with gaps of Moodle: cloze (`{1:SHORTANSWER:=48}`), and gaps to which words are dragged (`[[1]]`). Pure."""

import re
from html import unescape

from lms.core.texts import Text, text
from lms.questions.rich import with_gaps
from lms.questions.spec import BLANK, FillIn, Matching, Single
from lms.quizzes.importers import build, weights
from lms.quizzes.importers.collecting import Unfit
from lms.quizzes.importers.gift import accepted_word, check_whole, distinct_words
from lms.quizzes.importers.markup import HELD
from lms.quizzes.importers.moodle_fields import Element, Fields, files_of, raw_of, words_of

MARK = "\ue0f1"
"""Stands for a gap while HTML becomes Markdown: underscores would become emphasis."""
_SUB = re.compile(r"\{(\d{0,4}):([A-Z_]{2,24}):((?:[^{}\\]|\\.){1,4000})\}", re.IGNORECASE | re.DOTALL)
_TYPED = {"SHORTANSWER", "SA", "MW"}
_TYPED_CASE = {"SHORTANSWER_C", "SAC", "MWC"}
_PART = re.compile(r"(?<!\\)~")
_NOTE = re.compile(r"(?<!\\)#")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,12})?)%")
_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")


def read_cloze(fields: Fields, asked: Element) -> tuple[str, FillIn, int]:
    """Return text, gaps and marks of a cloze question whose gaps are all typed. Raises Unfit for any other."""
    words, form = raw_of(asked)
    found: list[tuple[str, ...]] = []
    kinds: set[str] = set()
    worth: list[int] = []

    def gap(match: re.Match[str]) -> str:
        kinds.add(match[2].upper())
        worth.append(int(match[1] or 1))
        found.append(_accepted(match[3]))
        return MARK

    words = words.replace(MARK, "")
    for match in _SUB.finditer(words):
        if match[2].upper() not in _TYPED | _TYPED_CASE:
            raise Unfit(
                text("完形填空里有“%(kind)s”的空，这里的填空只能填文字。请把它拆成单独的题。", kind=match[2].upper())
            )
    words = _SUB.sub(gap, words)
    if not found:
        raise Unfit(text("完形填空里没有空，请写成 {1:SHORTANSWER:=答案}。"))
    if len(kinds & _TYPED_CASE) and kinds & _TYPED:
        raise Unfit(text("有的空区分大小写，有的不区分，请改成一样。"))
    if len(set(worth)) > 1:
        raise Unfit(text("各空的分值不一样，这里每个空同样重。请改成一样，或拆成几道题。"))
    stem = fields.texts.markdown(words, form, files_of(asked) if HELD in words else {}).replace(MARK, BLANK)
    return stem, FillIn(blanks=tuple(found), case_sensitive=bool(kinds & _TYPED_CASE)), sum(worth)


def _accepted(written: str) -> tuple[str, ...]:
    accepted = []
    for part in _PART.split(written):
        words = _NOTE.split(part.strip(), maxsplit=1)[0]
        match = _WEIGHT.match(words)
        weight = weights.read_per_cent(match[1]) if match else weights.FULL if words.startswith("=") else weights.NONE
        bare = words[match.end() :] if match else words.removeprefix("=")
        word = unescape(re.sub(r"\\([~#}{\"/])", r"\1", bare)).strip()
        if not weight and word in ("*", ""):
            continue
        check_whole(weight, word)
        accepted.append(accepted_word(word))
    return distinct_words(accepted)


def cloze(source: str, shape: FillIn) -> str:
    """Return the text of a fill-in question as cloze. Raises Unfit for what cloze would read otherwise."""
    if _SUB.search(source):
        raise Unfit(text("题干里的花括号会被读成另一个空。"))
    kind = "SHORTANSWER_C" if shape.case_sensitive else "SHORTANSWER"
    pieces = with_gaps(source, MARK).split(MARK)
    if len(pieces) != len(shape.blanks) + 1:
        raise Unfit(text("题目里的空和答案的个数不一样，请一一对应。"))
    gaps = [f"{{1:{kind}:{'~'.join(f'={_written(word)}' for word in words)}}}" for words in shape.blanks]
    return "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))


def _written(word: str) -> str:
    if "\\" in word:
        raise Unfit(text("答案“%(word)s”里有反斜杠，完形填空写不了。", word=word[:20]))
    return re.sub(r"[~#}{]", r"\\\g<0>", word.replace("&", "&amp;").replace("*", "\\*"))


def read_chosen(fields: Fields, box: str) -> tuple[str, Single | Matching, list[Text]]:
    """Return a text whose gaps are filled from given words: a choice for one gap, pairs for several of them."""
    words = [(words_of(each), words_of(each.find("group")) or "1") for each in fields.element.iterchildren(box)]
    stem = fields.rich("questiontext")
    places = [int(number) for number in _PLACE.findall(stem)]
    if not places or max(places) > len(words) or 0 in places:
        raise Unfit(text("题干里的 [[1]] 和下面的词对不上，请一一对应。"))
    groups = {words[place - 1][1] for place in places}
    offered = [build.plain(word) for word, group in words if group in groups]
    if len(places) == 1:
        right = build.plain(words[places[0] - 1][0])
        options = list(dict.fromkeys(offered))
        stem = _PLACE.sub(BLANK, stem)
        return stem, build.single(options, options.index(right)), [text("“选择填词”改成了单选题。")]
    numbers = iter(range(1, len(places) + 1))
    stem = _PLACE.sub(lambda _: f"（{next(numbers)}）", stem)
    pairs = [(f"（{number}）", build.plain(words[place - 1][0])) for number, place in enumerate(places, start=1)]
    notes = [text("“选择填词”改成了匹配题：（1）、（2）是题干里的空。")]
    if len(groups) > 1:
        notes.append(text("原来各空的备选词分组，这里放在一起选。"))
    return stem, build.matching(pairs, offered), notes
