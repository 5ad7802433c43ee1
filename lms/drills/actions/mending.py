"""A finding of a person, taken into the rubric: a phrase more in the drill's draft, and nothing else changed."""

from lms.content import actions as content_actions
from lms.content import queries as content
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.drills.models import RunOverrule
from lms.drills.parse import parse
from lms.drills.queries.offers import DECLINED, MENDED, Offer, offer_of
from lms.drills.rules.mending import LONGEST, Moved, Unfit, criterion_of, is_said, mended
from lms.drills.spec import Criterion


def mend(actor: Actor, document_id: int, overrule_id: int, phrase: str) -> None:
    """Add a phrase of the learner's own words to the line in the draft of its drill.

    Raises NotFound, Invalid at `phrase`, Conflict where the line reads otherwise by now or the offer is settled.
    """
    offer = _open(document_id, overrule_id)
    if not offer.addable:
        raise Conflict(text("这条要改窄，请在编辑台里改。"), code="not_addable")
    if not is_said(phrase, offer.said):
        wrong = text("这句话不在学员的回复里，请照原话填。")
        raise Invalid(wrong, fields={"phrase": wrong})
    card = content.cards([offer.document_id])[offer.document_id]
    work = content.open_work("drill", card.slug)
    if work.head_id is None:
        raise NotFound()
    source = content.text(work.head_id)
    try:
        after = mended(source, _line(source, card.path, offer, offer.words), phrase)
        _line(after, card.path, offer, f"{offer.words} | {' '.join(phrase.split())}")
    except Unfit as wrong:
        why = text("请填 1 到 %(n)s 个字，不含 | & ( ) 这些符号。", n=LONGEST)
        raise Invalid(why, fields={"phrase": why}) from wrong
    except Moved as wrong:
        raise Conflict(text("草稿里这一条评分已经改过了，请在编辑台里看一下。"), code="line_moved") from wrong
    content_actions.save_draft(
        actor, offer.document_id, work.head_id, after, note=str(text("按人工改判补充评分词：%(words)s", words=phrase))
    )
    _settle(actor, offer, MENDED)


def decline(actor: Actor, document_id: int, overrule_id: int) -> None:
    """Leave the rubric as it is. Raises NotFound, Conflict where the offer is settled."""
    _settle(actor, _open(document_id, overrule_id), DECLINED)


def _line(source: str, path: str, offer: Offer, words: str) -> Criterion:
    """Return the line of a draft that says this. Raises Moved."""
    spec = parse(source, path).spec
    if spec is None:
        raise Moved(words)
    return criterion_of(spec, (offer.scene, offer.title), offer.kind, words)


def _open(document_id: int, overrule_id: int) -> Offer:
    offer = offer_of(document_id, overrule_id)
    if offer is None:
        raise NotFound()
    if offer.offered:
        raise Conflict(text("这条建议已经处理过了。"), code="settled")
    return offer


def _settle(actor: Actor, offer: Offer, what: str) -> None:
    session().get_one(RunOverrule, offer.id).offered = what
    audit(actor.id, f"rubric.{what}", "document", offer.document_id, after={"overrule": offer.id})
