"""The flat front matter: `key: value`, `key: [a, b]`, one-level `{a: 30, b: 70}`. Everything is text.

A YAML reader would turn `限时: 15:00` into 900 and `负责人: no` into False, and speaks of tokens and mappings.
This one reads what was meant, says so in the author's words, and writes what is valid YAML.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.keywords import Language, language_of
from lms.core.lines import front_length, split_lines
from lms.core.texts import Text, text

_PAIR = re.compile(r"([^：:#\[\]{}\"']{1,60}?)[ \t]*([：:])(.*)", re.DOTALL)
_COMMA = re.compile(r"[,，、;；]")
_SPECIAL_START = tuple("[]{}#&*!|>'\"%@`,")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_PAIR_INSIDE = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^：:]+?)\s*([：:])(.*)", re.DOTALL)
_TEXT = r"(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')"
_IN_LIST = re.compile(rf"(?:^|(?<=[,，、;；\s])){_TEXT}|[,，、;；]|[^,，、;；\"']+|[\"']", re.DOTALL)
_IN_PAIRS = re.compile(rf"(?:^|(?<=[,，、;；:：\s])){_TEXT}|[,，、;；]|[^,，、;；\"']+|[\"']", re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key. `items` of a list, `pairs` of a `{…}`; `value` is the text of a plain value, else ""."""

    key: str
    line: int
    value: str = ""
    items: tuple[str, ...] | None = None
    pairs: tuple[tuple[str, str], ...] | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The value as a list: a plain value counts as a list of one."""
        if self.items is not None:
            return self.items
        if self.pairs is not None:
            return tuple(f"{name}: {value}" for name, value in self.pairs)
        return (self.value,) if self.value else ()

    @property
    def is_empty(self) -> bool:
        return not self.texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front matter on the lines 1..last; last is 0 if the file has none."""

    entries: tuple[Entry, ...] = ()
    last: int = 0

    @property
    def language(self) -> Language:
        """The language in which the properties are written; Chinese where none says."""
        return next((language for entry in self.entries if (language := language_of(entry.key))), Language.ZH)


def file_language(source: str) -> Language:
    """Return the language in which the properties of a file are written."""
    return read_front(source)[0].language


def read_front(source: str) -> tuple[Front, tuple[Finding, ...]]:
    """Return the front matter and everything that is wrong with its writing; keywords are not looked at."""
    lines = split_lines(source)
    length = front_length(lines)
    if not length:
        return Front(), (_missing(lines),)
    entries: list[Entry] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    index = 1
    while index < length - 1:
        entry, found, index = _read_entry(lines, index, length - 1)
        findings.extend(found)
        if entry is None:
            continue
        if entry.key in seen:
            message = text(
                "第 %(line)s 行：“%(key)s”在第 %(before)s 行已经写过，请删去一处。",
                line=entry.line,
                key=entry.key,
                before=seen[entry.key],
            )
            findings.append(Finding(code="C104", line=entry.line, message=message))
            continue
        seen[entry.key] = entry.line
        entries.append(entry)
    return Front(entries=tuple(entries), last=length), tuple(findings)


def write_front(entries: Iterable[Entry]) -> str:
    """Return the front matter in canonical form, both `---` included, without a last line end."""
    return "\n".join(["---", *(write_entry(entry) for entry in entries), "---"])


def write_entry(entry: Entry) -> str:
    """Return one line of valid YAML."""
    if entry.items is not None:
        return f"{entry.key}: [{', '.join(_quoted(item, inside=True) for item in entry.items)}]"
    if entry.pairs is not None:
        pairs = (f"{_quoted_name(name)}: {_quoted_value(value)}" for name, value in entry.pairs)
        return f"{entry.key}: {{{', '.join(pairs)}}}"
    return f"{entry.key}: {_quoted(entry.value)}".rstrip()


