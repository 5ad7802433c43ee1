"""The pass rule: `总分≥75 且 合规≥60 或 …`, and comparisons with a limit wherever they stand."""

import re

from lms.content.grammar.amounts import normal
from lms.content.grammar.keywords import Word, find_word, folded
from lms.content.grammar.traps import one_line
from lms.core.texts import text
from lms.drills.parse.frame import Frame
from lms.drills.spec import TOTAL_ENOUGH, Clause, Compared, PassRule

FULL = 100
_SIGNS = {
    Compared.AT_LEAST: (">=", "=>", "≥", "≧", "⩾", "不低于", "不少于", "至少", "at least"),
    Compared.AT_MOST: ("<=", "=<", "≤", "≦", "⩽", "不高于", "最多", "at most"),
    Compared.OVER: (">", "高于", "大于", "超过", "above", "over"),
    Compared.UNDER: ("<", "低于", "小于", "少于", "below", "under"),
}
COMPARED = f"(?:{'|'.join(sign for signs in _SIGNS.values() for sign in signs)})"
_CLAUSE = re.compile(rf"\s*(?P<name>[^<>=≥≤]+?)\s*(?P<sign>{COMPARED})\s*(?P<limit>\d{{1,3}})\s*(?:分|%|pts?)?", re.I)
_JOINED = re.compile(r"\s*(?:(?P<both>且|并且|而且|和|and\b|&&?|,|、)|(?P<either>或者?|or\b|\|\|?|;))", re.I)
_BARE = re.compile(r"\s*(?:总分|total)?\s*(\d{1,3})\s*(?:分|%|pts?)?\s*", re.I)


def compared_by(sign: str) -> Compared:
    """Return what a sign says; one of those that COMPARED matches."""
    wanted = sign.casefold()
    return next(compared for compared, signs in _SIGNS.items() if wanted in signs)


def read_passes(frame: Frame) -> PassRule:
    """Return the pass rule of the properties; without one the usual one."""
    reading = frame.reading
    entry = reading.entry(Word.PASS)
    if entry is None:
        return TOTAL_ENOUGH
    written = normal(reading.one(Word.PASS))
    bare = _BARE.fullmatch(written)
    if bare is not None:
        total = Word.TOTAL.written(reading.language)
        fix = one_line(entry.line, f"{entry.key}: {total}≥{bare[1]}", text("改写这一行"))
        reading.error("D308", entry.line, text("请写明是哪一项，例如“总分≥75”。"), fix)
        return TOTAL_ENOUGH
    alternatives: list[list[Clause]] = [[]]
    position = 0
    while True:
        clause = _CLAUSE.match(written, position)
        if clause is None:
            _unreadable(frame, entry.line)
            return TOTAL_ENOUGH
        alternatives[-1].append(_clause(frame, entry.line, clause))
        position = clause.end()
        if position >= len(written):
            break
        joined = _JOINED.match(written, position)
        if joined is None:
            _unreadable(frame, entry.line)
            return TOTAL_ENOUGH
        if joined["either"]:
            alternatives.append([])
        position = joined.end()
    return tuple(tuple(clauses) for clauses in alternatives)


def _clause(frame: Frame, line: int, found: re.Match[str]) -> Clause:
    name = found["name"].strip()
    limit = int(found["limit"])
    if limit > FULL:
        frame.reading.error("D308", line, text("分数从 0 到 100，写不到 %(limit)s。", limit=limit))
    known = "" if find_word(name, (Word.TOTAL,)) else frame.dimensions.get(folded(name))
    if known is None:
        every = "、".join([Word.TOTAL.written(frame.reading.language), *frame.dimensions.values()])
        problem = text("通过的条件里没有“%(name)s”。可用：%(every)s。", name=name, every=every)
        frame.reading.error("D308", line, problem)
    return Clause(dimension=known or "", compared=compared_by(found["sign"]), limit=limit)


def _unreadable(frame: Frame, line: int) -> None:
    frame.reading.error("D308", line, text("看不懂通过的条件，请写成“总分≥75 且 合规≥60”，另一种通过用“或”隔开。"))
