"""All files of a repository at once: what a content writer, a sync and a publish want to know. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lms.content.grammar.document import Parsed, in_order
from lms.content.grammar.findings import Finding
from lms.content.grammar.front import read_front
from lms.content.grammar.keywords import Language, Word, find_word, language_of, nearest
from lms.content.grammar.traps import one_line
from lms.content.lint import known_targets, lint_links, lint_personal_data, lint_pictures, lint_slug, lint_twins
from lms.content.wordlists.banned import banned_of
from lms.content.wordlists.said import lint_said
from lms.content.wordlists.spec import WordListSpec
from lms.core.lines import split_lines
from lms.core.texts import Text, text

MAX_BYTES = 6_000_000  # two million characters of three bytes

Parser: TypeAlias = Callable[[str, str], Parsed[Any]]
Whole: TypeAlias = Callable[[Mapping[str, Parsed[Any]]], Iterable[tuple[str, Finding]]]


@dataclass(slots=True)
class Corpus:
    """Every file that could be read. sources, kinds, parsed: by path; findings: of all files, by path and line."""

    sources: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Word] = field(default_factory=dict)
    parsed: dict[str, Parsed[Any]] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)


def check(
    files: Mapping[str, bytes],
    parsers: Mapping[Word, Parser],
    wholes: Iterable[Whole] = (),
    others: Iterable[str] = (),
) -> Corpus:
    """Read all files and everything between them.

    files: by path in the repository, pictures too (links lead to them). parsers: by kind. wholes: checks of the
    slices that need several documents, e.g. the minutes of a curriculum. others: paths that exist and are not read.
    """
    corpus = Corpus()
    for path in sorted(files):
        if is_document(path):
            corpus.findings.extend((path, finding) for finding in _read(corpus, path, files[path], parsers))
    known = known_targets(corpus.parsed.values(), [*files, *others])
    banned = banned_of(each.spec for each in corpus.parsed.values() if isinstance(each.spec, WordListSpec))
    for path, parsed in corpus.parsed.items():
        source = corpus.sources[path]
        found = [*lint_links(source, path, parsed.links, known), *lint_pictures(source)]
        found += [*lint_personal_data(source), *lint_slug(path), *lint_said(source, banned)]
        corpus.findings.extend((path, finding) for finding in found)
    corpus.findings.extend(lint_twins({path: kind.name for path, kind in corpus.kinds.items()}, corpus.parsed))
    for whole in wholes:
        corpus.findings.extend(whole(corpus.parsed))
    corpus.findings.sort(key=lambda pair: (pair[0], pair[1].line, pair[1].code))
    return corpus


def is_document(path: str) -> bool:
    """A Markdown file that is content; README.md explains a folder to people on the Git host."""
    return path.endswith(".md") and not path.rsplit("/", 1)[-1].upper().startswith("README")


def decode(data: bytes) -> str | Text:
    """Return the text of a file, or why it cannot be read."""
    if len(data) > MAX_BYTES:
        return text("文件超过 %(limit)s MB，请拆成几份。", limit=MAX_BYTES // 1_000_000)
    if b"\0" in data:
        return text("这不是文本文件，请检查是否放错了文件。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return text("这不是文本文件，请检查是否放错了文件。")
    return text("文件不是 UTF-8 编码，像是 GBK，请另存为 UTF-8。")


def read_kind(source: str, kinds: Iterable[Word]) -> Word | Finding:
    """Return the kind that the front matter names, or what is wrong with it."""
    front, problems = read_front(source)
    allowed = tuple(kinds)
    entry = next((entry for entry in front.entries if find_word(entry.key, (Word.TYPE,))), None)
    if entry is None or entry.is_empty:
        if not front.last and problems:
            return problems[0]
        return Finding(code="C108", line=1, message=text("第 1 行：缺少属性“%(key)s”。", key=Word.TYPE.zh))
    kind = find_word(entry.texts[0], allowed)
    return kind if kind is not None else _unknown_kind(source, entry.texts[0], entry.line, allowed)


def _unknown_kind(source: str, written: str, line: int, allowed: tuple[Word, ...]) -> Finding:
    names = [word.written(language_of(written) or Language.ZH) for word in allowed]
    every = "、".join(names)
    guess = nearest(written, names)
    if guess is None:
        problem = text(
            "第 %(line)s 行：没有“%(kind)s”这种类型。可用：%(every)s。", line=line, kind=written, every=every
        )
        return Finding(code="C107", line=line, message=problem)
    problem = text(
        "第 %(line)s 行：没有“%(kind)s”这种类型，是否“%(guess)s”？可用：%(every)s。",
        line=line,
        kind=written,
        guess=guess,
        every=every,
    )
    new = split_lines(source)[line - 1].replace(written, guess, 1)
    fix = one_line(line, new, text("改为“%(guess)s”", guess=guess))
    return Finding(code="C107", line=line, message=problem, fix=fix)


def _read(corpus: Corpus, path: str, data: bytes, parsers: Mapping[Word, Parser]) -> tuple[Finding, ...]:
    source = decode(data)
    if isinstance(source, Text):
        return (Finding(code="C170", line=1, message=source),)
    kind = read_kind(source, parsers)
    if isinstance(kind, Finding):
        return (kind,)
    parsed = parsers[kind](source, path)
    corpus.sources[path] = source
    corpus.kinds[path] = kind
    corpus.parsed[path] = parsed
    return in_order(parsed.findings)
