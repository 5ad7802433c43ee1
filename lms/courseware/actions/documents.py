"""The document of a package: begun with a new one, or given another version of it."""

from dataclasses import dataclass

from lms.content import actions as content
from lms.content import queries as reading
from lms.content.actions.documents import head_of, locked
from lms.content.grammar.document import About
from lms.content.grammar.keywords import Word
from lms.content.rules.properties import write as write_properties
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.texts import Text, text
from lms.courseware.models import CoursewarePackage
from lms.courseware.spec import MOST_ATTEMPTS, DoneWhen, ScormSpec, write

LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a trainer says of a new one. attempts: None = as often as somebody likes. minutes: 0 = not said."""

    slug: str
    title: str
    done_when: DoneWhen
    attempts: int | None = None
    minutes: int = 0


def begin(actor: Actor, package: CoursewarePackage, wishes: Wishes) -> int:
    """Begin a document with this package as a draft and return its id. Raises Invalid with every reason, Conflict."""
    wrong: dict[str, Text] = {}
    title = " ".join(wishes.title.split())
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        wrong["title"] = text("标题 1 到 %(most)s 个字。", most=LONGEST_TITLE)
    if wishes.attempts is not None and not 1 <= wishes.attempts <= MOST_ATTEMPTS:
        wrong["attempts"] = text("次数 1 到 %(most)s，空着是不限。", most=MOST_ATTEMPTS)
    if not 0 <= wishes.minutes <= 600:
        wrong["minutes"] = text("时长 1 到 600 分钟，空着是不写。")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    spec = ScormSpec(
        title=title.replace("#", "＃").strip() or title,
        about=About(owner=actor.employee_no),
        package=package.sha.hex(),
        done_when=wishes.done_when,
        attempts=wishes.attempts,
        minutes=wishes.minutes,
    )
    return content.create(actor, "scorm", wishes.slug.strip().strip("/"), write(spec)).document_id


def give_version(actor: Actor, document_id: int, package: CoursewarePackage) -> bool:
    """Put another package into a document as its draft; return whether that changed anything. Raises Conflict."""
    document = locked(document_id)
    head = head_of(document)
    assert head is not None
    source = reading.text(head)
    changed = write_properties(source, Word.SCORM, {f"front-{Word.PACKAGE.en}": package.sha.hex()})
    saved = content.save_draft(actor, document_id, head, changed, join=False)
    if saved.conflict is not None:
        raise saved.conflict
    return saved.changed


def put_out(actor: Actor, document_id: int) -> bool:
    """Publish the draft; return False where somebody else has to approve it first, or something is to be mended."""
    document = locked(document_id)
    if document.draft_id is None:
        return True
    try:
        with session().begin_nested():
            content.publish(actor, document_id, document.draft_id)
    except (Conflict, Invalid):
        return False
    return True
