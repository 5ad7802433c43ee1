"""From a real chat to a drill: paste or upload, see what was masked, decide the rest, make a draft.

A chat is in the form of the trainer's browser and in the memory of one request, nowhere else.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import format_tb

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, Unreadable
from lms.core.i18n import _, say
from lms.core.masking import Doubt, Kind
from lms.core.masking.shadow import PLACEHOLDER
from lms.core.texts import Text, text
from lms.drills.actions import tickets as actions
from lms.drills.blueprint import bp
from lms.drills.tickets.carry import Talks, carried, uncarried
from lms.drills.tickets.exports import COLUMNS, MOST_BYTES, read_export
from lms.drills.tickets.masking import Safe, masked_lines, safe_talk
from lms.drills.tickets.pasted import read_pasted
from lms.drills.tickets.skeleton import MOST_SCENES, clock_of, exchanges
from lms.drills.tickets.talk import MOST_CHARACTERS, MOST_LINES, Line, Side, clock
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.limits import unkept
from lms.web.numbers import whole

log = logging.getLogger("lms")
MOST_ALSO = 50
KIND_WORDS: dict[Kind, Text] = {
    Kind.PHONE: text("手机号"),
    Kind.ID_CARD: text("证件号"),
    Kind.BANK_CARD: text("银行卡号"),
    Kind.MAIL: text("邮箱"),
    Kind.ACCOUNT: text("账号"),
    Kind.ADDRESS: text("地址"),
    Kind.ORDER: text("订单号"),
    Kind.PARCEL: text("快递单号"),
    Kind.NAME: text("姓名"),
    Kind.PLATE: text("车牌号"),
    Kind.BIRTHDAY: text("生日"),
    Kind.CODE: text("验证码"),
    Kind.LINK: text("链接"),
    Kind.OTHER: text("您选的"),
}
DOUBT_WORDS: dict[Kind, Text] = {
    **dict.fromkeys(Kind, text("看不出是什么")),
    Kind.PHONE: text("像电话"),
    Kind.ADDRESS: text("像地址的一部分"),
    Kind.NAME: text("像姓名"),
    Kind.ORDER: text("像单号"),
    Kind.LINK: text("链接里可能带着账号或订单"),
}
OTHER_SIDE = {Side.CUSTOMER: Side.AGENT, Side.AGENT: Side.CUSTOMER, Side.SYSTEM: Side.SYSTEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a message. kind: "" as written, "safe" a placeholder, "ask" what is to be decided."""

    text: str
    kind: str = ""


@bp.get("/drills/from-chat")
@requires(Permission.CONTENT_EDIT)
def tickets() -> str:
    """Show where to paste a chat, and what happens to it."""
    return _begin()


@bp.post("/drills/from-chat")
@requires(Permission.CONTENT_EDIT)
@unkept
def tickets_preview() -> str | tuple[str, int]:
    """Show the chat masked and what is to be decided; nothing is written."""
    try:
        with _quietly():
            talks = uncarried(request.form["talks"]) if "talks" in request.form else _read()
            if len(talks) > 1 and "pick" not in request.form:
                return _choose(talks)
            return _preview(masked_lines(_swapped(_picked(talks)), also=_also()))
    except DomainError as error:
        return _begin(say(error.message)), error.status


@bp.post("/drills/from-chat/make")
@requires(Permission.CONTENT_EDIT)
@unkept
def tickets_make() -> str | Response | tuple[str, int]:
    """Make a draft of the chat, once everything in doubt is decided, and open it in the editor."""
    try:
        with _quietly():
            lines, also = _swapped(_picked(uncarried(request.form.get("talks", "")))), _also()
            safe = masked_lines(lines, also=also)
    except DomainError as error:
        return _begin(say(error.message)), error.status
    title, address = request.form.get("title", ""), request.form.get("slug", "").strip()
    try:
        with _quietly(), transaction():
            made = actions.make(current_actor(), title, address, lines, also=also, decisions=_decisions())
    except actions.Undecided as error:
        # What is decided stays a choice of the page until the draft is made: it can be taken back.
        return _preview(safe, error, left=error.safe), error.status
    except (Invalid, Conflict, Unreadable) as error:
        return _preview(safe, error), error.status
    flash(_("做成了 %(n)s 轮的演练草稿。写着“待补”的地方请补上，再发布。", n=made.skeleton.scenes), "ok")
    if made.skeleton.dropped:
        flash(
            _("后面还有 %(n)s 轮没有放进来，一个演练最多 %(most)s 轮。", n=made.skeleton.dropped, most=MOST_SCENES),
            "warn",
        )
    return redirect(url_for("content.edit", kind="drill", slug=made.slug), 303)


