"""What an author lets agents say: 话术, model answers, right replies of drills, against the 禁用语 lists. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import BlockKind, Item, scan, walk
from lms.content.grammar.chips import find_chips
from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.inline import find_links, read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.traps import one_line
from lms.content.wordlists.banned import Hit, clause_at, hits, is_advice
from lms.content.wordlists.spec import WordEntry
from lms.core.lines import split_lines
from lms.core.texts import Text, text

SAID = (Word.SCRIPT, Word.MODEL)
_OTHERS = (Word.INTERNAL, Word.HINT, Word.EXPLAIN)
SHORT = 8
"""Characters of another wording that may stand in the middle of a clause; a longer one replaces a whole clause."""
_REPLY = "](#"
_GAIN, _LOSS = re.compile(r"\+ ?\d+$"), re.compile(r"[-−–] ?\d+$")
_BASES = {"law": text("法律"), "platform-rule": text("平台规则"), "company-rule": text("公司规定")}


def lint_said(source: str, entries: Sequence[WordEntry]) -> list[Finding]:
    """Return each listed phrase that a 话术, a 参考 or a right reply says itself, neither negated nor quoted.

    A right reply is one of a drill that earns points and loses nothing; a wrong one may say what must not be said.
    """
    labelled = any(label in source for word in SAID for label in word.value)
    if not entries or not (labelled or _REPLY in source):
        return []
    lines = split_lines(source)
    return [_finding(lines, passage, hit) for passage in _passages(source) for hit in hits(passage.text, entries)]


def ground_text(hit: Hit) -> Text:
    """Return on what ground the phrase is listed: “法律 《广告法》第九条”."""
    basis = _BASES.get(hit.basis, text("词表"))
    return text("%(basis)s %(rule)s", basis=basis, rule=hit.ground) if hit.ground else basis


@dataclass(frozen=True, slots=True)
class _Passage:
    """What one label says. first: the line of the source (1-based) on which it begins."""

    first: int
    text: str


def _passages(source: str) -> Iterator[_Passage]:
    for block in walk(scan(source)):
        for item in block.items:
            yield from _reply(item)
        if block.kind is not BlockKind.QUOTE:
            continue
        said: list[str] | None = None
        first = 0
        for offset, line in enumerate(block.text.split("\n")):
            label = read_label(line, (*SAID, *_OTHERS))
            if label is None:
                if said is not None:
                    said.append(line)
                continue
            if said is not None:
                yield _Passage(first, "\n".join(said))
            said, first = ([label[2]], block.first + offset) if label[0] in SAID else (None, 0)
        if said is not None:
            yield _Passage(first, "\n".join(said))


def _reply(item: Item) -> Iterator[_Passage]:
    link = next(iter(find_links(item.text)), None) if _REPLY in item.text else None
    if link is None or link.target or item.text[: link.start].strip():
        return
    chips = [normal(chip.text) for chip in find_chips(item.text[link.end :])]
    if any(_GAIN.search(chip) for chip in chips) and not any(_LOSS.search(chip) for chip in chips):
        yield _Passage(item.first, link.label.strip('“”"'))


def _finding(lines: Sequence[str], passage: _Passage, hit: Hit) -> Finding:
    line = passage.first + passage.text.count("\n", 0, hit.start)
    said, ground = passage.text[hit.start : hit.end].replace("\n", ""), ground_text(hit)
    problem = (
        text("“%(said)s”是禁用语（%(ground)s），可以说：%(instead)s。", said=said, ground=ground, instead=hit.instead)
        if hit.instead
        else text("“%(said)s”是禁用语（%(ground)s），请换个说法。", said=said, ground=ground)
    )
    return Finding(
        code="C190",
        line=line,
        message=text("第 %(line)s 行：%(problem)s", line=line, problem=problem),
        severity=Severity.WARNING,
        fix=_fix(lines, passage, hit, line),
    )


def _fix(lines: Sequence[str], passage: _Passage, hit: Hit, line: int) -> Fix | None:
    """Return the line with the other way of saying it, where that reads as a sentence without anybody's thinking."""
    if is_advice(hit.instead) or "\n" in passage.text[hit.start : hit.end]:
        return None
    start, end = clause_at(passage.text, hit.start, hit.end)
    short = len(hit.instead) <= SHORT and clause_at(hit.instead, 0, 0) == (0, len(hit.instead))
    if not short and passage.text[start:end].strip() != passage.text[hit.start : hit.end]:
        return None
    written = passage.text.split("\n")[line - passage.first]
    old = lines[line - 1]
    if not old.endswith(written):
        return None
    before = len(old) - len(written) - (passage.text.rfind("\n", 0, hit.start) + 1)
    new = old[: before + hit.start] + hit.instead + old[before + hit.end :]
    return one_line(line, new, text("改为“%(guess)s”", guess=hit.instead))
