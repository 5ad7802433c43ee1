"""Stored bytes: the same ones once, never half, deleted only when nobody names them."""

import io
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from apiflask import APIFlask

from lms.core import clock, files
from lms.core.here import settings


def lying() -> set[Path]:
    return {each for each in settings().uploads.rglob("*") if each.is_file()}


def test_bytes_and_a_stream_of_the_same_bytes_are_one_file(world: APIFlask):
    before = lying()
    sha = files.put(b"tea" * 1_000)
    assert sha == files.put(io.BytesIO(b"tea" * 1_000)) == sha256(b"tea" * 1_000).digest()
    assert {each.name for each in lying() - before} == {sha.hex()}
    assert files.read(sha) == b"tea" * 1_000


def test_a_stream_that_breaks_off_leaves_nothing(world: APIFlask):
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise ConnectionResetError

    before = lying()
    with pytest.raises(ConnectionResetError):
        files.put(Broken())
    assert lying() == before


def test_what_has_arrived_and_is_not_kept_is_gone(world: APIFlask):
    before = lying()
    with files.arriving(b"coffee") as arrived:
        assert (arrived.size, arrived.path.read_bytes()) == (6, b"coffee")
    assert lying() == before
    assert not files.exists(arrived.sha)


def test_only_old_files_that_nobody_names_are_deleted(world: APIFlask):
    named, unnamed = files.put(b"named"), files.put(b"unnamed")
    assert files.delete_unused({named}) == 0  # a row may be on its way
    with clock.shifted(timedelta(days=2)):
        assert files.delete_unused({named}) >= 1
    assert (files.exists(named), files.exists(unnamed)) == (True, False)


def test_what_a_stopped_upload_left_is_deleted_and_a_strangers_file_is_not(world: APIFlask):
    part, stranger = settings().uploads / "0123456789abcdef.part", settings().uploads / "imports" / "1-a"
    for file in (part, stranger):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    with clock.shifted(timedelta(days=2)):
        files.delete_unused({files.put(b"x")})
    assert (part.exists(), stranger.exists()) == (False, True)
