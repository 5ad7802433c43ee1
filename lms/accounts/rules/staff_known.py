"""What a staff file is compared with, and what it would do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.accounts.rules.batches import Batch, Standing
from lms.accounts.rules.sign_in import login_name
from lms.core.access import Role
from lms.core.texts import Text

MOST_LEAVERS = 10
"""People who may leave by one file without anybody saying that it is so."""


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
class Leaver:
    person_id: int
    employee_no: str
    name: str
    team_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leavers:
    """Who leaves by a complete file.

    kept: missing too and staying all the same: administrators, whoever imports, and who only starts after today.
    closed: in the file, but their accounts are closed here; a file opens none again. allowed: how many may leave
    without a word, of `among` who work here.
    """

    people: tuple[Leaver, ...] = ()
    kept: tuple[Leaver, ...] = ()
    closed: tuple[Leaver, ...] = ()
    among: int = 0
    allowed: int = MOST_LEAVERS

    @property
    def too_many(self) -> bool:
        return len(self.people) > self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlan:
    """What a file would do. leavers: of a complete file, None where who is missing in it stays."""

    new: tuple[StaffChange, ...] = ()
    changed: tuple[StaffChange, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedRow, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    batches: tuple[Batch, ...] = ()
    leavers: Leavers | None = None

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.new or self.changed or (self.leavers and self.leavers.people))
