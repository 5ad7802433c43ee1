"""Taking in files of contact reasons and ratings: the plan that is shown is the one that is applied."""

from sqlalchemy import select

from lms.accounts.queries import shops
from lms.content.models import Document
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.folding import folded
from lms.core.here import today
from lms.core.texts import text
from lms.kb.actions.gap_counting import one_at_a_time, put_counts, regroup
from lms.kb.rules import gap_file as rules
from lms.kb.rules.gap_file import COLUMNS, Plan


def plan(data: bytes, kind: str) -> Plan:
    """Return what the file would do; nothing is changed. Raises Unreadable, TooLarge, Invalid for another kind."""
    if kind not in COLUMNS:
        raise Invalid(text("请先选这是什么表。"))
    return rules.plan(data, kind, shops=_shop_codes(), names=_names(), today=today())


def _shop_codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for shop in shops():
        found[folded(shop.code)] = shop.code
        found[folded(shop.name)] = shop.code
    return found


def _names() -> list[str]:
    """Return every title and alias of what is published, for whomever it is: what is counted names no article."""
    found: list[str] = []
    statement = select(Document.title, Document.aliases).where(
        Document.kind == "article", Document.state == "published"
    )
    for title, aliases in session().execute(statement):
        found += [title, *aliases]
    return found


def digest(plan: Plan) -> str:
    """Return what the plan does in one word, to see whether what is applied is what was shown."""
    return fingerprint(plan.counts, len(plan.refused))


def apply(actor: Actor, data: bytes, kind: str, *, shown: str, partial: bool = False) -> Plan:
    """Count what the file says. The same row said again replaces what was said, so the same file twice is once.

    partial: leave out what is refused; else one refused row refuses all. Raises Invalid, Conflict where the plan is
    not the one that was shown.
    """
    one_at_a_time()
    found = plan(data, kind)
    if digest(found) != shown:
        raise Conflict(text("预览以后知识库有了变化，请再看一遍。"))
    if found.refused and not partial:
        raise Invalid(text("有 %(n)s 行不能导入，什么也没有改。请改好文件再传。", n=len(found.refused)))
    if not found.counts:
        raise Invalid(text("没有可以导入的内容，什么也没有改。"))
    put_counts(found.counts)
    regroup({})
    audit(actor.id, "gap.imported", "gap", kind, after={"rows": len(found.counts), "count": found.total})
    return found
