"""Words of a miss: what is worth counting, and when two of them ask for the same thing. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from lms.core.folding import folded
from lms.core.masking import STARS, masked

LONGEST = 200
"""Characters of the words that are kept."""
PART_OF_PAIR = 0.6
PART_OF_MORE = 0.5
"""The share of the longer words that the shorter ones make out where they stand in them: two characters, or more."""
AS_GOOD_AS_SAME = 0.8
_SHORTEST_TYPO = 4
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")
_SIGNS = re.compile(r"[\W_]+")
_SAME_AGAIN = re.compile(r"(.)\1{3,}")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "0123456789", "9876543210", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")
_ASKING = re.compile("什么时候|啥时候|多长时间|多久|几天|几时|何时|多少天")
_FILLERS = re.compile(
    "可不可以|能不能够|能不能|是不是|有没有|怎么办|怎么样|怎么|如何|怎样|咋办|咋|请问|可以|能否|麻烦|一下|"
    "顾客|客户|买家|亲亲|我们|我想|想要|需要|的话|[吗呢呀啊吧的了我想要是能会亲]"
)


def words_of(written: str) -> str | None:
    """Return what somebody searched or wrote as it is counted: folded, without personal data; None for mere noise."""
    words = folded(masked(written))[:LONGEST].strip()
    return None if is_noise(words) else words


def is_noise(words: str) -> bool:
    """Whether folded words say nothing: no letters, one letter, a key held down, a hand on the keyboard, stars only."""
    bare = _SIGNS.sub("", words.replace(STARS, ""))
    if not bare or (len(set(bare)) == 1 and len(bare) > 1):
        return True
    if bare.isdecimal():
        return len(bare) != 3  # 618, 315: days that everybody asks about
    if _HAN.search(bare):
        return bool(_SAME_AGAIN.search(bare)) and len(set(bare)) <= 2
    if len(bare) == 1 or _SAME_AGAIN.search(bare):
        return True
    runs = _LATIN.findall(bare)
    if any(len(run) >= 4 and any(run in row for row in _KEYBOARD) for run in runs):
        return True
    return (
        bool(runs) and not _DIGITS.search(bare) and all(len(run) > 4 and not re.search("[aeiouy]", run) for run in runs)
    )


@lru_cache(maxsize=50_000)
def core_of(words: str) -> str:
    """Return folded words without signs and without what every question has; the words themselves if nothing is left.

    "能不能改一下地址？" and "改地址" are the same, "什么时候发" and "多久发" too.
    """
    bare = _SIGNS.sub("", words)
    core = _FILLERS.sub("", _ASKING.sub("几时", bare))
    return core or bare or words


def one_form(same: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the form in which each word is compared: the shortest that means the same. A single letter stays."""
    found = {}
    for word, others in same.items():
        form = min((word, *others), key=lambda each: (len(each), each))
        if form != word and len(word) > 1:
            found[word] = form
    return found


def shown_same(words: str, same: Mapping[str, str]) -> str:
    """Return folded words with each synonym in its one form, the longest first; what was put in is not read again."""
    found = sorted((word for word in same if word in words), key=lambda word: (-len(word), word))
    return re.sub("|".join(map(re.escape, found)), lambda match: same[match[0]], words) if found else words


def likeness(one: str, other: str) -> float:
    """Return how much two cores ask for the same, 0 to 1; below AS_GOOD_AS_SAME (or a part, see alike) they do not.

    Numbers must be the same ones: 破壁机 k2 is not 破壁机 k3.
    """
    if one == other:
        return 1.0
    short, long = (one, other) if (len(one), one) < (len(other), other) else (other, one)
    share = len(short) / len(long)
    if share < PART_OF_MORE or _numbers(one) != _numbers(other):
        return 0.0
    least = PART_OF_PAIR if len(short) == 2 else PART_OF_MORE
    if len(short) >= 2 and share >= least and _stands_in(short, long):
        return AS_GOOD_AS_SAME + (1 - AS_GOOD_AS_SAME) * share
    if len(short) < _SHORTEST_TYPO:
        return 0.0
    return fuzz.ratio(one, other) / 100


@lru_cache(maxsize=50_000)
def _numbers(core: str) -> tuple[str, ...]:
    return tuple(_DIGITS.findall(core))


def _stands_in(short: str, long: str) -> bool:
    """Whether the shorter words stand in the longer: whole, or three and more in order with others between."""
    if short in long:
        return True
    if len(short) < 3:
        return False
    rest = iter(long)
    return all(character in rest for character in short) and not keys_of(short).isdisjoint(keys_of(long))


def alike(one: str, other: str) -> bool:
    return likeness(one, other) >= AS_GOOD_AS_SAME


@lru_cache(maxsize=50_000)
def keys_of(core: str) -> frozenset[str]:
    """Return the pairs of characters of a core; two that are alike share at least one."""
    return frozenset(core[at : at + 2] for at in range(len(core) - 1)) or frozenset({core})
