"""What an entry weighs for each of its tokens, and where they stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.search.engine import FIELDS, kept

WEIGHTS: Mapping[str, float] = {"title": 16.0, "names": 10.0, "headings": 4.0}
"""What a token weighs that stands in a field at all; the body adds at most BODY, by how often it stands there."""
BODY = 2.0
USUAL_LENGTH = 1_500
"""Tokens of a body of usual length; in a longer one the same count weighs less."""
SHORT_TITLE = 12
"""Tokens; a title that holds much else weighs down to two thirds."""
GAP = 10
"""Positions between fields, so that no phrase stands in two."""


@dataclass(slots=True)
class Posting:
    """How well an entry fits a token, and at which positions it stands, ascending."""

    weight: float
    positions: list[int]


def postings(tokens: Mapping[str, tuple[str, ...]]) -> dict[str, Posting]:
    """Return the posting of each token of an entry. tokens: by field, "" = apart."""
    found: dict[str, Posting] = {}
    at = 0
    for field in FIELDS:
        given = tokens.get(field, ())
        counts: dict[str, int] = {}
        for token in given:
            at += 1
            if token:
                token = kept(token)
                posting = found.get(token)
                if posting is None:
                    posting = found[token] = Posting(0.0, [])
                posting.positions.append(at)
                counts[token] = counts.get(token, 0) + 1
        at += GAP
        size = len(given)
        if field == "body":
            usual = 0.5 + size / USUAL_LENGTH
            for token, count in counts.items():
                found[token].weight += BODY * count / (count + usual)
        else:
            weight = WEIGHTS[field]
            if field == "title" and size > SHORT_TITLE:
                weight *= 2 / 3 + SHORT_TITLE / size / 3
            for token in counts:
                found[token].weight += weight
    return found
