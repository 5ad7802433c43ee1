"""The table of the questions of quizzes and banks, as a list shows and filters them."""

from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped

from lms.core.db import Base, plain, type_json


class BankQuestion(Base):
    """One question as it is published now: a projection, made anew whenever its quiz or bank is published.

    sha: of what is asked and keyed. use: of its file. words: everything that is asked, for search. tags: its own and
    its section's; competencies: of its file. level: 1 (easy) to 5.
    """

    __tablename__ = "bank_question"
    part_id: Mapped[int] = plain(ForeignKey("part.id"), primary_key=True, autoincrement=False)
    document_id: Mapped[int] = plain(ForeignKey("document.id"), index=True)
    sha: Mapped[bytes] = plain(LargeBinary(32))
    use: Mapped[str] = plain(String(12))
    kind: Mapped[str] = plain(String(12))
    level: Mapped[int | None] = plain()
    words: Mapped[str] = plain()
    tags: Mapped[list[Any]] = plain(type_json, default=list)
    competencies: Mapped[list[Any]] = plain(type_json, default=list)
