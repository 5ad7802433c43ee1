"""What the published word lists say to the search: which words mean the same, which are never cut. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.content.wordlists.spec import ListKind, WordListSpec
from lms.core.folding import folded

MOST_TOGETHER = 100
"""Words of one line: each of them is looked up with all the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything folded. same: the other words of a word's groups. terms: of the dictionary.

    house: words that are looked for whole: the terms, and every word that has others.
    """

    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: frozenset[str] = frozenset()
    house: frozenset[str] = frozenset()


def vocabulary_of(lists: Iterable[WordListSpec]) -> Vocabulary:
    """Return what the lists say together; a word in two groups has the words of both."""
    same: dict[str, dict[str, None]] = {}
    terms: dict[str, None] = {}
    for each in lists:
        for entry in each.entries:
            words = list(dict.fromkeys(folded(word) for word in entry.words[:MOST_TOGETHER]))
            if each.list is ListKind.DICTIONARY:
                terms.update(dict.fromkeys(words))
            elif each.list is ListKind.SYNONYMS:
                for word in words:
                    same.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    found = {word: tuple(others) for word, others in same.items() if others}
    return Vocabulary(same=found, terms=frozenset(terms), house=frozenset(terms) | frozenset(found))
