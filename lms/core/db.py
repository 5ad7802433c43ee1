"""Tables' common ground, and the one place where a transaction is opened and committed.

Column helpers name the privacy class of what a column holds (docs/privacy.md); a column without one fails a test.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from weakref import WeakSet

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, SessionTransaction, mapped_column, registry
from sqlalchemy.pool import Pool

from lms.core.doorbell import Doorbell
from lms.core.errors import NotFound

type_pk = BigInteger().with_variant(Integer, "sqlite")
type_json = JSON().with_variant(JSONB, "postgresql")


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant in UTC. On SQLite a fixed-width ISO text, so that the order of texts is the order of times."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone can't be stored")
        value = value.astimezone(UTC)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        if dialect.name == "sqlite":
            return _instant  # one call for each value instead of three: pages read hundreds of them
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value.astimezone(UTC)
        return found


pk = Annotated[int, mapped_column(type_pk, primary_key=True, info={"privacy": "none"})]
"""A key given by the database, 64 bits."""

PrivacyClass = Literal["identity", "personal", "text", "pseudonym", "none"]
PRIVACY_CLASSES: frozenset[str] = frozenset({"identity", "personal", "text", "pseudonym", "none"})


def _column(privacy: PrivacyClass) -> Callable[..., Any]:
    def column(*args: Any, **options: Any) -> Any:
        return mapped_column(*args, info={"privacy": privacy}, **options)

    column.__doc__ = f"A column whose content is of privacy class {privacy!r}."
    return column


identity = _column("identity")  # says who somebody is: emptied by erase
personal = _column("personal")  # about somebody: emptied by erase
free_text = _column("text")  # written by somebody about anything: deleted by erase
pseudonym = _column("pseudonym")  # the number of a person; means nothing once the person is erased
plain = _column("none")

_registry = registry(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    ),
    type_annotation_map={
        int: type_pk,
        datetime: UTCDateTime,
        date: Date,
        bytes: LargeBinary,
        str: Text,
        dict[str, Any]: type_json,
        list[Any]: type_json,
    },
)


class Base(DeclarativeBase):
    registry = _registry


class PinnedSession(FlaskSession):
    """Flask-SQLAlchemy's session; where a test has pinned a connection, everything goes through that one."""

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        pinned: Connection | None = current_app.extensions.get("lms_pinned_connection")
        return pinned if pinned is not None else super().get_bind(*args, **options)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": PinnedSession, "join_transaction_mode": "create_savepoint"},
)

Model = TypeVar("Model", bound=Base)

BeforeCommit = Callable[[Session], None]


def session() -> Session:
    """Return the session of this request or command."""
    found: Session = db.session()
    return found


