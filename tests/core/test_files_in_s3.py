"""Stored bytes in an S3-compatible store: what the folder promises holds there too, and when it is gone nothing is lost."""

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from lms.cli import main
from lms.core import clock, files
from lms.core.here import settings
from lms.core.stores import s3 as s3_module
from lms.core.stores.cache import Cache
from lms.core.stores.folder import Folder
from lms.health.moving import move
from lms.performance.actions import score_export
from lms.web.stored import stored
from tests.conftest import an_app
from tests.support.s3 import Bucket, a_bucket

FILM = bytes(range(256)) * 40_000
"""10 MB: more than is copied to a machine before it is shown."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with a_bucket() as made:
        yield made


def an_app_at(bucket: Bucket, folder: Path, **more: Any) -> APIFlask:
    folder.mkdir(exist_ok=True)
    return an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}", **{**bucket.settings, **more})


@pytest.fixture
def app(bucket: Bucket, tmp_path: Path) -> Iterator[APIFlask]:
    made = an_app_at(bucket, tmp_path / "one")
    with made.app_context():
        yield made


def test_what_one_machine_keeps_another_reads_whole_and_in_parts(app: APIFlask, bucket: Bucket, tmp_path: Path):
    small, film = files.put(b"tea" * 1_000), files.put(io.BytesIO(FILM))
    assert f"files/{film.hex()[:2]}/{film.hex()}" in bucket.names()
    with an_app_at(bucket, tmp_path / "two").app_context():
        assert (files.read(small), files.size(film), files.exists(b"\0" * 32)) == (b"tea" * 1_000, len(FILM), False)
        with files.open(film) as stream:
            stream.seek(5_000_001)
            assert stream.read(300) == FILM[5_000_001:5_000_301]
            stream.seek(-3, io.SEEK_END)
            assert stream.read() == FILM[-3:]
        with files.local(film) as path:
            assert sha256(path.read_bytes()).digest() == film
        assert not path.exists()
        assert {each.sha for each in files.iterate()} >= {small, film}
        with pytest.raises(FileNotFoundError):
            files.open(b"\0" * 32)
        with pytest.raises(FileNotFoundError), files.local(b"\0" * 32):
            pass


def test_a_part_of_a_film_is_answered_from_where_it_stands(app: APIFlask, bucket: Bucket):
    film = files.put(FILM)
    with app.test_request_context(headers={"Range": "bytes=9000000-9000099"}):
        answer = stored(film, "video/mp4", name="片子.mp4")
        assert (answer.status_code, b"".join(answer.response)) == (206, FILM[9_000_000:9_000_100])  # type: ignore[arg-type]
        assert answer.headers["Content-Range"] == f"bytes 9000000-9000099/{len(FILM)}"
        answer.close()
    with app.test_request_context(headers={"Range": f"bytes={len(FILM)}-"}):
        assert stored(film, "video/mp4", name="a.mp4").status_code == 416
    with app.test_request_context(headers={"If-None-Match": f'"{film.hex()}"'}):
        assert stored(film, "video/mp4", name="a.mp4").status_code == 304
    with app.test_request_context():
        whole = stored(film, "video/mp4", name="a.mp4", download=True)
        assert (whole.content_length, sum(map(len, whole.response))) == (len(FILM), len(FILM))  # type: ignore[arg-type]


def test_only_old_files_that_nobody_names_are_deleted_and_one_kept_again_is_young(app: APIFlask):
    named, unnamed, again = files.put(b"named"), files.put(b"unnamed"), files.put(b"again")
    assert files.delete_unused({named}) == 0
    with clock.shifted(timedelta(days=2)):
        assert files.delete_unused({named, again}) >= 1
        assert (files.exists(named), files.exists(unnamed), files.exists(again)) == (True, False, True)
        before = {each.sha: each.at for each in files.iterate()}[again]
        files.put(b"again")
        assert {each.sha: each.at for each in files.iterate()}[again] >= before


def test_short_lived_files_are_seen_by_every_machine(app: APIFlask, bucket: Bucket, tmp_path: Path):
    files.write_named("imports/7-a", b"a list")
    with an_app_at(bucket, tmp_path / "two").app_context():
        assert files.read_named("imports/7-a") == b"a list"
        assert [each.name for each in files.named("imports")] == ["imports/7-a"]
        files.delete_named("imports/7-a")
    with pytest.raises(FileNotFoundError):
        files.read_named("imports/7-a")
    files.delete_named("imports/7-a")


def test_copies_of_a_machine_stay_within_their_bound_and_may_vanish(tmp_path: Path):
    cache = Cache(tmp_path / "cache", 1_000)
    for number in range(9):
        part = cache.part()
        part.write_bytes(b"x" * 300)
        cache.take(part, bytes([number]) * 32)
    assert sum(each.stat().st_size for each in cache.root.iterdir()) <= 1_000
    assert cache.find(bytes([8]) * 32) is not None


def test_a_copy_that_goes_while_it_is_read_is_fetched_again(app: APIFlask):
    sha = files.put(b"cocoa")
    for copy in (settings().instance_path / "cache" / "files").iterdir():
        copy.unlink()
    assert files.read(sha) == b"cocoa"


def test_bytes_that_changed_in_the_store_are_not_shown(app: APIFlask, bucket: Bucket):
    sha = files.put(b"true")
    (settings().instance_path / "cache" / "files" / sha.hex()).unlink()
    bucket.client().put_object(Bucket="kefu", Key=f"files/{sha.hex()[:2]}/{sha.hex()}", Body=b"lies")
    with pytest.raises(files.Damaged):
        files.read(sha)
    assert not files.store().verify(sha)


def test_moving_there_and_back_compares_every_file(app: APIFlask, bucket: Bucket, tmp_path: Path):
    old, back = Folder(tmp_path / "old"), Folder(tmp_path / "back")
    shas = {}
    for number in range(12):
        part = tmp_path / "part"
        part.write_bytes(b"moved %d" % number)
        shas[sha256(part.read_bytes()).digest()] = part.read_bytes()
        old.keep(part, sha256(part.read_bytes()).digest())
    old.write_named("imports/1-a", b"between")
    broken = next(iter(shas))
    old.place(broken).write_bytes(b"bitten")
    found = move(old, files.store(), tmp_path)
    assert (found.copied, found.wrong) == (11, [broken.hex()])
    again = move(old, files.store(), tmp_path)
    assert (again.copied, again.there, again.wrong) == (0, 11, [broken.hex()])
    move(files.store(), back, tmp_path)
    assert all(back.verify(sha) for sha in shas if sha != broken)
    assert files.read_named("imports/1-a") == b"between"


def test_the_command_moves_and_says_so(app: APIFlask):
    runner = app.test_cli_runner()
    made = Folder(settings().uploads)
    part = settings().uploads / "x.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"by command")
    made.keep(part, sha256(b"by command").digest())
    done = runner.invoke(main, ["files", "move", "--to", "s3"], obj=app)
    assert (done.exit_code, "已复制 1 个文件" in done.output) == (0, True), done.output
    assert files.read(sha256(b"by command").digest()) == b"by command"


def test_the_nightly_scores_are_given_by_every_machine_and_kept_for_a_month(
    app: APIFlask, bucket: Bucket, tmp_path: Path
):
    for day in range(1, 36):
        month, number = divmod(day - 1, 28)
        score_export._write(f"composites-2026Q4-2026-{10 + month}-{number + 1:02}.csv", b"no,total")
    with an_app_at(bucket, tmp_path / "two").app_context():
        nights = score_export.nights()
        assert (len(nights), nights[0].name) == (score_export.KEPT, "composites-2026Q4-2026-11-07.csv")
        assert score_export.content_of(nights[0]) == b"no,total"


# the store is gone


def test_a_store_that_is_down_refuses_clearly_loses_nothing_and_is_found_again(
    app: APIFlask, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3_module, "REST", 0.0)
    monkeypatch.setattr(s3_module, "READ", 1)
    kept = files.put(b"kept before")
    bucket.pause()
    try:
        with pytest.raises(files.Unavailable):
            files.put(b"sent while it was down")
        assert not list(settings().uploads.glob("*.part"))
        assert files.read(kept) == b"kept before"  # a copy of this machine
    finally:
        bucket.go_on()
    assert files.read(files.put(b"sent while it was down")) == b"sent while it was down"


def test_a_page_that_needs_the_store_answers_503_and_the_others_go_on(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3_module, "REST", 0.0)
    app = an_app_at(bucket, tmp_path / "one", s3_endpoint="http://127.0.0.1:9")
    app.add_url_rule("/t", "t", lambda: str(files.exists(b"\0" * 32)))
    app.view_functions["t"].__lms_gate__ = None  # type: ignore[attr-defined]
    answer = app.test_client().get("/t")
    assert (answer.status_code, "文件仓库暂时连不上" in answer.text) == (503, True)
    assert app.test_client().get("/sign-in").status_code == 200


def test_after_a_failure_nobody_waits_for_the_store_for_a_while(bucket: Bucket, tmp_path: Path):
    with an_app_at(bucket, tmp_path / "one", s3_endpoint="http://127.0.0.1:9").app_context():
        with pytest.raises(files.Unavailable):
            files.exists(b"\0" * 32)
        asked: list[object] = []
        files.store()._client = lambda: asked.append(1)  # type: ignore[attr-defined]
        with pytest.raises(files.Unavailable):
            files.exists(b"\0" * 32)
        assert asked == []


def test_wrong_keys_are_refused_without_a_word_of_the_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    guarded = Bucket()
    guarded.start(INITIAL_NO_AUTH_ACTION_COUNT="1")
    try:
        with an_app_at(guarded, tmp_path / "one").app_context():
            with pytest.raises(files.Unavailable):
                files.put(b"x")
            with pytest.raises(files.Unavailable):
                files.check()
            assert "a-secret-of-the-store" not in caplog.text + repr(settings())
            assert "the file store refuses" in caplog.text
    finally:
        guarded.kill()


def test_many_threads_keep_the_same_and_different_files_at_once(app: APIFlask):
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with app.app_context():
                for each in range(4):
                    assert files.read(files.put(b"shared %d" % each)) == b"shared %d" % each
                    assert files.read(files.put(b"own %d %d" % (number, each))) == b"own %d %d" % (number, each)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
