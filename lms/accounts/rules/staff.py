"""What a staff file would do, row by row. Pure: the preview and the import run the same plan.

An empty cell changes nothing. A row that is refused says every reason; one refused row and nothing is imported.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from rapidfuzz import process

from lms.accounts.rules.batches import Batch, Comer, Split, split
from lms.accounts.rules.leavers import still_here
from lms.accounts.rules.people import EMPLOYMENTS, ROLES, Employment
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import Known, Leavers, RefusedRow, StaffChange, StaffPlan
from lms.accounts.rules.staff_words import CHATS, EMPLOYMENT_WORDS, EXAMPLE_MARKS, LIST, ROLE_WORDS, TAGS, UNREAD
from lms.core.access import Role
from lms.core.sheets import Row, day
from lms.core.texts import Text, text

EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,19}")
NUMBER = re.compile(r"[^\s,;:/\\?#%&\"'<>]{1,40}")
"""An employee number stands in addresses, so it has no spaces and no characters that mean something there."""
LONGEST_TAG = 40
LONGEST_CHAT = 120
"""Characters of a tag, and of an account on a chat platform."""


def plan(
    rows: Sequence[Row],
    known: Known,
    unknown_columns: Sequence[str] = (),
    *,
    how: Split | None = None,
    today: date | None = None,
    leavers: Leavers | None = None,
) -> StaffPlan:
    """Return what the rows would do. how: put those who are new into intakes; today: when they begin if no row says.

    leavers: who leaves, where the file is complete; its rows of closed accounts are none of this plan.
    """
    rows = still_here(rows, leavers) if leavers else rows
    lines: dict[str, list[int]] = defaultdict(list)
    chats: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        lines[login_name(row["employee_no"])].append(row.line)
        for platform in CHATS:
            chats[platform, row[platform]].append(row.line)
    names = _names(rows, known)
    new, changed, refused = [], [], []
    unchanged = 0
    for row in rows:
        reader = _RowReader(row, known, lines, names, chats)
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
        unknown_columns=tuple(column for column in unknown_columns if column.casefold() not in UNREAD),
        batches=_batches(new, known, how, today) if how and today else (),
        leavers=leavers,
    )


def _batches(new: Sequence[StaffChange], known: Known, how: Split, today: date) -> tuple[Batch, ...]:
    """Put into intakes who is new, has no other role than agent, and whose row names no intake."""
    places = {id: (place, name) for place, (id, _, name) in enumerate(known.teams)}
    called = {login: person.name for login, person in known.people.items()} | {each.login: each.name for each in new}
    comers = []
    for change in new:
        if change.cohort_id is None and not change.grants:
            place, team = places[change.team_id or 0]
            begins_on = change.fields.get("hired_on")
            comers.append(
                Comer(
                    key=change.login,
                    begins_on=begins_on if isinstance(begins_on, date) else today,
                    employment=str(change.fields.get("employment", Employment.REGULAR)),
                    team=team,
                    team_id=change.team_id or 0,
                    team_place=place,
                    mentor=called.get(change.mentor, ""),
                )
            )
    return split(comers, known.standing, how, {name for _, _, name in known.cohorts})


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

    def __init__(
        self,
        row: Row,
        known: Known,
        lines: Mapping[str, list[int]],
        names: Mapping[str, list[str]],
        chats: Mapping[tuple[str, str], list[int]],
    ) -> None:
        self.row, self.known, self.lines, self.names, self.chats = row, known, lines, names, chats
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
        found = StaffChange(
            line=self.row.line,
            person_id=self.person.id if self.person else None,
            employee_no=self.row["employee_no"],
            name=self.row["name"] or (self.person.name if self.person else ""),
            team_id=team_id,
            shops=self._shops(),
            grants=self._roles(team_id),
            mentor=self._mentor(),
            cohort_id=self._cohort(),
            tags=self._tags(),
            chats=self._chats(),
            fields=self.fields,
            shown=tuple(self.shown),  # the last, as each of the others adds to it
        )
        administers = self.person is not None and any(role is Role.ADMIN for role, _ in self.person.grants)
        if administers and found.shown and not self.known.may_grant_admin:
            self.reasons.append(text("管理员的账号只能由管理员改动。"))
        return found

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
            if self.person and self._holds(role, on, team_id):
                continue
            if role is Role.AGENT and not (self.person and self.person.grants):
                continue  # whoever has no other role is an agent
            if role is Role.ADMIN and not self.known.may_grant_admin:
                self.reasons.append(text("管理员的角色只能由管理员授予。"))
            elif self.login == self.known.own_login and not self.known.may_grant_admin:
                self.reasons.append(text("自己的角色请别人来改。"))
            wanted.append((role, on))
        self.shown += [(text("角色"), ROLES[role]) for role, _ in wanted]
        return tuple(wanted)

    def _holds(self, role: Role, on: int, moved_to: int | None) -> bool:
        """Whether the role stands already: who leads some team is a lead, until the row moves him to another."""
        assert self.person is not None
        return any(held is role and (team == on or moved_to is None) for held, team in self.person.grants)

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

    def _tags(self) -> frozenset[str] | None:
        wanted = frozenset(tag for tag in (" ".join(word.split()) for word in TAGS.split(self.row["tags"])) if tag)
        if any(len(tag) > LONGEST_TAG for tag in wanted):
            self.reasons.append(text("一个标签最多 %(n)s 个字。", n=LONGEST_TAG))
        if not wanted or (self.person and self.person.tags == wanted):
            return None
        self.shown.append((text("标签"), "、".join(sorted(wanted))))
        return wanted

    def _chats(self) -> tuple[tuple[str, str], ...]:
        found = []
        for platform, label in CHATS.items():
            account = self.row[platform]
            if not account or (self.person and self.person.chats.get(platform) == account):
                continue
            owner = self.known.chat_owners.get((platform, account))
            lines = self.chats[platform, account]
            if len(account) > LONGEST_CHAT or " " in account:
                self.reasons.append(text("%(what)s“%(account)s”写法不对。", what=label, account=account[:40]))
            elif len(lines) > 1:
                where = "、".join(str(line) for line in lines)
                self.reasons.append(
                    text("%(what)s“%(account)s”在第 %(lines)s 行重复。", what=label, account=account, lines=where)
                )
            elif owner is not None and owner != self.login:
                self.reasons.append(text("%(what)s“%(account)s”已经连着别的员工。", what=label, account=account))
            found.append((platform, account))
            self.shown.append((label, account))
        return tuple(found)


def _name(of: Sequence[tuple[int, str, str]], id: int) -> str:
    return next(name for one, _, name in of if one == id)
