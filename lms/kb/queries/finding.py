"""Answering a search: what the engine finds, put in order, with the sentence that is shown; typos and sounds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, and_, bindparam, cast, literal, or_, select, union_all

from lms.accounts.models import Shop
from lms.content import queries as content
from lms.content.audience import normal, words_of
from lms.content.models import Document, Revision, Slug
from lms.content.queries.wordlists import PUBLISHED_LISTS, vocabulary
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.here import today
from lms.kb.models import ArticleEntry
from lms.kb.queries.entries import FOR_ALL
from lms.kb.queries.meaning import correction
from lms.kb.rules import asking, browsing, sounding
from lms.kb.rules.asking import Asked
from lms.kb.rules.browsing import Category
from lms.kb.rules.finding import Piece, Sentence, best_sentence, marked
from lms.kb.rules.ranking import Candidate, Placed, ranked
from lms.search.engine import Engine, Unreadable
from lms.search.engines import engine

MOST_HITS = 50
CANDIDATES = 80
"""Articles that an engine gives to be put in order."""
MOST_TAGS = 20
ENOUGH = 5
"""Articles with every word from which those with some of the words are not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """shop: its code, "" = one's own shops. folder: a category, None = all. in_review: not past its review.

    after: how many answers were shown before.
    """

    query: str
    shop: str = ""
    folder: str | None = None
    tag: str = ""
    in_review: bool = False
    limit: int = 20
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChoice:
    """A shop that may be chosen. chosen: the search looks for what holds in it."""

    code: str
    name: str
    platform: str
    mine: bool
    chosen: bool = False

    @property
    def words(self) -> frozenset[str]:
        return frozenset(normal(word) for word in (self.code, self.name, self.platform) if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """shops: names of those that the article applies to, () = all. elsewhere: none of them is looked for.

    full: it has all that the query says. overdue: past its review.
    """

    document_id: int
    slug: str
    title: str
    summary: str
    tags: tuple[str, ...]
    verified_until: date | None
    overdue: bool
    shops: tuple[str, ...]
    elsewhere: bool
    full: bool
    sentence: Sentence
    title_pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """total: of all hits. next: how many were shown with these, None at the end. instead: what was looked for in place
    of a query that finds nothing, "" = the query. meant: what may have been meant, "" = nothing.

    folders, tags: in which all the hits lie.
    full: how many of the hits have all that the query says; the others come after them. words: what is marked.
    by_title: the index can't be read, only titles and aliases were looked at.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    full: int = 0
    words: tuple[str, ...] = ()
    next: int | None = None
    instead: str = ""
    meant: str = ""
    by_title: bool = False
    shops: tuple[ShopChoice, ...] = ()
    folders: tuple[Category, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()


_SHOPS = select(Shop.id, Shop.code, Shop.name, Shop.platform)
_LISTS = PUBLISHED_LISTS.with_only_columns(
    literal(0), literal(""), literal(""), literal(""), Revision.compiled_sha.label("compiled")
)
_GROUND = union_all(_SHOPS.add_columns(literal(None, LargeBinary)), _LISTS).order_by("id")
"""Shops and word lists at once: what every search has to know beforehand."""


def shop_choices(actor: Actor, chosen: str = "") -> tuple[ShopChoice, ...]:
    """Return the shops to choose from, the actor's own first."""
    return _choices(rows(_SHOPS.order_by(Shop.id)), actor, chosen)


def _choices(shops: Iterable[Any], actor: Actor, chosen: str) -> tuple[ShopChoice, ...]:
    found = [
        ShopChoice(
            code=row.code, name=row.name, platform=row.platform, mine=row.id in actor.shops, chosen=row.code == chosen
        )
        for row in shops
    ]
    return tuple(sorted(found, key=lambda each: not each.mine))


def search(
    actor: Actor,
    query: str,
    *,
    shop: str = "",
    folder: str | None = None,
    tag: str = "",
    in_review: bool = False,
    limit: int = 20,
) -> list[Hit]:
    """Return the articles that answer a query, the best first: only what the actor may read."""
    wish = Wish(query=query, shop=shop, folder=folder, tag=tag, in_review=in_review, limit=limit)
    return list(answer(actor, wish).hits)


def answer(actor: Actor, wish: Wish) -> Answer:
    """Return what answers a search. The number of statements does not depend on how much there is."""
    ground = rows(_GROUND).all()
    known = vocabulary(row[4] for row in ground if row[4] is not None)
    asked = asking.understood(wish.query, known)
    if not asked.words:
        return Answer()
    shops = _choices((row for row in ground if row[4] is None), actor, wish.shop)
    search = _Search(actor=actor, wish=wish, shops=shops)
    looked = search.look(asked)
    instead = meant = ""
    if not looked.is_full:
        other = correction(actor, asked, known, looked.missing)
        if other is not None:
            again = search.look(asking.understood(other, known))
            if again.placed and not looked.placed:
                looked, instead = again, other
            elif again.placed:
                meant = other
    shown = looked.placed[wish.after : wish.after + max(1, min(wish.limit, MOST_HITS))]
    end = wish.after + len(shown)
    held = [(row.slug, row.tags) for row in (looked.rows[one.id] for one in looked.placed)]
    return Answer(
        hits=tuple(search.hit(looked, one) for one in shown),
        total=len(looked.placed),
        full=sum(one.is_full for one in looked.placed),
        words=looked.asked.texts,
        next=end if end < len(looked.placed) else None,
        instead=instead,
        meant=meant,
        by_title=looked.by_title,
        shops=shops,
        folders=tuple(browsing.categories(held)),
        tags=tuple(browsing.tag_counts(held, MOST_TAGS)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """missing: words that stand nowhere. is_full: something has every word."""

    asked: Asked
    placed: Sequence[Placed]
    rows: Mapping[int, Any]
    missing: Sequence[str] = ()
    is_full: bool = False
    by_title: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    actor: Actor
    wish: Wish
    shops: tuple[ShopChoice, ...]

    @property
    def facets(self) -> list[frozenset[str]]:
        """Return what the engine narrows by; the permission first."""
        found = []
        if not allows(self.actor, Permission.CONTENT_READ_ALL):
            found.append(frozenset({FOR_ALL, *(f"for:{word}" for word in words_of(self.actor))}))
        if self.wish.folder:
            found.append(frozenset({f"in:{self.wish.folder}"}))
        if self.wish.tag:
            found.append(frozenset({f"tag:{self.wish.tag}"}))
        return found

    @property
    def wanted_shops(self) -> frozenset[str]:
        """Return the words of the chosen shop, else of one's own; none = every shop is as good."""
        chosen = [each for each in self.shops if each.chosen] or [each for each in self.shops if each.mine]
        return frozenset(word for each in chosen for word in each.words)

    def look(self, asked: Asked) -> _Looked:
        """Return the articles that the query finds, in order."""
        try:
            return self._in_index(asked, engine())
        except Unreadable:
            found = [row.id for row in session().execute(_by_name(self.actor, asked))]
            return self._in_order(asked, _scored(found), {}, by_title=True)

    def _in_index(self, asked: Asked, index: Engine) -> _Looked:
        known = index.knows(asking.tokens_of(asked))
        missing = [word.text for word in asked.words if not asking.stands(word, known)]
        asked = asking.loosened(asked, known)
        found = index.find(asking.every_word(asked, self.facets, CANDIDATES))
        ids = _scored([one.id for one in found])
        if len(found) < ENOUGH:
            more = index.find(asking.any_word(asked, self.facets, CANDIDATES))
            ids |= {id: score for id, score in _scored([one.id for one in more]).items() if id not in ids}
        return self._in_order(asked, ids, known, missing=missing)

    def _in_order(
        self,
        asked: Asked,
        scores: Mapping[int, float],
        known: Mapping[str, int],
        missing: Sequence[str] = (),
        by_title: bool = False,
    ) -> _Looked:
        found = {row.id: row for row in session().execute(self._rows(), {"ids": list(scores)})} if scores else {}
        asked = _with_heard(asked, found.values())
        candidates = [self._candidate(row, scores[id]) for id, row in found.items()]
        placed = ranked(asked, candidates, asking.rarity(asked, known))
        return _Looked(
            asked=asked,
            placed=placed,
            rows=found,
            missing=missing,
            is_full=any(one.is_full for one in placed) and not missing,
            by_title=by_title,
        )

    def _rows(self) -> Any:
        conditions: list[ColumnElement[bool]] = []
        if self.wish.folder == "":  # what lies in no folder has no facet
            conditions.append(~Slug.slug.contains("/"))
        if self.wish.in_review:
            conditions.append(or_(Document.verified_until.is_(None), Document.verified_until >= today()))
        return (
            select(
                Document.id,
                Document.title,
                Slug.slug,
                Document.summary,
                Document.tags,
                Document.shops,
                Document.verified_until,
                ArticleEntry.title.label("flat_title"),
                ArticleEntry.aliases.label("flat_aliases"),
                ArticleEntry.tags.label("flat_tags"),
                ArticleEntry.summary.label("flat_summary"),
                ArticleEntry.body,
                # Of 80 candidates 20 are shown: only theirs are read out of the JSON.
                cast(ArticleEntry.sections, Text).label("sections"),
            )
            .join(ArticleEntry, ArticleEntry.document_id == Document.id)
            .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
            .where(
                Document.kind == "article",
                Document.id.in_(bindparam("ids", expanding=True)),
                content.readable(self.actor),
                *conditions,
            )
        )

    def _candidate(self, row: Any, score: float) -> Candidate:
        return Candidate(
            id=row.id,
            title=row.flat_title,
            aliases=_lines(row.flat_aliases),
            tags=_lines(row.flat_tags),
            summary=row.flat_summary,
            sections=_flat_sections(row.body),
            score=score,
            fits=self._fits(row.shops),
            overdue=_is_overdue(row.verified_until),
        )

    def _fits(self, applies: Iterable[str]) -> bool:
        """Return whether an article holds in the shops that are looked for; one for all shops does."""
        words = {normal(word) for word in applies}
        return not words or not self.wanted_shops or not words.isdisjoint(self.wanted_shops)

    def hit(self, looked: _Looked, one: Placed) -> Hit:
        row = looked.rows[one.id]
        texts = looked.asked.texts
        sections = _sections(row.sections)
        chosen = [sections[one.section]] if one.section is not None and one.section < len(sections) else []
        by_word = {word: each.name for each in self.shops for word in each.words if word != normal(each.platform)}
        return Hit(
            document_id=row.id,
            slug=row.slug,
            title=row.title,
            summary=row.summary,
            tags=tuple(row.tags),
            verified_until=row.verified_until,
            overdue=_is_overdue(row.verified_until),
            shops=tuple(by_word.get(normal(word), word) for word in row.shops),
            elsewhere=not self._fits(row.shops),
            full=one.is_full,
            sentence=best_sentence(chosen, texts, row.summary),
            title_pieces=marked(row.title, texts),
        )


def _scored(ids: Sequence[int]) -> dict[int, float]:
    return {id: 1 - place / len(ids) for place, id in enumerate(ids)}


@lru_cache(maxsize=500)
def _sections(written: str) -> tuple[tuple[str, str, str], ...]:
    """Return anchor, heading and text of each section of an entry. Kept: the same articles answer all day."""
    return tuple((anchor, heading, text) for anchor, heading, text in json.loads(written))


@lru_cache(maxsize=2_000)
def _flat_sections(body: str) -> tuple[tuple[str, str], ...]:
    flat = body.split("\n")
    return tuple(zip(flat[::2], flat[1::2], strict=False))


@lru_cache(maxsize=10_000)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line)


def _is_overdue(until: date | None) -> bool:
    return until is not None and until < today()


def _with_heard(asked: Asked, found: Iterable[Any]) -> Asked:
    """Return the query with the words that its sounds found in names, so that they are weighed and marked."""
    if not any(phrase[0][:2] in ("p:", "i:") for word in asked.words for phrase in word.other_phrases if phrase):
        return asked
    names = [name for row in found for name in (row.flat_title, *_lines(row.flat_aliases))]
    words = [
        replace(word, others=tuple(dict.fromkeys((*word.others, *sounding.heard(names, word.other_phrases)))))
        for word in asked.words
    ]
    return replace(asked, words=tuple(words))


def _by_name(actor: Actor, asked: Asked) -> Any:
    """Return the statement of the articles whose title or alias has a word of the query."""
    said = [text for word in asked.words for text in word.texts][:40]
    held = [
        column.contains(text, autoescape=True) for column in (ArticleEntry.title, ArticleEntry.aliases) for text in said
    ]
    return (
        select(Document.id)
        .join(ArticleEntry, ArticleEntry.document_id == Document.id)
        .where(Document.kind == "article", content.readable(actor), or_(*held))
        .order_by(Document.id)
        .limit(CANDIDATES * 2)
    )
