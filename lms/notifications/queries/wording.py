"""Reading how notices read on a way out: the template, the administrator's or the shipped one, and what fills it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.core.here import settings, today
from lms.core.i18n import say_in
from lms.core.installation import company
from lms.core.texts import Text, from_plain, text
from lms.notifications.models import Notice, NoticeTemplate
from lms.notifications.queries.reminders import Reminded, reminded
from lms.notifications.rules.wording import KINDS, Kind, Template, Wording, fill, kind_for, read, topic_words
from lms.notifications.rules.words import day_words

FOLDER = Path(__file__).parents[2] / "templates" / "lms" / "notifications"
LANGUAGES = {"zh_CN": "zh_CN", "en": "en"}
"""The ending of a template's file for each language."""

MOST = 20
"""Lines of a list; what follows is counted."""

Address = Callable[[str, Mapping[str, Any]], str]
"""Gives the address of an endpoint with its values, as the receiver of a message may open it."""

_OVERRIDES = select(NoticeTemplate.name, NoticeTemplate.locale, NoticeTemplate.subject, NoticeTemplate.body)
_NOTICES = (
    select(
        Notice.id,
        Notice.topic,
        Notice.sentence,
        Notice.link,
        Notice.dedup_key,
        Notice.person_id,
        Person.name,
        Person.locale,
    )
    .join(Person, Person.id == Notice.person_id)
    .where(Notice.id.in_(bindparam("ids", expanding=True)))
    .order_by(Notice.id)
)
_NAMES = select(Person.id, Person.name).where(Person.id.in_(bindparam("ids", expanding=True)))


@cache
def shipped(name: str, locale: str) -> Template:
    """Return a template as it came with the software."""
    return read((FOLDER / f"{name}.{LANGUAGES[locale]}.md").read_text("utf-8"))


def templates() -> dict[tuple[str, str], Template]:
    """Return every template in every language: the administrator's where there is one, else the shipped one."""
    found = {(name, locale): shipped(name, locale) for name in KINDS for locale in LANGUAGES}
    for row in rows(_OVERRIDES):
        if (row.name, row.locale) in found:
            found[row.name, row.locale] = Template(subject=row.subject, body=row.body)
    return found


def worded(notice_ids: Sequence[int], address: Address) -> dict[int, Wording]:
    """Return how each of these notices reads for its person, in their language; of reminders what is open still."""
    found = rows(_NOTICES, {"ids": list(notice_ids)}).all() if notice_ids else []
    if not found:
        return {}
    using = templates()
    about = reminded([row.dedup_key for row in found if row.topic in {"reminder", "late"}])
    names = _names_of(about)
    return {
        row.id: fill(
            using[kind_for(_topic(row)).name, locale],
            _values(
                row, locale, [each for each in about.get(row.dedup_key, ()) if each.state == "open"], names, address
            ),
        )
        for row in found
        for locale in [_locale_of(row.locale)]
    }


def digest_of(notice_ids: Sequence[int], address: Address) -> Wording | None:
    """Return the one message that says what these notices of one person say; None where none of them is there."""
    found = rows(_NOTICES, {"ids": list(notice_ids)}).all() if notice_ids else []
    if not found:
        return None
    locale = _locale_of(found[0].locale)
    said = [from_plain(row.sentence) for row in found if row.sentence]
    values = {
        **_always(found[0].name, address("notifications.inbox", {})),
        "count": str(len(said)),
        "list": _lines(said, locale),
    }
    return fill(templates()["digest", locale], values)


def _topic(row: Any) -> str:
    """Return by which template a notice goes; what a lead asked for by hand is a duty with a wording of its own."""
    return "chase" if row.dedup_key.startswith("chase:") else str(row.topic)


def _locale_of(chosen: str) -> str:
    """Return the language in which a person is written to."""
    return chosen if chosen in LANGUAGES else settings().locale


def _values(
    row: Any, locale: str, about: Sequence[Reminded], names: Mapping[int, str], address: Address
) -> dict[str, str]:
    link = row.link or {}
    endpoint = link.get("endpoint") or "notifications.inbox"
    lines = [_line(each, names if row.topic == "late" else {}) for each in about]
    sentence = say_in(from_plain(row.sentence), locale) if row.sentence else ""
    count = len({each.person_id for each in about}) if row.topic == "late" else len(about)
    return {
        **_always(row.name, address(endpoint, link.get("values", {}))),
        "topic": say_in(topic_words(_topic(row)), locale),
        "sentence": sentence,
        "count": str(count),
        "list": _lines(lines, locale),
    }


def _always(name: str | None, link: str) -> dict[str, str]:
    return {"name": name or "", "company": company(), "link": link}


def _line(duty: Reminded, names: Mapping[int, str]) -> Text:
    """Return one line of a list: what, until when, and of a lead's list whose it is."""
    if duty.due_on is None:
        what = text("《%(title)s》", title=duty.title)
    elif duty.due_on < today():
        what = text("《%(title)s》%(day)s已到期", title=duty.title, day=day_words(duty.due_on))
    else:
        what = text("《%(title)s》%(day)s到期", title=duty.title, day=day_words(duty.due_on))
    name = names.get(duty.person_id)
    return text("%(name)s：%(what)s", name=name, what=what) if name else what


def _lines(sentences: Sequence[Text], locale: str) -> str:
    lines = [f"- {say_in(sentence, locale)}" for sentence in sentences[:MOST]]
    if len(sentences) > MOST:
        lines.append("- " + say_in(text("还有 %(n)s 项", n=len(sentences) - MOST), locale))
    return "\n".join(lines)


def _names_of(about: Mapping[str, Sequence[Reminded]]) -> dict[int, str]:
    ids = {each.person_id for duties in about.values() for each in duties}
    return {row.id: row.name or "" for row in rows(_NAMES, {"ids": sorted(ids)})} if ids else {}


_KEPT = (
    select(NoticeTemplate.name, NoticeTemplate.locale, NoticeTemplate.changed_at, Person.name.label("who"))
    .outerjoin(Person, Person.id == NoticeTemplate.changed_by)
    .order_by(NoticeTemplate.name, NoticeTemplate.locale)
)


def overridden() -> dict[tuple[str, str], tuple[datetime, str]]:
    """Return which templates are the administrator's own, since when and by whom."""
    return {(row.name, row.locale): (row.changed_at, row.who or "") for row in rows(_KEPT)}


def sample(kind: Kind, template: Template, locale: str) -> Wording:
    """Return a template filled as an example."""
    titles = ("退货时效与运费", "价保申请") if locale == "zh_CN" else ("Returns and freight", "Price protection")
    day = today()
    lines = [text("《%(title)s》%(day)s到期", title=title, day=day_words(day)) for title in titles]
    if kind.name == "late":
        late = [
            text("《%(title)s》%(day)s已到期", title=title, day=day_words(day - timedelta(days=3))) for title in titles
        ]
        lines = [
            text("%(name)s：%(what)s", name=who, what=what) for who, what in zip(("周敏", "陈予"), late, strict=True)
        ]
    values = {
        "name": "林小满",
        "company": company(),
        "link": settings().base_url or "https://academy.example.com/",
        "topic": say_in(topic_words(kind.name), locale),
        "sentence": say_in(text("《%(title)s》%(day)s到期。", title=titles[0], day=day_words(day)), locale),
        "count": str(len(lines)),
        "list": _lines(lines, locale),
    }
    return fill(template, {place.name: values[place.name] for place in kind.places})
