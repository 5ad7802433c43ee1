"""Forbidden words in disguise: 薇信 for 微信, 加我v, 扣扣, 一三八零零…, each with its place in the original. Pure.

Two kinds. A spelling of the table below that nobody uses for anything else is the word itself. What is also a word of
its own (威信), or only sounds like it (rules/sounds.py), tells a person where to look and costs nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lms.core.negation import is_negated
from lms.core.tracing import Traced, traced

_LOOSE = re.compile(r"[·•・\-—–_~*|/\\=^'`´¨°\ufe0e\ufe0f\u200d]|(?<!\d)\.|\.(?!\d)")  # put between to hide a word
_HEART = "[❤♥♡💗💖💕心]"
_V = f"(?:v|w|vv|wei|微|薇|威|徽|溦|徾|唯|维){_HEART}"
_SURE = (
    (f"薇信|徽信|溦信|薇芯|微芯|微亻言|徾信|唁信|嶶信|威芯|v[ ]?[信芯]|w[ ]?信|{_V}", "微信"),
    (r"wei[ ]?(?:信|芯|xin)|微[ ]?xin|薇[ ]?xin|wechat|weixin", "微信"),
    (r"(?<![a-z])[vw][ ]?x(?:in)?(?![a-z])", "微信"),
    (r"(?<=加)(我|您|你|一下|下|个|咱)?(的)?(?<![a-z])v(?:(?![a-z0-9]|会员)|(?=[a-z0-9_]{5}))", "微信"),
    (r"(?<![a-z])v号|威x|薇x|微号", "微信"),
    (r"扣扣|抠抠|口口(?!声声|相传|合)|q[ ]?扣|(?<![a-z])q号|企鹅号|秋秋号|球球号|叩叩", "qq"),
    (r"支付[饱堡鲍宝]|支付bao|支fu宝|支附宝|吱付宝|知付宝|zhifubao|(?<![a-z])zfb(?![a-z])|alipay", "支付宝"),
    (r"手[机鸡叽]|手ji(?![a-z])|shouji", "手机"),
    (r"电[话桦]|殿话|电hua(?![a-z])|dianhua", "电话"),
    (r"转[账帐]|转zhang", "转账"),
    (r"红[包苞]|洪包|hong包|hongbao", "红包"),
    (r"好[评坪苹]|好ping(?![a-z])|haoping", "好评"),
    (r"返[现線]|反现", "返现"),
)
"""What is the word itself. A group that the pattern takes stays as it is."""
_UNSURE = (
    (r"威信(?!扫地|很?高|不高|大|力|受|降|下降|尽失|全无|丧失)(?<!有威信)(?<!权威信)", "微信"),
    (r"(?<!气象)卫星号|威心", "微信"),
)
"""What is also a word of its own."""
_PLUS = re.compile(r"[+➕十](?=(?:我|您|你|一下|个)?[ ]?(?:v|w|微|薇|威|徽|q|扣|企鹅))")
_FILLED = re.compile(r"加(?:我|您|你|一下|下|个|咱|们)+的?(?=微信|威信|qq|手机|电话|支付宝)|加的(?=微信|威信|qq|手机)")

_NUMERALS = dict(zip("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺两", "0012345678912345678912", strict=True))
_LEET = {"o": "0", "l": "1", "i": "1", "z": "2", "s": "5", "b": "8"}
_DIGIT = f"[0-9{''.join(_NUMERALS)}olizsb]"
LEAST_DIGITS = 5
"""Digits that a number has to have beside the letters which look like some."""
_ORDINARY = re.compile(r"[0-9０-９]{11}|[0-9]{3}[ -][0-9]{4}[ -][0-9]{4}")
_MOBILE = re.compile(rf"(?<![0-9a-z])(?:{_DIGIT}[ \-—–_~*./·,，、]{{0,3}}){{10}}{_DIGIT}(?![0-9a-z])")
CONTACT = re.compile("微信|qq|手机|电话|号码|联系方式|私下联系|私聊")
"""A phrase that forbids a contact outside the shop's chat, undisguised."""
PHONE = re.compile("手机|电话|号码|联系方式")


