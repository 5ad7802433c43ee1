"""The one place where a refusal becomes a page or a JSON body."""

import errno
import json
import logging
from collections.abc import Callable
from typing import Any

from apiflask.exceptions import HTTPError
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from lms.core import installation
from lms.core.errors import DomainError, Unauthenticated
from lms.core.i18n import say
from lms.core.texts import Text, text
from lms.web.auth import maybe_actor, to_sign_in
from lms.web.watch import note, place

log = logging.getLogger("lms")

TITLES: dict[int, Text] = {
    400: text("没看懂这次提交"),
    401: text("请先登录"),
    403: text("没有权限"),
    404: text("没有找到"),
    405: text("这个地址不能这样打开"),
    409: text("别人已经先改了"),
    413: text("文件太大"),
    422: text("有几处需要改"),
    429: text("太频繁了"),
    500: text("系统出了问题"),
    503: text("系统正忙"),
}
MESSAGES: dict[int, Text] = {
    400: text("请返回上一页再试一次。"),
    404: text("没有找到这个页面或内容。它可能已改名、归档，或您没有查看权限。"),
    405: text("请从页面上的按钮操作。"),
    413: text("这次提交超过了允许的大小。请拆小或压缩后再传。"),
    429: text("操作太频繁，请过一会儿再试。"),
    500: text("问题已记录，您已保存的内容不会丢。请稍后再试；还不行请把时间告诉管理员。"),
    503: text("现在同时操作的人太多，这次没有保存。请过几秒再试一次。"),
}


LOCKED = ("locked", "deadlock", "lock timeout", "could not serialize", "too many connections", "too many clients")
"""What SQLite and PostgreSQL say of a lock or a place that could not be had in time."""

TWICE = "duplicate key value"
"""What PostgreSQL says of a row that somebody else has written a moment ago."""

FULL = ("disk is full", "no space left", "readonly database", "read-only", "disk i/o error")
"""What databases say of a disk on which nothing can be written."""

FULL_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})

GONE = text("数据库暂时连不上，这次没有保存；已保存的内容不会丢。恢复后会自动继续，请过几秒再试。")
NO_SPACE = text("服务器的磁盘满了或不能写，这次没有保存；已保存的内容不会丢。请告诉管理员，腾出空间后会自动恢复。")
RETRY_AFTER = "5"
"""Seconds after which somebody who was told to try again may do so."""


SHAPES = "lms_shapes"


def is_api() -> bool:
    return request.path.startswith("/api/")


def shape(app: Flask, prefix: str, refusal: Callable[[int, str, str], Response]) -> None:
    """Let refusals of addresses below a prefix have a shape of their own. refusal: of status, code and message."""
    app.extensions.setdefault(SHAPES, {})[prefix] = refusal


