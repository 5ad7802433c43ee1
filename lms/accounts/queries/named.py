"""What a call names by codes and numbers: looked up, and refused together where it is none."""

from collections.abc import Iterable, Mapping

from lms.accounts.queries.actors import TeamRow, team_tree
from lms.core.errors import Invalid
from lms.core.texts import Text, text


def team_id_of(code: str, field: str = "team") -> int:
    """Return the id of an open team by its code. Raises Invalid naming the field."""
    named = Named()
    found = named.team(code, field)
    if named.wrong:
        raise Invalid(named.wrong[field], fields=named.wrong)
    return found


class Named:
    """Looks up what a body names. What is none is kept in `wrong` by its field, until `check` says all of it at once.

    What is looked up and is none has the id 0, which nothing has.
    """

    def __init__(self) -> None:
        self.wrong: dict[str, Text] = {}

    def team(self, code: str, field: str = "team", among: Iterable[TeamRow] | None = None) -> int:
        """Return the id of a team by its code. among: those that may be named; None = every open one."""
        known = {team.code: team.id for team in (team_tree() if among is None else among)}
        return self.one(known, code, field, text("没有代码为 %(code)s 的团队。", code=code))

    def one(self, known: Mapping[str, int], key: str, field: str, reason: Text) -> int:
        """Return what `known` has under a key. reason: what is said where it has nothing."""
        if key not in known:
            self.wrong.setdefault(field, reason)
        return known.get(key, 0)

    def check(self) -> None:
        """Raise Invalid with every reason, where there is one."""
        if self.wrong:
            raise Invalid(text("请看标出的地方。"), fields=self.wrong)
