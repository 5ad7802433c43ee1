"""What a staff file would do, row by row. Pure: the preview and the import run the same plan.

An empty cell changes nothing. A row that is refused says every reason; one refused row and nothing is imported.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import process

from lms.accounts.rules.people import EMPLOYMENTS, ROLES
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_words import EMPLOYMENT_WORDS, EXAMPLE_MARKS, LIST, ROLE_WORDS
from lms.core.access import Role
from lms.core.sheets import Row, day
from lms.core.texts import Text, text

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")
NUMBER = re.compile(r"[^\s,;:/\\?#%&\"'<>]{1,40}")
"""An employee number stands in addresses, so it has no spaces and no characters that mean something there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Somebody who is there already. roles: (role, team). mentor_id: today's."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is there before the import. people by login name; teams, shops, cohorts as (id, code, name)."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    teams: Sequence[tuple[int, str, str]] = ()
    shops: Sequence[tuple[int, str, str]] = ()
    cohorts: Sequence[tuple[int, str, str]] = ()
    root_id: int = 0
    may_grant_admin: bool = False
    own_login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChange:
    """What one row does. Only what differs is set; None and empty = left as it is.

    mentor: the login name of the mentor, who may be another row of the same file.
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

    @property
    def can_apply(self) -> bool:
        return not self.refused and bool(self.new or self.changed)


def plan(rows: Sequence[Row], known: Known, unknown_columns: Sequence[str] = ()) -> StaffPlan:
    """Return what the rows would do."""
    lines: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        lines[login_name(row["employee_no"])].append(row.line)
    names = _names(rows, known)
    new, changed, refused = [], [], []
    unchanged = 0
    for row in rows:
        reader = _RowReader(row, known, lines, names)
        change = reader.read()
        if reader.reasons:
            refused.append(
                RefusedRow(
                    line=row.line, employee_no=row["employee_no"], name=row["name"], reasons=tuple(reader.reasons)
                )
            )
        elif change.person_id is None:
            new.append(change)
        elif change.shown:
            changed.append(change)
        else:
            unchanged += 1
    return StaffPlan(
        new=tuple(new),
        changed=tuple(changed),
        unchanged=unchanged,
        refused=tuple(refused),
        unknown_columns=tuple(unknown_columns),
    )


def _names(rows: Sequence[Row], known: Known) -> Mapping[str, list[str]]:
    """Return the login names of everybody who has a name, in the file or known: a mentor may be written by name."""
    found: dict[str, set[str]] = defaultdict(set)
    for person in known.people.values():
        if person.active:
            found[person.name].add(login_name(person.employee_no))
    for row in rows:
        found[row["name"]].add(login_name(row["employee_no"]))
    return {name: sorted(logins) for name, logins in found.items()}


def team_word(written: str) -> str:
    """Return the team of a path: "客服中心/售后一组" is 售后一组."""
    return written.replace("／", "/").rsplit("/", 1)[-1].strip()


class _RowReader:
    """Reads one row against what is known; keeps every reason, not only the first."""

    def __init__(self, row: Row, known: Known, lines: Mapping[str, list[int]], names: Mapping[str, list[str]]) -> None:
        self.row, self.known, self.lines, self.names = row, known, lines, names
        self.login = login_name(row["employee_no"])
        self.person = known.people.get(self.login)
        self.reasons: list[Text] = []
        self.shown: list[tuple[Text, Text | str]] = []
        self.fields: dict[str, object] = {}

    def read(self) -> StaffChange:
        self._number_and_name()
        self._plain("position", text("岗位"), self.row["position"], most=40)
        self._employment()
        self._contact()
        self._days()
        team_id = self._team()
        return StaffChange(
            line=self.row.line,
            person_id=self.person.id if self.person else None,
            employee_no=self.row["employee_no"],
            name=self.row["name"] or (self.person.name if self.person else ""),
            team_id=team_id,
            shops=self._shops(),
            grants=self._roles(team_id),
            mentor=self._mentor(),
            cohort_id=self._cohort(),
            fields=self.fields,
            shown=tuple(self.shown),
        )

    def _number_and_name(self) -> None:
        number, name = self.row["employee_no"], self.row["name"]
        if not number:
            self.reasons.append(text("没有工号。"))
        elif not NUMBER.fullmatch(number):
            self.reasons.append(text("工号里有空格或符号，或超过 40 个字。"))
        elif len(self.lines[self.login]) > 1:
            lines = "、".join(str(line) for line in self.lines[self.login])
            self.reasons.append(text("工号 %(no)s 在第 %(lines)s 行重复。", no=number, lines=lines))
        if self.person and not self.person.active:
            self.reasons.append(text("这个人的账号已停用。要他回来，请先到他的页面恢复账号。"))
        if name.casefold().startswith(EXAMPLE_MARKS):
            self.reasons.append(text("这一行是空表里的示例，请删掉它，或换成真的人。"))
        if not name and not self.person:
            self.reasons.append(text("没有姓名。"))
        self._plain("name", text("姓名"), name, most=80)

    def _plain(self, key: str, label: Text, value: str, *, most: int) -> None:
        if len(value) > most:
            self.reasons.append(text("%(what)s超过 %(n)s 个字。", what=label, n=most))
        elif value and (self.person is None or getattr(self.person, key) != value):
            self.fields[key] = value
            self.shown.append((label, value))

    def _employment(self) -> None:
        word = self.row["employment"]
        if not word:
            return
        kind = EMPLOYMENT_WORDS.get(word.casefold())
        if kind is None:
            kinds = "、".join(str(name) for name in EMPLOYMENTS.values())
            self.reasons.append(text("用工类型“%(word)s”不认识，请写：%(kinds)s。", word=word, kinds=kinds))
        elif self.person is None or self.person.employment != kind:
            self.fields["employment"] = kind.value
            self.shown.append((text("用工类型"), EMPLOYMENTS[kind]))

    def _contact(self) -> None:
        email, phone = self.row["email"], self.row["phone"]
        if email and not EMAIL.fullmatch(email):
            self.reasons.append(text("邮箱“%(email)s”写法不对。", email=email))
        elif email:
            self._plain("email", text("邮箱"), email, most=200)
        if phone and not PHONE.fullmatch(phone):
            self.reasons.append(text("手机“%(phone)s”写法不对，只要数字。", phone=phone))
        elif phone:
            self._plain("phone", text("手机"), phone, most=40)

    def _days(self) -> None:
        hired, leaving = self._day("hired_on", text("入职日期")), self._day("leaving_on", text("预计离职日"))
        first = hired or (self.person.hired_on if self.person else None)
        if first and leaving and leaving < first:
            self.reasons.append(text("预计离职日早于入职日期。"))

    def _day(self, key: str, label: Text) -> date | None:
        written = self.row[key]
        if not written:
            return None
        try:
            found = day(written)
        except ValueError:
            self.reasons.append(
                text("%(what)s“%(day)s”看不懂，请写成 2026-11-22 或 2026/11/22。", what=label, day=written)
            )
            return None
        if not 1970 <= found.year <= 2100:
            self.reasons.append(text("%(what)s“%(day)s”不像真的。", what=label, day=found.isoformat()))
            return None
        if self.person is None or getattr(self.person, key) != found:
            self.fields[key] = found
            self.shown.append((label, found.isoformat()))
        return found

    def _team(self) -> int | None:
        written = team_word(self.row["team"])
        if not written:
            if self.person is None:
                self.reasons.append(text("没有团队。"))
            return None
        team = self._one(written, self.known.teams, text("团队"))
        if team is None or (self.person and self.person.team_id == team):
            return None
        self.shown.append((text("团队"), _name(self.known.teams, team)))
        return team

    def _one(self, written: str, of: Sequence[tuple[int, str, str]], label: Text) -> int | None:
        """Return the id of what is called so, by code or by name; else keep a reason with the nearest name."""
        word = written.casefold()
        by_code = [id for id, code, _ in of if code.casefold() == word]
        found = by_code or [id for id, _, name in of if name.casefold() == word]
        if len(found) == 1:
            return found[0]
        if found:
            self.reasons.append(
                text("有 %(n)s 个%(what)s叫“%(name)s”，请写代码。", n=len(found), what=label, name=written)
            )
            return None
        near = process.extractOne(written, [name for _, _, name in of], score_cutoff=45)
        self.reasons.append(
            text("没有%(what)s“%(name)s”，是不是“%(near)s”？", what=label, name=written, near=near[0])
            if near
            else text("没有%(what)s“%(name)s”。", what=label, name=written)
        )
        return None

    def _shops(self) -> frozenset[int] | None:
        words = [word.strip() for word in LIST.split(self.row["shops"]) if word.strip()]
        if not words:
            return None
        found = [self._one(word, self.known.shops, text("店铺")) for word in words]
        wanted = frozenset(shop for shop in found if shop is not None)
        if None in found or (self.person and self.person.shops == wanted):
            return None
        self.shown.append((text("店铺"), "、".join(_name(self.known.shops, shop) for shop in sorted(wanted))))
        return wanted

    def _roles(self, team_id: int | None) -> tuple[tuple[Role, int], ...]:
        team = team_id or (self.person.team_id if self.person else None) or self.known.root_id
        wanted: list[tuple[Role, int]] = []
        for word in (word.strip() for word in LIST.split(self.row["roles"])):
            if not word:
                continue
            role = ROLE_WORDS.get(word.casefold())
            if role is None:
                roles = "、".join(str(name) for name in ROLES.values())
                self.reasons.append(text("角色“%(word)s”不认识，请写：%(roles)s。", word=word, roles=roles))
                continue
            on = team if role in (Role.LEAD, Role.AGENT) else self.known.root_id
            if self.person and (role, on) in self.person.grants:
                continue
            if role is Role.AGENT and not (self.person and self.person.grants):
                continue  # whoever has no other role is an agent
            if role is Role.ADMIN and not self.known.may_grant_admin:
                self.reasons.append(text("管理员的角色只能由管理员授予。"))
            elif self.login == self.known.own_login and not self.known.may_grant_admin:
                self.reasons.append(text("自己的角色请别人来改。"))
            wanted.append((role, on))
        if self.person and not self.known.may_grant_admin and any(r is Role.ADMIN for r, _ in self.person.grants):
            self.reasons.append(text("管理员的账号只能由管理员改动。"))
        self.shown += [(text("角色"), ROLES[role]) for role, _ in wanted]
        return tuple(wanted)

    def _mentor(self) -> str:
        written = self.row["mentor"]
        if not written:
            return ""
        login = login_name(written)
        by_number = self.known.people.get(login)
        if not (by_number and by_number.active) and login not in self.lines:
            called = self.names.get(written, [])
            if len(called) != 1:
                self.reasons.append(
                    text("有 %(n)s 个人叫“%(name)s”，请写带教人的工号。", n=len(called), name=written)
                    if called
                    else text("没有找到带教人“%(name)s”，请写在职员工的工号。", name=written)
                )
                return ""
            login = called[0]
        if login == self.login:
            self.reasons.append(text("自己不能带教自己。"))
            return ""
        mentor = self.known.people.get(login)
        if self.person and mentor and self.person.mentor_id == mentor.id:
            return ""
        self.shown.append((text("带教"), written))
        return login

    def _cohort(self) -> int | None:
        if not self.row["cohort"]:
            return None
        found = self._one(self.row["cohort"], self.known.cohorts, text("批次"))
        if found is None or (self.person and found in self.person.cohorts):
            return None
        self.shown.append((text("批次"), _name(self.known.cohorts, found)))
        return found


def _name(of: Sequence[tuple[int, str, str]], id: int) -> str:
    return next(name for one, _, name in of if one == id)