def _read() -> Talks:
    """Return the chats of the form, masked. A file is read before pasted text. Raises DomainError."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        talks = read_export(uploads.uploaded(most=MOST_BYTES))
    else:
        talks = (read_pasted(request.form.get("chat", "")),)
    return tuple(safe_talk(talk).lines for talk in talks)


@contextmanager
def _quietly() -> Iterator[None]:
    """Turn what nobody foresaw into a refusal. The message of an error may quote the chat, and the log is kept: it
    gets the place and the kind alone.
    """
    try:
        yield
    except (DomainError, HTTPException, SQLAlchemyError):
        raise
    except Exception as error:
        log.error("a chat could not be read: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
        raise Unreadable(text("这段聊天读不下去。请换一种方式：粘贴文字，或另存为 CSV 再传。")) from None


def _picked(talks: Talks) -> tuple[Line, ...]:
    place = whole(request.form.get("pick")) or 0
    if place >= len(talks):
        raise Invalid(text("请先选一个会话。"))
    return talks[place]


def _swapped(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines, the two sides exchanged where the trainer says that they were taken for each other."""
    if not request.form.get("swap"):
        return tuple(lines)
    return tuple(Line(OTHER_SIDE[line.side], line.at, line.text) for line in lines)


def _also() -> list[str]:
    """Return what the trainer wants masked besides, one a line. Raises Invalid for too many."""
    found = [each for line in request.form.get("also", "").splitlines() if (each := line.strip())]
    if len(found) > MOST_ALSO or any(len(each) > 100 for each in found):
        raise Invalid(text("另外打码的词最多 %(most)s 个，每个最多 100 个字。", most=MOST_ALSO))
    return found


def _decisions() -> dict[str, bool]:
    return {
        name.removeprefix("decide-"): value == "mask"
        for name, value in request.form.items()
        if name.startswith("decide-") and value in ("mask", "keep")
    }


def _begin(error: str = "") -> str:
    return render_template(
        "lms/drills/from_chat.html",
        error=error,
        chat=request.form.get("chat", ""),
        columns=COLUMNS,
        most_lines=MOST_LINES,
        most_characters=MOST_CHARACTERS,
        most_mb=MOST_BYTES // 1_000_000,
    )


def _choose(talks: Talks) -> str:
    rows = []
    for number, lines in enumerate(talks):
        first = next((line.text for line in lines if line.side is Side.CUSTOMER), lines[0].text)
        rows.append((number, len(lines), len(exchanges(lines)[0]), " ".join(first.split())[:80]))
    return render_template("lms/drills/from_chat_choose.html", rows=rows, talks=carried(talks))


def _preview(safe: Safe, error: DomainError | None = None, left: Safe | None = None) -> str:
    """Show the chat. left: what is still in doubt after the decisions of the form, where some were missing."""
    doubts = {each.id: each for each in (*safe.doubts, *(left.doubts if left else ()))}
    held, _rest = exchanges(safe.lines)
    return render_template(
        "lms/drills/from_chat_preview.html",
        safe=safe,
        lines=[(line, list(_pieces(line.text, safe.doubts)), clock(line.at or 0)) for line in safe.lines],
        doubts=list(doubts.values()),
        missing={each.id for each in left.doubts} if left else set(),
        decisions=_decisions(),
        talks=carried([_swapped(safe.lines) if request.form.get("swap") else safe.lines]),
        swap=bool(request.form.get("swap")),
        also=request.form.get("also", ""),
        title=request.form.get("title", ""),
        slug=request.form.get("slug", ""),
        error=say(error.message) if error else "",
        fields={name: say(reason) for name, reason in error.fields.items()} if error else {},
        rounds=len(held),
        most=MOST_SCENES,
        seconds=clock_of(held),
        side=Side,
        kind_words=KIND_WORDS,
        doubt_words=DOUBT_WORDS,
    )


def _pieces(said: str, doubts: Sequence[Doubt]) -> Iterator[Piece]:
    """Yield a message cut into what is as written, what is masked and what is asked about."""
    values = sorted({each.value for each in doubts}, key=len, reverse=True)
    pattern = re.compile("|".join([PLACEHOLDER.pattern, *map(re.escape, values)]))
    position = 0
    for match in pattern.finditer(said):
        if match.start() > position:
            yield Piece(text=said[position : match.start()])
        yield Piece(text=match[0], kind="safe" if PLACEHOLDER.fullmatch(match[0]) else "ask")
        position = match.end()
    if position < len(said):
        yield Piece(text=said[position:])
