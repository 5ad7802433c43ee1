"""Text into tokens: what the index keeps, and what a query looks for. The same text gives the same tokens everywhere.

An atom is a Chinese character, a run of letters or a number (`atoms.py`). The index keeps every two neighbouring atoms
as one token, in order (退货 货政 政策; 双11; `sku 8821`; `refund policy`), and each atom by itself. So any piece of a
text is found by the run of its pairs, exactly, wherever a dictionary would have cut it: 改地址 in 修改地址. K2, K-2 and
"k 2" are the same; SKU8821 is found whole and by 8821. Numerals stand twice, as written and as numbers: 七天 = 7天.
The dictionary (rjieba, and the house's own words) cuts queries only, so a new word needs no new index.

Titles and names have their pinyin too, a token for each syllable: `p:tui p:huo`, and their initials: `i:t i:h`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import rjieba

from lms.core import optional
from lms.core.folding import folded
from lms.search.atoms import HAN, Run, is_latin, numeral_end, runs, with_numbers
from lms.search.engine import Phrase as Phrase

VERSION = 1
"""Raised whenever the same text gives other tokens; an index of another version is built anew."""
LONGEST_QUERY = 200
"""Characters of a query that are looked at."""
MOST_READINGS = 4
"""Ways to part one word of letters into syllables: xian = xi an."""

_SAYS_LITTLE = """
    的 了 吗 呢 啊 呀 吧 嘛 么 是 和 与 或 及 在 把 被 给 对 从 到 就 都 也 还 很 请 我 你 您 他 她 它
    我们 你们 他们 咱 咱们 这 那 这个 那个 这种 那种 哪 哪个 哪些 什么 怎么 怎样 怎么样 怎么办 怎么弄 如何 为什么 为何
    多少 几 是否 是不是 能不能 可不可以 可以 能 会 要 想 应该 需要 一下 一个 有 没有 有没有 时候 时 请问 谁
    呗 哦 嗯 咋 咋办 啥 办
    the a an of to is are how what do i my
"""
STOP_WORDS = frozenset(_SAYS_LITTLE.split())
"""Words that say little: they are looked for only when a query has nothing else, or inside quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWord:
    """One word of a query. text: folded, as it is to be marked. phrases: the ways it may stand, at least one.

    run: words of the same run stood beside one another in the query. stop: says little. quoted: stood in quotes, whole.
    """

    text: str
    phrases: tuple[Phrase, ...]
    run: int
    stop: bool = False
    quoted: bool = False


def index_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a text in order; "" parts runs. The pairs come first, then each atom by itself."""
    pairs: list[str] = []
    letters: list[str] = []
    once: dict[str, None] = {}
    for run in runs(text):
        number_run = with_numbers(run)
        for reading in (run,) if number_run is run else (run, number_run):
            pairs += _pairs(reading)
            pairs.append("")
            for atom in reading:
                if atom.isdecimal() or not is_latin(atom):
                    once[atom] = None  # how often a single character stands says nothing
                elif reading is run:
                    letters.append(atom)
    return (*pairs, *once, "", *letters)


def name_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a title or an alias: those of the text, and the syllables and initials of its pinyin."""
    tokens: list[str] = list(index_tokens(text))
    for syllables in _syllables(text):
        tokens += ["", *(f"p:{syllable}" for syllable in syllables)]
        tokens += ["", *(f"i:{syllable[0]}" for syllable in syllables)]
    return tuple(tokens)


def phrases_of(text: str) -> tuple[Phrase, ...]:
    """Return the runs of tokens by which exactly this text is found, as written and with numbers; () if it has no word.

    A text of several runs (with a comma) is found by its longest.
    """
    parts = runs(text)
    if not parts:
        return ()
    run = max(parts, key=len)
    return tuple(dict.fromkeys(_phrase(reading) for reading in (run, with_numbers(run))))