def _own_shape() -> Callable[[int, str, str], Response] | None:
    shapes: dict[str, Callable[[int, str, str], Response]] = current_app.extensions.get(SHAPES, {})
    return next((found for prefix, found in shapes.items() if request.path.startswith(prefix + "/")), None)


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(HTTPError, _api_http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(InterfaceError, _gone)
    app.register_error_handler(PoolTimeout, _pool)
    app.register_error_handler(DataError, _impossible)
    app.register_error_handler(UnicodeEncodeError, _half)
    app.register_error_handler(IntegrityError, _at_once)
    app.register_error_handler(Exception, _unexpected)


def body(
    code: str, message: str, fields: dict[str, Any] | None = None, details: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the one shape of an error: `{"error": {"code", "message", "fields", …details}}`."""
    return {"error": {"code": code, "message": message, "fields": fields or {}, **(details or {})}}


def _answer(
    status: int,
    code: str,
    message: Text,
    fields: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> Response:
    if own := _own_shape():
        return own(status, code, say(message))
    if is_api():
        response = jsonify(body(code, say(message), fields, details))
        response.status_code = status
        if status == 503:
            response.headers["Retry-After"] = RETRY_AFTER
        return response
    title = TITLES.get(status, text("没有成功"))
    page = render_template(
        "lms/error.html",
        status=status,
        title=say(title),
        message=say(message),
        fields=fields or {},
        actor=maybe_actor(),
    )
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _domain(error: DomainError) -> Response | BaseResponse:
    if isinstance(error, Unauthenticated) and not (is_api() or _own_shape()):
        return to_sign_in()
    fields = {name: say(reason) for name, reason in error.fields.items()}
    answer = _answer(error.status, error.code, error.message, fields, dict(error.details))
    if "retry_after" not in error.details:
        return answer
    response = current_app.make_response(answer)
    response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


def _api_http(error: HTTPError) -> Response:
    """Flatten `{"json": {"seq": ["…"]}}` of the validating library into `{"seq": "…"}`."""
    flat: dict[str, Any] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{prefix}.{name}" if prefix else str(name), inner)
        else:
            flat[prefix] = " ".join(str(part) for part in value) if isinstance(value, list) else str(value)

    for inner in (error.detail or {}).values():
        walk("", inner)
    code = {400: "unreadable", 401: "unauthenticated", 404: "not_found", 422: "invalid"}.get(
        error.status_code, "refused"
    )
    message = text("有几项填写不符合要求：%(names)s。", names="、".join(flat)) if flat else text("这次请求没有被接受。")
    return _answer(error.status_code, code, message, flat)


def _csrf(error: CSRFError) -> Response:
    note("refused: a form without its token")
    return _answer(
        400, "csrf", text("页面停留太久或登录已变化，这次没有提交。请刷新页面再试；填写的内容请先复制保存。")
    )


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400 or isinstance(error, SecurityError):
        return error  # of a host that is not trusted no page can be made: it would have addresses
    names = {
        400: "unreadable",
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        415: "unreadable",
        429: "too_many",
    }
    answer = _answer(
        400 if status == 415 else status,
        names.get(status, "refused"),
        MESSAGES.get(status, text("这次请求没有被接受。")),
    )
    if status == 405 and isinstance(answer, Response) and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods or [])  # type: ignore[attr-defined]
    return answer


def _busy(error: OperationalError) -> Response:
    """A lock that could not be had in time is no fault of the person: say so, keep nothing half done."""
    said = str(error.orig).lower()
    if any(word in said for word in FULL):
        return _no_space(error)
    if any(word in said for word in LOCKED):
        log.warning("database busy: %s", error.orig)
        return _answer(503, "busy", MESSAGES[503])
    # PostgreSQL's driver says this of a lost connection, and gives its errors a state; SQLite of nearly everything.
    if hasattr(error.orig, "sqlstate") or "unable to open" in said:
        return _gone(error)
    return _unexpected(error)


def _gone(error: Exception) -> Response:
    """The database does not answer: say so on a page that asks it nothing, and nothing more."""
    log.error("the database can't be reached: %s", type(getattr(error, "orig", error)).__name__)
    g.actor = None
    installation.remember(None)
    return _answer(503, "database_unavailable", GONE)


def _pool(error: PoolTimeout) -> Response:
    """Everything that may be open to the database is in use."""
    log.warning("no connection to the database was free in time")
    g.actor = None
    installation.remember(None)
    return _answer(503, "busy", MESSAGES[503])


def _no_space(error: Exception) -> Response:
    log.error("nothing can be written: %s", type(getattr(error, "orig", error)).__name__)
    return _answer(503, "no_space", NO_SPACE)


def _at_once(error: IntegrityError) -> Response:
    """Two wrote what there may be once, and both had looked before: the second try says who was first.

    Only PostgreSQL has two writers; anywhere else, and for any other rule of a table, it is a failure.
    """
    if TWICE not in str(error.orig).lower():
        return _unexpected(error)
    log.exception("written twice at once at %s", place())
    return _answer(503, "busy", MESSAGES[503])


def _impossible(error: DataError) -> Response:
    """A value that no column can hold, such as a NUL in a search, was typed by nobody: it is unreadable, no failure."""
    log.warning("unreadable value at %s: %s", place(), type(error.orig).__name__)
    return _answer(400, "unreadable", MESSAGES[400])


def _half(error: UnicodeEncodeError) -> Response:
    """Half a character, which JSON can spell and no database can hold; what the house itself could not write fails."""
    if not 0xD800 <= ord(error.object[error.start]) <= 0xDFFF:
        return _unexpected(error)
    return _answer(400, "unreadable", MESSAGES[400])


def _unexpected(error: Exception) -> Response:
    if is_api() and _unreadable_body():
        return _answer(400, "unreadable", MESSAGES[400])
    if isinstance(error, OSError) and error.errno in FULL_NUMBERS:
        return _no_space(error)
    log.exception("unexpected error at %s", place())
    return _answer(500, "server_error", MESSAGES[500])


def _unreadable_body() -> bool:
    """Whether the JSON that was sent is none that can be read: nested or as long a number as no program reads.

    Asked only once something has failed: the validating library takes these two for failures of its own.
    """
    if not request.is_json:
        return False
    try:
        json.loads(request.get_data())
    except (ValueError, RecursionError):
        return True
    return False
