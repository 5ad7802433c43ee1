"""What a staff file is compared with, and what it would do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.accounts.rules.batches import Batch, Standing
from lms.accounts.rules.sign_in import login_name
from lms.core.access import Role
from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Somebody who is there already. grants: (role, team). mentor_id: today's. chats: accounts by platform."""

    id: int
    employee_no: str
    name: str
    active: bool
    team_id: int | None
    position: str
    employment: str
    email: str
    phone: str
    hired_on: date | None
    leaving_on: date | None
    shops: frozenset[int] = frozenset()
    grants: frozenset[tuple[Role, int]] = frozenset()
    mentor_id: int | None = None
    cohorts: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    chats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is there before the import. people by login name; teams, shops, cohorts as (id, code, name).

    standing: intakes with how many are in them. chat_owners: login name by platform and account.
    """

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    teams: Sequence[tuple[int, str, str]] = ()
    shops: Sequence[tuple[int, str, str]] = ()
    cohorts: Sequence[tuple[int, str, str]] = ()
    standing: Sequence[Standing] = ()
    chat_owners: Mapping[tuple[str, str], str] = field(default_factory=dict)
    root_id: int = 0
    may_grant_admin: bool = False
    own_login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChange:
    """What one row does. Only what differs is set; None and empty = left as it is.

    mentor: the login name of the mentor, who may be another row of the same file. tags: None = left as they are.
    chats: (platform, account) of those that are others.
    """

    line: int
    person_id: int | None
    employee_no: str
    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
    team_id: int | None = None
    shops: frozenset[int] | None = None
    grants: tuple[tuple[Role, int], ...] = ()
    mentor: str = ""
    cohort_id: int | None = None
    tags: frozenset[str] | None = None
    chats: tuple[tuple[str, str], ...] = ()
    shown: tuple[tuple[Text, Text | str], ...] = ()

    @property
    def login(self) -> str:
        return login_name(self.employee_no)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    line: int
    employee_no: str
    name: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlan:
    new: tuple[StaffChange, ...] = ()
    changed: tuple[StaffChange, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    batches: tuple[Batch, ...] = ()

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.new or self.changed)
