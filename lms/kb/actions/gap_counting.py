"""Counting misses from what people search, answer and vote, and grouping them into gaps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, insert, or_, select, update

from lms.accounts.events import Told
from lms.content.events import MissedQuestion, QuestionsMissed
from lms.content.models import Document
from lms.content.queries import wordlists
from lms.core import clock
from lms.core.bus import ask, emit
from lms.core.db import session, upsert
from lms.core.here import day_of, settings, today
from lms.core.models import WorkerBeat
from lms.core.texts import text
from lms.kb.models import ArticleView, Gap, GapAsker, GapMiss, SearchLog, Vote
from lms.kb.rules import gaps as rules
from lms.kb.rules.gap_words import one_form, words_of

Key = tuple[str, str, str, str, date]
"""Source, words, ref, shop, day."""
_KEY = ("source", "words", "ref", "shop", "day")
CHUNK = 400
MOST_AT_ONCE = 1_000
"""Words that belong to no gap yet and are compared with each other: a file may bring fifty thousand."""
LOCK = "kb.count_misses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted: misses by key, and who searched for what in vain, and when last."""

    counts: Mapping[Key, int]
    people: Mapping[tuple[str, int], datetime]


def one_at_a_time() -> None:
    """Wait until nobody else groups misses; what two group at once would become two gaps."""
    upsert(WorkerBeat, {"job": LOCK}, {"at": clock.now()}, {"at": clock.now()})


def count_searches_and_votes(first: date) -> Counted:
    """Return the misses of searches and votes from a day on, up to now."""
    start = _start_of(first)
    found = rules.misses(_searches(start), _opened(start), clock.now())
    counts = Counter[Key]()
    people: dict[tuple[str, int], datetime] = {}
    for miss in found:
        counts[miss.source, miss.words, "", miss.shop, day_of(miss.at)] += 1
        if miss.person_id is not None:
            people[miss.words, miss.person_id] = max(miss.at, people.get((miss.words, miss.person_id), miss.at))
    votes = select(Vote.document_id, Vote.reason, Vote.at, Document.title).join(
        Document, Document.id == Vote.document_id
    )
    for row in session().execute(votes.where(~Vote.solved, Vote.at >= start)):
        words = words_of(row.title)
        if words:
            counts[rules.VOTE, words, f"{row.document_id}:{row.reason}", "", day_of(row.at)] += 1
    return Counted(counts=counts, people=people)


def count_questions(first: date) -> Counted:
    """Return the wrong answers to questions that many get wrong, day by day from a day on."""
    last = today()
    whole = _answers(last - timedelta(days=rules.WINDOW - 1), last)
    hard = {each.key for each in whole if rules.is_hard(each.answered, each.wrong)}
    counts = Counter[Key]()
    for back in range((last - first).days + 1 if hard else 0):
        day = first + timedelta(days=back)
        for each in _answers(day, day):
            words = words_of(each.title)
            if each.key in hard and each.wrong and words:
                counts[rules.QUESTION, words, each.key, "", day] += each.wrong
    return Counted(counts=counts, people={})


def _answers(first: date, last: date) -> list[MissedQuestion]:
    question = QuestionsMissed(start=_start_of(first), end=_start_of(last + timedelta(days=1)))
    return [each for answer in ask(question) for each in answer]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings().timezone)


def _searches(start: datetime) -> Iterable[rules.Search]:
    statement = select(
        SearchLog.at, SearchLog.person_id, SearchLog.query, SearchLog.shop, SearchLog.hits, SearchLog.origin
    ).where(SearchLog.at >= start, or_(SearchLog.hits == 0, SearchLog.clicked_id.is_(None)))
    for row in session().execute(statement):
        yield rules.Search(
            at=row.at,
            person_id=row.person_id,
            query=row.query,
            shop=row.shop,
            hits=row.hits,
            may_click=row.origin == "page",  # the panel shows the answer itself
        )


def _opened(start: datetime) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for statement in (
        select(SearchLog.person_id, SearchLog.clicked_at).where(
            SearchLog.at >= start, SearchLog.clicked_at.is_not(None)
        ),
        select(ArticleView.person_id, ArticleView.last_at).where(ArticleView.last_at >= start),
        select(ArticleView.person_id, ArticleView.first_at).where(ArticleView.first_at >= start),
    ):
        for person_id, at in session().execute(statement):
            if person_id is not None and at is not None:
                found[person_id].append(at)
    return found


def first_to_count(sources: Iterable[str]) -> date:
    """Return the day from which to count anew: the one before the last that was counted, within the last 28."""
    last = session().scalar(select(func.max(GapMiss.day)).where(GapMiss.source.in_(list(sources))))
    earliest = today() - timedelta(days=rules.WINDOW - 1)
    return earliest if last is None else max(earliest, last - timedelta(days=1))


