"""What is wrong between documents, and what does not belong into any of them. Pure: looks things up in mappings."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from lms.content.grammar.document import Parsed, Reference
from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.inline import find_links, relative
from lms.content.grammar.keywords import nearest
from lms.content.grammar.traps import one_line, open_lines
from lms.core.lines import split_lines
from lms.core.markup_tree import heading_id
from lms.core.masking.checks import is_bank_card, is_id_number
from lms.core.texts import Text, text

FOLDERS = ("courses", "quizzes", "kb_content")
# The last words of addresses below a document: a slug that ends in one would never be reached.
RESERVED = frozenset(
    (
        "analysis", "api", "archive", "attempts", "change", "copy", "delete", "diff", "discuss", "draft",
        "edit", "export", "favourite", "feedback", "files", "from-chat", "hand-in", "hints", "history", "import",
        "links", "live", "makeups", "manage", "marking", "mends", "mistakes", "new", "next", "preview", "print",
        "publish", "questions", "regrade", "regrades", "rescore", "restore", "results", "review", "runs", "scores",
        "search", "sheet", "source", "start", "stats", "submit", "suggest", "table", "talk", "try", "uses", "verify",
        "versions", "vote", "windows",
    )
)  # fmt: skip


# Pages of the knowledge base that stand where an article of this address would.
PAGES = frozenset({"ask", "export", "mine", "share"})
ROOMS = frozenset({"care", "search", "suggestions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a link may lead to. headings: as written. archived: withdrawn; expired: no longer confirmed as valid."""

    headings: tuple[str, ...] = ()
    archived: bool = False
    expired: bool = False


def slug_of(path: str) -> str | None:
    """Return the slug of a file: its path below courses/, quizzes/ or kb_content/ without .md; None elsewhere."""
    folder, _, rest = path.partition("/")
    if folder not in FOLDERS or not rest.endswith(".md"):
        return None
    return rest.removesuffix(".md")


def lint_links(source: str, path: str, links: Sequence[Reference], known: Mapping[str, Target]) -> list[Finding]:
    """Return links that lead nowhere. known: every document and attachment by its path in the repository."""
    lines = split_lines(source)
    found = []
    for link in links:
        if link.target == path:
            continue  # a heading of the same file: the parser has looked
        target = known.get(link.target)
        if target is None:
            found.append(_missing_target(lines, path, link, known))
        elif link.anchor and not link.is_image:
            found.extend(_check_heading(lines, link, target))
        if target is not None and target.archived:
            found.append(
                _warning("C143", link.line, text("“%(label)s”指到的内容已经归档，请换一份。", label=link.label))
            )
        elif target is not None and target.expired:
            found.append(
                _warning(
                    "C144", link.line, text("“%(label)s”指到的内容已过复审期，请先确认它还有效。", label=link.label)
                )
            )
    return found


def _missing_target(lines: Sequence[str], path: str, link: Reference, known: Collection[str]) -> Finding:
    same_name = [other for other in known if basename(other) == basename(link.target)]
    guess = same_name[0] if len(same_name) == 1 else nearest(link.target, [*known] if len(known) < 5_000 else [])
    if guess is None:
        return _error("C140", link.line, text("链接“%(target)s”没有对应的文件，请检查路径。", target=link.target))
    better = relative(guess, path)
    written = re.escape(link.target.split("/")[-1])
    new = re.sub(rf"\]\([^()\s#]*{written}(?=[#)])", lambda _: f"]({better}", lines[link.line - 1], count=1)
    problem = text("链接“%(target)s”没有对应的文件，是否“%(guess)s”？", target=link.target, guess=guess)
    return _error("C140", link.line, problem, new if new != lines[link.line - 1] else None)


def _check_heading(lines: Sequence[str], link: Reference, target: Target) -> list[Finding]:
    wanted = heading_id(link.anchor)
    if any(heading_id(heading) == wanted for heading in target.headings):
        return []
    guess = nearest(link.anchor, target.headings)
    if guess is None:
        problem = text("“%(label)s”里没有“%(name)s”这一节。", label=link.label, name=link.anchor)
        return [_error("C141", link.line, problem)]
    new = lines[link.line - 1].replace(f"#{link.anchor}", f"#{guess}", 1)
    problem = text(
        "“%(label)s”里没有“%(name)s”这一节，是否“%(guess)s”？", label=link.label, name=link.anchor, guess=guess
    )
    return [_error("C141", link.line, problem, new)]


def lint_pictures(source: str) -> list[Finding]:
    """Return pictures that nobody can hear read aloud, and those that would have to be fetched from elsewhere."""
    found = []
    for number, line in open_lines(source):
        for link in find_links(line) if "![" in line else ():
            if link.is_image and link.is_external:
                problem = text("图片“%(label)s”在别的网站上，学员看不到；请下载后上传到这里。", label=link.label)
                found.append(_warning("C181", number, problem))
            elif link.is_image and not link.label:
                problem = text("图片没有文字说明，请写在 ![ ] 里：读屏的人、图打不开的人靠它。")
                found.append(_warning("C180", number, problem))
    return found


# personal data

