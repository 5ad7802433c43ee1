"""What the pages of packages reach: their files, the script with the run-time, the address that takes what they say.

A package is a program of strangers. Its pages get a Content-Security-Policy with `sandbox`: without
`allow-same-origin` they have an origin of their own that is nobody's, so they read no cookie, no storage and no page of
the academy, and may not open windows or move the page around them. The academy's cookie is not read here at all: the
key in the address is the permission, for one opening of one part by one person. With LMS_COURSEWARE_ORIGIN packages
stand on another host instead, where their pages may speak with each other, and still not with the academy.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import current_app, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core import files
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound, TooLarge
from lms.core.here import settings
from lms.core.i18n import say
from lms.core.texts import text
from lms.courseware.actions import studying
from lms.courseware.queries import studying as queries
from lms.courseware.queries.packages import file_of
from lms.courseware.queries.studying import Running
from lms.courseware.rules import elements, keys, starting
from lms.courseware.rules.types import PAGES, with_script
from lms.courseware.views.room import bp
from lms.web.auth import proven
from lms.web.stored import stored

RUNTIME = Path(__file__).parents[2] / "static" / "js" / "scorm_runtime.js"
MOST_SAID = 3_000_000
"""Bytes of one message."""
UNREADABLE = "unreadable"
SANDBOX = "sandbox allow-scripts allow-forms allow-modals"


@bp.get("/scorm/<course_key>/files/<path:member>")
@proven
def file(course_key: str, member: str) -> Response:
    """Serve a file of the package; a page gets the run-time in front of its own scripts."""
    running = _running(course_key)
    found = file_of(running.package_id, member)
    if found is None:
        raise NotFound()
    if found.media_type in PAGES and not settings().courseware_origin:
        try:
            page = files.read(found.sha)
        except FileNotFoundError as error:
            raise NotFound() from error
        script = f'<script src="{url_for(".runtime", course_key=course_key)}"></script>'
        response = Response(with_script(page, script.encode()), mimetype=found.media_type)
    else:
        response = stored(found.sha, found.media_type, name=member.rpartition("/")[2])
    response.headers["Content-Type"] = found.media_type  # the file itself says in which encoding it is
    return _apart(response, course_key)


@bp.get("/scorm/<course_key>/runtime.js")
@proven
def runtime(course_key: str) -> Response:
    """Serve the run-time with everything that is known of the learner when the part begins."""
    running = _running(course_key)
    secret = settings().secret_key
    learner = starting.Learner(
        learner_id=keys.pseudonym(secret, running.person_public_id), name=running.person_name, review=running.review
    )
    begin = {
        "edition": running.edition,
        "key": course_key,
        "seq": running.seq,
        "commit": url_for(".commit"),
        "direct": not settings().courseware_origin,
        "model": elements.as_json(running.edition),
        "values": starting.values(running.edition, running.sco, running.state, running.hundredths, learner),
    }
    script = f"{_source()}({json.dumps(begin)});\n"
    return _apart(Response(script, mimetype="text/javascript"), course_key)


@bp.get("/scorm/<course_key>/frame")
@proven
def frame(course_key: str) -> Response:
    """Serve the page that holds the run-time beside the package, where packages have an origin of their own."""
    running = _running(course_key)
    if not settings().courseware_origin:
        raise NotFound()
    page = render_template(
        "lms/courseware/frame.html",
        runtime=url_for(".runtime", course_key=course_key),
        address=address_of(course_key, running.sco.path, running.sco.query),
        title=running.sco.title,
    )
    return _apart(Response(page, mimetype="text/html"), course_key)


@bp.post("/scorm/commit")
@proven
def commit() -> Response:
    """Keep what a package says. The key stands in what is sent, so that no log of addresses holds it."""
    try:
        if (request.content_length or 0) > MOST_SAID:
            raise TooLarge(text("课件要存的内容太多，没有存下。"))
        said = _said()
        with transaction():
            heard = studying.commit(said["key"], said["seq"], said["set"], finish=said["finish"])
    except DomainError as error:
        status = 400 if error.code == UNREADABLE else error.status
        return _heard({"error": {"code": error.code, "message": say(error.message)}}, status)
    return _heard({"seq": heard.seq, "met": heard.met, "recorded": heard.recorded}, 200)


def _heard(content: dict[str, Any], status: int) -> Response:
    response = jsonify(content)
    response.status_code = status
    response.headers["Access-Control-Allow-Origin"] = "*"  # without the cookie: the key is what counts
    return response


def _said() -> dict[str, Any]:
    """Return a message whose parts have the types they should have. Raises Invalid."""
    problem = Invalid(text("课件发来的内容读不了，没有存下。"), code=UNREADABLE)
    try:
        said = json.loads(request.get_data(cache=False).decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise problem from error
    if not isinstance(said, dict):
        raise problem
    key, seq, changes, finish = said.get("key"), said.get("seq"), said.get("set"), said.get("finish", False)
    if (
        not isinstance(key, str)
        or not isinstance(seq, int)
        or isinstance(seq, bool)
        or not 1 <= seq <= 2**31 - 1
        or not isinstance(changes, dict)
        or not isinstance(finish, bool)
    ):
        raise problem
    return {"key": key, "seq": seq, "set": changes, "finish": finish}


def address_of(course_key: str, path: str, query: str = "") -> str:
    """Return where a file of a package is reached."""
    where = url_for(".file", course_key=course_key, member=path)
    return f"{where}?{quote(query, safe='=&%+-_.~:/,;@!$()*')}" if query else where


@cache
def _kept_source() -> str:
    return RUNTIME.read_text("utf-8")


def _source() -> str:
    return RUNTIME.read_text("utf-8") if current_app.debug else _kept_source()


def _running(course_key: str) -> Running:
    """Return what a key opens; on the academy's own host nothing, where packages have another. Raises NotFound."""
    own = settings().courseware_origin
    if own and request.host != urlsplit(own).netloc:
        raise NotFound()
    return queries.running(course_key)


def _apart(response: Response, course_key: str) -> Response:
    """Put the package into its sandbox: its own files, its run-time and the address for what it says, nothing else."""
    own = settings().courseware_origin
    host = urlsplit(own).netloc if own else request.host
    base = f"{host}{url_for('.file', course_key=course_key, member='')}"
    whole = f"{host}{url_for('.runtime', course_key=course_key)} {base}"
    policy = (
        f"{SANDBOX}{' allow-same-origin' if own else ''}; "
        f"default-src {whole} data: blob: 'unsafe-inline' 'unsafe-eval'; "
        f"connect-src {base} {host}{url_for('.commit')} data: blob:; "
        f"frame-src {base} data: blob:; object-src 'none'; base-uri {base}; form-action {base}"
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["Access-Control-Allow-Origin"] = "*"  # fonts and modules of a page whose origin is nobody's
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Permissions-Policy"] = (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=(), display-capture=()"
    )
    return response