def note_counts(counts: Mapping[Key, int], sources: Iterable[str], first: date) -> int:
    """Make the misses of these sources from a day on what was counted; return how many rows are others by that.

    A row of a gap stays with 0: its words still belong to the gap.
    """
    current = session()
    statement = select(
        GapMiss.id,
        GapMiss.source,
        GapMiss.words,
        GapMiss.ref,
        GapMiss.shop,
        GapMiss.day,
        GapMiss.count.label("times"),
        GapMiss.gap_id,
    ).where(GapMiss.source.in_(list(sources)), GapMiss.day >= first)
    changed = 0
    seen: set[Key] = set()
    for row in current.execute(statement).all():
        key: Key = (row.source, row.words, row.ref, row.shop, row.day)
        seen.add(key)
        count = counts.get(key, 0)
        if count == row.times:
            continue
        changed += 1
        if count or row.gap_id is not None:
            current.execute(update(GapMiss).where(GapMiss.id == row.id).values(count=count))
        else:
            current.delete(current.get_one(GapMiss, row.id))
    new = [{**dict(zip(_KEY, key, strict=True)), "count": counts[key]} for key in sorted(counts.keys() - seen)]
    if new:
        current.execute(insert(GapMiss), new)
    current.flush()
    return changed + len(new)


def put_counts(counts: Mapping[Key, int]) -> None:
    """Say how often these things were missed on their days, whatever was said before. counts: at least one.

    Nobody else may write the sources meanwhile, see `one_at_a_time`.
    """
    days = [key[4] for key in counts]
    columns = (GapMiss.id, GapMiss.source, GapMiss.words, GapMiss.ref, GapMiss.shop, GapMiss.day)
    statement = select(*columns).where(
        GapMiss.source.in_({key[0] for key in counts}), GapMiss.day >= min(days), GapMiss.day <= max(days)
    )
    there = {tuple(row[1:]): row.id for row in session().execute(statement)}
    again = [{"id": there[key], "count": count} for key, count in counts.items() if key in there]
    new = [{**dict(zip(_KEY, key, strict=True)), "count": count} for key, count in counts.items() if key not in there]
    if again:
        session().execute(update(GapMiss), again)
    if new:
        session().execute(insert(GapMiss), new)


def regroup(people: Mapping[tuple[str, int], datetime]) -> int:
    """Put words that belong nowhere into the gaps that they are like, open new gaps and closed ones whose misses go on.

    people: who searched for what in vain; they become askers. Returns how many gaps were opened or opened again.
    """
    known = bound()
    _follow(known)
    weights = _weightiest(_weights(), known)
    result = rules.grouped(weights, known, same=one_form(_house_words()))
    _bind_all(result.joined)
    known.update(result.joined)
    fresh: list[str] = []
    for cluster in result.fresh:
        gap = open_gap(cluster, _as_written(cluster[0]))
        known.update(dict.fromkeys(cluster, gap.id))
        fresh += cluster
    _note_last()
    add_askers({(known[words], person): at for (words, person), at in people.items() if words in known})
    if fresh:
        add_askers(_who_searched(fresh, known))
    return len(result.fresh) + _reopen()


