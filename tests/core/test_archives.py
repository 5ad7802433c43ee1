"""Archives that people bring: what is looked at before anything is unpacked, and the sentence for what is refused."""

import contextlib
import io
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import docx
import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from lms.core import archives
from lms.core.archives import Office, check
from lms.core.errors import TooLarge, Unreadable
from lms.core.sheets import xlsx_bytes

TYPES = '<?xml version="1.0" encoding="UTF-8"?><Types/>'
BODY = '<?xml version="1.0" encoding="UTF-8"?><document/>'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(*more: tuple[str | zipfile.ZipInfo, bytes | str], body: str | bytes = BODY, types: str = TYPES) -> bytes:
    """Return a small Word file with these entries beside the usual ones."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", types)
        file.writestr("word/document.xml", body)
        for name, data in more:
            file.writestr(name, data)
    return out.getvalue()


def relations(kind: str, target: str, mode: str = "External") -> tuple[str, str]:
    inner = f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    whole = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )
    return "word/_rels/document.xml.rels", whole


def refusal(data: bytes, wanted: Office | None = Office.WORD) -> str:
    """Return the code and the sentence with which an archive is refused."""
    with pytest.raises((Unreadable, TooLarge)) as raised:
        check(data, wanted)
    assert str(raised.value.message).endswith("。")
    return f"{raised.value.code}: {raised.value.message}"


def a_link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def saved(book: object) -> bytes:
    out = io.BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


# what is accepted


def test_what_the_usual_programs_write_is_accepted():
    assert check(saved(docx.Document())).office is Office.WORD
    assert check(saved(pptx.Presentation())).office is Office.SLIDES
    assert check(xlsx_bytes("x", ["a"], [["b"]])).office is Office.SHEET


def test_a_chart_may_carry_its_workbook():
    show = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["京东"]
    data.add_series("单量", (1,))
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, 100, 100, data)
    assert check(saved(show), Office.SLIDES).office is Office.SLIDES


def test_a_file_on_the_disk_is_read_there(tmp_path: Path):
    (tmp_path / "a").write_bytes(packed())
    assert check(tmp_path / "a", Office.WORD).names == ("[Content_Types].xml", "word/document.xml")


def test_links_and_pictures_from_elsewhere_are_reported_and_never_fetched():
    assert check(packed(relations("hyperlink", "https://example.com"))).outside == ()
    assert check(packed(relations("image", "https://example.com/a.png"))).outside == ("https://example.com/a.png",)
    assert check(packed(relations("attachedTemplate", "file:///C:\\Users\\me\\Normal.dotm"))).outside != ()


# what is refused


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("WordDocument", "请另存为 .docx"),
        ("Workbook", "另存为 .xlsx"),
        ("PowerPoint Document", "请另存为 .pptx"),
        ("EncryptedPackage", "请去掉密码"),
        ("Something", "旧版 Office"),
    ],
)
def test_the_older_container_says_what_it_is_and_how_to_mend_it(name, said):
    assert said in refusal(archives.OLE + bytes(600) + name.encode("utf-16-le"))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "word/../../evil.xml",
        "/etc/passwd",
        "C:/evil.xml",
        "\\\\host\\share\\x.xml",
        "word\\document2.xml",
        "word//x.xml",
        "word/．．/x.xml",
        "word/a\x01b.xml",
        "word/" + "x" * 300,
        "WORD/document.xml",
        "word/document.xml",
    ],
)
def test_a_name_that_leaves_its_folder_or_means_two_things_is_refused(name):
    with pytest.warns() if name == "word/document.xml" else pytest.MonkeyPatch.context():
        data = packed((name, "x"))
    assert "crafted_file" in refusal(data)


def test_a_name_with_a_null_is_refused():
    data = packed(("word/aQb.xml", "x")).replace(b"word/aQb.xml", b"word/a\x00b.xml")
    assert "crafted_file" in refusal(data)


def test_a_symbolic_link_is_refused():
    assert "crafted_file" in refusal(packed((a_link("word/x"), "/etc/passwd")))


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "xl/macrosheets/sheet1.xml", "word/activeX/activeX1.bin"])
def test_macros_and_controls_are_refused(name):
    assert "不带宏" in refusal(packed((name, b"x")))


def test_a_type_with_macros_is_refused_whatever_its_parts_are_called():
    types = TYPES.replace("<Types/>", '<Types><x ContentType="application/vnd.ms-word.document.macroEnabled"/></Types>')
    assert "不带宏" in refusal(packed(types=types))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://evil.example/x.dotm"),
        ("attachedTemplate", "\\\\host\\share\\x.dotm"),
        ("attachedTemplate", "file://host/share/x.dotm"),
        ("oleObject", "file:///C:/book.xlsx"),
        ("subDocument", "http://evil.example/x.docx"),
        ("frame", "http://evil.example/"),
    ],
)
def test_what_would_be_loaded_from_elsewhere_is_refused_and_named(kind, target):
    assert f"（{target}）" in refusal(packed(relations(kind, target)))


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "<!-- x --><!DOCTYPE x><x/>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-7"?><x/>',
        '<?xml version="1.0" encoding="cp037"?><x/>',
        " " * 500 + "<!DOCTYPE x><x/>",
        "<x>" + "a" * 1_000_393 + "<!DOCTYPE x></x>",  # across the edge of two pieces
    ],
)
def test_document_types_and_entities_are_refused_in_every_encoding(body):
    assert "crafted_file" in refusal(packed(body=body))


def test_entities_hide_in_no_part_whatever_its_name():
    assert "crafted_file" in refusal(packed(("word/x.bin", "\n<!DOCTYPE x><x/>")))


@pytest.mark.parametrize("inner", [packed(), b"Rar!\x1a\x07\x00x", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08x"])
def test_an_archive_in_an_archive_is_refused(inner):
    assert "nested_archive" in refusal(packed(("word/media/image1.png", inner)))


def test_a_workbook_behind_a_chart_is_held_to_the_same_rules():
    inner = packed(("xl/workbook.xml", BODY), ("xl/vbaProject.bin", "x"))
    assert "不带宏" in refusal(packed(("word/embeddings/book.xlsx", inner)))


@pytest.mark.parametrize("wanted", list(Office))
def test_another_kind_of_file_is_refused_by_its_bytes(wanted):
    other = saved(docx.Document()) if wanted is not Office.WORD else saved(pptx.Presentation())
    assert wanted.suffix in refusal(other, wanted)
    assert "不是" in refusal(b"%PDF-1.7 whatever.docx", wanted)


@given(st.integers(min_value=5, max_value=len(packed()) - 1))
def test_a_file_that_is_cut_off_anywhere_is_refused(length):
    assert "broken_file" in refusal(packed()[:length])


@given(st.integers(min_value=0, max_value=len(packed()) - 1), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_refused_with_a_sentence_or_harmless(place, change):
    data = bytearray(packed())
    data[place] ^= change
    with contextlib.suppress(Unreadable, TooLarge):
        check(bytes(data))


def test_a_password_within_the_archive_is_said():
    data = bytearray(packed())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = bytes(data).find(mark)
        data[place + offset] |= 1
    assert "请去掉密码" in refusal(bytes(data))


def test_bytes_before_or_after_the_archive_make_it_a_file_of_two_kinds():
    assert "wrong_type" in refusal(b"%PDF-1.7\n" + packed())
    assert "broken_file" in refusal(packed() + b"<script>1</script>")
    with_comment = packed()[:-2] + struct.pack("<H", 5) + b"hello"
    assert "broken_file" in refusal(with_comment)


# bombs: refused before they are unpacked


def peak_of(data: bytes) -> int:
    """Return how many bytes were held at most while this archive was refused."""
    tracemalloc.start()
    try:
        refusal(data, None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_entry_that_unpacks_to_too_much_is_refused_by_what_it_announces():
    data = packed(("word/media/a.bin", bytes(61_000_000)))
    assert "unpacks_too_large" in refusal(data)
    assert peak_of(data) < 1_000_000


def test_many_entries_that_together_are_too_much_are_refused():
    assert "unpacks_too_large" in refusal(packed(*((f"word/{n}.bin", bytes(4_900_000)) for n in range(21))))


def test_a_word_file_of_more_paragraphs_than_a_reader_gets_through_is_refused_unread():
    def book(paragraphs: int) -> bytes:
        return packed(body=f"<w:document xmlns:w='w'><w:body>{'<w:p><w:r/></w:p>' * paragraphs}</w:body></w:document>")

    archives.check(book(archives.MOST_PARAGRAPHS), archives.Office.WORD)
    assert "15000 段" in refusal(book(archives.MOST_PARAGRAPHS + 1))


def test_an_entry_that_becomes_hundreds_of_times_larger_is_refused():
    assert "unpacks_too_large" in refusal(packed(("word/a.xml", b" " * 20_000_000)))


def test_a_size_that_lies_is_found_out():
    honest = packed(("word/a.xml", b"<a>" + b" " * 5_000 + b"</a>"))
    lying = honest.replace(struct.pack("<L", 5_007), struct.pack("<L", 10))
    assert "broken_file" in refusal(lying)


def a_directory(count: int, announced: int | None = None) -> bytes:
    """Return an archive that is nothing but a directory of so many entries, all of them the same one."""
    local = b"PK\x03\x04" + bytes(26) + b"x"
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<3H", 1, 0, 0) + bytes(12) + b"x"
    here = count if announced is None else announced
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, here & 0xFFFF, here & 0xFFFF, len(entry) * count, len(local), 0)
    return local + entry * count + end


@pytest.mark.parametrize(("count", "announced"), [(400_000, None), (400_000, 3), (6_000, None), (65_536 + 2, 2)])
def test_a_directory_of_very_many_entries_is_never_built_in_memory(count, announced):
    data = a_directory(count, announced)
    with pytest.raises((Unreadable, TooLarge)):
        check(data)
    assert peak_of(data) < 4_000_000


def test_a_directory_that_lies_about_its_count_is_refused():
    assert "crafted_file" in refusal(a_directory(5, announced=3))


def test_entries_that_lie_over_each_other_are_refused():
    """The quoted overlap: one kernel of bytes, named by many entries of the directory."""
    whole = packed(("word/a.bin", b"x" * 5_000))
    place = whole.rfind(b"PK\x01\x02")
    length = struct.unpack_from("<4s4H2LH", whole, len(whole) - 22)[5]
    entry = whole[place : len(whole) - 22]
    more = b"".join(entry.replace(b"word/a.bin", b"word/%c.bin" % letter) for letter in b"bcdefg")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, length + len(more), len(whole) - 22 - length, 0)
    assert "crafted_file" in refusal(whole[:-22] + more + end)


def test_what_lies_between_the_directory_and_its_end_is_refused():
    """Where a second directory would lie (Zip64) that some programs read instead of the first."""
    whole = packed()
    assert "crafted_file" in refusal(whole[:-22] + b"PK\x06\x06" + bytes(72) + whole[-22:])


def test_other_ways_of_packing_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("word/document.xml", BODY)
    assert "crafted_file" in refusal(out.getvalue())
