"""The family of refusals. Rules and actions raise them; web/errors.py alone turns them into a page or a JSON body."""

from collections.abc import Mapping
from typing import ClassVar

from lms.core.texts import Text, text


class DomainError(Exception):
    """Something was refused for a reason that the person can understand.

    message: what happened and what to do. fields: the reason at each input, by the input's name.
    details: plain values for a program (`retry_at`); never a secret.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "refused"
    default_message: ClassVar[Text] = text("这次操作没有被接受。")

    def __init__(
        self,
        message: Text | None = None,
        *,
        code: str | None = None,
        fields: Mapping[str, Text] | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message or self.default_message
        super().__init__(str(self.message))
        self.code = code or self.default_code
        self.fields = dict(fields or {})
        self.details = dict(details or {})


class Unreadable(DomainError):
    """The input could not be read at all."""

    status = 400
    default_code = "unreadable"


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is no longer good."""

    status = 401
    default_code = "unauthenticated"
    default_message = text("请先登录。")


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = 403
    default_code = "forbidden"
    default_message = text("您没有做这件事的权限。需要的话请联系主管。")


class NotFound(DomainError):
    """There is no such thing, or the person may not know that there is."""

    status = 404
    default_code = "not_found"
    default_message = text("没有找到这个页面或内容。它可能已改名、归档，或您没有查看权限。")


class Conflict(DomainError):
    """Somebody or something else was quicker; nothing was changed."""

    status = 409
    default_code = "conflict"


class PreconditionFailed(DomainError):
    """What the caller knows of a thing is no longer so; nothing was changed."""

    status = 412
    default_code = "precondition_failed"
    default_message = text("它已经改过了。请重新读一遍，再决定怎么改。")


class TooLarge(DomainError):
    """The input is larger than the installation accepts."""

    status = 413
    default_code = "too_large"


class Invalid(DomainError):
    """The input was read and breaks a rule; `fields` says where and how to mend it."""

    status = 422
    default_code = "invalid"


class TooMany(DomainError):
    """Too many tries in too short a time."""

    status = 429
    default_code = "too_many"
