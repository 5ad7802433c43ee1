"""A query as it was typed: its words, what means the same, and what an engine is asked for. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.wordlists.vocabulary import Vocabulary
from lms.core.folding import folded
from lms.search.atoms import runs, with_numbers
from lms.search.engine import Clause, Query
from lms.search.tokens import Phrase, QueryWord, phrases_of, pinyin_keys, pinyin_phrases, query_tokens

LONGEST_QUERY = 100
MOST_WORDS = 12
"""Words of a query that are looked for; a pasted paragraph is found by its first ones."""
MOST_OTHERS = 12
"""Other sayings of one word."""
_PART = 0.5
"""What a part of a word weighs beside the whole one."""
_UNKNOWN = 0.3
_SINGLE = 0.5
_LIGHT = 0.25
_LIGHT_WORDS = (
    "一直 已经 现在 但是 因为 所以 然后 还是 如果 之后 之前 以后 以前 帮 帮我 说 让 来 去 上 下 得 过 又 "
    "再 才 只 不 没 人 里 外 里面 买 收 用 看 做 拿 放 打 找 问 发 出 行 好 多 大 小 今天 昨天 明天 刚 "
    "刚刚 刚才 一会 好像 感觉 觉得 知道 告诉 情况 事情 顾客 客人 客户 买家 卖家 商家 店铺 客服 亲 我们 "
    "咱们 自己 别人 东西 商品 产品 宝贝 订单 帮忙 麻烦 老是 总是 完全 根本"
)
LIGHT = frozenset(_LIGHT_WORDS.split())
"""Words that join others and say little by themselves: an article without them is no worse."""
_SMALL = re.compile(r"(?<![\da-z.])\d{1,2}(?![\da-z.])")
_NUMBER = re.compile(r"\d")
_LATIN = re.compile(r"[a-z0-9]")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One word that is looked for. text: folded, as it stands in texts. phrases: the ways in which it is indexed.

    spellings: the same with its numbers written otherwise (七天, 7天). others: what means the same, folded;
    other_phrases: how that is indexed. quoted: the whole, word for word. parts: the words that it is made of, where
    the house keeps it whole.
    """

    text: str
    phrases: tuple[Phrase, ...]
    spellings: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    other_phrases: tuple[Phrase, ...] = ()
    parts: tuple["Wanted", ...] = ()
    quoted: bool = False

    @property
    def is_latin(self) -> bool:
        """Whether there are letters or numbers in it, which may be joined otherwise where it stands."""
        return _LATIN.search(self.text) is not None

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text, *self.spellings, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a query asks for. text: folded as a whole. said: without the words that say little, as one run."""

    text: str
    words: tuple[Wanted, ...] = ()
    said: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is marked where it stands, the longest first."""
        parts = [part.text for word in self.words for part in word.parts if len(part.text) > 1]
        found = [*(text for word in self.words for text in word.texts), *parts]
        return tuple(sorted(dict.fromkeys(found), key=lambda text: -len(text)))


def understood(query: str, vocabulary: Vocabulary) -> Asked:
    """Return what a query asks for: its words, each once; words that say little only where there is nothing else."""
    typed = query[:LONGEST_QUERY]
    every = query_tokens(typed, vocabulary.house)
    chosen = [word for word in every if not word.stop] or list(every)
    words: dict[str, Wanted] = {}
    for word in chosen:
        if len(words) < MOST_WORDS:
            words.setdefault(word.text, _wanted(word, vocabulary))
    return Asked(text=folded(typed), words=tuple(words.values()), said="".join(word.text for word in chosen))


def _wanted(word: QueryWord, vocabulary: Vocabulary) -> Wanted:
    spellings = spelled(word.text)
    if word.quoted:
        return Wanted(text=word.text, phrases=word.phrases, spellings=spellings, quoted=True)
    others = vocabulary.same.get(word.text, ())[:MOST_OTHERS]
    inner = _inner(word.text, vocabulary.house) if word.text in vocabulary.house else ()
    parts = [each for piece in inner for each in query_tokens(piece, frozenset({piece})) if not each.stop]
    return Wanted(
        text=word.text,
        phrases=word.phrases,
        spellings=spellings,
        others=others,
        other_phrases=tuple(dict.fromkeys(phrase for other in others for phrase in phrases_of(other))),
        parts=tuple(Wanted(text=each.text, phrases=each.phrases) for each in parts),
    )


