"""Addresses: pieces that end as parts of an address do, standing side by side. Pure; linear in the text.

A town or a district alone says where the parcel is, not where somebody lives. What is masked has two parts, one of
them as fine as a road; what has one fine part only is shown to a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.masking.finding import Found, Kind
from lms.core.masking.shadow import BREAK, HOLE
from lms.core.masking.words import NOT_ENDS, NOT_PLACES, PROVINCES

_HAN = r"[\u4e00-\u9fff]"
_NO = r"[0-9一二三四五六七八九十百零〇A-Za-z]"
_ENDS = "号楼|号院|号舍|舍|号|弄|栋|幢|座|单元|楼|层|室|房|户|巷|#"
COARSE, FINE, NUMBER = 1, 2, 3
_PIECE = re.compile(
    rf"(?P<province>(?:{PROVINCES})(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)?)"
    rf"|(?P<number>{_NO}{{1,6}}(?:[-–—]{_NO}{{1,6}}){{0,3}} ?(?:{_ENDS})|\d{{1,4}}(?:-\d{{1,5}}){{2,3}}(?!\d))"
    r"|(?P<coarse>自治州|地区|市|区|县|旗|州|盟)"
    r"|(?P<fine>街道|大道|大街|胡同|村委会|新村|社区|小区|花园|家园|公寓|大厦|广场|宿舍|工业园|产业园|科技园|开发区"
    r"|雅苑|佳苑|名苑|学院|大学|中学|小学|镇|乡|村|路(?![径线过上程由人面况费途障])|街|巷|苑|庄|屯)"
)
_STOP = frozenset(
    "我你您他她它们的了是在到寄送往发从去给请把被跟与或及就也还要想让帮住说问有没不吗呢吧啊哦嗯这那哪里收改换为叫很再先后前"
)
_LABEL = re.compile(
    r"(?:(?:收货|收件|家庭|寄件|发货|退货|新|详细|配送|通讯|公司|联系)?地址|住址|寄到|送到|寄往|发到|寄回"
    r"|送货到|改到|改成|我住在?|我家在|家住)"
    r"[ ]{0,2}(?:应该|要|就)?(?:是|为|在|[:])?[ ]{0,2}"
)
_CLAUSE = re.compile(r"[^,。!?;\n\x1e\ue000]{2,80}")
_ROOM = re.compile(r"[ ]?[A-Za-z]?\d{1,5}(?:[-–—]\d{1,5}){0,3}(?:室|房|号|户|楼|层|单元)?(?![\d.])")
_TAIL = re.compile(rf"[ ]?{_HAN}{{0,10}}(?:驿站|代收点|快递柜|丰巢柜?|门卫|物业|前台|店|铺|超市|便利店)")
_LONGEST = 10
_BUILDING = re.compile(r".{1,10}(?:号楼|号院|弄|栋|幢|单元)|\w?\d{3,5} ?室|\d+(?:-\d+){2,3}|\w{1,3}座")
_GAP, _NAME = 3, 14
_DAYS = re.compile(
    r"(?<!\d)(?:19|20)\d{2} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?(?![\d-])|\d{1,2} ?月 ?\d{1,2} ?[日号]"
)


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    level: int


def find_addresses(plain: str) -> Iterator[Found]:
    """Yield addresses. Days are taken out first: the 11 of 11月11号 is no house."""
    plain = _DAYS.sub(lambda match: "\x01" * len(match[0]), plain)
    parts = _parts(plain)
    place = 0
    while place < len(parts):
        held = [parts[place]]
        while place + len(held) < len(parts) and _joins(plain, held[-1], parts[place + len(held)]):
            held.append(parts[place + len(held)])
        place += len(held)
        found = _judged(plain, held)
        if found is not None:
            yield found
    yield from _labelled(plain)


def _parts(plain: str) -> list[_Part]:
    """Return what ends as a part of an address, with the name before it."""
    found: list[_Part] = []
    edge = 0
    for match in _PIECE.finditer(plain):
        kind = match.lastgroup
        level = {"number": NUMBER, "fine": FINE}.get(kind or "", COARSE)
        start = match.start()
        if kind in ("coarse", "fine"):
            start = _name_start(plain, max(edge, start - _LONGEST), start)
            follows = match.start() == edge > 0
            if _is_common(plain[start : match.end()], match[0], follows=follows):
                continue
            if follows and found and found[-1].level == level == FINE:
                start = found.pop().start  # 翠苑 and 街道 are one name
        found.append(_Part(start, match.end(), level))
        edge = match.end()
    return found


def _is_common(word: str, suffix: str, *, follows: bool) -> bool:
    """Whether this is a word that only ends like a part of an address: 超市, 一路, 小区."""
    if word == suffix:
        return not follows
    return word in NOT_PLACES or (len(suffix) == 1 and word[-2:] in NOT_ENDS)


def _name_start(plain: str, least: int, end: int) -> int:
    """Return where the name before a suffix begins: Chinese characters and digits, not the words before it."""
    start = end
    while start > least and (
        ("\u4e00" <= plain[start - 1] <= "\u9fff" and plain[start - 1] not in _STOP) or plain[start - 1].isdigit()
    ):
        start -= 1
    return start


def _joins(plain: str, one: _Part, other: _Part) -> bool:
    """Whether two parts belong together: side by side, or with the name of a building between them."""
    between = plain[one.end : other.start]
    if any(each in between for each in f",。!?;:\n{BREAK}{HOLE}"):
        return False
    return len(between) <= _GAP or (len(between) <= _NAME and other.level >= FINE and not _STOP & set(between))


def _judged(plain: str, parts: list[_Part]) -> Found | None:
    levels = [each.level for each in parts]
    start, end = parts[0].start, parts[-1].end
    built = _is_building(plain, parts)
    if (FINE in levels and len(levels) > 1) or (built and len(levels) > 1):
        return Found(start, _extended(plain, end), Kind.ADDRESS)
    if FINE in levels or built or (COARSE in levels and NUMBER in levels):
        return Found(start, end, Kind.ADDRESS, sure=False)
    return None


def _is_building(plain: str, parts: list[_Part]) -> bool:
    written = [plain[each.start : each.end] for each in parts if each.level == NUMBER]
    return any(_BUILDING.fullmatch(each) and not each.startswith(("400-", "800-")) for each in written)


def _extended(plain: str, end: int) -> int:
    """Return where the address ends with a room or a place to leave parcels behind it."""
    for _ in range(3):
        more = _ROOM.match(plain, end) or _TAIL.match(plain, end)
        if more is None:
            return end
        end = more.end()
    return end


def _labelled(plain: str) -> Iterator[Found]:
    """Yield what stands behind 地址: sure where it has a number or an end as addresses have, else shown."""
    for match in _LABEL.finditer(plain):
        clause = _CLAUSE.match(plain, match.end())
        said = match[0].rstrip().endswith((":", "是", "为"))
        if clause is None or not (said or _PIECE.search(clause[0])):
            continue
        value = clause[0].rstrip()
        phone = re.search(r"(?:电话|手机|收件人|联系人|邮编|\d{11}|1\d{2}[- ]\d{4})", value)
        if phone is not None:
            value = value[: phone.start()].rstrip()
        if not (value[:1].isalnum() or value[:1] == " ") or (len(value) < 4 and not _PIECE.search(value)):
            continue
        parts = _parts(value)
        if any(each.level == FINE for each in parts) or _is_building(value, parts):
            yield Found(match.end(), match.end() + len(value), Kind.ADDRESS)
        elif said and match[0].startswith(("收货", "收件", "家庭", "新", "详细", "配送", "地址", "住址")):
            yield Found(match.end(), match.end() + len(value), Kind.ADDRESS, sure=False)
