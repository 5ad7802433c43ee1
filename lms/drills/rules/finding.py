"""Where a reply says a phrase: as it is written, by a synonym, and, of what must not be said, in disguise. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from lms.content.wordlists.banned import GAP, Hit, hits
from lms.content.wordlists.spec import WordEntry
from lms.core.tracing import Traced, traced
from lms.drills.rules.evasions import CONTACT, PHONE, Bare, Spotted, bare, bare_phrase, disguised, mobiles
from lms.drills.rules.sounds import sounds_like
from lms.questions.rules.rubric import Found, places

SHORTEST_ALIKE = 3
"""Characters that a phrase of the shared lists has at least, for what sounds like it to be shown to a person."""


def earning(synonyms: Sequence[Sequence[str]]) -> Callable[[str, Traced], Iterable[Found]]:
    """Return how a phrase that earns is found: itself or a word of one of its groups, shown as it was typed."""
    same = _same(tuple(tuple(group) for group in synonyms))

    def find(phrase: str, text: Traced) -> Iterator[Found]:
        yield from places(phrase, text)
        for other in same.get(traced(phrase).plain, ()):
            yield from (replace(each, phrase=phrase) for each in places(other, text))

    return find


def forbidden(said: str, synonyms: Sequence[Sequence[str]]) -> Callable[[str, Traced], Iterable[Found]]:
    """Return how a phrase that must not be said is found: likewise, and in every disguise.

    A mobile number is a doubt where the phrase forbids a contact outside the chat; one that is hidden is the contact.
    """
    written = earning(synonyms)
    shown = bare(said)

    def find(phrase: str, text: Traced) -> Iterator[Found]:
        found = [*written(phrase, text), *(_found(phrase, each) for each in disguised(phrase, shown))]
        if CONTACT.search(bare_phrase(phrase)):
            by_phone = bool(PHONE.search(bare_phrase(phrase)))
            found += [_found(phrase, replace(each, sure=each.sure and by_phone)) for each in mobiles(said)]
        found += [_found(phrase, each) for _, each in sounds_like((phrase,), said)]
        yield from _apart(found)

    return find


def listed(said: str, banned: tuple[WordEntry, ...]) -> tuple[Hit, ...]:
    """Return what the shared lists forbid of a reply, in its order, in every disguise.

    taken_back: it is negated, quoted, or only resembles what is listed: a person has to look.
    """
    if not banned:
        return ()
    found = list(hits(said, banned, also_taken_back=True))
    shown = bare(said)
    entries, written = _bare_entries(banned)
    if entries and shown.plain:
        found += [_of_bare(hit, shown, written) for hit in hits(shown.plain, entries, also_taken_back=True)]
    by_phrase = _phrases(banned)
    for phrase, spotted in sounds_like(tuple(by_phrase), said):
        found.append(_hit(phrase, by_phrase[phrase], spotted))
    contact = next((each for each in by_phrase if PHONE.search(bare_phrase(each)) and "我" in each), None)
    if contact is not None:
        found += [_hit(contact, by_phrase[contact], each) for each in mobiles(said)]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda each: (each.taken_back, each.start - each.end, each.start)):
        if not any(hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return tuple(sorted(kept, key=lambda each: each.start))


def _found(phrase: str, spotted: Spotted) -> Found:
    return Found(phrase=phrase, start=spotted.start, end=spotted.end, negated=spotted.negated, alike=not spotted.sure)


def _apart(found: Sequence[Found]) -> list[Found]:
    """Return what was found without what lies on a place that is certain, each place once."""
    certain = {(each.start, each.end) for each in found if not each.alike}
    kept: dict[tuple[int, int], Found] = {}
    for each in found:
        lies_on = any(start < each.end and each.start < end for start, end in certain)
        if not each.alike or not lies_on:
            kept.setdefault((each.start, each.end), each)
    return list(kept.values())


def _of_bare(hit: Hit, shown: Bare, written: Mapping[str, str]) -> Hit:
    start, end = shown.text.span(hit.start, hit.end)
    return replace(
        hit,
        start=start,
        end=end,
        phrase=written.get(hit.phrase, hit.phrase),
        taken_back=hit.taken_back or shown.is_guess(hit.start, hit.end),
    )


def _hit(phrase: str, entry: WordEntry, spotted: Spotted) -> Hit:
    return Hit(
        start=spotted.start,
        end=spotted.end,
        phrase=phrase,
        instead=entry.instead,
        basis=entry.basis,
        ground=entry.ground,
        taken_back=spotted.negated or not spotted.sure,
    )


@lru_cache(maxsize=16)
def _same(groups: tuple[tuple[str, ...], ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for group in groups:
        words = list(dict.fromkeys(traced(word).plain for word in group))
        for word in words:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return {word: tuple(others) for word, others in found.items()}


@lru_cache(maxsize=16)
def _bare_entries(banned: tuple[WordEntry, ...]) -> tuple[tuple[WordEntry, ...], dict[str, str]]:
    """Return the entries as they are looked for in a bare text, and for each changed phrase the listed one."""
    written: dict[str, str] = {}
    entries = []
    for entry in banned:
        words = []
        for word in entry.words:
            plain = word if GAP in word or "..." in word else bare_phrase(word)
            written.setdefault(plain, word)
            words.append(plain)
        entries.append(replace(entry, words=tuple(words)))
    return tuple(entries), written


@lru_cache(maxsize=16)
def _phrases(banned: tuple[WordEntry, ...]) -> dict[str, WordEntry]:
    found: dict[str, WordEntry] = {}
    for entry in banned:
        for word in entry.words:
            if len(word) >= SHORTEST_ALIKE and GAP not in word:
                found.setdefault(word, entry)
    return found