def _missing(lines: Sequence[str]) -> Finding:
    if lines and lines[0].removeprefix("\ufeff").rstrip() == "---":
        message = text("第 1 行：属性没有结束，请在属性后面单独写一行 ---。")
        last = 1
        while last < len(lines) and _PAIR.fullmatch(lines[last]) and not lines[last].startswith("#"):
            last += 1
        fix = Fix(first=last + 1, last=last, lines=("---",), label=text("补上 ---"))
        return Finding(code="C101", line=1, message=message, fix=fix)
    message = text("第 1 行：缺少属性，请在文件开头写 ---、类型和其他属性，再写 ---。")
    return Finding(code="C101", line=1, message=message)


def _read_entry(lines: Sequence[str], index: int, end: int) -> tuple[Entry | None, list[Finding], int]:
    """Return the entry that starts on line `index` (0-based), what is wrong with it, and where the next is."""
    line = lines[index]
    number = index + 1
    if not line.strip() or line.lstrip().startswith("#"):
        return None, [], number
    match = _PAIR.fullmatch(line.strip())
    if match is None:
        message = text("第 %(line)s 行：看不懂这一行属性，请写成“名称: 内容”。", line=number)
        return None, [Finding(code="C102", line=number, message=message)], number
    key, colon, rest = match[1].strip(), match[2], match[3]
    block_items, after = _block_list(lines, number, end) if not rest.strip() else ((), number)
    if block_items:
        entry = Entry(key=key, line=number, items=block_items)
        message = text("第 %(line)s 行：列表写成 [甲, 乙]，放在同一行。", line=number)
        fix = Fix(first=number, last=after, lines=(write_entry(entry),), label=text("写在同一行"))
        return entry, [Finding(code="C106", line=number, message=message, fix=fix)], after
    entry, problems = _read_value(key, rest, number)
    if colon == "：" or (not rest.startswith((" ", "\t")) and rest) or "\t" in line or line[0].isspace():
        problems.insert(0, _PUNCTUATION)
    return entry, _found(problems, entry), number


_PUNCTUATION = text("属性用英文冒号加空格，列表用英文逗号。")
_HASH = text("# 后面被当作注释，请去掉 #。")
_PAIR_SPACE = text("冒号后要有空格。")
_QUOTES = text("这里的内容以符号开头或含有冒号，请加英文双引号。")
_UNCLOSED = text("括号没有配对，请检查 [ ] 或 { }。")
_BAD_PAIR = text("大括号里写成 {名称: 数值, 名称: 数值}。")
_HARD = {_UNCLOSED, _BAD_PAIR}  # what cannot be read for certain is an error, the rest is read as it was meant


def _found(problems: Sequence[Text], entry: Entry) -> list[Finding]:
    hard = any(problem in _HARD for problem in problems)
    fix = None
    if not hard:
        fix = Fix(first=entry.line, last=entry.line, lines=(write_entry(entry),), label=text("改写这一行"))
    return [
        Finding(
            code="C103",
            line=entry.line,
            message=text("第 %(line)s 行：%(problem)s", line=entry.line, problem=problem),
            severity=Severity.ERROR if problem in _HARD else Severity.WARNING,
            fix=fix,
        )
        for problem in dict.fromkeys(problems)
    ]


def _read_value(key: str, rest: str, line: int) -> tuple[Entry, list[Text]]:
    value = rest.strip()
    if value[:1] == "[" and value[-1:] == "]":
        return _read_list(key, value[1:-1], line)
    if value[:1] == "{" and value[-1:] == "}":
        return _read_pairs(key, value[1:-1], line)
    if value[:1] == "{" or (value[:1] == "[" and "]" not in value):
        return Entry(key=key, line=line, value=value), [_UNCLOSED]
    plain, problems = _read_scalar(value)
    return Entry(key=key, line=line, value=plain), problems


def _read_scalar(value: str, *, inside: bool = False) -> tuple[str, list[Text]]:
    quoted = _unquoted(value)
    if quoted is not None:
        return quoted, []
    if _COMMENT.search(value):
        return re.sub(r"(^|\s)#+\s*", r"\1", value).strip(), [_HASH]
    needs = _needs_quotes(value, inside=inside)
    return value, [_QUOTES] if needs else []


