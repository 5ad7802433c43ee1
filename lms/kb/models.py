"""Tables of the knowledge base: what is searched and read, what readers answer, what is missing, what is urgent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from lms.core.db import Base, free_text, new_public_id, pk, plain, pseudonym, type_json


class ArticleEntry(Base):
    """What one published article is found by, folded (NFKC, simplified, lower case): rebuilt at each publish.

    sections: `[anchor, heading, text]` as written, for the sentence that is shown with the hit.
    """

    __tablename__ = "article_entry"
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    title: Mapped[str] = plain()
    aliases: Mapped[str] = plain()
    tags: Mapped[str] = plain()
    summary: Mapped[str] = plain()
    body: Mapped[str] = plain()
    sections: Mapped[list[Any]] = plain(type_json)


class SearchLog(Base):
    """One search (an observation: a GET may write it). Kept 90 days, then only counted by week.

    folded: the query as searches are compared. origin: page | panel | api. clicked_id: the article opened from it.
    """

    __tablename__ = "search_log"
    __table_args__ = (Index("ix_search_log_at", "at"), Index("ix_search_log_folded", "folded", "at"))
    id: Mapped[pk]
    at: Mapped[datetime] = plain()
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    query: Mapped[str] = free_text(String(200))
    folded: Mapped[str] = free_text(String(200), default="", server_default="")
    hits: Mapped[int] = plain()
    origin: Mapped[str] = plain(String(10), default="page", server_default="page")
    shop: Mapped[str] = plain(String(20), default="", server_default="")
    clicked_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    clicked_at: Mapped[datetime | None] = plain()


class SearchWeek(Base):
    """What was searched in a week, by query: what is left of the log after 90 days. No person."""

    __tablename__ = "search_week"
    week: Mapped[date] = plain(primary_key=True)  # its Monday
    folded: Mapped[str] = free_text(String(200), primary_key=True)
    searches: Mapped[int] = plain()
    without_hit: Mapped[int] = plain()
    without_click: Mapped[int] = plain()


class ArticleView(Base):
    """Who has seen which version of an article (an observation: a GET may write it, and may lose it)."""

    __tablename__ = "article_view"
    __table_args__ = (Index("ix_article_view_document", "document_id", "last_at"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    first_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()
    times: Mapped[int] = plain(default=1, server_default="1")


class Vote(Base):
    """Whether an article solved it for a person; the latest counts. reason: a word of `rules`, "" with a yes."""

    __tablename__ = "vote"
    __table_args__ = (Index("ix_vote_document", "document_id", "at"),)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    solved: Mapped[bool] = plain()
    reason: Mapped[str] = plain(String(20), default="", server_default="")
    note: Mapped[str] = free_text(default="", server_default="")
    at: Mapped[datetime] = plain()


class Favourite(Base):
    """An article, or one 话术 of it, kept at hand. script: digits of the digest of its text, "" = the article."""

    __tablename__ = "favourite"
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    script: Mapped[str] = plain(String(16), primary_key=True, default="")
    at: Mapped[datetime] = plain()


class Suggestion(Base):
    """A change of an article, or a new one, that somebody proposes (知识分享).

    document_id, base_revision_id: None for a new article. state: open | accepted | declined | withdrawn.
    result_revision_id: the version in which it was published.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("ix_suggestion_state", "state", "at"),
        Index("ix_suggestion_person", "person_id", "at"),
        Index("ix_suggestion_result", "result_revision_id"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"), index=True)
    base_revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    folder: Mapped[str] = plain(String(200), default="", server_default="")
    title: Mapped[str] = free_text(String(300))
    text: Mapped[str] = free_text()
    reason: Mapped[str] = free_text(default="", server_default="")
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    at: Mapped[datetime] = plain()
    decided_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = plain()
    answer: Mapped[str] = free_text(default="", server_default="")
    result_document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    result_revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))