def query_tokens(text: str, house: frozenset[str] = frozenset()) -> tuple[QueryWord, ...]:
    """Cut a query into words, in its order; the same word may come twice. house: words kept whole.

    What stands in quotes is one word. Never raises; a query of signs only gives ().
    """
    found: list[QueryWord] = []
    number = 0
    for part, quoted in _quoted_parts(text[:LONGEST_QUERY]):
        for run in runs(part):
            number += 1
            words = (run,) if quoted else _cut(run, house)
            for word in words:
                shown = _shown(word)
                found.append(
                    QueryWord(
                        text=shown,
                        phrases=tuple(dict.fromkeys(_phrase(reading) for reading in (word, with_numbers(word)))),
                        run=number,
                        stop=not quoted and shown in STOP_WORDS,
                        quoted=quoted,
                    )
                )
    return tuple(found)


def pinyin_keys(text: str) -> tuple[str, ...]:
    """Return the pinyin of the Chinese in a text without tones and spaces, and its initials: ("tuihuo", "th")."""
    syllables = [syllable for run in _syllables(text) for syllable in run]
    if not syllables:
        return ()
    return tuple(dict.fromkeys(("".join(syllables), "".join(syllable[0] for syllable in syllables))))


def pinyin_phrases(word: str) -> tuple[Phrase, ...]:
    """Return the runs of tokens by which a name is found that is typed in letters: tuihuo, th; () for what is neither.

    Two to forty letters; by syllables (of a last one that is not finished nothing is asked), then, up to eight
    letters, as initials.
    """
    letters = folded(word).replace(" ", "").replace("'", "")
    if not re.fullmatch(r"[a-zü]{2,40}", letters):
        return ()
    found = [tuple(f"p:{syllable}" for syllable in reading) for reading in _readings(letters.replace("ü", "v"))]
    if len(letters) <= 8:
        found.append(tuple(f"i:{letter}" for letter in letters))
    return tuple(found)


def _pairs(run: Run) -> list[str]:
    return [f"{left} {right}" if is_latin(left) and is_latin(right) else left + right for left, right in pairwise(run)]


def _phrase(run: Run) -> Phrase:
    return tuple(_pairs(run)) if len(run) > 1 else run


def _shown(run: Run) -> str:
    return "".join(
        f" {atom}"
        if at and atom.isalpha() and is_latin(atom) and run[at - 1].isalpha() and is_latin(run[at - 1])
        else atom
        for at, atom in enumerate(run)
    )


_QUOTED = re.compile(r"[\"“”＂「『]([^\"“”＂「」『』]+)[\"“”＂」』]")


def _quoted_parts(text: str) -> Iterable[tuple[str, bool]]:
    end = 0
    for match in _QUOTED.finditer(text):
        yield text[end : match.start()], False
        yield match[1], True
        end = match.end()
    yield text[end:], False


@cache
def _dictionary() -> rjieba.Jieba:
    """The one dictionary of this process: 0.2 s and 66 MB at the first call."""
    return rjieba.Jieba()


@lru_cache(maxsize=4)
def _house_pattern(house: frozenset[str]) -> re.Pattern[str] | None:
    words = {"".join(run) for word in house for run in runs(word) if len(run) > 1}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first))) if words else None


def _cut(run: Run, house: frozenset[str]) -> list[Run]:
    """Part a run into words: those of the house, numbers with their unit, models (K2), and what the dictionary says."""
    ends = _house_words(run, house)
    words: list[Run] = []
    plain: list[str] = []

    def flush() -> None:
        words.extend((word,) if is_latin(word) else tuple(word) for word in _dictionary().cut("".join(plain)) if word)
        plain.clear()

    at = 0
    while at < len(run):
        end = ends.get(at) or _number_end(run, at) or _model_end(run, at)
        if end:
            flush()
            words.append(run[at:end])
        elif is_latin(run[at]):
            flush()
            words.append(run[at : at + 1])
        else:
            plain.append(run[at])
        at = end or at + 1
    flush()
    return words


