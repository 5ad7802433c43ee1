"""What is wrong with a word list: words that stand twice, groups of one, terms that help nobody. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding, Severity
from lms.content.wordlists.spec import ListKind, WordEntry, WordListSpec
from lms.content.wordlists.vocabulary import MOST_TOGETHER
from lms.core.folding import folded
from lms.core.texts import Text, text

LONGEST_TERM = 20
"""Characters of a term of the dictionary; what is longer is a sentence, and is found without it."""


def lint(spec: WordListSpec) -> tuple[Finding, ...]:
    """Return what is wrong within one list, by line."""
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for entry in spec.entries:
        found += _of_entry(entry, spec.list)
        for word in _once(entry):
            if word in seen and seen[word] != entry.line:
                problem = text("“%(word)s”在第 %(line)s 行已经有了，请只留一处。", word=word, line=seen[word])
                found.append(_warning("C187", entry.line, problem))
            seen.setdefault(word, entry.line)
    if not seen:
        found.append(_warning("C189", 1, text("这份词表还没有词，发布后不起作用。")))
    return tuple(found)


def lint_lists(
    parsed: Mapping[str, Parsed[Any]], minutes_of: Callable[[str], int | None]
) -> Iterator[tuple[str, Finding]]:
    """Yield the words that stand in two lists of the same sort, at the second one."""
    seen: dict[tuple[ListKind, str], str] = {}
    for path in sorted(parsed):
        spec = parsed[path].spec
        if not isinstance(spec, WordListSpec):
            continue
        for entry in spec.entries:
            for word in _once(entry):
                first = seen.setdefault((spec.list, word), path)
                if first != path:
                    problem = text("“%(word)s”在 %(path)s 里已经有了，请只留一处。", word=word, path=first)
                    yield path, _warning("C187", entry.line, problem)


def _of_entry(entry: WordEntry, kind: ListKind) -> Iterator[Finding]:
    if len(entry.words) > MOST_TOGETHER:
        why = text("一行最多写 %(most)s 个词，这一行有 %(n)s 个，请分成几行。", most=MOST_TOGETHER, n=len(entry.words))
        yield replace(_warning("C188", entry.line, why), severity=Severity.ERROR)
        return
    seen: set[str] = set()
    for word in entry.words:
        if folded(word) in seen:
            yield _warning("C186", entry.line, text("这一行里“%(word)s”写了两次，请删去一个。", word=word))
        seen.add(folded(word))
    if kind is ListKind.BANNED:
        yield from _of_banned(entry)
    if kind is ListKind.SYNONYMS and len(_once(entry)) < 2:
        yield _warning("C188", entry.line, text("这一组只有一个说法，请补上同义的说法，例如“- 退款 | 退钱”。"))
    if kind is ListKind.DICTIONARY:
        for word in entry.words:
            if not 1 < len(word) <= LONGEST_TERM:
                why = text("“%(word)s”不用写进词典：词条写 2 到 %(most)s 个字。", word=word, most=LONGEST_TERM)
                yield _warning("C188", entry.line, why)


def _of_banned(entry: WordEntry) -> Iterator[Finding]:
    for word in entry.words:
        if len(folded(word)) < 2:
            yield _warning(
                "C191", entry.line, text("“%(word)s”只有一个字，到处都会撞上，不会去查，请写长一些。", word=word)
            )
        elif word.strip(".… ") != word:
            yield _warning("C191", entry.line, text("“%(word)s”：“…”只写在词的中间，开头和结尾的不起作用。", word=word))
    if not entry.basis:
        why = text("没有写依据，专员问“凭什么”时说不清。请在下面缩进 4 格写“- 依据：公司规定 规则名称”。")
        yield _warning("C191", entry.line, why)


def _once(entry: WordEntry) -> dict[str, None]:
    return dict.fromkeys(folded(word) for word in entry.words)


def _warning(code: str, line: int, problem: Text) -> Finding:
    message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
    return Finding(code=code, line=line, message=message, severity=Severity.WARNING)
