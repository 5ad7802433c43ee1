"""What is read of slides, and what is refused with which sentence."""

from pathlib import Path

import pytest
from PIL import Image

from lms.content.importers import slides
from lms.core.confined import running
from lms.core.errors import DomainError, TooLarge, Unreadable
from tests.support.make_files import LIMITS, a_deck, with_entry


def look(tmp_path: Path, data: bytes) -> dict:
    source = tmp_path / "a.pptx"
    source.write_bytes(data)
    with running(slides.look, source=str(source), **LIMITS) as done:
        return done.value


def refusal(tmp_path: Path, data: bytes) -> DomainError:
    with pytest.raises((Unreadable, TooLarge)) as caught:
        look(tmp_path, data)
    return caught.value


def test_words_stand_in_the_order_in_which_they_are_read(tmp_path):
    found = look(tmp_path, a_deck())
    assert found["words"] == ["退货三步\n先看签收时间\n再看商品\n店铺 | 时效\n京东 | 7 天"]


def test_what_the_speaker_says_is_kept_apart(tmp_path):
    found = look(tmp_path, a_deck([("一", (), "先问大家"), ("二", (), "")]))
    assert (found["slides"], found["notes"]) == (2, ["先问大家", ""])


def test_a_short_first_line_stands_for_a_missing_title(tmp_path):
    assert (
        look(tmp_path, a_deck([("甲", (), ""), ("", ("没有标题的一页", "正文"), "")]))["words"][1]
        == "没有标题的一页\n正文"
    )


def test_two_boxes_beside_each_other_are_read_from_the_left(tmp_path):
    assert look(tmp_path, a_deck([("题", ("左", "右"), "")]))["words"][0].startswith("题\n左\n右")


def test_the_pictures_of_a_slide_are_drawn_anew(tmp_path):
    source = tmp_path / "a.pptx"
    source.write_bytes(a_deck())
    with running(slides.page, source=str(source), number=1, **LIMITS) as done:
        assert done.value["pictures"] == [{"file": "0.webp", "width": 240, "height": 160}]
        with Image.open(done.folder / "0.webp") as picture:
            assert picture.format == "WEBP"


def test_macros_are_refused(tmp_path):
    assert "宏" in str(refusal(tmp_path, with_entry(a_deck(), "ppt/vbaProject.bin", b"x")).message)


def test_a_bomb_is_refused(tmp_path):
    assert refusal(tmp_path, with_entry(a_deck(), "ppt/media/a.bin", bytes(200_000_000))).code == "unpacks_too_large"


def test_a_password_is_said(tmp_path):
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert str(refusal(tmp_path, locked).message) == "文件有密码，请去掉密码再传。"


def test_a_file_cut_off_is_refused(tmp_path):
    assert refusal(tmp_path, a_deck()[:-500]).code == "broken_file"


def test_something_else_with_this_suffix_is_refused(tmp_path):
    assert refusal(tmp_path, b"%PDF-1.7" + bytes(3000)).code == "wrong_type"


def test_slides_that_name_a_part_which_is_not_there_are_refused(tmp_path):
    relations = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    broken = with_entry(b"PK\x05\x06" + bytes(18), "ppt/presentation.xml", b"<a/>")
    broken = with_entry(broken, "[Content_Types].xml", b"<Types/>")
    broken = with_entry(broken, "_rels/.rels", relations)
    assert refusal(tmp_path, broken).code == "broken_file"
