"""Which rows hold something about a person, read from the models: one walk serves export, preview and erasing.

A table belongs to people by its column `person_id`, by the row it hangs on (an answer by its attempt), or by OWNERS.
What is written there in columns of the classes identity, personal and text (core/db.py) is emptied or deleted on erase;
the numbers of people and what is nothing by itself stay, so that counts, scores and the chain of the log stay whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    null,
    select,
    update,
)

from lms.core.db import session

__all__ = ["KEPT", "Held", "Row", "count", "erase", "held", "rows_of"]

TELLING = frozenset({"identity", "personal", "text"})

OWNERS: Mapping[str, str] = {"measure": "owner_id"}
"""Tables whose person has another name than person_id."""

KEPT: Mapping[str, str] = {
    "audit_entry": "append-only; never given a name, a number or a text of anybody",
    "grade_change": "append-only; the reason for another mark is part of the mark",
    "standing": "folded of the log, with its minutes; stays as the log does",
}
"""Tables of which erasing takes nothing, and why."""

WHOLE = frozenset(
    {
        "api_token",
        "appraisal_paper",
        "autosave",
        "delivery",
        "favourite",
        "kept_answer",
        "notice",
        "record_note",
        "run_lookup",
        "run_text",
        "search_log",
        "sign_in_slip",
        "signon_visit",
        "training_proof_paper",
        "upload",
    }
)
"""Tables whose rows mean nothing without the person or the text, so they go as a whole."""

OF_NOBODY: Mapping[str, str] = {
    "appraisal_form": "why a form was changed, for all",
    "after_review": "what a team learnt from a drill",
    "award_proposal": "why a proposal for many was decided so",
    "formula": "why a formula is as it is, for all",
    "formula_review": "why a formula stays or changes, for all",
    "cycle": "what was noted when a quarter's training was closed",
    "gap": "what many people look for",
    "gap_miss": "words counted by day, by nobody",
    "item_verdict": "what was said of a question",
    "kpi_import": "what a file was called",
    "live_session": "why a class was called off",
    "peak_finding": "what was found after a peak",
    "regrade": "why a key was corrected",
    "review_request": "what was said about a draft",
    "robot_message": "a summary for a group; forgotten with the others sent",
    "search_week": "words counted by week, by nobody",
    "sign_in_try": "a digest, forgotten after a day",
    "staff_file": "what a file was called",
    "webhook_call": "a fact under the person's number; forgotten with the others sent",
    "year_target": "why a target was set",
}
"""Tables with texts that are about the work, not about the person who wrote them: they stay."""


@dataclass(frozen=True, slots=True)
class Held:
    """A table that holds something of people. of: the condition for one person's rows, given the person's id.

    goes: whether erasing deletes the rows; else it empties `emptied`, each to its value.
    """

    table: Table
    goes: bool
    emptied: Mapping[str, Any]
    hangs_on: tuple[tuple[Column[Any], Table], ...]
    person: Column[Any]

    def of(self, person_id: int) -> ColumnElement[bool]:
        """Return the condition for the rows of a person."""
        found: ColumnElement[bool] = self.person == person_id
        for column, parent in reversed(self.hangs_on):
            found = column.in_(select(next(iter(parent.primary_key.columns))).where(found))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How many rows of a table there are of a person, and what erasing does to them: deleted, emptied or kept."""

    table: str
    count: int
    fate: str


@cache
def held(metadata: MetaData) -> tuple[Held, ...]:
    """Return every table that belongs to people, those that hang on others first, so that deleting in order works."""
    return tuple(found for table in reversed(metadata.sorted_tables) if (found := _held(table)) is not None)


def _held(table: Table) -> Held | None:
    if table.name == "person":
        return None
    person, hangs_on = _way(table)
    if person is None:
        return None
    telling = [column for column in table.columns if column.info["privacy"] in TELLING]
    unique = {
        column.name
        for constraint in (table.primary_key, *table.constraints)
        if isinstance(constraint, (PrimaryKeyConstraint, UniqueConstraint))
        for column in constraint.columns
    } | {column.name for index in table.indexes if index.unique for column in index.columns}
    empty = {column.name: _empty(column) for column in telling}
    goes = table.name in WHOLE or any(column.name in unique or empty[column.name] is _NOTHING for column in telling)
    return Held(table, goes, {} if goes else empty, hangs_on, person)


def _way(table: Table) -> tuple[Column[Any] | None, tuple[tuple[Column[Any], Table], ...]]:
    """Return the column that names the person, and the foreign keys that lead to its table."""
    name = OWNERS.get(table.name, "person_id")
    if name in table.columns:
        return table.columns[name], ()
    if any(key.column.table.name == "person" for column in table.columns for key in column.foreign_keys) and not any(
        column.info["privacy"] in TELLING for column in table.columns
    ):
        return None, ()
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if parent is not table and parent.name != "person" and "person_id" in parent.columns:
                return parent.columns["person_id"], ((column, parent),)
    return None, ()


_NOTHING = object()


def _empty(column: Column[Any]) -> Any:
    """Return what an emptied column holds; _NOTHING where there is no such value, so the row has to go."""
    if column.nullable:
        return null()  # None would be written as JSON's own null
    if isinstance(column.type, JSON):
        return [] if _made(column) == [] else {}
    if isinstance(column.type, String):
        return ""
    return _NOTHING


def _made(column: Column[Any]) -> Any:
    """Return what a new row holds there, None where nothing says so."""
    default: Any = column.default
    return default.arg(None) if default is not None and default.is_callable else None


def rows_of(metadata: MetaData, person_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Return, by table, every row of a person as plain values; secrets (digests, hashes) are left out."""
    for each in sorted(held(metadata), key=lambda found: found.table.name):
        shown = [column for column in each.table.columns if not _is_secret(column)]
        statement: Select[Any] = select(*shown).where(each.of(person_id)).order_by(*each.table.primary_key.columns)
        found = [
            {name: _plain(value) for name, value in row.items()} for row in session().execute(statement).mappings()
        ]
        if found:
            yield each.table.name, found


def count(metadata: MetaData, person_id: int) -> list[Row]:
    """Return what there is of a person and what erasing would do to it, by name of the table."""
    found = []
    for each in sorted(held(metadata), key=lambda one: one.table.name):
        number = session().scalar(select(func.count()).select_from(each.table).where(each.of(person_id))) or 0
        if number:
            kept = each.table.name in KEPT or not (each.goes or each.emptied)
            found.append(
                Row(table=each.table.name, count=number, fate="kept" if kept else "gone" if each.goes else "empty")
            )
    return found


def erase(metadata: MetaData, person_id: int) -> None:
    """Delete or empty every row of a person but those of KEPT. The row `person` itself is left to the caller."""
    for each in held(metadata):
        if each.table.name in KEPT:
            continue
        if each.goes:
            session().execute(delete(each.table).where(each.of(person_id)))
        elif each.emptied:
            session().execute(update(each.table).where(each.of(person_id)).values(**each.emptied))


def _is_secret(column: Column[Any]) -> bool:
    return any(word in column.name for word in ("digest", "hash", "secret", "salt"))


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value
