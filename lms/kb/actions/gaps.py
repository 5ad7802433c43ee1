"""What people do with gaps: ask, take, rename, merge, part, dismiss, write or link the article; publishing closes."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select, update

from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.content import actions as content
from lms.content import queries as documents
from lms.content.events import Published
from lms.content.grammar.keywords import Language, Word
from lms.content.importers.drafts import name_of, plain_title
from lms.content.meant import people, readers
from lms.content.models import Document, Slug
from lms.content.rules.properties import filled, split_list, write
from lms.content.samples import sample
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound, TooMany
from lms.core.folding import folded
from lms.core.here import today
from lms.core.texts import text
from lms.kb.actions.gap_counting import add_askers, bound, one_at_a_time, open_gap
from lms.kb.models import Gap, GapAsker, GapMiss
from lms.kb.rules import gaps as rules
from lms.kb.rules.gap_words import words_of

OPEN, CLOSED, DISMISSED, MERGED = "open", "closed", "dismissed", "merged"
MOST_A_DAY = 50
"""Gaps that one person may ask for in a day."""
LONGEST_TITLE = 80
LONGEST_REASON = 200
MOST_ALIASES = 30
LONGEST_ALIAS = 30
SEARCHED = (rules.NO_HIT, rules.NO_CLICK, rules.CONTACT)
"""Sources whose words are what somebody would search for."""


def ask(actor: Actor, query: str, shop: str = "") -> Gap:
    """Say that the actor needs an answer to this; it becomes a gap at once. Raises Invalid for what says nothing."""
    words = words_of(query)
    if words is None:
        raise Invalid(text("这几个字看不出在找什么，请换个说法再搜。"))
    since = clock.now() - timedelta(days=1)
    asked = select(func.count()).where(GapAsker.person_id == actor.id, GapAsker.at >= since)
    if (session().scalar(asked) or 0) >= MOST_A_DAY:
        raise TooMany(text("一天最多告诉 %(most)s 次，明天再来。", most=MOST_A_DAY))
    one_at_a_time()
    gap_id = bound().get(words)
    if gap_id is None:
        there = session().scalar(select(GapMiss.id).where(GapMiss.words == words).limit(1))
        if there is None:
            session().add(
                GapMiss(source=rules.NO_HIT, words=words, ref="", shop=shop[:20], day=today(), count=1, gap_id=None)
            )
            session().flush()
        gap = open_gap([words], words)
    else:
        gap = session().get_one(Gap, gap_id)
    add_askers({(gap.id, actor.id): clock.now()})
    return gap


def promote(actor: Actor, words: str) -> Gap:
    """Make a gap of words that are missed too seldom to become one by themselves. Raises NotFound."""
    one_at_a_time()
    if session().scalar(select(GapMiss.id).where(GapMiss.words == words, GapMiss.gap_id.is_(None)).limit(1)) is None:
        raise NotFound()
    gap = open_gap([words])
    audit(actor.id, "gap.opened", "gap", gap.id)
    return gap


def _open(public_id: str) -> Gap:
    gap = locked(Gap, public_id)
    if gap.state != OPEN:
        raise Conflict(text("“%(title)s”已经不在处理中了，请刷新页面。", title=gap.title))
    return gap


def take(actor: Actor, public_id: str, *, give_back: bool = False) -> Gap:
    """Make the actor the owner of an open gap, or nobody. Raises NotFound, Conflict."""
    gap = _open(public_id)
    before = gap.owner_id
    gap.owner_id = None if give_back else actor.id
    audit(actor.id, "gap.taken", "gap", gap.id, before={"owner": before}, after={"owner": gap.owner_id})
    return gap


def rename(actor: Actor, public_id: str, title: str) -> Gap:
    """Give a gap another name, which no counting changes. Raises NotFound, Invalid."""
    gap = locked(Gap, public_id)
    gap.title = _title(title)
    audit(actor.id, "gap.renamed", "gap", gap.id)
    return gap


def _title(written: str) -> str:
    title = " ".join(written.split())
    if not title:
        raise Invalid(text("请写一个名字。"), fields={"title": text("请写一个名字。")})
    if len(title) > LONGEST_TITLE:
        reason = text("名字最多 %(most)s 个字。", most=LONGEST_TITLE)
        raise Invalid(reason, fields={"title": reason})
    return title


def merge(actor: Actor, public_id: str, into: str) -> Gap:
    """Give all words and askers of a gap to another open one. Raises NotFound, Conflict, Invalid for itself."""
    if public_id == into:
        raise Invalid(text("不能和自己合并。"))
    one_at_a_time()
    gap, target = _open(public_id), _open(into)
    session().execute(update(GapMiss).where(GapMiss.gap_id == gap.id).values(gap_id=target.id))
    askers = session().scalars(select(GapAsker).where(GapAsker.gap_id == gap.id)).all()
    add_askers({(target.id, asker.person_id): asker.at for asker in askers})
    for asker in askers:
        session().delete(asker)
    target.last_at = max(target.last_at, gap.last_at)
    target.opened_at = min(target.opened_at, gap.opened_at)
    if target.owner_id is None:
        target.owner_id = gap.owner_id
    if target.draft_document_id is None:
        target.draft_document_id = gap.draft_document_id
    gap.state, gap.merged_into_id, gap.draft_document_id = MERGED, target.id, None
    session().flush()
    audit(actor.id, "gap.merged", "gap", gap.id, after={"into": target.id})
    return target


def part(actor: Actor, public_id: str, words: Collection[str]) -> Gap:
    """Take words out of an open gap into one of their own; return the new one. Raises NotFound, Conflict, Invalid."""
    one_at_a_time()
    gap = _open(public_id)
    every = set(session().scalars(select(GapMiss.words).where(GapMiss.gap_id == gap.id)))
    chosen = [each for each in words if each in every]
    if not chosen:
        raise Invalid(text("请先勾选要分出去的说法。"))
    if every <= set(chosen):
        raise Invalid(text("至少要留下一种说法。"))
    new = open_gap(chosen)
    new.owner_id = gap.owner_id
    # Who asked for which of the words is not kept with the gap: everybody hears of both answers.
    askers = session().scalars(select(GapAsker).where(GapAsker.gap_id == gap.id)).all()
    add_askers({(new.id, asker.person_id): asker.at for asker in askers})
    audit(actor.id, "gap.parted", "gap", gap.id, after={"into": new.id})
    return new


def dismiss(actor: Actor, public_id: str, reason: str) -> Gap:
    """Say why this is no knowledge that is missing; its words are counted on, but it stays shut. Raises Invalid, …"""
    gap = _open(public_id)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise Invalid(text("请写为什么不算缺口。"), fields={"reason": text("请写为什么不算缺口。")})
    gap.state, gap.reason, gap.closed_at, gap.closed_by = DISMISSED, reason, clock.now(), actor.id or None
    audit(actor.id, "gap.dismissed", "gap", gap.id)
    return gap


def reopen(actor: Actor, public_id: str) -> Gap:
    """Open a closed or dismissed gap again by hand. Raises NotFound, Conflict."""
    gap = locked(Gap, public_id)
    if gap.state not in (CLOSED, DISMISSED):
        raise Conflict(text("“%(title)s”没有关闭，不用重新打开。", title=gap.title))
    if gap.state == CLOSED:
        gap.reopened += 1
    gap.state, gap.reason, gap.opened_at = OPEN, "", clock.now()
    gap.closed_at = gap.closed_by = None
    audit(actor.id, "gap.reopened", "gap", gap.id)
    return gap


def write_article(actor: Actor, public_id: str, title: str, folder: str = "") -> Document:
    """Begin the article that is missing, as a draft whose aliases are the missed words. Raises Invalid, Conflict, …"""
    gap = _open(public_id)
    if gap.draft_document_id is not None:
        raise Conflict(text("这个缺口已经有人在写了，请接着那份草稿写。"))
    title = _title(title)
    source = sample("article", Language.ZH, title=plain_title(title), owner=actor.employee_no, template="qa")
    source = write(source, Word.ARTICLE, {_ALIASES: "、".join(_aliases(gap, title, ()))})
    folder = folder.strip().strip("/")
    made = content.create(actor, "article", _free_slug(folder, title), source, note="")
    gap.draft_document_id = made.document_id
    if gap.owner_id is None:
        gap.owner_id = actor.id or None
    audit(actor.id, "gap.drafted", "gap", gap.id, after={"document": made.document_id})
    return session().get_one(Document, made.document_id)


_ALIASES = f"front-{Word.ALIASES.en}"


def _free_slug(folder: str, title: str) -> str:
    base = "/".join(each for each in (folder, name_of(title)) if each)
    slug, number = base, 1
    while session().get(Slug, ("article", slug)) is not None:
        number += 1
        slug = f"{base}-{number}"
    return slug


def link(actor: Actor, public_id: str, slug: str) -> bool:
    """Say that this article answers it; the missed words become its aliases. Returns whether that is published already.

    An article with a draft gets them in the draft: somebody else's unfinished text is not put out. The gap closes with
    the publishing. Raises NotFound, Conflict.
    """
    gap = _open(public_id)
    opened = documents.open_published(actor, "article", slug)
    document = session().get_one(Document, opened.document_id)
    gap.draft_document_id = document.id
    if gap.owner_id is None:
        gap.owner_id = actor.id or None
    audit(actor.id, "gap.linked", "gap", gap.id, after={"document": document.id})
    head = document.draft_id or document.published_id
    assert head is not None
    source = documents.text(head)
    present = next(
        (split_list(each.value) for each in filled(source, Word.ARTICLE) if each.property.word is Word.ALIASES), ()
    )
    aliases = _aliases(gap, document.title, present)
    if not aliases and document.draft_id is None:
        close_gaps_of(Published(
            document_id=document.id, kind="article", revision_id=head, previous_id=head, actor_id=actor.id, minor=True
        ))  # fmt: skip
        return True
    had_draft = document.draft_id is not None
    written = write(source, Word.ARTICLE, {_ALIASES: "、".join((*present, *aliases))})
    saved = content.save_draft(actor, document.id, head, written, note=str(text("补充没搜到的说法")))
    if saved.conflict is not None:
        raise saved.conflict
    if had_draft or not content.preview(document.id).is_publishable:
        return False
    content.publish(actor, document.id, saved.revision_id, note=str(text("补充没搜到的说法")), minor=True)
    return True


def _aliases(gap: Gap, title: str, present: Sequence[str]) -> list[str]:
    """Return the missed words as aliases, the most missed first, without those that are there."""
    statement = select(GapMiss.words, GapMiss.source, GapMiss.count).where(GapMiss.gap_id == gap.id)
    counts: dict[str, int] = {}
    for words, source, count in session().execute(statement):
        if source in SEARCHED:
            alias = " ".join(words.translate(_NO_SIGNS).split())
            if alias and len(alias) <= LONGEST_ALIAS and "***" not in words:
                counts[alias] = counts.get(alias, 0) + count
    there = {folded(each) for each in (title, *present)}
    found = [alias for alias in sorted(counts, key=lambda each: (-counts[each], each)) if folded(alias) not in there]
    return found[: max(0, MOST_ALIASES - len(present))]


_NO_SIGNS = str.maketrans(dict.fromkeys("，,、;；[]{}【】:：#\"'`|<>*\n", " "))
"""Signs that part aliases or mean something in front matter."""


def close_gaps_of(fact: Published) -> None:
    """Close the open gaps that waited for this article, and tell those who asked and may read it."""
    statement = select(Gap).where(Gap.draft_document_id == fact.document_id, Gap.state == OPEN).order_by(Gap.id)
    for gap in session().scalars(statement.with_for_update()).all():
        gap.state, gap.closed_at, gap.closed_by = CLOSED, clock.now(), fact.actor_id or None
        gap.document_id, gap.draft_document_id = fact.document_id, None
        session().flush()
        _tell_askers(gap)


def _tell_askers(gap: Gap) -> None:
    document = session().get_one(Document, gap.document_id)
    slug = slug_of(document.id)
    waiting = session().scalars(
        select(GapAsker)
        .join(Person, Person.id == GapAsker.person_id)
        .where(GapAsker.gap_id == gap.id, GapAsker.told_at.is_(None), Person.active)
        .order_by(GapAsker.person_id)
    )
    askers = waiting.all()
    may = readers(people([asker.person_id for asker in askers]), document.audience)
    told = [asker for asker in askers if asker.person_id in may]
    if not told:
        return
    now = clock.now()
    for asker in told:
        asker.told_at = now
    emit(
        Told(
            person_ids=tuple(asker.person_id for asker in told),
            topic="gap",
            sentence=text("你搜过的“%(words)s”现在有答案了：《%(title)s》", words=gap.title, title=document.title),
            link=("kb.article", {"slug": slug}),
            key=f"gap:{gap.id}:{gap.reopened}",
        )
    )


def slug_of(document_id: int) -> str:
    return session().scalars(select(Slug.slug).where(Slug.document_id == document_id, Slug.is_current)).one()
