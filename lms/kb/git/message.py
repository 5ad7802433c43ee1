"""What a commit of ours says about the revision that it holds, as trailers that come back unchanged. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

HOST = "kefu.invalid"
"""The domain of the addresses that stand for employee numbers; nobody's mail address leaves the academy."""
NOBODY = "Kefu Academy"

_TRAILER = re.compile(r"Kefu-([A-Za-z-]+): (.*)")
_UNFIT = re.compile(r"[<>\n\r\x00]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one revision, or of a change of name or state.

    verb: written | renamed | removed | restored | dropped (its draft) | added (a picture). path: of the file. number,
    parent, merge_parent: of the revision within its document, 0 = none. published: it became what people read. at: to
    the microsecond, UTC.
    """

    verb: str
    path: str
    at: datetime
    note: str = ""
    number: int = 0
    parent: int = 0
    merge_parent: int = 0
    kind: str = ""
    minor: bool = False
    published: bool = False


def written(told: Told, subject: str) -> str:
    """Return the message of a commit. subject: its first line where there is no note."""
    trailers = [f"Kefu-Verb: {told.verb}", f"Kefu-Path: {told.path}", f"Kefu-At: {told.at.isoformat()}"]
    if not told.note:
        trailers.append("Kefu-Note: none")
    for name, number in (("Revision", told.number), ("Parent", told.parent), ("Merge-Parent", told.merge_parent)):
        if number:
            trailers.append(f"Kefu-{name}: {number}")
    if told.kind:
        trailers.append(f"Kefu-Kind: {told.kind}")
    if told.minor:
        trailers.append("Kefu-Minor: yes")
    if told.published:
        trailers.append("Kefu-Published: yes")
    return f"{told.note or subject}\n\n" + "\n".join(trailers) + "\n"


def read(message: str) -> Told | None:
    """Return what a message of ours says, None for any other one."""
    lines = message.removesuffix("\n").split("\n")
    found: dict[str, str] = {}
    end = len(lines)
    while end and (match := _TRAILER.fullmatch(lines[end - 1])):
        found.setdefault(match[1], match[2])
        end -= 1
    if not {"Verb", "Path", "At"} <= found.keys() or not end or lines[end - 1]:
        return None
    try:
        at = datetime.fromisoformat(found["At"])
        numbers = [int(found.get(name, "0")) for name in ("Revision", "Parent", "Merge-Parent")]
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return Told(
        verb=found["Verb"],
        path=found["Path"],
        at=at,
        note="" if found.get("Note") == "none" else "\n".join(lines[: end - 1]),
        number=numbers[0],
        parent=numbers[1],
        merge_parent=numbers[2],
        kind=found.get("Kind", ""),
        minor=found.get("Minor") == "yes",
        published=found.get("Published") == "yes",
    )


def signature(name: str, employee_no: str) -> str:
    """Return who made a commit: a name and an address that stands for the employee number."""
    plain = _UNFIT.sub(" ", name).strip() or NOBODY
    return f"{plain} <{_UNFIT.sub('', employee_no) or 'academy'}@{HOST}>"


def person_of(identity: str) -> tuple[str, str]:
    """Return name and address of a commit's author line; the address is lower case, "" where there is none."""
    name, _, rest = identity.partition("<")
    return name.strip(), rest.partition(">")[0].strip().lower()