def _weightiest(weights: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """Return the words that are grouped at once; what is left waits for the next time."""
    loose = sorted((words for words in weights if words not in known), key=lambda words: (-weights[words], words))
    return {words: weights[words] for words in loose[:MOST_AT_ONCE]}


def _house_words() -> Mapping[str, Sequence[str]]:
    """Return the synonyms of the published word lists."""
    return wordlists.vocabulary(sha for sha in session().scalars(wordlists.PUBLISHED_LISTS) if sha is not None).same


def _follow(known: Mapping[str, int]) -> None:
    """Give new misses of words that have a gap to it."""
    loose = session().scalars(select(GapMiss.words).where(GapMiss.gap_id.is_(None)).distinct()).all()
    _bind_all({words: known[words] for words in loose if words in known})


def _bind_all(gaps: Mapping[str, int]) -> None:
    by_gap: dict[int, list[str]] = defaultdict(list)
    for words, gap_id in gaps.items():
        by_gap[gap_id].append(words)
    for gap_id, words_of_gap in by_gap.items():
        bind(words_of_gap, gap_id)


def bound() -> dict[str, int]:
    """Return the gap of all words that have one."""
    statement = (
        select(GapMiss.words, func.min(GapMiss.gap_id)).where(GapMiss.gap_id.is_not(None)).group_by(GapMiss.words)
    )
    return {words: gap_id for words, gap_id in session().execute(statement) if gap_id is not None}


def _weights() -> dict[str, int]:
    statement = (
        select(GapMiss.words, GapMiss.source, func.sum(GapMiss.count))
        .where(GapMiss.day >= today() - timedelta(days=rules.WINDOW - 1), GapMiss.count > 0)
        .group_by(GapMiss.words, GapMiss.source)
    )
    found = Counter[str]()
    for words, source, count in session().execute(statement):
        found[words] += rules.points(source, int(count))
    return found


def bind(words: Iterable[str], gap_id: int) -> None:
    """Give all misses of these words to a gap, those that belong to another one too."""
    every = list(words)
    for start in range(0, len(every), CHUNK):
        part = every[start : start + CHUNK]
        session().execute(
            update(GapMiss).where(GapMiss.words.in_(part)).values(gap_id=gap_id), execution_options=_NOT_HELD
        )


_NOT_HELD = {"synchronize_session": False}
"""Rows of misses and askers are written past the objects."""


def open_gap(words: Iterable[str], title: str = "") -> Gap:
    """Open a gap of these words, named like the first of them."""
    every = list(words)
    now = clock.now()
    gap = Gap(title=(title or every[0])[:200], opened_at=now, last_at=now)
    session().add(gap)
    session().flush()
    bind(every, gap.id)
    return gap


def _as_written(words: str) -> str:
    """Return the title of the article that words come from by votes alone, as it is written; else the words."""
    rows = session().execute(select(GapMiss.source, GapMiss.ref).where(GapMiss.words == words).distinct()).all()
    ids = {int(ref.partition(":")[0]) for source, ref in rows if source == rules.VOTE}
    if len(ids) != 1 or any(source != rules.VOTE for source, _ in rows):
        return words
    return session().scalar(select(Document.title).where(Document.id.in_(ids))) or words


def _note_last() -> None:
    """Say of each gap when it was last missed."""
    statement = (
        select(GapMiss.gap_id, func.max(GapMiss.day))
        .where(GapMiss.gap_id.is_not(None), GapMiss.count > 0)
        .group_by(GapMiss.gap_id)
    )
    days = dict(session().execute(statement).all())
    for gap in session().scalars(select(Gap).where(Gap.state.in_(("open", "closed")))):
        day = days.get(gap.id)
        if day is not None and day_of(gap.last_at) != day:
            gap.last_at = _start_of(day) + timedelta(hours=12)
    session().flush()


def add_askers(askers: Mapping[tuple[int, int], datetime]) -> None:
    """Note who missed what, since when; who was told and missed it once more waits again."""
    current = session()
    gaps = sorted({gap_id for gap_id, _ in askers})
    there: dict[tuple[int, int], datetime | None] = {}
    for start in range(0, len(gaps), CHUNK):
        statement = select(GapAsker.gap_id, GapAsker.person_id, GapAsker.told_at)
        for row in current.execute(statement.where(GapAsker.gap_id.in_(gaps[start : start + CHUNK]))):
            there[row.gap_id, row.person_id] = row.told_at
    new = [
        {"gap_id": gap_id, "person_id": person_id, "at": at}
        for (gap_id, person_id), at in sorted(askers.items())
        if (gap_id, person_id) not in there
    ]
    if new:
        current.execute(insert(GapAsker), new)
    for key, told_at in there.items():
        at = askers.get(key)
        if at is not None and told_at is not None and told_at < at:
            again = update(GapAsker).where(GapAsker.gap_id == key[0], GapAsker.person_id == key[1])
            current.execute(again.values(at=at, told_at=None), execution_options=_NOT_HELD)
    current.flush()


def _who_searched(words: Iterable[str], known: Mapping[str, int]) -> dict[tuple[int, int], datetime]:
    """Return who searched for words of a new gap before it was one."""
    start = _start_of(today() - timedelta(days=rules.WINDOW - 1))
    wanted = set(words)
    statement = select(SearchLog.person_id, SearchLog.query, SearchLog.at).where(
        SearchLog.at >= start, SearchLog.hits == 0, SearchLog.person_id.is_not(None)
    )
    found: dict[tuple[int, int], datetime] = {}
    for person_id, query, at in session().execute(statement):
        each = words_of(query)
        if each in wanted and person_id is not None and each is not None:
            key = (known[each], person_id)
            found[key] = max(at, found.get(key, at))
    return found


def _reopen() -> int:
    """Open closed gaps again whose misses go on, and tell who looks after them."""
    now, day = clock.now(), today()
    closed = session().scalars(select(Gap).where(Gap.state == "closed", Gap.closed_at.is_not(None))).all()
    counts: dict[int, list[tuple[date, int]]] = defaultdict(list)
    statement = select(GapMiss.gap_id, GapMiss.day, func.sum(GapMiss.count)).where(
        GapMiss.gap_id.is_not(None), GapMiss.day > day - timedelta(days=rules.REOPEN_WITHIN)
    )
    for gap_id, at, count in session().execute(statement.group_by(GapMiss.gap_id, GapMiss.day)):
        if gap_id is not None:
            counts[gap_id].append((at, int(count)))
    opened = 0
    for gap in closed:
        if gap.closed_at is None or not rules.reopens(counts.get(gap.id, []), day_of(gap.closed_at), day):
            continue
        gap.state, gap.opened_at, gap.closed_at, gap.closed_by = "open", now, None, None
        gap.reopened += 1
        opened += 1
        _tell_owner(gap)
    session().flush()
    return opened


def _tell_owner(gap: Gap) -> None:
    document = session().get(Document, gap.document_id) if gap.document_id else None
    owner = gap.owner_id or (document.owner_id if document is not None else None)
    if owner is not None:
        emit(
            Told(
                person_ids=(owner,),
                topic="gap",
                sentence=text("“%(title)s”写过答案以后还有人搜不到，缺口重新打开了", title=gap.title),
                link=("kb.gap", {"public_id": gap.public_id}),
                key=f"gap-again:{gap.id}:{gap.reopened}",
            )
        )