@dataclass(frozen=True, slots=True)
class Bare:
    """A text without its disguise. plain: folded. text: where each of its characters comes from.

    guessed: places (first, last) of plain that stand for what is also a word of its own.
    """

    text: Traced
    guessed: tuple[tuple[int, int], ...] = ()

    @property
    def plain(self) -> str:
        return self.text.plain

    def is_guess(self, first: int, last: int) -> bool:
        """Whether plain[first:last] is nothing but what is also a word of its own."""
        return any(start <= first and last <= end for start, end in self.guessed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """Where a text says something in disguise. start, end: in the original. sure: it is said; else a person looks."""

    start: int
    end: int
    sure: bool
    negated: bool


@lru_cache(maxsize=1_024)
def bare(said: str) -> Bare:
    """Return a text without dots and stars between the characters, with the known spellings written out."""
    plain = traced(said)
    shown = _replaced(_shown(plain), _PLUS, "加")
    for pattern, word in _SURE:
        shown = _replaced(shown, _compiled(pattern), word)
    shown = _replaced(shown, _FILLED, "加")
    guessed: list[tuple[int, int]] = []
    for pattern, word in _UNSURE:
        shown = _replaced(shown, _compiled(pattern), word, guessed)
    return Bare(shown, tuple(guessed))


@lru_cache(maxsize=4_096)
def bare_phrase(phrase: str) -> str:
    """Return a listed phrase as it is looked for in a bare text."""
    shown = bare(phrase)
    return traced(phrase).plain if shown.guessed else shown.plain


def disguised(phrase: str, said: Bare) -> Iterator[Spotted]:
    """Yield where a bare text says a phrase, its known spellings included. Phrases of one character are left out."""
    wanted = bare_phrase(phrase)
    if len(wanted) < 2:
        return
    at = said.plain.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (_is_cut(said.plain, at) or _is_cut(said.plain, end)):
            start, last = said.text.span(at, end)
            yield Spotted(
                start=start,
                end=last,
                sure=not said.is_guess(at, end),
                negated=is_negated(said.plain, at, end),
            )
        at = said.plain.find(wanted, at + 1)


def mobiles(said: str) -> Iterator[Spotted]:
    """Yield each mobile number, also one that is spelt, spaced or starred. sure: it was hidden, to get through.

    An ordinary number may be the customer's own, so a person looks.
    """
    plain = traced(said)
    for match in _MOBILE.finditer(plain.plain):
        written = match[0]
        if sum(each.isdigit() or each in _NUMERALS for each in written) < LEAST_DIGITS:
            continue
        digits = "".join(_NUMERALS.get(each, _LEET.get(each, each)) for each in written if _is_digit(each))
        if not re.fullmatch(r"1[3-9]\d{9}", digits):
            continue
        start, end = plain.span(*match.span())
        hidden = not _ORDINARY.fullmatch(said[start:end])
        yield Spotted(start=start, end=end, sure=hidden, negated=is_negated(plain.plain, *match.span()))


def _is_digit(character: str) -> bool:
    return character.isdigit() or character in _NUMERALS or character in _LEET


def _is_cut(plain: str, at: int) -> bool:
    """Say whether a number or a Latin word runs on over this place."""
    if not 0 < at < len(plain):
        return False
    one, other = plain[at - 1], plain[at]
    if not (one.isascii() and other.isascii()):
        return False
    return (one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha())


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _shown(text: Traced) -> Traced:
    """Return the text without what is put between its characters to hide a word."""
    hidden = {match.start() for match in _LOOSE.finditer(text.plain)}
    if not hidden:
        return text
    places = [place for place in range(len(text.plain)) if place not in hidden]
    return Traced(
        "".join(text.plain[each] for each in places),
        tuple(text.starts[each] for each in places),
        tuple(text.ends[each] for each in places),
    )


def _replaced(text: Traced, pattern: re.Pattern[str], word: str, noted: list[tuple[int, int]] | None = None) -> Traced:
    """Return the text with a word for each match; every character of the word stands for the whole match."""
    plain, starts, ends, at = "", [], [], 0
    for match in pattern.finditer(text.plain):
        first, last = match.span()
        if pattern.groups:  # what a group took stays
            first = max((match.end(each) for each in range(1, pattern.groups + 1)), default=first)
            first = max(first, match.start())
        plain += text.plain[at:first] + word
        starts += [*text.starts[at:first], *[text.starts[first]] * len(word)]
        ends += [*text.ends[at:first], *[text.ends[last - 1]] * len(word)]
        at = last
        if noted is not None:
            noted.append((len(plain) - len(word), len(plain)))
    if not at:
        return text
    return Traced(plain + text.plain[at:], (*starts, *text.starts[at:]), (*ends, *text.ends[at:]))
