"""Who wrote a commit: the person of this address, this number or this name; and the other way round."""

from dataclasses import dataclass, field

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.db import session
from lms.kb.git.message import HOST, NOBODY, person_of


@dataclass(slots=True)
class People:
    """Everybody of the installation, past and present, looked up once."""

    by_number: dict[str, int] = field(default_factory=dict)
    by_mail: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, int | None] = field(default_factory=dict)

    def of(self, author: str) -> tuple[int | None, str]:
        """Return the person of an author line, or None and the name of a stranger. A name of two people is nobody's."""
        name, mail = person_of(author)
        local, _, host = mail.partition("@")
        if host == HOST:
            return self.by_number.get(local), ""
        found = self.by_mail.get(mail) or self.by_number.get(local) or self.by_name.get(name)
        return found, "" if found else name[:80]


def people() -> People:
    """Return everybody who may have written something."""
    found = People()
    rows = session().execute(select(Person.id, Person.employee_no, Person.email, Person.name).order_by(Person.id))
    for row in rows:
        if row.employee_no:
            found.by_number[row.employee_no.lower()] = row.id
        if row.email:
            found.by_mail[row.email.strip().lower()] = row.id
        if row.name:
            found.by_name[row.name] = None if row.name in found.by_name else row.id
    found.by_mail.pop("", None)
    return found


def signatures(ids: set[int]) -> dict[int, tuple[str, str]]:
    """Return name and employee number by id, for the author lines of an export; an erased person has neither."""
    rows = session().execute(select(Person.id, Person.name, Person.employee_no).where(Person.id.in_(ids)))
    return {row.id: (row.name or NOBODY, row.employee_no or "") for row in rows}