def rows(statement: Executable, keys: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Run a SELECT of columns (never of entities) past the ORM's loading, which costs as much again as a short query.

    Sees what the open transaction has changed, also before it is flushed.
    """
    current = session()
    if current.info.get("queued") is not None:
        current.flush()
    return _connection(current).execute(statement, keys)


def one_of(column: Any, values: Iterable[Any], *, other: bool = False) -> ColumnElement[bool]:
    """Return `column IN (values)` for a statement that is kept: what is always the same isn't written out at each run.

    other: NOT IN.
    """
    fixed = [literal(each, column.type) for each in values]
    found: ColumnElement[bool] = column.not_in(fixed) if other else column.in_(fixed)
    return found


def _connection(current: Session) -> Connection:
    """Return the connection of the session's transaction; it is looked for once in each, not for each statement."""
    kept: tuple[SessionTransaction, Connection] | None = current.info.get("connection")
    if kept is None or not kept[0].is_active or kept[1].closed:
        connection = current.connection()
        if (begun := current.get_transaction()) is None:
            return connection
        kept = current.info["connection"] = (begun, connection)
    return kept[1]


def locked(model: type[Model], public_id: str, *, key_share: bool = False) -> Model:
    """Return the row with this public id as it is now, locked until the transaction ends. Raises NotFound.

    key_share: who writes a row that refers to it need not wait. Locks of people come before it.
    """
    statement = select(model).where(model.__table__.c.public_id == public_id).with_for_update(key_share=key_share)
    found = session().scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def upsert(model: type[Base], keys: Mapping[str, Any], values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Write the one row with these keys: a new one with `values`, else what is there gets `changed`.

    One statement, so that two who write the same row at once don't clash.
    """
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(model).values({**keys, **values})
    current.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=dict(changed)))


def upsert_all(model: type[Base], unique: Sequence[str], values: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows, each new or in place of the one with the same columns `unique`. values: at least one row."""
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(model)
    changed = {name: statement.excluded[name] for name in values[0] if name not in unique}
    current.execute(statement.on_conflict_do_update(index_elements=list(unique), set_=changed), list(values))


def insert_new(model: type[Base], unique: Sequence[str], values: Sequence[Mapping[str, Any]]) -> None:
    """Write those of these rows whose columns `unique` no row has yet. values: at least one row."""
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    current.execute(insert(model).on_conflict_do_nothing(index_elements=list(unique)), list(values))


def insert_new_returning(
    model: type[Base], unique: Sequence[str], values: Sequence[Mapping[str, Any]], columns: Sequence[Any]
) -> list[Any]:
    """Write those of these rows whose columns `unique` no row has yet, and return `columns` of those alone."""
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(model).on_conflict_do_nothing(index_elements=list(unique)).returning(*columns)
    return list(current.execute(statement, list(values)).all())


def new_public_id() -> str:
    """Return a random name of 128 bits for a URL, that tells nothing."""
    return uuid.uuid4().hex


@dataclass(slots=True)
class Queued:
    """What the open transaction still has to do before it commits; gone with it, however it ends.

    wakes: it put something for the worker, who is woken after the commit.
    """

    facts: list[object] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    wakes: bool = False


def queued() -> Queued:
    """Return what the open transaction has queued. Raises RuntimeError outside of one."""
    found: Queued | None = session().info.get("queued")
    if found is None:
        raise RuntimeError("this can only be done inside transaction()")
    return found


def wake() -> None:
    """Have a worker look after the commit at what is to be done now. Raises RuntimeError outside of a transaction.

    The one thing that happens after a commit: it says nothing, and if it is lost the worker's timer does the same.
    """
    queued().wakes = True


def in_transaction() -> bool:
    return session().info.get("queued") is not None


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one writing transaction of this request or command; commit at the end, roll back on any exception.

    What was read before is dropped first: on SQLite a read transaction can't be raised to a writing one without
    failing at once, and a row read earlier may be stale. Facts are delivered before the commit, then the
    registered before-commit steps run (the record log takes its head lock there, last of all locks).
    Inside `as_one()` it is a part of that transaction and is undone alone.
    Raises RuntimeError when nested. Bulk acts open one per 100 people.
    """
    current = session()
    if in_transaction():
        raise RuntimeError("transaction() does not nest")
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("something was changed before transaction() was opened")
    whole: Whole | None = current.info.get("whole")
    if whole is None:
        current.rollback()
        current.connection(execution_options={"write": True})
    else:
        current.expire_all()
    part = current if whole is None else current.begin_nested()
    waiting = current.info["queued"] = Queued()
    try:
        yield current
        bus = current_app.extensions["lms_bus"]
        while waiting.facts:
            facts, waiting.facts = waiting.facts, []
            for fact in facts:
                bus.deliver(fact)
        current.flush()
        for step in current_app.extensions["lms_before_commit"]:
            step(current)
        part.commit()
    except BaseException:
        part.rollback()
        raise
    finally:
        current.info.pop("queued", None)
    if whole is not None:
        whole.wrote = True
        whole.wakes = whole.wakes or waiting.wakes
    elif waiting.wakes:
        current_app.extensions["lms_doorbell"].ring()


@dataclass(slots=True)
class Whole:
    """What several transactions that are one have come to. wrote: one of them ended well; wakes: a worker waits."""

    wrote: bool = False
    wakes: bool = False


@contextmanager
def as_one() -> Iterator[Whole]:
    """Make everything in here, every `transaction()` and what lies between, one transaction, committed at the end.

    Rolled back as a whole on any exception. For who has to keep something beside what others do, such as the answer
    that a call was given. What waits in here for somebody else, waits with the locks of all before it.
    """
    current = session()
    current.rollback()
    current.connection(execution_options={"write": True})
    whole = current.info["whole"] = Whole()
    try:
        yield whole
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info.pop("whole", None)
    if whole.wakes:
        current_app.extensions["lms_doorbell"].ring()


def init_app(app: Flask, database_url: str, instance: Path) -> None:
    """Bind the app to its database. instance: where the file lies by which an embedded database wakes its worker."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    # The log must not hold what people typed, and the text of an error would quote the values of its statement.
    options: dict[str, Any] = {"pool_pre_ping": not database_url.startswith("sqlite"), "hide_parameters": True}
    if database_url.startswith("postgresql"):
        # A machine that is gone says nothing: who asks it must not wait for minutes.
        options["connect_args"] = {
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        }
    if database_url.startswith("sqlite"):
        options["connect_args"] = {"timeout": 10, "check_same_thread": False}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.extensions.setdefault("lms_before_commit", [])
    app.extensions["lms_doorbell"] = Doorbell(database_url, instance)
    db.init_app(app)
    with app.app_context():
        _engines.add(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _on_sqlite_connect)
            event.listen(db.engine, "begin", _on_sqlite_begin)


_engines: WeakSet[Engine] = WeakSet()
_of_the_parent: list[Pool] = []
"""Kept for good: SQLite forbids even to close in a child what its parent opened, which the last reference would do."""


def _leave_the_parent_its_connections() -> None:
    """Let a forked process open connections of its own: two that speak on one would read each other's answers."""
    for engine in tuple(_engines):
        _of_the_parent.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_leave_the_parent_its_connections)


def _on_sqlite_connect(connection: Any, _: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, else the driver opens transactions that can't be raised
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged answer survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # may have to wait, and its failure is SQLAlchemy's to name
    else:
        connection.connection.execute("BEGIN")  # past SQLAlchemy, which costs ten times as much as the statement


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes_of_append_only(state: ORMExecuteState) -> None:
    """Refuse `session.execute(update(Record))`, which no mapper event sees."""
    if (state.is_update or state.is_delete) and state.bind_mapper is not None:
        table = state.bind_mapper.local_table
        if isinstance(table, Table) and table.info.get("append_only"):
            raise AppendOnlyError(f"{table.name} is append-only")


class AppendOnlyError(Exception):
    """A row of an append-only table was to be changed or removed."""
