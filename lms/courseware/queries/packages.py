"""Packages as documents name them, and the files in them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from lms.core.db import rows, session
from lms.core.plain import from_plain
from lms.courseware.models import CoursewareFile, CoursewarePackage
from lms.courseware.rules.manifest import Manifest

_FILE = select(CoursewareFile.sha, CoursewareFile.media_type, CoursewareFile.size).where(
    CoursewareFile.package_id == bindparam("package_id"), CoursewareFile.path == bindparam("path")
)


def package_named(sha: str) -> CoursewarePackage | None:
    """Return the package that a document names by 64 hexadecimal digits, None for one that was never uploaded here."""
    digest = bytes.fromhex(sha)
    return session().scalars(select(CoursewarePackage).where(CoursewarePackage.sha == digest)).one_or_none()


def manifest_of(package_id: int) -> Manifest:
    """Return what a package holds; rows never change."""
    row = session().get_one(CoursewarePackage, package_id)
    return from_plain(Manifest, row.manifest)


def file_of(package_id: int, path: str) -> Any:
    """Return sha, media_type and size of a file of a package, None where there is none."""
    return rows(_FILE, {"package_id": package_id, "path": path}).one_or_none()


def shas() -> set[bytes]:
    """Return the digests of all bytes that packages name: of their own files and of what is in them."""
    own: Sequence[bytes] = session().scalars(select(CoursewarePackage.sha)).all()
    return {*own, *session().scalars(select(CoursewareFile.sha).distinct())}
