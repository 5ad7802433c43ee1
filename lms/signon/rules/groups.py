"""What groups of the company mean here: roles on teams, and the team somebody is in. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lms.core.access import Role
from lms.core.settings import GroupRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What somebody's groups give: (role, team) and the team to be in; None = the groups say nothing of it."""

    grants: frozenset[tuple[Role, int]]
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is to be given and to be taken back."""

    given: tuple[tuple[Role, int], ...]
    taken: tuple[tuple[Role, int], ...]


def meant(
    groups: Collection[str], mapping: Iterable[GroupRole], teams: Sequence[tuple[int, str]], root_id: int
) -> Meant:
    """Return what these groups give. teams: (id, code). The first line that names a team to be in counts.

    A team that is closed or was never made gives nothing: the role would reach further than was meant.
    """
    by_code = {code.casefold(): id for id, code in teams}
    held = {group.casefold() for group in groups}
    grants: set[tuple[Role, int]] = set()
    team_id = None
    for line in mapping:
        if line.group.casefold() not in held:
            continue
        on = by_code.get(line.team.casefold()) if line.team else root_id
        if on is None:
            continue
        if line.role:
            grants.add((Role(line.role), on))
        elif team_id is None:
            team_id = on
    return Meant(grants=frozenset(grants), team_id=team_id)


def difference(wanted: Collection[tuple[Role, int]], held: Collection[tuple[Role, int]]) -> Difference:
    """Return what is new and what is no longer wanted, in a fixed order."""
    return Difference(given=tuple(sorted(set(wanted) - set(held))), taken=tuple(sorted(set(held) - set(wanted))))
