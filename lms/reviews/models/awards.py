"""Awards: the rules that are public to all, what they propose, and what a person confirmed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, free_text, new_public_id, personal, pk, plain, pseudonym, type_json


class AwardRule(Base):
    """An award. code: of a shipped one its code in rules.awards.SHIPPED, else its public id.

    kind: person | team. grain: month | quarter. begun_on: first day of the first period that it was for; None = never
    used yet. What it asks for and gives stands in AwardTerms, by day.
    """

    __tablename__ = "award_rule"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    kind: Mapped[str] = plain(String(8))
    grain: Mapped[str] = plain(String(8))
    begun_on: Mapped[date | None] = plain()
    active: Mapped[bool] = plain(default=True, server_default=text("true"))
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


@append_only
class AwardTerms(Base):
    """What an award asks for and gives, from a day on; a period has the terms that stood on its first day.

    words: the public text. measure: rules.awards.Measure as plain values. winners: places that win.
    amount_fen: what one winner gets, for payroll, in cents of a yuan; None = honour alone.
    """

    __tablename__ = "award_terms"
    __table_args__ = (UniqueConstraint("rule_id", "version"),)
    id: Mapped[pk]
    rule_id: Mapped[int] = plain(ForeignKey("award_rule.id"))
    version: Mapped[int] = plain()
    from_on: Mapped[date] = plain()
    name: Mapped[str] = plain(String(60))
    words: Mapped[str] = plain()
    measure: Mapped[dict[str, Any]] = plain(type_json)
    winners: Mapped[int] = plain()
    amount_fen: Mapped[int | None] = plain()
    made_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    made_at: Mapped[datetime] = plain()


class AwardProposal(Base):
    """What a rule proposes for a period ("2026Q4", "2026-10"). state: proposed | confirmed | declined.

    counts: how many were looked at, and how many left out for which reason. digest: of terms and candidates, so that
    whoever confirms confirms what they saw.
    """

    __tablename__ = "award_proposal"
    __table_args__ = (
        Index(
            "uq_award_proposal_live",
            "rule_id",
            "period",
            unique=True,
            sqlite_where=text("state <> 'declined'"),
            postgresql_where=text("state <> 'declined'"),
        ),
        Index("ix_award_proposal_state", "state", "at"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    rule_id: Mapped[int] = plain(ForeignKey("award_rule.id"))
    terms_id: Mapped[int] = plain(ForeignKey("award_terms.id"))
    period: Mapped[str] = plain(String(10))
    state: Mapped[str] = plain(String(12), default="proposed", server_default="proposed")
    counts: Mapped[dict[str, Any]] = plain(type_json)
    digest: Mapped[str] = plain(String(64))
    at: Mapped[datetime] = plain()
    decided_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = plain()
    reason: Mapped[str] = free_text(default="", server_default="")


class AwardCandidate(Base):
    """Who stands in a proposal: with a place, or left out with the reason. person_id or team_id.

    place: from 1, equal figures share it; None = left out. wins: would get it. out: rules.awards.Out, "" = none.
    value, before: the figure and that of the period before, in the unit of the measure; n: on how many cases it rests.
    removed: why a person took the candidate out, "" = nobody did.
    """

    __tablename__ = "award_candidate"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one_owner"),)
    id: Mapped[pk]
    proposal_id: Mapped[int] = plain(ForeignKey("award_proposal.id"), index=True)
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    place: Mapped[int | None] = plain()
    wins: Mapped[bool] = plain(default=False, server_default=text("false"))
    out: Mapped[str] = plain(String(12), default="", server_default="")
    value: Mapped[float | None] = personal()
    before: Mapped[float | None] = personal()
    n: Mapped[int | None] = personal()
    removed: Mapped[str] = free_text(default="", server_default="")


class Award(Base):
    """An award that a person confirmed, of one person or one team. amount_fen: of the whole; None = honour alone.

    value, n: the figure for which it was given. withdrawn_at: it counts no more; the row stays.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one_owner"),
        Index("ix_award_period", "period", "id"),
    )
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    rule_id: Mapped[int] = plain(ForeignKey("award_rule.id"), index=True)
    terms_id: Mapped[int] = plain(ForeignKey("award_terms.id"))
    proposal_id: Mapped[int] = plain(ForeignKey("award_proposal.id"), index=True)
    person_id: Mapped[int | None] = pseudonym(ForeignKey("person.id"), index=True)
    team_id: Mapped[int | None] = plain(ForeignKey("team.id"))
    period: Mapped[str] = plain(String(10))
    value: Mapped[float | None] = personal()
    n: Mapped[int | None] = personal()
    amount_fen: Mapped[int | None] = plain()
    confirmed_by: Mapped[int] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()
    withdrawn_at: Mapped[datetime | None] = plain()
    withdrawn_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str] = free_text(default="", server_default="")


class AwardShare(Base):
    """Who has part in an award: its one person, or each who was in the team on the last day of the period.

    amount_fen: what payroll is told for this person; the shares of an award add up to its amount. None = honour alone.
    """

    __tablename__ = "award_share"
    award_id: Mapped[int] = plain(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[int] = pseudonym(ForeignKey("person.id"), primary_key=True, index=True)
    amount_fen: Mapped[int | None] = personal()
