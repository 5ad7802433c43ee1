"""A masked chat becomes a draft. What is not masked never comes this far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.content.actions import drafts
from lms.content.importers.drafts import LONGEST_TITLE, name_of
from lms.core.access import Actor
from lms.core.errors import DomainError, Invalid
from lms.core.masking import mask
from lms.core.texts import text
from lms.drills.tickets.masking import Safe, masked_lines
from lms.drills.tickets.skeleton import Skeleton, skeleton
from lms.drills.tickets.talk import Line

FOLDER = "drills"


class Undecided(DomainError):
    """Something in the chat is still to be decided. safe: the chat as far as it is masked."""

    status = 422
    default_code = "undecided"

    def __init__(self, safe: Safe) -> None:
        self.safe = safe
        super().__init__(text("还有 %(n)s 处没有决定打不打码。请逐个选好再做成演练。", n=len(safe.doubts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    slug: str
    skeleton: Skeleton


def make(
    actor: Actor,
    title: str,
    address: str,
    lines: Sequence[Line],
    *,
    also: Sequence[str] = (),
    decisions: Mapping[str, bool] | None = None,
) -> Drafted:
    """Make the draft of a drill. address: the last part of its address, "" = from the title.

    Raises Undecided, Invalid for a title with data of a person or a chat without a reply, Conflict for an address that
    is taken.
    """
    title = " ".join(title.split())
    _check("title", title)
    if address:
        _check("slug", address)
    safe = masked_lines(lines, also=also, decisions=decisions)
    if safe.doubts:
        raise Undecided(safe)
    made = skeleton(title, safe.lines, actor.employee_no)
    if made is None:
        raise Invalid(text("这段聊天里没有客服回复顾客的话，做不成演练。看看是不是顾客和客服认反了。"))
    slug = f"{FOLDER}/{name_of(address or title)}"
    drafts.create(actor, "drill", slug, made.source)
    return Drafted(slug=slug, skeleton=made)


def _check(field: str, written: str) -> None:
    if not written:
        problem = text("请给演练起个标题。")
    elif len(written) > LONGEST_TITLE:
        problem = text("标题和网址最多 %(most)s 个字。", most=LONGEST_TITLE)
    elif mask(written).text != written:
        problem = text("这里像有个人信息，请换一个说法。")
    else:
        return
    raise Invalid(problem, fields={field: problem})
