"""What is read of a PDF, and what is refused with which sentence."""

from pathlib import Path

import pytest
from PIL import Image

from lms.content.importers import pdf
from lms.core.confined import running
from lms.core.errors import DomainError, TooLarge, Unreadable
from tests.support.make_files import LIMITS, a_pdf


def look(tmp_path: Path, data: bytes) -> dict:
    source = tmp_path / "a.pdf"
    source.write_bytes(data)
    with running(pdf.look, source=str(source), **LIMITS) as done:
        return done.value


def refusal(tmp_path: Path, data: bytes) -> DomainError:
    with pytest.raises((Unreadable, TooLarge)) as caught:
        look(tmp_path, data)
    return caught.value


def test_pages_sizes_and_words_are_read(tmp_path):
    found = look(tmp_path, a_pdf(["七天无理由", "运费谁出"]))
    assert found == {"pages": 2, "width": 720, "height": 405, "words": ["七天无理由", "运费谁出"]}


def test_the_picture_of_a_page_is_as_wide_as_a_desk_needs(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(a_pdf(["一", "二"]))
    with running(pdf.page, source=str(source), number=2, **LIMITS) as done:
        with Image.open(done.folder / done.value["file"]) as picture:
            assert (picture.format, picture.width, picture.height) == ("WEBP", 1400, 788)
        assert done.value["words"] == "二"


def test_a_page_as_tall_as_a_house_stays_a_picture_of_bounded_size(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(a_pdf(size=(100, 14_000)))
    with running(pdf.page, source=str(source), number=1, **LIMITS) as done:
        assert (done.value["width"], done.value["height"]) == (20, 2800)


def test_a_page_of_a_thousand_metres_is_refused(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(a_pdf(size=(3_000_000, 1)))
    with pytest.raises(Unreadable, match="大小不正常"), running(pdf.page, source=str(source), number=1, **LIMITS):
        pass


def test_a_password_is_said_and_how_to_mend_it(tmp_path):
    assert str(refusal(tmp_path, a_pdf(encrypted=True)).message) == "文件有密码，请去掉密码再传。"


def test_a_file_cut_off_is_refused(tmp_path):
    assert "不完整" in str(refusal(tmp_path, a_pdf()[:-40]).message)


def test_something_else_with_this_suffix_is_refused(tmp_path):
    assert "内容却不是 PDF" in str(refusal(tmp_path, b"MZ" + bytes(4000)).message)


def test_three_hundred_pages_are_read_and_one_more_is_refused(tmp_path):
    assert look(tmp_path, a_pdf(copies=300))["pages"] == 300
    assert "301 页" in str(refusal(tmp_path, a_pdf(copies=301)).message)


def test_a_hundred_thousand_pages_are_refused(tmp_path):
    assert "100000 页" in str(refusal(tmp_path, a_pdf(copies=100_000)).message)


def test_what_is_no_pdf_inside_is_refused(tmp_path):
    assert refusal(tmp_path, b"%PDF-1.7\n" + b"x" * 5000 + b"\n%%EOF\n").code == "broken_file"


def test_a_program_inside_is_left_alone(tmp_path):
    open_action = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    assert look(tmp_path, a_pdf(["一"], extra=open_action))["pages"] == 1
