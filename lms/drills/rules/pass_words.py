"""The pass rule of a drill in plain words. Pure."""

from lms.core.texts import Text, text
from lms.drills.spec import Clause, Compared, PassRule


def pass_words(rule: PassRule) -> tuple[tuple[Text, ...], ...]:
    """Return the alternatives, each of sentences that must all be true."""
    return tuple(tuple(_words(clause) for clause in clauses) for clauses in rule)


def _words(clause: Clause) -> Text:
    name, limit = clause.dimension, clause.limit
    match clause.compared, name:
        case Compared.AT_LEAST, "":
            return text("总分 %(n)s 分以上", n=limit)
        case Compared.AT_LEAST, _:
            return text("%(name)s %(n)s 分以上", name=name, n=limit)
        case Compared.OVER, "":
            return text("总分超过 %(n)s 分", n=limit)
        case Compared.OVER, _:
            return text("%(name)s超过 %(n)s 分", name=name, n=limit)
        case Compared.AT_MOST, "":
            return text("总分不超过 %(n)s 分", n=limit)
        case Compared.AT_MOST, _:
            return text("%(name)s不超过 %(n)s 分", name=name, n=limit)
        case _, "":
            return text("总分低于 %(n)s 分", n=limit)
        case _:
            return text("%(name)s低于 %(n)s 分", name=name, n=limit)
