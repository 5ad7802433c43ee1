"""The key of a typed bank where it stands at its end: 参考答案：1-5 BACDA, 6. √, 7-8 AC ABD, or as a table. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import normalize

from lms.questions.word_paste import Typed

_HEAD = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s*[、.．]\s*)?[【\[（(]?\s*(?:试题|试卷|题库)?(?:参考|标准|正确)?答案(?:及|与|和)?(?:解析|评分标准)?\s*"
    r"[】\])）]?\s*[:：]?\s*$"
)
_HEAD_AND_KEYS = re.compile(
    r"\s*(?:参考|标准|正确)?答案\s*[:：]\s*(?=[（(]?\d{1,3}\s*(?:[-~－—–至、.．:：)）]|\s)\s*\S)"
)
_RANGE = re.compile(
    r"(\d{1,3})\s*[-~—–至]+\s*(\d{1,3})\s*[、.:：)]?\s*((?:[A-Z√×✓✗对错]+[\s,，、;；/]*)+)(?=$|\s|\d|[^A-Z])"
)
_ONE = re.compile(r"(?:^|(?<=[\s;；。]))[（(]?(\d{1,3})\s*[、.:：)）]\s*")
_CAPTION = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}\s*[、.．]\s*\S.*|.{0,6}(?:单选|多选|判断|填空|选择|问答|简答|排序|不定项).{0,12}题.{0,30})$"
)
_OPTION = re.compile(r"\s*[A-HＡ-Ｈ]\s*[、.．:：)）]\s*\S")
_SIGNS = re.compile(r"[A-Z]+|[√×✓✗对错]")


@dataclass(slots=True)
class Group:
    """Keys with one run of numbers. caption: what stands above them."""

    caption: str = ""
    keys: dict[int, str] = field(default_factory=dict)


def parted(lines: Sequence[tuple[int, str]]) -> tuple[list[tuple[int, str]], list[Group]]:
    """Return the lines of the questions, and the keys at the end by group; no groups where there are none."""
    for place, (_, line) in enumerate(lines):
        head = _HEAD.match(line)
        both = None if head else _HEAD_AND_KEYS.match(line)
        below = [each for _, each in lines[place + 1 :] if each.strip()]
        if both:
            below.insert(0, line[both.end() :])
        if (head or both) and _are_keys(below, at_once=2 if both else 1):
            return list(lines[:place]), groups_in(below)
    return list(lines), []


def _are_keys(lines: Sequence[str], at_once: int) -> bool:
    """Whether keys of several questions stand here, and not the answer of one. at_once: keys of the first line."""
    if not lines or any(_OPTION.match(line) for line in lines):
        return False
    first = normalize("NFKC", lines[0]).strip()
    begins = len(list(_keys_in(first))) >= at_once or (at_once == 1 and bool(_CAPTION.match(first)))
    return begins and sum(len(group.keys) for group in groups_in(lines)) >= 2


def groups_in(lines: Sequence[str]) -> list[Group]:
    """Return the keys of some lines; a new group begins with a caption, or where the numbers begin anew."""
    groups = [Group()]
    for line in lines:
        plain = normalize("NFKC", line).strip()
        found = list(_keys_in(plain))
        caption = "" if _ONE.match(plain) or _RANGE.match(plain) else _CAPTION.match(plain)
        if caption:
            first = _first_key(plain)
            groups.append(Group(caption=plain[:first].strip()))
            found = list(_keys_in(plain[first:]))
        for number, key in found:
            if number in groups[-1].keys and number <= max(groups[-1].keys):
                groups.append(Group())
            groups[-1].keys[number] = key
        if not found and not caption and groups[-1].keys and plain:
            last = max(groups[-1].keys)
            groups[-1].keys[last] += f"\n{plain}"
    return [group for group in groups if group.keys]


def _first_key(plain: str) -> int:
    places = [match.start() for match in (_RANGE.search(plain), _ONE.search(plain)) if match]
    return min(places, default=len(plain))


def _keys_in(plain: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    rest = plain
    for match in _RANGE.finditer(plain):
        first, last = int(match[1]), int(match[2])
        count = last - first + 1
        signs = _SIGNS.findall(match[3])
        if len(signs) != count:
            signs = list("".join(signs))
        if 0 < count == len(signs):
            found += zip(range(first, last + 1), signs, strict=True)
            rest = rest.replace(match[0], " ")
    marks = list(_ONE.finditer(rest))
    if not marks:
        return found
    ends = [mark.start() for mark in marks[1:]] + [len(rest)]
    for mark, end in zip(marks, ends, strict=True):
        key = rest[mark.end() : end].strip(" ;；,，")
        if key:
            found.append((int(mark[1]), key))
    return found


def of_table(rows: Sequence[Sequence[str]]) -> Group | None:
    """Return the keys of a table that has the numbers in one line and the keys in the next, or beside them."""
    keys: dict[int, str] = {}
    lines = [[normalize("NFKC", cell).strip() for cell in row] for row in rows]
    for above, below in pairwise(lines):
        pairs = [(int(one), other) for one, other in zip(above, below, strict=False) if one.isdigit() and other]
        if len(pairs) >= 2 and not any(other.isdigit() for _, other in pairs):
            keys.update(pairs)
    if not keys:
        for line in lines:
            for one, other in zip(line[::2], line[1::2], strict=False):
                if one.isdigit() and other and not other.isdigit():
                    keys[int(one)] = other
    return Group(keys=keys) if len(keys) >= 2 else None


def give(questions: Sequence[Typed], groups: Sequence[Group]) -> None:
    """Give each question without an answer its key: group by group where there are as many, else by its number."""
    own: list[list[Typed]] = []
    for each in questions:
        if not own or each.caption != own[-1][-1].caption or each.number <= own[-1][-1].number:
            own.append([])
        own[-1].append(each)
    if len(own) == len(groups):
        pairs = list(zip(own, groups, strict=True))
    elif len(groups) == 1 and len({each.number for each in questions}) == len(questions):
        pairs = [(list(questions), groups[0])]
    else:
        return
    for some, group in pairs:
        for each in some:
            if not each.answer:
                each.answer = group.keys.get(each.number, "")
