"""Names of people: behind a label, before a title, between address and phone, alone in a line. Pure; linear."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

import rjieba

from lms.core.masking.finding import Found, Kind
from lms.core.masking.shadow import HOLE
from lms.core.masking.words import COMMON, NOT_CALLED, NOT_NAMES, SURNAMES, TWO

NAMES = ("nr", "nrt", "nrfg")
"""What the dictionary calls names of people."""
_HAN = r"[\u4e00-\u9fff]"
_TWO = "|".join(sorted(TWO))
_SURNAME = rf"(?:{_TWO}|[{SURNAMES}])"
_LABEL = re.compile(
    r"(?:收件人|收货人|联系人|寄件人|签收人|代收人|经办人|户名|开户名|持卡人|真实姓名|(?:客户|买家|顾客|本人)?姓名|名字|实名)"
    r"[ ]{0,2}(?:应该)?(?P<said>是|为|叫|写|改成|改为|换成|[:])?[ ]{0,2}[:]?[ ]{0,2}"
)
_CALLED = re.compile(r"(?:我的名字是|我名字是|我叫|名叫|本人叫?|叫我|我是|我姓|免贵姓|小弟姓|这是)[ ]{0,2}")
_RUN = re.compile(rf"{_HAN}{{1,8}}(?:·{_HAN}{{1,8}}){{0,2}}|[A-Z][A-Za-z]{{1,20}}(?: [A-Z][A-Za-z]{{1,20}}){{0,2}}")
_CUT = re.compile(
    r"电话|手机|地址|号码|的|在|是|我|你|您|吗|了|收|住|和|改|写|换|先生|女士|小姐|太太|老师|师傅|这|那|也|就|都|请|麻烦|可以|谢谢|哈|呀|啊|呢|吧|哦|代|没|不|有|要|发|寄|到|给|能|会|但|她|他|帮|同意|确认|承诺|申请|授权"
)
_POLITE = re.compile(rf"(?<![A-Za-z])(?P<name>{_SURNAME}{_HAN}{{0,2}}?)(?=先生|女士|小姐|太太|夫人)")
_TITLED = re.compile(
    rf"(?P<name>{_SURNAME})(?=(?:老师|师傅|阿姨|大哥|大姐|大爷|大妈|叔叔|经理|主管|店长|医生|律师|教授|[总哥姐姨叔](?![是共之体结算部数的会能有不在额监经和弟妹妹姐哥夫])))"
)
_CLOSE = re.compile(rf"(?<!{_HAN})[老小阿](?P<name>[{SURNAMES}])(?!{_HAN})")
_BESIDE = re.compile(
    rf"(?<!{_HAN})(?P<name>{_SURNAME}{_HAN}{{1,2}})(?!{_HAN})"
    rf"(?=[ ,、;/\n]{{0,3}}(?:电话|手机)?[: ]{{0,2}}(?:\+?86[ -]?)?(?:1[3-9]\d(?:[ -]?\d{{4}}){{2}}(?!\d)|{HOLE}))"
)
_BEHIND = re.compile(
    rf"(?:(?<=\d{{4}})|(?<={HOLE}))[ ,、;/\n]{{0,3}}(?P<name>{_SURNAME}{_HAN}{{1,2}})(?!{_HAN})(?=收|[ ,。;\n\x1e]|$)"
)
_COURIER = re.compile(
    rf"(?<!{_HAN})(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=[ ]?(?:收(?!到|货|件|藏|费|据|取|回)|亲收|签收))"
)
_WORD = re.compile(rf"(?<!{_HAN})(?P<name>{_SURNAME}{_HAN}{{1,2}})(?!{_HAN})")


def find_names(plain: str) -> Iterator[Found]:
    """Yield names of people; unsure where only the shape says so."""
    for match in _LABEL.finditer(plain):
        yield from _behind_label(plain, match.end(), said=bool(match["said"]))
    for pattern in (_BESIDE, _BEHIND, _COURIER):
        for match in pattern.finditer(plain):
            if _is_plausible(match["name"]):
                yield Found(match.start("name"), match.end("name"), Kind.NAME)
    for match in _POLITE.finditer(plain):
        yield from _polite(plain, match.start("name"), match.end("name"))
    for match in _TITLED.finditer(plain):
        yield Found(
            match.start("name"),
            match.end("name"),
            Kind.NAME,
            sure=match["name"] in COMMON and _is_apart(plain, match.start()),
        )
    for match in _CALLED.finditer(plain):
        yield from _called(plain, match[0], match.end())
    for match in _CLOSE.finditer(plain):
        if match["name"] in COMMON:
            yield Found(match.start(), match.end(), Kind.NAME, sure=False)
    yield from _alone(plain)


def _behind_label(plain: str, start: int, *, said: bool) -> Iterator[Found]:
    run = _RUN.match(plain, start)
    if run is None:
        return
    name = _cut(run[0])
    if name.isascii():
        if said:
            yield Found(start, start + len(name), Kind.NAME)
        return
    named = _has_surname(name)
    if not said and not named:
        return
    if len(name) > 4 and "·" not in name:
        name = name[:3]
    if len(name) >= 2:
        yield Found(start, start + len(name), Kind.NAME, sure=said and (named or "·" in name))


def _called(plain: str, how: str, start: int) -> Iterator[Found]:
    """Yield what follows 我叫 and 我是: sure with a surname and an end behind it, where it is no word."""
    run = _RUN.match(plain, start)
    if run is None:
        return
    if how.strip().endswith("姓"):
        size = 2 if run[0][:2] in TWO else 1
        if _has_surname(run[0]):
            yield Found(start, start + size, Kind.NAME)
        return
    name = _cut(run[0])
    if name.isascii():
        if "叫" in how or "名字" in how:
            yield Found(start, start + len(name), Kind.NAME)
        return
    if name in NOT_NAMES or name[:1] in NOT_CALLED or not 2 <= len(name) <= 4:
        return
    ends = start + len(name) == run.end() or run[0][len(name)] in "的,"
    if not ends:
        first, kind = _dictionary().tag(run[0])[0]
        if kind in NAMES and 2 <= len(first) <= 3 and _has_surname(first) and first not in NOT_NAMES:
            name, ends = first, True
    strong = how.strip() in ("我叫", "名叫", "我的名字是", "我名字是")
    named = _has_surname(name) and len(name) <= 3
    if named and ends and (strong or _is_tagged_name(name)) and not _is_word(name):
        yield Found(start, start + len(name), Kind.NAME)
    elif (strong and _is_unknown(name)) or (named and _is_plausible(name)):
        yield Found(start, start + len(name), Kind.NAME, sure=False)


def _polite(plain: str, start: int, end: int) -> Iterator[Found]:
    """Yield the name before 先生 and 女士: the last surname that leaves one or two characters for the given name."""
    for begin in range(start, end):
        name = plain[begin:end]
        if _has_surname(name) and len(name) <= 3 and (len(name) == 1 or name not in NOT_NAMES):
            yield Found(begin, end, Kind.NAME)
            return


def _alone(plain: str) -> Iterator[Found]:
    """Yield two or three characters between signs that begin with a surname and are in no dictionary."""
    for match in _WORD.finditer(plain):
        name = match["name"]
        if _is_plausible(name):
            yield Found(match.start(), match.end(), Kind.NAME, sure=False)


def _cut(run: str) -> str:
    found = _CUT.search(run, 1)
    return run[: found.start()] if found else run


def _has_surname(name: str) -> bool:
    return name[:1] in SURNAMES or name[:2] in TWO


def _is_apart(plain: str, start: int) -> bool:
    return start == 0 or not "\u4e00" <= plain[start - 1] <= "\u9fff" or plain[start - 1] in "是找叫问给跟和的到请让位"


@lru_cache(maxsize=1)
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()


def _is_word(name: str) -> bool:
    """Whether the dictionary has it as a word that is no name."""
    tagged: Collection[tuple[str, str]] = _dictionary().tag(name)
    return len(tagged) == 1 and next(iter(tagged))[1] not in (*NAMES, "x")


def _is_tagged_name(name: str) -> bool:
    tagged: list[tuple[str, str]] = _dictionary().tag(name)
    return any(kind in NAMES for _, kind in tagged) or len(tagged) > 1


def _is_unknown(name: str) -> bool:
    """Whether there is no word in it but names of people."""
    tagged: list[tuple[str, str]] = _dictionary().tag(name)
    return not any(len(piece) > 1 and kind not in NAMES for piece, kind in tagged)


def _is_plausible(name: str) -> bool:
    """Whether characters that begin with a surname may be a name: no word, and no word in them: 查一下."""
    if name in NOT_NAMES or name[:2] in NOT_NAMES or _CUT.search(name, 1):
        return False
    if _is_word(name) or not _is_unknown(name):
        return False
    tagged: list[tuple[str, str]] = _dictionary().tag(name)
    return name[:1] in COMMON or name[:2] in TWO or any(len(piece) > 1 for piece, _kind in tagged)