_PHONE = re.compile(r"(?<![\dA-Za-z_])1[3-9]\d(?:[ -]?\d{4}){2}(?![\dA-Za-z_])")
_NUMBER = re.compile(r"(?<![\dA-Za-z_.])\d(?:[ -]?\d){13,19}[Xx]?(?![\dA-Za-z_.])")
_ADDRESS = re.compile(r"https?://[^\s)）]+")


def lint_personal_data(source: str) -> list[Finding]:
    """Return numbers that look like those of a real person: phone, ID card, bank card, order."""
    found: list[Finding] = []
    for number, line in enumerate(split_lines(source), start=1):
        if not any(character.isdigit() for character in line):
            continue
        bare = _ADDRESS.sub(lambda match: " " * len(match[0]), line)
        matches: dict[str, list[re.Match[str]]] = defaultdict(list)
        for match in _PHONE.finditer(bare):
            if not _made_up(match[0]):
                matches["C150"].append(match)
        for match in _NUMBER.finditer(bare):
            code = _kind_of_number(re.sub("[ -]", "", match[0]))
            if code is not None:
                matches[code].append(match)
        found.extend(_personal(code, number, line, same) for code, same in matches.items())
    return found


def _kind_of_number(digits: str) -> str | None:
    if len(set(digits)) <= 2:
        return None  # 0000000000000000 is nobody's
    if is_id_number(digits):
        return "C151"
    if not digits.isdecimal():
        return None
    if is_bank_card(digits):
        return "C152"
    return "C153" if len(digits) >= 15 and digits not in "0123456789" * 3 else None


def _made_up(phone: str) -> bool:
    digits = re.sub("[ -]", "", phone)
    return digits == "13800138000" or len(set(digits[3:])) <= 2 or digits[3:] in "01234567890123456789"


_KINDS = {
    "C150": text("手机号"),
    "C151": text("身份证号"),
    "C152": text("银行卡号"),
    "C153": text("订单号"),
}


def _personal(code: str, number: int, line: str, matches: Sequence[re.Match[str]]) -> Finding:
    """One finding for all numbers of a kind on a line; the message does not repeat them in full."""
    pieces = []
    position = 0
    for match in matches:
        pieces.append(line[position : match.start()] + _masked(match[0]).replace("*", r"\*"))
        position = match.end()
    shown = _masked(matches[0][0])
    problem = text(
        "“%(number)s”像是真实的%(kind)s，请打码，如 %(masked)s。", number=shown, kind=_KINDS[code], masked=shown
    )
    new = "".join(pieces) + line[position:]
    return _warning(code, number, problem, new) if code in ("C150", "C153") else _error(code, number, problem, new)


def _masked(number: str) -> str:
    digits = re.sub("[ -]", "", number)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


# names and ids


def lint_slug(path: str) -> list[Finding]:
    """Return what is wrong with a file's own name."""
    slug = slug_of(path)
    if slug is None:
        problem = text("文件要放在 courses、quizzes 或 kb_content 目录下，以 .md 结尾。")
        return [Finding(code="C161", line=1, message=problem)]
    last = slug.rsplit("/", 1)[-1]
    first, slash, _rest = slug.partition("/")
    hidden = path.startswith("kb_content/") and (first in ROOMS if slash else first in PAGES)
    if last in RESERVED or hidden:
        problem = text("文件名“%(name)s”和网址里的固定用词相同，请改名。", name=first if hidden else last)
        return [Finding(code="C160", line=1, message=problem)]
    if re.search(r"[\s?#%&\"'<>\\]", slug):
        problem = text("文件名“%(name)s”里不要用空格和 ? # %% & 引号，请改名。", name=slug)
        return [Finding(code="C161", line=1, message=problem)]
    return []


def lint_twins(kinds: Mapping[str, str], parsed: Mapping[str, Parsed[object]]) -> Iterator[tuple[str, Finding]]:
    """Yield files with the same kind and slug, and ids that stand in two files. kinds: kind by path."""
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(kinds):
        by_name[(kinds[path], (slug_of(path) or path).casefold())].append(path)
    for paths in by_name.values():
        for path in paths[1:]:
            problem = text("和“%(other)s”的类型和名称都相同，请给其中一个改名。", other=paths[0])
            yield path, Finding(code="C163", line=1, message=problem)
    seen: dict[str, str] = {}
    for path in sorted(parsed):
        for id, line in parsed[path].ids:
            other = seen.setdefault(id, path)
            if other != path:
                yield (
                    path,
                    _error("C164", line, text("“id:%(id)s”已经用在“%(other)s”里，请删去这里的。", id=id, other=other)),
                )


def known_targets(parsed: Iterable[Parsed[object]], others: Iterable[str] = ()) -> dict[str, Target]:
    """Return what links may lead to: documents with their headings, and other files (pictures) by path."""
    known = {path: Target() for path in others}
    known.update({each.path: Target(headings=each.headings) for each in parsed})
    return known


def _error(code: str, line: int, problem: Text, new: str | None = None) -> Finding:
    return _finding(code, line, problem, Severity.ERROR, new)


def _warning(code: str, line: int, problem: Text, new: str | None = None) -> Finding:
    return _finding(code, line, problem, Severity.WARNING, new)


def _finding(code: str, line: int, problem: Text, severity: Severity, new: str | None) -> Finding:
    message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
    fix = None if new is None else one_line(line, new, text("改写这一行"))
    return Finding(code=code, line=line, message=message, severity=severity, fix=fix)