class Comment(Base):
    """What somebody asks or says about an article or one of its sections; anchor "" = the whole."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_document", "document_id", "at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    anchor: Mapped[str] = plain(String(200), default="", server_default="")
    answers_id: Mapped[int | None] = plain(ForeignKey("comment.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    text: Mapped[str] = free_text()
    at: Mapped[datetime] = plain()
    settled_at: Mapped[datetime | None] = plain()
    settled_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class Verification(Base):
    """An article was looked at again and confirmed (复审), until a day."""

    __tablename__ = "verification"
    __table_args__ = (Index("ix_verification_document", "document_id", "at"),)
    id: Mapped[pk]
    document_id: Mapped[int] = plain(ForeignKey("document.id"))
    revision_id: Mapped[int] = plain(ForeignKey("revision.id"))
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    until: Mapped[date] = plain()


class UrgentNotice(Base):
    """紧急通知: on every page of those it is for, from when until when; taken down by itself.

    audience: words as of 可见, none = everybody. due_at: by when it is to be confirmed.
    """

    __tablename__ = "urgent_notice"
    __table_args__ = (Index("ix_urgent_notice_until", "until_at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    title: Mapped[str] = plain(String(120))
    body: Mapped[str] = plain(default="", server_default="")
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    audience: Mapped[list[Any]] = plain(type_json, default=list)
    sent_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    sent_at: Mapped[datetime] = plain()
    due_at: Mapped[datetime] = plain()
    until_at: Mapped[datetime] = plain()
    withdrawn_at: Mapped[datetime | None] = plain()
    withdrawn_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))


class UrgentReceipt(Base):
    """Who an urgent notice is for, laid down when it was sent, and when they confirmed it."""

    __tablename__ = "urgent_receipt"
    __table_args__ = (Index("ix_urgent_receipt_person", "person_id", "confirmed_at"),)
    urgent_notice_id: Mapped[int] = plain(ForeignKey("urgent_notice.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    confirmed_at: Mapped[datetime | None] = plain()


class Gap(Base):
    """Something that people look for and do not find (知识缺口). It reopens if misses go on.

    state: open | closed | dismissed | merged. opened_at: since when it stands open, anew when it reopens.
    draft_document_id: the document whose publishing closes it; document_id: the article that closed it last.
    reason: why it was dismissed. merged_into_id: the gap that took its words.
    """

    __tablename__ = "gap"
    __table_args__ = (Index("ix_gap_state", "state", "last_at"),)
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    title: Mapped[str] = free_text(String(200))
    state: Mapped[str] = plain(String(12), default="open", server_default="open")
    owner_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    draft_document_id: Mapped[int | None] = plain(ForeignKey("document.id"))
    opened_at: Mapped[datetime] = plain()
    last_at: Mapped[datetime] = plain()
    closed_at: Mapped[datetime | None] = plain()
    closed_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    reopened: Mapped[int] = plain(default=0, server_default="0")
    reason: Mapped[str] = free_text(String(400), default="", server_default="")
    merged_into_id: Mapped[int | None] = plain(ForeignKey("gap.id"))


class GapMiss(Base):
    """One sign of a gap, counted by day. source: no_hit | no_click | vote | question | contact | rating.

    words: what was searched, asked or written, folded and without personal data; ref: the article with the reason of
    a vote (`12:outdated`) or the key of a question, "" without one. shop: its code. gap_id: None while the words are
    too few to be a gap; whoever moves words by hand moves all their rows, and what comes later follows them.
    """

    __tablename__ = "gap_miss"
    __table_args__ = (
        UniqueConstraint("source", "words", "ref", "shop", "day"),
        Index("ix_gap_miss_gap", "gap_id", "day"),
        Index("ix_gap_miss_words", "words"),
    )
    id: Mapped[pk]
    gap_id: Mapped[int | None] = plain(ForeignKey("gap.id"))
    source: Mapped[str] = plain(String(12))
    words: Mapped[str] = free_text(String(200))
    ref: Mapped[str] = plain(String(80), default="", server_default="")
    shop: Mapped[str] = plain(String(20), default="", server_default="")
    day: Mapped[date] = plain()
    count: Mapped[int] = plain()


class GapAsker(Base):
    """Who missed it, to be told when it is there."""

    __tablename__ = "gap_asker"
    gap_id: Mapped[int] = plain(ForeignKey("gap.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime] = plain()
    told_at: Mapped[datetime | None] = plain()


class GitChange(Base):
    """What a commit of an imported repository did to one document, so that a second import adds only what is new.

    verb: written (a revision) | renamed | removed | restored | dropped (its draft). path: of the document after it.
    """

    __tablename__ = "git_change"
    __table_args__ = (Index("ix_git_change_document", "document_id", "at"),)
    commit: Mapped[str] = plain(String(64), primary_key=True)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), primary_key=True)
    verb: Mapped[str] = plain(String(10), primary_key=True)
    path: Mapped[str] = plain(String(300))
    revision_id: Mapped[int | None] = plain(ForeignKey("revision.id"))
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
