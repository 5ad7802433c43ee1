"""Gaps: which searches missed, which misses ask for the same thing, when they are a gap, when one opens again. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from lms.core.texts import Text, text
from lms.kb.rules.gap_words import AS_GOOD_AS_SAME, core_of, keys_of, likeness, shown_same, words_of

NO_HIT, NO_CLICK, VOTE, QUESTION, CONTACT, RATING = "no_hit", "no_click", "vote", "question", "contact", "rating"
SOURCES: Mapping[str, Text] = {
    NO_HIT: text("搜索无结果"),
    NO_CLICK: text("搜到没点开"),
    VOTE: text("点了没解决"),
    QUESTION: text("考题错得多"),
    CONTACT: text("联系原因"),
    RATING: text("评价内容"),
}
"""Where a miss comes from, in the order in which they are shown."""
WINDOW = 28
"""Days whose misses say whether something is a gap."""
POINTS = {NO_CLICK: 1}
"""What one miss says: who opens nothing may have read enough in the list, so it takes three times as many."""
POINT = 3
OPEN_AT = 9
"""Points at which words become a gap: three searches in vain."""
REOPEN_AT = 5
"""Misses, later than the day after the closing, that open a gap again."""
REOPEN_WITHIN = 7
"""Days in which they must come."""
OPENED_WITHIN = timedelta(minutes=5)
"""Who opens an article within this time of a search has found something."""
TYPED_ON = timedelta(seconds=60)
"""A search that the same person goes on typing within this time is no search of its own."""
SAME_AGAIN = timedelta(minutes=5)
"""The same person's same search within this time counts once."""
LEAST_ANSWERS = 8
"""Answers to a question below which its share of wrong ones says nothing."""
WRONG_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One row of the search log. clicked: an article was opened from it. may_click: it showed a list to open from."""

    at: datetime
    person_id: int | None
    query: str
    shop: str
    hits: int
    clicked: bool = False
    may_click: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One search in vain."""

    source: str
    words: str
    shop: str
    at: datetime
    person_id: int | None


def misses(searches: Iterable[Search], opened: Mapping[int, Sequence[datetime]], now: datetime) -> list[Miss]:
    """Return the searches in vain, in order of time. opened: when each person opened an article.

    A search whose minutes for opening something are not over yet is left for the next time.
    """
    ways = {person: sorted(times) for person, times in opened.items()}
    by_person: dict[int | None, list[tuple[Search, str]]] = defaultdict(list)
    said: dict[str, str | None] = {}
    for each in searches:
        if each.query not in said:
            said[each.query] = words_of(each.query)
        words = said[each.query]
        if words is not None:
            by_person[each.person_id].append((each, words))
    found: list[Miss] = []
    for person, rows in by_person.items():
        rows.sort(key=lambda row: (row[0].at, row[1], row[0].shop, row[0].hits, row[0].clicked))
        last: dict[str, datetime] = {}
        for number, (each, words) in enumerate(rows):
            if person is not None:
                if _goes_on(each, words, rows[number + 1 :]):
                    continue
                if words in last and each.at - last[words] < SAME_AGAIN:
                    continue
                last[words] = each.at
            source = _source(each, ways.get(person, []) if person is not None else [], now)
            if source:
                found.append(Miss(source=source, words=words, shop=each.shop, at=each.at, person_id=person))
    return sorted(found, key=lambda miss: (miss.at, miss.words, miss.shop, miss.person_id or 0))


def _goes_on(each: Search, words: str, later: Sequence[tuple[Search, str]]) -> bool:
    for other, more in later:
        if other.at - each.at > TYPED_ON:
            return False
        if len(more) > len(words) and more.startswith(words):
            return True
    return False


def _source(each: Search, times: Sequence[datetime], now: datetime) -> str:
    if not each.hits:
        return NO_HIT
    if each.clicked or not each.may_click or each.person_id is None or now - each.at < OPENED_WITHIN:
        return ""
    place = bisect_left(times, each.at)
    return "" if place < len(times) and times[place] - each.at <= OPENED_WITHIN else NO_CLICK


def points(source: str, count: int) -> int:
    """Return how much some misses of a source say."""
    return POINTS.get(source, POINT) * count


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """joined: words that belong to a gap there is. fresh: the words of each new gap, the weightiest first."""

    joined: Mapping[str, int]
    fresh: tuple[tuple[str, ...], ...]