def _house_words(run: Run, house: frozenset[str]) -> dict[int, int]:
    """Return where in the run words of the house begin and end, the longest first."""
    pattern = _house_pattern(house)
    if pattern is None:
        return {}
    starts: dict[int, int] = {}
    length = 0
    for index, atom in enumerate(run):
        starts[length] = index
        length += len(atom)
    starts[length] = len(run)
    found = {}
    for match in pattern.finditer("".join(run)):
        if match.start() in starts and match.end() in starts:
            found[starts[match.start()]] = starts[match.end()]
    return found


def _number_end(run: Run, at: int) -> int:
    """Return where a number with what belongs to it ends (双十一, 第3, 七天, 48小时), 0 when none begins here."""
    begin = at + 1 if run[at] in "双第满" else at
    if begin >= len(run):
        return 0
    end = begin + 1 if run[begin].isdecimal() else numeral_end(run, begin)
    if end == begin:
        return 0
    if end < len(run) and run[end] == "万":
        end += 1
    if run[end : end + 2] in (("小", "时"), ("分", "钟"), ("星", "期"), ("工", "作")):
        return end + 2
    if end < len(run) and run[end] in _UNITS_OF_A_WORD:
        end += 1
    elif begin == at and run[begin].isdecimal():
        return 0  # a bare number: may be the second half of a model
    return end


_UNITS_OF_A_WORD = frozenset("天日月年周时分秒个件单元块折倍次号级岁斤米款张份套")


def _model_end(run: Run, at: int) -> int:
    """Return where a model or number of letters and digits ends: K2, SKU8821; 0 when none begins here."""
    end = at
    while end < len(run) and is_latin(run[end]):
        if end > at and run[end].isalpha() and (run[end - 1].isalpha() or len(run[end]) > 2):
            break  # another word of English: iphone 15 | pro
        end += 1
    return end if end - at > 1 else 0


def _syllables(text: str) -> list[list[str]]:
    """Return the syllables of each run of Chinese in a text, without tones, ü as v."""
    pinyin = optional.pinyin()
    return [
        [syllable for syllable in pinyin.lazy_pinyin(part, errors="ignore") if syllable.isascii() and syllable]
        for part in re.findall(rf"[{HAN}]+", folded(text))
    ]


@cache
def _every_syllable() -> frozenset[str]:
    """Return every syllable that Chinese has, as the dictionary of pinyin writes them."""
    pinyin = optional.pinyin()
    found = {pinyin.lazy_pinyin(chr(code))[0] for code in range(0x4E00, 0x9FA6)}
    return frozenset(each for each in found if each.isascii() and (len(each) > 1 or each in "aeo")) - {
        "ng",
        "hm",
        "hng",
    }


@cache
def _every_beginning() -> frozenset[str]:
    return frozenset(each[:size] for each in _every_syllable() for size in range(1, len(each)))


def _readings(letters: str) -> list[tuple[str, ...]]:
    """Return the ways to part letters into syllables, long ones first; what a last one begins with is left out."""
    ends = range(len(letters), max(0, len(letters) - 6), -1)
    for end in ends:
        if end == len(letters) or letters[end:] in _every_beginning():
            found = _parted(letters[:end])
            if found:
                return found
    return []


def _parted(letters: str) -> list[tuple[str, ...]]:
    known = _every_syllable()
    ways: list[list[tuple[str, ...]]] = [[] for _ in letters] + [[()]]  # of what is left from here on
    for at in range(len(letters) - 1, -1, -1):
        for size in range(min(6, len(letters) - at), 0, -1):
            syllable = letters[at : at + size]
            if syllable in known:
                ways[at] += [(syllable, *rest) for rest in ways[at + size]]
        ways[at] = ways[at][:MOST_READINGS]
    return ways[0]
