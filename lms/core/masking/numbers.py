"""Phones, ID cards, bank cards, orders: rows of digits, however they are written. Pure; linear in the text.

A row of digits with blanks, dashes or dots in it is cut into groups; a few groups side by side are then looked at as
one number. Days, hours and prices are taken out before, so that they are part of no number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.masking.checks import is_bank_card, is_id_number
from lms.core.masking.finding import Found, Kind
from lms.core.masking.shadow import NUMERALS

_OUT = "\x01"
_ROW = re.compile(r"[0-9]+(?:[ \-–—−_./·•*,、~+()'|]{1,3}[0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_HAN_DIGIT = re.compile(r"[零〇○一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖]")
_TIMES = re.compile(
    r"(?<![\d-])(?:19|20)\d{2} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?(?![\d-])"
    r"|(?<!\d)\d{1,2}月\d{1,2}[日号]?(?!\d)|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
)
_UNITS = (
    "元|块|角|毛钱|件|个|台|只|套|箱|包|瓶|袋|双|条|张|支|盒|片|粒|单(?!元|号)|米|厘米|毫米|cm|mm|ml|mL|毫升|升|L|g|kg|KG|克|千克|公斤|斤|瓦|W|w"
    "|V|mAh|毫安|GB|G|MB|M|人|次|名|万|亿|千|百|积分|分|天|日|小时|分钟|秒|周|个?月|年|岁|折|%|度|℃|转|粉丝"
)
_AMOUNT = re.compile(
    rf"[¥$] ?\d{{1,8}}(?:\.\d{{1,2}})?(?!\d)|(?<![\d,])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d|,\d{{3}}(?!\d))"
    rf"|(?<![\d.])\d{{1,8}}(?:\.\d{{1,4}})? ?(?:{_UNITS})(?![A-Za-z])|(?<![\d.])\d{{1,8}}\.\d{{1,2}}(?![\d.])"
)
_GOODS = re.compile(
    r"(?:SKU|货号|型号|款号|款式|商品(?:编号|编码|ID|id)|条形码|条码|批号|批次|活动ID|规格)"
    r"[为是:# ]{0,4}[A-Za-z0-9][A-Za-z0-9-]{2,40}",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"(?:电话|手机|手机号|号码|联系方式|座机|固话|分机|tel|phone|mobile)(?:号码?)?(?:是|为|[: ])*$", re.IGNORECASE
)
_CARD = re.compile(r"(?:银行|储蓄|信用|借记|收款)?(?:卡号|卡|账号|账户)(?:是|为|[: ])*$")
_SENT = re.compile(
    r"(?:快递|运单|物流|包裹|顺丰|圆通|中通|申通|韵达|极兔|邮政|EMS|京东物流|寄回|退回)[^\d\n\x1e]{0,6}$", re.IGNORECASE
)
_PAPER = re.compile(r"(?:身份证|证件)(?:号码?)?(?:是|为|[: ])*$")
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|20[0-4]\d(?:0[1-9]|1[0-2])")
_HOTLINE = re.compile(r"[48]00\d{7}|9[56]\d{3,6}|1[012]\d{3}")
_HALF = re.compile(r"(?<![\d*])1[3-9]\d[*xX×]{3,6}\d{2,4}(?!\d)|(?<![\d*])\d{6}[*xX×]{6,10}\d{3}[\dXx](?![\dA-Za-z])")
_LOOKALIKE = re.compile(r"(?<![A-Za-z0-9])[0-9][0-9oOlI]{10}(?![A-Za-z0-9])")
_LIKE = str.maketrans("oOlI", "0011")
_MOST_GROUPS = 19
_BEFORE = 16


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    end: int
    digits: str


def find_numbers(plain: str) -> Iterator[Found]:
    """Yield every number that may belong to one person."""
    for match in _HALF.finditer(plain):
        yield Found(match.start(), match.end(), Kind.PHONE if len(match[0]) < 14 else Kind.ID_CARD)
    digits = _LOOKALIKE.sub(_as_digits, plain).translate(NUMERALS)
    digits = _without(_TIMES, digits)
    goods = [(match.start(), match.end()) for match in _GOODS.finditer(plain)]
    amounts = [(match.start(), match.end()) for match in _AMOUNT.finditer(digits)]
    harmless = bytearray(len(plain))
    for start, end in goods + amounts:
        harmless[start:end] = b"\x01" * (end - start)
    for row in _ROW.finditer(digits):
        groups = [
            _Group(row.start() + each.start(), row.start() + each.end(), each[0]) for each in _GROUP.finditer(row[0])
        ]
        yield from _in_row(plain, digits, groups, harmless)


def _as_digits(match: re.Match[str]) -> str:
    return match[0].translate(_LIKE) if sum(each.isdigit() for each in match[0]) >= 6 else match[0]


def _without(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: _OUT * len(match[0]), text)


def _in_row(plain: str, digits: str, groups: list[_Group], harmless: bytearray) -> Iterator[Found]:
    place = 0
    while place < len(groups):
        found = _proven(digits, groups, place, harmless) or _long(plain, digits, groups, place, harmless)
        if found is None:
            place += 1
            continue
        yield found
        while place < len(groups) and groups[place].start < found.end:
            place += 1


def _proven(digits: str, groups: list[_Group], first: int, harmless: bytearray) -> Found | None:
    """Return the longest number from this group on that is a phone or a card by its shape, over a few groups."""
    best = None
    number = ""
    for last in range(first, min(first + _MOST_GROUPS, len(groups))):
        number += groups[last].digits
        if len(number) > 19:
            break
        start, end = groups[first].start, groups[last].end
        held = groups[first : last + 1]
        kind = _kind(number, [len(each.digits) for each in held], digits, start, end)
        if kind is None and len(number) == 17 and digits[end : end + 1] in ("X", "x"):
            kind, end = Kind.ID_CARD, end + 1
        if kind is None and _is_landline(number, held, digits) and not harmless[start]:
            kind = Kind.PHONE
        if kind is not None:
            best = Found(_with_country(digits, start), end, kind)
    return best


def _kind(number: str, sizes: list[int], digits: str, start: int, end: int) -> Kind | None:
    length = len(number)
    if length == 18 and is_id_number(number):
        return Kind.ID_CARD
    if (
        is_bank_card(number)
        and (len(sizes) == 1 or (min(sizes[:-1]) >= 2 and not any(each in digits[start:end] for each in ",、/|")))
        and not _SENT.search(digits[max(0, start - _BEFORE) : start])
    ):
        return Kind.BANK_CARD
    if _is_cut_in_fours(sizes) and 15 <= length <= 19 and number[0] in "3456":
        return Kind.BANK_CARD
    mobile = number.removeprefix("00").removeprefix("86") if length in (13, 15) else number
    if len(mobile) == 11 and mobile[0] == "1" and mobile[1] in "3456789" and _is_sane(sizes, digits[start:end]):
        return Kind.PHONE
    return None


def _is_landline(number: str, held: list[_Group], digits: str) -> bool:
    """Whether a number begins with the code of a region: 0571-87654321, in at most three groups."""
    start, end, sizes = held[0].start, held[-1].end, [len(each.digits) for each in held]
    if not 10 <= len(number) <= 12 or number[0] != "0" or number[1] == "0" or "/" in digits[start:end]:
        return False
    if start and digits[start - 1].isascii() and digits[start - 1].isalpha():
        return False
    return len(sizes) == 1 or (len(sizes) <= 3 and sizes[0] in (3, 4) and min(sizes[1:]) >= 3)


def _is_cut_in_fours(sizes: list[int]) -> bool:
    return len(sizes) >= 4 and set(sizes[:-1]) == {4} and sizes[-1] <= 4


def _is_sane(sizes: list[int], written: str) -> bool:
    """Whether groups are cut as people cut a phone, not a list of sizes: 165、170、175、18."""
    if len(sizes) == 1 or set(sizes) == {1}:
        return True
    if len(set(written) - set("0123456789 +()")) > 1:
        return False  # a price and a hotline: 1300.00, 12315
    if any(each in written for each in "、,/|'"):
        return len(sizes) <= 4 and sizes[0] >= 3 and max(sizes[1:]) >= 4
    return len(sizes) <= 6


def _with_country(digits: str, start: int) -> int:
    """Return where the number begins with the plus of its country."""
    return start - 1 if start and digits[start - 1] == "+" else start


def _long(plain: str, digits: str, groups: list[_Group], first: int, harmless: bytearray) -> Found | None:
    """Return what a single group is by its length and by the word before it."""
    group = groups[first]
    start, end, size = group.start, group.end, len(group.digits)
    before = plain[max(0, start - _BEFORE) : start]
    if _HAN_DIGIT.search(plain[start:end]):
        return _spelled(group, plain, before)
    if size >= 12:
        if harmless[start]:
            return None
        return Found(start, end, _kind_of_long(before))
    joined = _joined(plain, groups, first)
    if joined is not None and not harmless[start]:
        return joined
    if 7 <= size <= 11 and _CALL.search(before) and not _HOTLINE.fullmatch(group.digits):
        return Found(start, end, Kind.PHONE)
    if size >= 8 and _CARD.search(before):
        return Found(start, end, Kind.BANK_CARD)
    if size < 6 or harmless[start] or _DAY.fullmatch(group.digits) or _HOTLINE.fullmatch(group.digits):
        return None
    if (start and plain[start - 1].isascii() and plain[start - 1].isalpha()) or (
        plain[end : end + 1].isascii() and plain[end : end + 1].isalpha()
    ):
        return None  # a token with letters: looked at as a whole
    return Found(start, end, Kind.OTHER, sure=False)


def _spelled(group: _Group, plain: str, before: str) -> Found | None:
    """Return a long number in Chinese numerals; a short one is a word: 一五一十."""
    if len(group.digits) < 7 or len(set(group.digits)) == 1:
        return None
    return Found(
        group.start, group.end, Kind.PHONE if _CALL.search(before) else Kind.OTHER, sure=len(group.digits) > 11
    )


def _kind_of_long(before: str) -> Kind:
    if _PAPER.search(before):
        return Kind.ID_CARD
    if _SENT.search(before):
        return Kind.PARCEL
    return Kind.BANK_CARD if _CARD.search(before) else Kind.ORDER


def _joined(plain: str, groups: list[_Group], first: int) -> Found | None:
    """Return groups that hyphens join to a number of ten digits or more: 2026-1111-000123; somebody has to look."""
    last = first
    while (
        last + 1 < len(groups) and groups[last + 1].start == groups[last].end + 1 and plain[groups[last].end] in "-–—_"
    ):
        last += 1
    number = "".join(each.digits for each in groups[first : last + 1])
    if last == first or len(number) < 10 or _HOTLINE.fullmatch(number):
        return None
    return Found(groups[first].start, groups[last].end, Kind.ORDER, sure=len(number) >= 15)
