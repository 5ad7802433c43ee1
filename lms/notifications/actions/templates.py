"""Verbs of templates: put another wording in place of a shipped one, and go back to that."""

from sqlalchemy import CursorResult, delete

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session, upsert
from lms.core.errors import NotFound
from lms.notifications.models import NoticeTemplate
from lms.notifications.queries.wording import LANGUAGES
from lms.notifications.rules.wording import KINDS, Template, checked


def change_template(actor: Actor, name: str, locale: str, *, subject: str, body: str) -> Template:
    """Keep another wording of a template; return it as kept. Raises Invalid at `subject` or `body`, NotFound."""
    if name not in KINDS or locale not in LANGUAGES:
        raise NotFound()
    kept = checked(KINDS[name], subject, body)
    values = {"subject": kept.subject, "body": kept.body, "changed_by": actor.id, "changed_at": clock.now()}
    upsert(NoticeTemplate, {"name": name, "locale": locale}, values, values)
    audit(actor.id, "template.changed", "notice_template", f"{name}.{locale}")
    return kept


def reset_template(actor: Actor, name: str, locale: str) -> bool:
    """Go back to the shipped wording; return whether it was another one. Raises NotFound for no such template."""
    if name not in KINDS or locale not in LANGUAGES:
        raise NotFound()
    done = session().execute(delete(NoticeTemplate).where(NoticeTemplate.name == name, NoticeTemplate.locale == locale))
    assert isinstance(done, CursorResult)
    if done.rowcount:
        audit(actor.id, "template.reset", "notice_template", f"{name}.{locale}")
    return bool(done.rowcount)
