"""A reader in its child process: what it makes comes back, what it breaks is a sentence and nothing is left lying."""

import tempfile
from pathlib import Path

import pytest

from lms.core import confined
from lms.core.confined import running
from lms.core.errors import TooLarge, Unreadable
from tests.support import readers


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made in this test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(scratch: Path) -> list[Path]:
    return list(scratch.iterdir())


def test_what_the_reader_returns_and_writes_comes_back_and_is_gone_afterwards(scratch: Path):
    with running(readers.plain, words="退货") as done:
        assert done.value["words"] == "退货"
        assert (done.folder / "made.txt").read_text("utf-8") == "退货"
    assert left(scratch) == []


def test_the_child_knows_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LMS_SECRET_KEY", "hush")
    with running(readers.plain, words="") as done:
        assert done.value["settings"] == []


def test_a_refusal_of_the_reader_is_raised_here_with_its_words():
    with pytest.raises(TooLarge) as raised, running(readers.refuse):
        pass
    assert (str(raised.value.message), raised.value.code) == ("有 9 页，最多 3 页，请拆开。", "pages")


@pytest.mark.parametrize(
    "reader",
    [readers.fail, readers.crash, readers.leave, readers.unsayable],
    ids=lambda each: each.__name__,
)
def test_a_reader_that_breaks_is_a_broken_file(scratch: Path, reader):
    with pytest.raises(Unreadable, match="已损坏"), running(reader):
        pass
    assert left(scratch) == []


def test_a_reader_that_never_ends_is_stopped(scratch: Path):
    with pytest.raises(Unreadable, match="太复杂"), running(readers.spin, seconds=0.5):
        pass
    assert left(scratch) == []


def test_a_reader_is_given_work_and_not_only_time(scratch: Path):
    with pytest.raises(Unreadable, match="读了 1 秒"), running(readers.spin, seconds=20, work=1):
        pass
    assert left(scratch) == []


def test_a_reader_holds_no_more_memory_than_it_may():
    with running(readers.hold, size=50_000_000, memory=200_000_000) as done:
        assert done.value == 50_000_000
    with pytest.raises(Unreadable), running(readers.hold, size=250_000_000, memory=200_000_000):
        pass


def test_a_reader_fills_no_disk(scratch: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Unreadable), running(readers.fill, megabytes=confined.DISK // 1_000_000 + 1):
        pass
    assert left(scratch) == []


def test_an_answer_that_is_too_long_is_not_read():
    with pytest.raises(Unreadable), running(readers.answer, size=confined.MOST_ANSWER + 1):
        pass


def test_an_error_behind_the_child_leaves_nothing_either(scratch: Path):
    with pytest.raises(ZeroDivisionError), running(readers.plain, words=""):
        raise ZeroDivisionError
    assert left(scratch) == []
