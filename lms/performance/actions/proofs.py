"""Issuing proofs of training: what they say is frozen with its digest."""

from datetime import date

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.rules.certificates import new_code
from lms.performance.models import TrainingProof, TrainingProofPaper
from lms.performance.queries.profile import Who
from lms.performance.queries.proofs import would_say
from lms.performance.rules.proofs import MOST_LINES, digest, written


def issue(actor: Actor, who: Who, first: date, last: date) -> TrainingProof:
    """Issue the proof of somebody over these days, both included. Whose it may be is the view's affair.

    Raises Invalid where there is nothing to prove, or more than a paper holds.
    """
    paper = would_say(actor, who, first, last)
    if not paper.lines:
        nothing = text("这段时间没有学习记录，没有可以证明的内容。请换一段时间。")
        raise Invalid(nothing, fields={"from": nothing})
    if len(paper.lines) > MOST_LINES:
        many = text(
            "这段时间有 %(n)s 条记录，一份证明最多写 %(most)s 条，请把时间缩短。", n=len(paper.lines), most=MOST_LINES
        )
        raise Invalid(many, fields={"from": many})
    content = written(paper)
    made = TrainingProof(
        code=new_code(),
        person_id=who.id,
        from_on=first,
        until_on=last,
        items=len(paper.lines),
        sha=digest(content),
        issued_at=clock.now(),
        issued_by=actor.id,
    )
    session().add(made)
    session().flush()
    session().add(TrainingProofPaper(proof_id=made.id, content=content))
    span = {"from": first.isoformat(), "to": last.isoformat(), "items": len(paper.lines)}
    audit(actor.id, "proof.issue", "training_proof", made.id, person_id=who.id, after=span)
    return made