def _inner(word: str, house: frozenset[str]) -> tuple[str, ...]:
    """Return the words of the house that a longer one is made of, and what is left between them."""
    found: list[str] = []
    rest, at = "", 0
    while at < len(word):
        ends = range(len(word) if at else len(word) - 1, at + 1, -1)
        end = next((end for end in ends if word[at:end] in house), 0)
        if end:
            found += [rest, word[at:end]]
            rest, at = "", end
        else:
            rest, at = rest + word[at], at + 1
    pieces = [piece for piece in (*found, rest) if piece and piece != word]
    return tuple(pieces) or tuple(each.text for each in query_tokens(word) if each.text != word)


def spelled(text: str) -> tuple[str, ...]:
    """Return the other ways to write a text with numbers: 七天 as 7天, 双11 as 双十一."""
    found = ["".join("".join(with_numbers(run)) for run in runs(text))] if not text.isascii() else []
    found.append(_SMALL.sub(lambda match: _in_chinese(int(match[0])), text))
    return tuple(dict.fromkeys(each for each in found if each != text))


def _in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "十" if tens == 1 else f"{_DIGITS[tens]}十" if tens else ""
    return head + (_DIGITS[ones] if ones or not tens else "")


def tokens_of(asked: Asked) -> frozenset[str]:
    """Return every token by which the words are found: what an engine is asked whether it knows."""
    return frozenset(
        token
        for word in asked.words
        for phrase in (*word.phrases, *word.other_phrases, *(one for part in word.parts for one in part.phrases))
        for token in phrase
    )


def stands(word: Wanted, known: Collection[str]) -> bool:
    """Return whether a word or what means the same may stand anywhere: no token of it is missing."""
    return any(all(token in known for token in phrase) for phrase in (*word.phrases, *word.other_phrases))


def loosened(asked: Asked, known: Collection[str]) -> Asked:
    """Return the query with words that stand nowhere looked for by their sound and by the pairs that do stand.

    推货 as tui huo, tuihuo and th as such; 没人管 as 没人.
    """
    return replace(asked, words=tuple(word if stands(word, known) else _loose(word, known) for word in asked.words))


def _loose(word: Wanted, known: Collection[str]) -> Wanted:
    if word.quoted or len(word.text) < 2 or _NUMBER.search(word.text):
        return word
    if word.text.isascii():
        sounds = pinyin_phrases(word.text)
    else:
        keys = pinyin_keys(word.text)[:1]
        sounds = tuple(phrase for key in keys for phrase in pinyin_phrases(key) if phrase[0].startswith("p:"))
    pairs = [token for phrase in word.phrases for token in phrase if token in known and " " not in token]
    return replace(
        word,
        other_phrases=tuple(dict.fromkeys((*word.other_phrases, *sounds))),
        parts=word.parts or tuple(Wanted(text=pair, phrases=((pair,),)) for pair in dict.fromkeys(pairs)),
    )


def every_word(asked: Asked, facets: Sequence[frozenset[str]], limit: int) -> Query:
    """Return what asks an engine for all the words, each in any of its ways."""
    return Query(clauses=tuple(map(_clause, asked.words)), every=True, facets=tuple(facets), limit=limit)


def any_word(asked: Asked, facets: Sequence[frozenset[str]], limit: int) -> Query:
    """Return what asks an engine for any of the words, or of the words that one is made of."""
    clauses = list(map(_clause, asked.words))
    parts = dict.fromkeys(part for word in asked.words for part in word.parts)
    clauses += [Clause(phrases=part.phrases, weight=_PART) for part in parts]
    return Query(clauses=tuple(clauses), every=False, facets=tuple(facets), limit=limit)


def _clause(word: Wanted) -> Clause:
    return Clause(phrases=tuple(dict.fromkeys((*word.phrases, *word.other_phrases))))


def rarity(asked: Asked, known: Mapping[str, int]) -> dict[str, float]:
    """Return by word how much it says, 0 to 1. known: in how many articles each token stands.

    What stands everywhere says little; so does a single character, and a word that only joins others.
    """
    return {word.text: _said_by(word, known) for word in asked.words}


def _said_by(word: Wanted, known: Mapping[str, int]) -> float:
    times = _times(word.phrases, known) or _times(word.other_phrases, known)
    weight = 1 / (1 + times.bit_length()) if times else _UNKNOWN
    if word.text in LIGHT or (not times and word.text.isascii() and word.text.isalpha()):
        return weight * _LIGHT
    return weight * (_SINGLE if len(word.text) == 1 else 1)


def _times(phrases: Iterable[Phrase], known: Mapping[str, int]) -> int:
    return max((min((known.get(token, 0) for token in phrase), default=0) for phrase in phrases), default=0)
