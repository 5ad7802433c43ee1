"""Reading the log: in order, verified, and as standings."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.core.db import session
from lms.core.texts import Text, text
from lms.records.events import Verb
from lms.records.models import LogHead, Record, RecordNote, Standing
from lms.records.rules import GENESIS, fold, link, note_digest

PAGE = 1_000


def lines_after(seq: int, limit: int) -> list[Record]:
    """Return up to `limit` lines with a number above `seq`, in order. Safe as a cursor: numbers follow commits."""
    return list(session().scalars(select(Record).where(Record.seq > seq).order_by(Record.seq).limit(limit)))


def every_line() -> Iterator[Record]:
    seq = 0
    while page := lines_after(seq, PAGE):
        yield from page
        seq = page[-1].seq
        session().expunge_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of the log found. `checked` = lines read."""

    checked: int
    problems: tuple[Text, ...]


def verify() -> Verdict:
    """Recompute every hash, note digest and standing; name each line that does not fit.

    A note may be missing only where its person was erased, and the log says so.
    """
    problems: list[Text] = []
    previous, expected = GENESIS, 0
    erased = set(session().scalars(select(Record.person_id).where(Record.verb == Verb.ERASED)))
    for line in every_line():
        expected += 1
        if line.seq != expected:
            problems.append(text("缺少第 %(seq)s 条记录。", seq=expected))
            expected = line.seq
        if link(previous, line) != line.hash:
            problems.append(text("第 %(seq)s 条记录与哈希不符，它或它之前的记录被改动过。", seq=line.seq))
        previous = line.hash
        if line.note_digest:
            note = session().get(RecordNote, line.seq)
            if note is None:
                if line.person_id not in erased:
                    problems.append(text("第 %(seq)s 条记录的说明不见了。", seq=line.seq))
            elif note_digest(note.salt, note.text) != line.note_digest:
                problems.append(text("第 %(seq)s 条记录的说明被改动过。", seq=line.seq))
    head = session().get(LogHead, 1)
    if (head.seq if head else 0) != expected or (head.hash if head else GENESIS) != previous:
        problems.append(text("记录的末尾与日志头不符：应为第 %(seq)s 条。", seq=head.seq if head else 0))
    problems.extend(_standing_problems())
    return Verdict(checked=expected, problems=tuple(problems))


def _standing_problems() -> Iterator[Text]:
    pairs = (
        session()
        .execute(select(Record.person_id, Record.document_id).where(Record.document_id.is_not(None)).distinct())
        .all()
    )
    kept = session().scalar(select(func.count()).select_from(Standing)) or 0
    if kept != len(pairs):
        yield text(
            "学习状态有 %(kept)s 行，按记录应为 %(due)s 行；请运行 lms records rebuild。",
            kept=kept,
            due=len(pairs),
        )
    for person_id, document_id in pairs:
        if document_id is None:
            continue
        folded = fold(lines_of(person_id, document_id))
        standing = session().get(Standing, (person_id, document_id))
        if folded is None or standing is None:
            continue
        if any(getattr(standing, name) != getattr(folded, name) for name in type(folded).__dataclass_fields__):
            yield text(
                "人员 %(person)s 与内容 %(document)s 的学习状态与记录不符；请运行 lms records rebuild。",
                person=person_id,
                document=document_id,
            )


def lines_of(person_id: int, document_id: int) -> list[Record]:
    return list(
        session().scalars(
            select(Record).where(Record.person_id == person_id, Record.document_id == document_id).order_by(Record.seq)
        )
    )
