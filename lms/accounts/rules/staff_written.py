"""Writing people as a staff file has them, so that importing what was exported changes nothing. Pure."""

from collections.abc import Sequence
from datetime import date

from lms.accounts.rules.people import EMPLOYMENTS, ROLES, Employment
from lms.accounts.rules.staff_known import Known, KnownPerson
from lms.accounts.rules.staff_words import CHATS
from lms.core.access import Role
from lms.core.texts import Text

Cell = str | date | Text | Sequence[Text] | None
"""What stands in a cell; the words of kinds and roles are said in the reader's language, several parted by 、."""


def written(person: KnownPerson, known: Known, numbers: dict[int, str]) -> dict[str, Cell]:
    """Return the cells of somebody by the keys of the columns. numbers: employee numbers by id, for the mentor."""
    roles = {role for role, _ in person.grants}
    cohort = next((id for id, _, _ in known.cohorts if id in person.cohorts), None)
    return {
        "employee_no": person.employee_no,
        "name": person.name,
        "team": spelled(known.teams, person.team_id, apart="/／"),
        "position": person.position,
        "hired_on": person.hired_on,
        "employment": EMPLOYMENTS[Employment(person.employment)],
        "email": person.email,
        "phone": person.phone,
        "shops": "、".join(spelled(known.shops, id) for id, _, _ in known.shops if id in person.shops),
        "roles": [ROLES[role] for role in Role if role in roles],
        "mentor": numbers.get(person.mentor_id or 0, ""),
        "cohort": spelled(known.cohorts, cohort, apart=""),
        "leaving_on": person.leaving_on,
        "tags": "、".join(sorted(person.tags)),
        **{platform: person.chats.get(platform, "") for platform in CHATS},
    }


def spelled(of: Sequence[tuple[int, str, str]], wanted: int | None, apart: str = "、,，;；|") -> str:
    """Return how one writes a team, shop or intake: by its name, by its code where the name could be another's.

    apart: characters that would part the name in two. "" for what is not there any more.
    """
    found = next(((code, name) for id, code, name in of if id == wanted), None)
    if found is None:
        return ""
    code, name = found
    word = name.casefold()
    others = any(id != wanted and word in (other.casefold(), called.casefold()) for id, other, called in of)
    return code if others or any(character in name for character in apart) else name
