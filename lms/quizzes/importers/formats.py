"""All formats, by name. A reader or writer joins the list here."""

from collections.abc import Mapping

from lms.core.texts import text
from lms.quizzes.importers import aiken, docx, gift, gift_write, moodle_write, moodlexml, qti, xlsx, xlsx_write
from lms.quizzes.importers.reading import Format

# A reader that is sure of its files stands before one that takes any text.
_ALL: tuple[Format, ...] = (
    Format(
        name="xlsx",
        words=text("Excel 表格"),
        extensions=(".xlsx", ".csv"),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        is_meant=xlsx.is_meant,
        reader=xlsx.read,
        writer=xlsx_write.write,
    ),
    Format(
        name="docx",
        words=text("Word 题库"),
        extensions=(".docx",),
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        is_meant=docx.is_meant,
        reader=docx.read,
    ),
    Format(
        name="moodlexml",
        words=text("Moodle XML"),
        extensions=(".xml",),
        media_type="application/xml",
        is_meant=moodlexml.is_meant,
        reader=moodlexml.read,
        writer=moodle_write.write,
    ),
    Format(
        name="qti",
        words=text("QTI 2.1"),
        extensions=(".zip", ".xml"),
        media_type="application/zip",
        is_meant=qti.is_meant,
        reader=qti.read,
    ),
    Format(
        name="aiken",
        words=text("Aiken 文本"),
        extensions=(".txt",),
        media_type="text/plain",
        is_meant=aiken.is_meant,
        reader=aiken.read,
        writer=aiken.write,
    ),
    Format(
        name="gift",
        words=text("GIFT 文本（Moodle）"),
        extensions=(".gift", ".txt"),
        media_type="text/plain",
        is_meant=gift.is_meant,
        reader=gift.read,
        writer=gift_write.write,
    ),
)
FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}


def format_of(name: str, data: bytes) -> Format | None:
    """Return the format of a file by its name and bytes, the first that says so; None for none."""
    return next((each for each in FORMATS.values() if each.reader and each.is_meant(name, data)), None)
