"""Rules of API tokens: what they are made for and how long they hold. Pure."""

from collections.abc import Iterable, Mapping

from lms.core.access import TOKEN_SCOPES
from lms.core.errors import Invalid
from lms.core.texts import Text, text

MOST_DAYS = 366
"""A token holds so long at most; who still needs it makes a new one."""
USUAL_DAYS = 90
WARNED = 14
"""So many days before its end its person is told."""

SCOPES: Mapping[str, Text] = {
    "": text("我能做的一切"),
    "read": text("只读"),
    "write": text("读和写"),
    "kpi": text("只管指标和质检"),
    "records": text("只读学习记录和报表"),
    "content": text("只管内容"),
    "scim": text("只同步账号（SCIM）"),
}
"""What a word of a token's scope is called; "" = no word at all."""


def words_of(scope: Iterable[str]) -> str:
    """Return the words of a scope as they are kept, each once, in order. Raises Invalid for a word that is none."""
    words = sorted(set(scope))
    if unknown := [word for word in words if word not in TOKEN_SCOPES]:
        reason = text(
            "令牌范围只有 %(known)s，没有 %(words)s。", known="、".join(TOKEN_SCOPES), words="、".join(unknown)
        )
        raise Invalid(reason, fields={"scope": reason})
    return " ".join(words)


def refuse_days(days: int) -> None:
    """Raise Invalid where a token can't be made for so many days."""
    if not 1 <= days <= MOST_DAYS:
        reason = text("令牌的有效期是 1 到 %(n)s 天。", n=MOST_DAYS)
        raise Invalid(reason, fields={"days": reason})


def named(scope: str) -> list[Text]:
    """Return what the words of a kept scope are called."""
    return [SCOPES[word] for word in scope.split() or [""]]