def grouped(
    weights: Mapping[str, int],
    known: Mapping[str, int],
    *,
    same: Mapping[str, str] | None = None,
    open_at: int = OPEN_AT,
) -> Grouping:
    """Return where words that belong nowhere yet go. weights: points of each; known: the gap of words that have one.

    What is known is never touched. The order of the words does not matter, and grouping what comes out once more
    changes nothing. What is too little for a gap is left out.
    """
    shelf = _Shelf(same or {})
    for words in sorted(known):
        shelf.put(words, known[words])
    waiting = sorted((words for words in weights if words not in known), key=lambda words: (-weights[words], words))
    joined: dict[str, int] = {}
    fresh: dict[int, list[str]] = {}
    while True:
        left = _join(waiting, shelf, joined, fresh)
        clusters = _clusters(left, same or {})
        big = [each for each in clusters if sum(weights[words] for words in each) >= open_at]
        for each in big:
            number = -1 - len(fresh)
            fresh[number] = list(each)
            for words in each:
                shelf.put(words, number)
        taken = {words for each in big for words in each}
        waiting = [words for words in left if words not in taken]
        if not big:
            break
    ordered = (sorted(each, key=lambda words: (-weights[words], words)) for each in fresh.values())
    return Grouping(joined=joined, fresh=tuple(tuple(each) for each in ordered))


def _join(waiting: Sequence[str], shelf: "_Shelf", joined: dict[str, int], fresh: dict[int, list[str]]) -> list[str]:
    """Put words beside those that they are like, until none is left that is like any; return the others."""
    while True:
        left = []
        for words in waiting:
            gap = shelf.nearest(words)
            if gap is None:
                left.append(words)
                continue
            shelf.put(words, gap)
            if gap < 0:
                fresh[gap].append(words)
            else:
                joined[words] = gap
        if len(left) == len(waiting):
            return left
        waiting = left


def _clusters(waiting: Sequence[str], same: Mapping[str, str]) -> list[list[str]]:
    """Return the words in groups, each around the weightiest that is like none before it."""
    shelf = _Shelf(same)
    clusters: list[list[str]] = []
    for words in waiting:
        number = shelf.nearest(words)
        if number is None:
            shelf.put(words, len(clusters))
            clusters.append([words])
        else:
            clusters[number].append(words)
    return clusters


class _Shelf:
    """Words in their places, found again by pairs of characters, so that not everything is compared with everything."""

    def __init__(self, same: Mapping[str, str]) -> None:
        self._same = same
        self._places: dict[str, int] = {}
        self._by_pair: dict[str, set[str]] = defaultdict(set)

    def _core(self, words: str) -> str:
        return core_of(shown_same(words, self._same) if self._same else words)

    def put(self, words: str, place: int) -> None:
        core = self._core(words)
        if core not in self._places:
            self._places[core] = place
            for pair in keys_of(core):
                self._by_pair[pair].add(core)

    def nearest(self, words: str) -> int | None:
        core = self._core(words)
        if core in self._places:
            return self._places[core]
        near = {
            other
            for pair in keys_of(core)
            for other in self._by_pair.get(pair, ())
            if len(core) <= 2 * len(other) and len(other) <= 2 * len(core)  # else they are not alike, see likeness
        }
        best = max(((likeness(core, other), other) for other in near), default=(0.0, ""))
        return self._places[best[1]] if best[0] >= AS_GOOD_AS_SAME else None


def reopens(counts: Iterable[tuple[date, int]], closed_on: date, today: date) -> bool:
    """Whether a closed gap opens again. counts: misses by day. The closing day and the next one don't count."""
    first = max(closed_on + timedelta(days=2), today - timedelta(days=REOPEN_WITHIN - 1))
    return sum(count for day, count in counts if first <= day <= today) >= REOPEN_AT


def is_hard(answered: int, wrong: int) -> bool:
    """Whether so many get a question wrong that what it asks is not known."""
    return answered >= LEAST_ANSWERS and wrong / answered >= WRONG_SHARE


def days_open(spans: Iterable[tuple[datetime, datetime]]) -> float | None:
    """Return the median of the days from opening to closing; None without any."""
    found = [(closed - opened).total_seconds() / 86_400 for opened, closed in spans]
    return median(found) if found else None


def by_day(counts: Iterable[tuple[date, int]], last: date, days: int) -> list[int]:
    """Return the misses of each of the last days, the oldest first."""
    found = [0] * days
    for day, count in counts:
        back = (last - day).days
        if 0 <= back < days:
            found[days - 1 - back] += count
    return found
