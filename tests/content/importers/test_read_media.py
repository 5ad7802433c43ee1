"""Which films and sounds a browser plays, and what is refused with which sentence."""

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from lms.content.importers import media
from lms.core.confined import running
from lms.core.errors import DomainError, TooLarge, Unreadable
from tests.support.make_files import LIMITS, a_film, a_pdf, a_sound, ten_hours


def look(source: Path) -> dict:
    with running(media.look, source=str(source), suffix=source.suffix, **LIMITS) as done:
        return done.value


def refusal(source: Path) -> DomainError:
    with pytest.raises((Unreadable, TooLarge)) as caught:
        look(source)
    return caught.value


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_length_size_and_codecs_are_read(tmp_path):
    found = look(a_film(tmp_path / "a.mp4", "libx264", sound="aac"))
    assert (found["video"], found["sound"], found["width"], found["height"]) == ("h264", "aac", 160, 90)
    assert 5_900 <= found["milliseconds"] <= 6_200


@pytest.mark.parametrize(("codec", "sound", "name"), [("libvpx", "libopus", "vp8"), ("libvpx-vp9", "", "vp9")])
def test_webm_is_played(tmp_path, codec, sound, name):
    found = look(a_film(tmp_path / "a.webm", codec, sound=sound))
    assert found["video"] == name


def test_a_sound_has_a_length_and_no_picture(tmp_path):
    found = look(a_sound(tmp_path / "a.m4a"))
    assert (found["video"], found["sound"], found["poster"]) == ("", "aac", None)


def test_the_poster_is_not_the_black_beginning(tmp_path):
    source = a_film(tmp_path / "a.mp4", "libx264", black=3)
    with running(media.look, source=str(source), suffix=".mp4", **LIMITS) as done:
        picture = Image.open(done.folder / done.value["poster"]["file"])
        with picture:
            assert sum(picture.convert("RGB").getpixel((80, 45))) > 200


def test_an_index_at_the_end_is_a_hint_and_no_refusal(tmp_path):
    assert look(a_film(tmp_path / "a.mp4", "libx264"))["streams"] is False
    assert look(a_film(tmp_path / "b.mp4", "libx264", faststart=True))["streams"] is True


@pytest.mark.parametrize(("codec", "name"), [("libx265", "H.265"), ("mpeg4", "MPEG-4")])
def test_another_codec_is_named_with_the_mend(tmp_path, codec, name):
    said = str(refusal(a_film(tmp_path / "a.mp4", codec)).message)
    assert said == f"画面是 {name} 编码，浏览器放不了。请用 H.264 导出 MP4（声音 AAC）再传。"


def test_a_film_cut_off_is_refused(tmp_path):
    whole = a_film(tmp_path / "a.mp4", "libx264", faststart=True).read_bytes()
    assert "不完整" in str(refusal(written(tmp_path / "b.mp4", whole[:-300])).message)
    whole = a_film(tmp_path / "a.webm").read_bytes()
    assert "不完整" in str(refusal(written(tmp_path / "b.webm", whole[: len(whole) // 2])).message)


def test_a_film_without_its_index_is_refused(tmp_path):
    whole = a_film(tmp_path / "a.mp4", "libx264").read_bytes()
    without = whole[: whole.index(b"moov") - 4]
    assert "不完整" in str(refusal(written(tmp_path / "b.mp4", without)).message)


def test_ten_hours_are_refused(tmp_path):
    source = a_film(tmp_path / "a.mp4", "libx264", seconds=1, each=Fraction(3600))
    assert "超过 4 小时" in str(refusal(source).message)


def test_ten_hours_in_the_header_alone_are_not_believed(tmp_path):
    whole = a_film(tmp_path / "a.mp4", "libx264").read_bytes()
    assert look(written(tmp_path / "b.mp4", ten_hours(whole)))["milliseconds"] < 7_000


@pytest.mark.parametrize("suffix", [".mp4", ".m4a", ".webm"])
def test_something_else_with_this_suffix_is_refused(tmp_path, suffix):
    assert refusal(written(tmp_path / f"a{suffix}", a_pdf())).code == "wrong_type"


def test_an_mkv_called_webm_is_refused(tmp_path):
    assert "MKV" in str(refusal(a_film(tmp_path / "a.webm", "libx264", container="matroska")).message)


def test_a_sound_called_mp4_is_a_sound(tmp_path):
    sound = a_sound(tmp_path / "a.m4a").read_bytes()
    assert look(written(tmp_path / "b.mp4", sound))["video"] == ""


def test_a_list_of_addresses_called_mp4_is_refused(tmp_path):
    playlist = b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/secret\n"
    assert refusal(written(tmp_path / "a.mp4", playlist)).code == "wrong_type"


def test_boxes_that_never_end_are_refused_at_once(tmp_path):
    assert refusal(written(tmp_path / "a.mp4", b"\x00\x00\x00\x08ftyp" + b"\x00\x00\x00\x08free" * 200_000)).code == (
        "broken_file"
    )
