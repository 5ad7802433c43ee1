"""Entries and queries as PostgreSQL writes them: literals of tsvector and tsquery, never parsed from text. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lms.search.engine import FIELDS, Clause, Phrase, kept

LETTERS: Mapping[str, str] = dict(zip(FIELDS, "ABCD", strict=True))
WEIGHTS = (0.1, 0.25, 0.62, 1.0)
"""Of D, C, B, A: body, headings, names, title; as `postings.py` weighs them."""
CHUNK = 6_000
"""Tokens from which the next gap begins a new row."""
LONGEST_CHUNK = 12_000
OVERLAP = 64
"""Tokens that two rows share where there was no gap: phrases up to this length are found across."""
GAP = 5
OFTEN = 3
MOST_OFTEN = 60
"""Tokens of a body that it says at least OFTEN, the most frequent first: what it is about."""
MOST_HEAD = 4_000


def head(tokens: Mapping[str, tuple[str, ...]]) -> str:
    """Return what an entry is weighed by: its title, names and headings, and what its body says most often.

    Small enough to be read without fetching the whole vector, which costs more than all the rest of a search.
    """
    lettered = [(token, letter) for token, letter in _lettered(tokens) if letter != LETTERS["body"]][:MOST_HEAD]
    counts = Counter(map(kept, filter(None, tokens.get("body", ()))))
    for token, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_OFTEN]:
        if count >= OFTEN:
            for _ in range(min(count, 8)):
                lettered += [(token, LETTERS["body"]), ("", "")]
    return _literal(lettered)


def vectors(tokens: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the tsvector literals of an entry: one, or several for a long one."""
    return [_literal(chunk) for chunk in _chunks(list(_lettered(tokens)))] or [""]


def _lettered(tokens: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        for token in tokens.get(field, ()):
            yield (kept(token) if token else ""), LETTERS[field]
        for _ in range(GAP):
            yield "", ""


def _chunks(every: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    begin = 0
    while len(every) - begin > LONGEST_CHUNK:
        end = next((at for at in range(begin + CHUNK, begin + LONGEST_CHUNK) if not every[at][0]), None)
        yield every[begin : end or begin + LONGEST_CHUNK]
        begin = end or begin + LONGEST_CHUNK - OVERLAP
    if any(token for token, _ in every[begin:]):
        yield every[begin:]


def _literal(chunk: Sequence[tuple[str, str]]) -> str:
    places: dict[str, list[str]] = {}
    for at, (token, letter) in enumerate(chunk, 1):
        if token:
            places.setdefault(token, []).append(f"{at}{letter}")
    return " ".join(f"{quoted(token)}:{','.join(found)}" for token, found in places.items())


def quoted(token: str) -> str:
    """Return a token as a lexeme of a literal."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def phrase_query(phrase: Phrase) -> str:
    """Return the tsquery by which a phrase is found; "" for one that can't stand anywhere."""
    if not phrase or not all(phrase):
        return ""
    return "(" + " <-> ".join(quoted(kept(token)) for token in phrase) + ")"


def clause_query(clause: Clause) -> str:
    """Return the tsquery by which any phrase of a clause is found; "" for none."""
    return " | ".join(query for phrase in clause.phrases if (query := phrase_query(phrase)))


def rank_query(phrase: Phrase) -> str:
    """Return the tsquery by which a phrase is weighed: its tokens, wherever they stand."""
    return " | ".join(quoted(kept(token)) for token in dict.fromkeys(phrase))
