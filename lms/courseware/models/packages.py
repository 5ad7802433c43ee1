"""Packages and the files in them; the bytes lie in `core.files` under their digest."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped

from lms.core.appendonly import append_only
from lms.core.db import Base, new_public_id, pk, plain, pseudonym, type_json


@append_only
class CoursewarePackage(Base):
    """One package as it was uploaded; another file is another row. sha: of the archive, by which documents name it.

    manifest: rules/manifest.py as plain values. size: bytes of the archive; unpacked: of all its files.
    framed: its pages stand in each other, so that they need an origin of their own.
    """

    __tablename__ = "courseware_package"
    id: Mapped[pk]
    public_id: Mapped[str] = plain(String(32), unique=True, default=new_public_id)
    sha: Mapped[bytes] = plain(LargeBinary(32), unique=True)
    name: Mapped[str] = plain(String(200))
    edition: Mapped[str] = plain(String(8))
    title: Mapped[str] = plain(String(300))
    manifest: Mapped[dict[str, Any]] = plain(type_json)
    files: Mapped[int] = plain()
    size: Mapped[int] = plain()
    unpacked: Mapped[int] = plain()
    framed: Mapped[bool] = plain(default=False, server_default=text("false"))
    added_by: Mapped[int | None] = pseudonym(ForeignKey("person.id"))
    at: Mapped[datetime] = plain()


@append_only
class CoursewareFile(Base):
    """One file of a package. path: within it, with `/`. size: bytes."""

    __tablename__ = "courseware_file"
    package_id: Mapped[int] = plain(ForeignKey("courseware_package.id"), primary_key=True, autoincrement=False)
    path: Mapped[str] = plain(String(240), primary_key=True)
    sha: Mapped[bytes] = plain(LargeBinary(32))
    size: Mapped[int] = plain()
    media_type: Mapped[str] = plain(String(80))