def _read_list(key: str, inner: str, line: int) -> tuple[Entry, list[Text]]:
    items: list[str] = []
    problems: list[Text] = []
    parts, wide = _split_commas(inner)
    if wide:
        problems.append(_PUNCTUATION)
    for part in parts:
        value, found = _read_scalar(part, inside=True)
        problems.extend(found)
        if value:
            items.append(value)
    return Entry(key=key, line=line, items=tuple(items)), problems


def _read_pairs(key: str, inner: str, line: int) -> tuple[Entry, list[Text]]:
    pairs: list[tuple[str, str]] = []
    problems: list[Text] = []
    parts, wide = _split_commas(inner, pairs=True)
    if wide:
        problems.append(_PUNCTUATION)
    for part in parts:
        match = _PAIR_INSIDE.fullmatch(part)
        if match is None:
            problems.append(_BAD_PAIR)
            continue
        if match[2] == "：":
            problems.append(_PUNCTUATION)
        elif match[3][:1] != " ":
            problems.append(_PAIR_SPACE)
        value, found = _read_scalar(match[3].strip(), inside=True)
        problems.extend(found)
        pairs.append((_read_scalar(match[1].strip(), inside=True)[0], value))
    return Entry(key=key, line=line, pairs=tuple(pairs)), problems


def _split_commas(inner: str, *, pairs: bool = False) -> tuple[list[str], bool]:
    """Return the parts between commas outside of quotes, empty ones left out; whether one was full-width.

    A quote opens only where a value starts, `5"` is five inches; with pairs, behind a colon too.
    """
    parts: list[str] = []
    wide = False
    pieces: list[str] = []
    for match in (_IN_PAIRS if pairs else _IN_LIST).finditer(inner):
        if _COMMA.fullmatch(match[0]):
            wide = wide or match[0] != ","
            parts.append("".join(pieces).strip())
            pieces = []
        else:
            pieces.append(match[0])
    parts.append("".join(pieces).strip())
    return [part for part in parts if part], wide


def _block_list(lines: Sequence[str], start: int, end: int) -> tuple[tuple[str, ...], int]:
    """Return the items of a YAML list written below its key, and the line after it (0-based)."""
    items = []
    index = start
    while index < end and (match := re.fullmatch(r"\s*- +(.*)", lines[index])):
        items.append(_read_scalar(match[1].strip())[0])
        index += 1
    return tuple(items), index


def _unquoted(value: str) -> str | None:
    """Return what stands in quotes; None if the value is not one quoted text."""
    if not _QUOTED.fullmatch(value):
        return None
    inner = value[1:-1]
    return inner.replace("''", "'") if value[0] == "'" else re.sub(r"\\(.)", r"\1", inner)


def _needs_quotes(value: str, *, inside: bool = False) -> bool:
    if not value:
        return inside
    if value.startswith(_SPECIAL_START) or value[:2] in ("- ", "? ", ": ") or value in ("-", "?", ":"):
        return True
    if ": " in value or value.endswith(":") or _COMMENT.search(value) or value != value.strip():
        return True
    return inside and any(character in value for character in ",，、;；[]{}")


def _quoted_name(name: str) -> str:
    # A colon in a name means nothing to YAML without a space, but our reader takes it for the one behind it.
    return _in_quotes(name) if re.search("[：:\"']", name) else _quoted(name, inside=True)


def _quoted_value(value: str) -> str:
    return _in_quotes(value) if re.search("[\"']", value) else _quoted(value, inside=True)


def _quoted(value: str, *, inside: bool = False) -> str:
    """Return the value as YAML reads it back, in double quotes only where it must be."""
    value = " ".join(value.split("\n"))
    if not _needs_quotes(value, inside=inside):
        return value
    return _in_quotes(value)


def _in_quotes(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
