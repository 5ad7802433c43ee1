"""Packages as authors see them: the list, an upload looked through before anything is kept, another version of one."""

import re
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.here import settings
from lms.core.i18n import _, say
from lms.core.settings import Settings
from lms.core.texts import text
from lms.courseware.actions import documents, packages
from lms.courseware.actions.documents import Wishes
from lms.courseware.actions.packages import Looked
from lms.courseware.queries import studio as queries
from lms.courseware.spec import DoneWhen, Rule, read_done_when
from lms.courseware.views.room import bp
from lms.web import uploads
from lms.web.auth import current_actor, requires
from lms.web.limits import accepts
from lms.web.numbers import whole
from lms.web.shell import wants_json

_SHA = re.compile(r"[0-9a-f]{64}")


def _largest(chosen: Settings) -> int:
    return chosen.courseware_max_bytes


@bp.get("/studio/courseware")
@requires(Permission.CONTENT_EDIT)
def studio() -> str:
    """List the packages, and take a new one in. for: the slug of the one that gets another version."""
    return _list()


@bp.post("/studio/courseware")
@requires(Permission.CONTENT_EDIT)
@accepts(_largest)
def upload() -> str | Response | tuple[str, int] | tuple[Response, int]:
    """Look a package through and show what is in it; nothing of it is kept yet but its file, for a day."""
    actor, target = current_actor(), request.form.get("for", "")
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            reason = text("请先选一个文件。")
            raise Invalid(reason, fields={"file": reason})
        with sent.stream as stream:
            looked = packages.receive(sent.filename, stream)  # type: ignore[arg-type]  # reads, seeks and tells
    except DomainError as error:
        return _refused([say(error.message)], error.status, target)
    if looked.reasons:
        return _refused([say(reason) for reason in looked.reasons], 422, target, looked.name)
    uploads.note(actor, looked.sha.hex(), {"name": looked.name, "for": target})
    where = url_for(".preview", course_package=looked.sha.hex())
    return jsonify(next=where) if wants_json() else redirect(where, 303)


@bp.get("/studio/courseware/new/<course_package>")
@requires(Permission.CONTENT_EDIT)
def preview(course_package: str) -> str | Response:
    """Show what is in a package that was just uploaded, and ask how it shall be kept."""
    looked, target = _again(course_package)
    return _preview(looked, target, {}, {})


@bp.post("/studio/courseware/new/<course_package>")
@requires(Permission.CONTENT_EDIT)
def keep(course_package: str) -> str | Response | tuple[str, int]:
    """Keep a package as a new document, or as another version of one. do: publish | draft."""
    actor = current_actor()
    looked, target = _again(course_package)
    given = request.form.to_dict()
    try:
        wishes = None if target else _wishes(given)
        stored = packages.unpack(looked)
        with transaction():
            package = packages.keep(actor, looked, stored)
            if wishes is None:
                document_id = content.open_work("scorm", target).card.document_id
                documents.give_version(actor, document_id, package)
            else:
                document_id = documents.begin(actor, package, wishes)
            published = given.get("do") == "publish" and documents.put_out(actor, document_id)
    except (Invalid, Conflict) as error:
        wrong = {name: say(reason) for name, reason in error.fields.items()} if isinstance(error, Invalid) else {}
        page = _preview(looked, target, given, wrong, error="" if wrong else say(error.message))
        return page, error.status
    card = content.cards([document_id])[document_id]
    if published:
        flash(_("《%(title)s》已发布。正在学旧版本的人学完旧版本，之后开始的人学新版本。", title=card.title), "ok")
        return redirect(url_for(".studio"), 303)
    flash(_("《%(title)s》已存为草稿，检查后发布。", title=card.title), "ok")
    return redirect(url_for("content.edit", kind="scorm", slug=card.slug), 303)


def _wishes(given: dict[str, str]) -> Wishes:
    """Return what the form asks for. Raises Invalid with every reason."""
    wrong = {}
    written = given.get("rule", "")
    done_when = DoneWhen(rule=Rule.PASSED if written == "passed" else Rule.SEEN)
    if written == "score":
        least = read_done_when(f"得分≥{given.get('least', '').strip()}")
        if least is None:
            wrong["least"] = text("请写 0 到 100 的分数。")
        done_when = least or done_when
    numbers: dict[str, int | None] = {}
    for name in ("attempts", "minutes"):
        plain = given.get(name, "").strip()
        numbers[name] = whole(plain) if plain else None
        if plain and numbers[name] is None:
            wrong[name] = text("请写一个整数，或空着。")
    slug = given.get("slug", "").strip()
    if not slug:
        wrong["slug"] = text("请给它一个地址，如 returns/speaking。")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return Wishes(
        slug=slug,
        title=given.get("title", ""),
        done_when=done_when,
        attempts=numbers["attempts"],
        minutes=numbers["minutes"] or 0,
    )


def _again(course_package: str) -> tuple[Looked, str]:
    """Return the package that this person has uploaded within a day, and for which document. Raises Conflict."""
    gone = Conflict(text("预览过的文件已经不在了，请重新上传。"))
    noted = uploads.noted(current_actor(), course_package) if _SHA.fullmatch(course_package) else None
    if noted is None:
        raise gone
    try:
        return packages.look_again(bytes.fromhex(course_package), noted["name"]), noted["for"]
    except FileNotFoundError as error:
        raise gone from error


def _refused(reasons: list[str], status: int, target: str, name: str = "") -> tuple[str, int] | tuple[Response, int]:
    if wants_json():
        return jsonify(reasons=reasons), status
    return _list(reasons=reasons, name=name, target=target), status


def _list(**more: Any) -> str:
    target = more.pop("target", request.args.get("for", ""))
    every = queries.documents()
    return render_template(
        "lms/courseware/studio.html",
        documents=every,
        chosen=next((each for each in every if each.slug == target), None),
        most=settings().courseware_max_bytes // 1_000_000,
        **more,
    )


def _preview(looked: Looked, target: str, given: dict[str, str], wrong: dict[str, str], error: str = "") -> str:
    manifest = looked.manifest
    assert manifest is not None
    return render_template(
        "lms/courseware/preview.html",
        looked=looked,
        manifest=manifest,
        chosen=content.open_work("scorm", target).card if target else None,
        given=given
        or {
            "title": manifest.title,
            "rule": "passed" if any(sco.mastery is not None for sco in manifest.scos) else "completed",
        },
        wrong=wrong,
        error=error,
        separate=bool(settings().courseware_origin),
    )
