"""Verbs of awards: compute a proposal, take somebody out of it, confirm or decline it, withdraw an award."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.rules.periods import Grain, Period, period
from lms.reviews.actions.award_rules import kept
from lms.reviews.models import Award, AwardCandidate, AwardProposal, AwardShare, AwardTerms
from lms.reviews.queries import award_figures
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import LONGEST_REASON, Candidate, Kind, digest_of, places, propose, shares


def propose_for(actor: Actor, rule_id: str, written: str) -> AwardProposal:
    """Compute whom a rule proposes for a period that is over; an open proposal for it is computed anew.

    written: the period ("2026Q3"). Raises NotFound, Invalid, Conflict where it was confirmed already or the award is
    stopped.
    """
    rule = kept(actor, rule_id)
    whole = _over(period(written), Grain(rule.grain))
    if not rule.active:
        raise Conflict(text("这个奖已停用，先恢复再评。"), code="stopped")
    rows = session().scalars(
        select(AwardProposal)
        .where(AwardProposal.rule_id == rule.id, AwardProposal.period == str(whole), AwardProposal.state != "declined")
        .with_for_update()
    )
    found = rows.one_or_none()
    if found is not None and found.state == "confirmed":
        raise Conflict(text("这个周期已经评完了。"), code="confirmed")
    version = reading.rule(rule_id).on(whole.start)
    terms = version.terms
    standings = award_figures.standings(terms.measure, rule.kind, whole)
    result = propose(terms.measure, terms.winners, standings, team=rule.kind == Kind.TEAM)
    if found is None:
        found = AwardProposal(rule_id=rule.id, period=str(whole), state="proposed")
        session().add(found)
    found.terms_id = version.id or 0
    found.counts = dict(result.counts)
    found.digest = digest_of(version.id, str(whole), result.candidates)
    found.at = clock.now()
    if rule.begun_on is None or rule.begun_on > whole.start:
        rule.begun_on = whole.start
    session().flush()
    session().execute(delete(AwardCandidate).where(AwardCandidate.proposal_id == found.id))
    session().add_all(_row(found.id, rule.kind, each) for each in result.candidates)
    session().flush()
    audit(actor.id, "award.propose", "award_proposal", found.id, after={"period": str(whole), "digest": found.digest})
    return found


def _over(whole: Period, grain: Grain) -> Period:
    wrong = None
    if whole.grain is not grain:
        wrong = (
            text("这个奖按季度评，周期写成 2026Q3 这样。")
            if grain is Grain.QUARTER
            else text("这个奖按月评，周期写成 2026-10 这样。")
        )
    elif whole.until > today():
        wrong = text("%(period)s 还没结束，结束后再评。", period=str(whole))
    if wrong is not None:
        raise Invalid(wrong, fields={"period": wrong})
    return whole


def _row(proposal_id: int, kind: str, each: Candidate) -> AwardCandidate:
    is_team = kind == Kind.TEAM
    return AwardCandidate(
        proposal_id=proposal_id,
        person_id=None if is_team else each.key,
        team_id=each.key if is_team else None,
        place=each.place,
        wins=each.wins,
        out=each.out,
        value=each.value,
        before=each.before,
        n=each.n,
    )


def remove(actor: Actor, public_id: str, candidate_id: int, reason: str) -> AwardProposal:
    """Take a candidate out of an open proposal, with a reason; those behind move up.

    Raises NotFound, Invalid, Conflict where it was decided.
    """
    proposal = _open(public_id)
    reason = _reason(reason)
    every = _candidates(proposal.id)
    gone = next((each for each in every if each.id == candidate_id and each.place is not None), None)
    if gone is None:
        raise NotFound()
    gone.removed, gone.wins, gone.place = reason, False, None
    terms = session().get_one(AwardTerms, proposal.terms_id)
    left = [each for each in every if each.place is not None]
    measure = reading.version_of(terms).terms.measure
    scores = [
        round((each.value or 0) - ((each.before or 0) if measure.gain else 0), 2) * (-1 if measure.lower else 1)
        for each in left
    ]
    for each, place in zip(left, places(scores), strict=True):
        each.place, each.wins = place, place <= terms.winners
    proposal.digest = digest_of([proposal.digest, candidate_id], proposal.period, ())
    session().flush()
    audit(
        actor.id,
        "award.remove",
        "award_proposal",
        proposal.id,
        person_id=gone.person_id,
        after={"candidate": candidate_id},
    )
    return proposal


def confirm(actor: Actor, public_id: str, digest: str) -> list[Award]:
    """Give the awards of a proposal; winners are told. digest: of what the actor has seen.

    Raises NotFound, Conflict where it was decided or has changed since, Invalid where nobody would win or the actor
    would.
    """
    proposal = _open(public_id)
    if proposal.digest != digest:
        raise Conflict(text("名单刚才重新算过，请看过新的名单再确认。"), code="changed")
    terms_row = session().get_one(AwardTerms, proposal.terms_id)
    terms = reading.version_of(terms_row).terms
    winners = [each for each in _candidates(proposal.id) if each.wins]
    whole = period(proposal.period)
    teams = award_figures.members(whole.last)
    people = {
        each.id: [each.person_id] if each.person_id is not None else teams.get(each.team_id or 0, [])
        for each in winners
    }
    if not winners:
        raise Invalid(text("没有人符合条件。请选“不采用”并写明原因。"))
    if any(each.person_id == actor.id for each in winners):
        raise Conflict(text("名单里有您自己，请另一位有权限的人确认。"), code="own")
    given = []
    for each in winners:
        award = Award(
            rule_id=proposal.rule_id,
            terms_id=proposal.terms_id,
            proposal_id=proposal.id,
            person_id=each.person_id,
            team_id=each.team_id,
            period=proposal.period,
            value=each.value,
            n=each.n,
            amount_fen=terms.amount_fen,
            confirmed_by=actor.id,
            at=clock.now(),
        )
        session().add(award)
        session().flush()
        _share(award, people[each.id])
        _tell(award, terms.name, people[each.id])
        given.append(award)
    _decide(actor, proposal, "confirmed", "")
    return given


def _share(award: Award, people: Sequence[int]) -> None:
    parts = shares(award.amount_fen, people) if award.amount_fen is not None else dict.fromkeys(people)
    session().add_all(AwardShare(award_id=award.id, person_id=id, amount_fen=fen) for id, fen in parts.items())
    session().flush()


def _tell(award: Award, name: str, people: Sequence[int]) -> None:
    sentence = (
        text("恭喜您获得 %(period)s 的“%(award)s”。", period=award.period, award=Text(name))
        if award.person_id is not None
        else text("恭喜您所在的团队获得 %(period)s 的“%(award)s”。", period=award.period, award=Text(name))
    )
    emit(
        Told(
            person_ids=tuple(people),
            topic="review",
            sentence=sentence,
            link=("reviews.awards", {"period": award.period}),
            key=f"award:{award.id}",
        )
    )


def decline(actor: Actor, public_id: str, reason: str) -> AwardProposal:
    """Leave a proposal; it can be computed anew later. Raises NotFound, Invalid without a reason, Conflict."""
    proposal = _open(public_id)
    _decide(actor, proposal, "declined", _reason(reason))
    return proposal


def _decide(actor: Actor, proposal: AwardProposal, state: str, reason: str) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by, proposal.decided_at = actor.id, clock.now()
    session().flush()
    audit(actor.id, f"award.{state}", "award_proposal", proposal.id, after={"digest": proposal.digest})


def withdraw(actor: Actor, public_id: str, reason: str) -> Award:
    """Take an award back: it counts no more, for payroll neither; who had it is told why.

    Raises NotFound, Invalid without a reason, Conflict where it was withdrawn already.
    """
    award = locked(Award, public_id)
    reason = _reason(reason)
    if award.withdrawn_at is not None:
        raise Conflict(text("这个奖已经撤回了。"), code="withdrawn")
    award.withdrawn_at, award.withdrawn_by, award.withdrawn_reason = clock.now(), actor.id, reason
    session().flush()
    people = list(session().scalars(select(AwardShare.person_id).where(AwardShare.award_id == award.id)))
    name = session().get_one(AwardTerms, award.terms_id).name
    emit(
        Told(
            person_ids=tuple(sorted(people)),
            topic="review",
            sentence=text(
                "%(period)s 的“%(award)s”已撤回：%(why)s", period=award.period, award=Text(name), why=reason[:80]
            ),
            link=("reviews.awards", {}),
            key=f"award:{award.id}:withdrawn",
        )
    )
    audit(actor.id, "award.withdraw", "award", award.id, person_id=award.person_id)
    return award


def _open(public_id: str) -> AwardProposal:
    found = locked(AwardProposal, public_id)
    if found.state != "proposed":
        raise Conflict(text("这份名单已经有结论了。"), code="decided")
    return found


def _candidates(proposal_id: int) -> list[AwardCandidate]:
    statement = select(AwardCandidate).where(AwardCandidate.proposal_id == proposal_id)
    return list(session().scalars(statement.order_by(AwardCandidate.place, AwardCandidate.id)))


def _reason(written: str) -> str:
    written = written.strip()
    if not written or len(written) > LONGEST_REASON:
        wrong = text("请写一句原因，最多 %(n)s 个字。", n=LONGEST_REASON)
        raise Invalid(wrong, fields={"reason": wrong})
    return written
