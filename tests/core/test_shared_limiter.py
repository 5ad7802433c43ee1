"""Counts of calls in a Valkey that processes share: one share for all of them; gone, each counts by itself."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lms.core import shared_limiter
from lms.core.limiter import hit, problem
from lms.core.shared_limiter import Shared
from tests.conftest import an_app
from tests.support.valkey import Valkey, a_valkey
from tests.support.waiting import until

MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[Valkey]:
    with a_valkey() as made:
        yield made


def test_two_processes_have_one_share_together(server: Valkey):
    one, two = Shared(server.url), Shared(server.url)
    found = [each.hit("a", 4, MINUTE) for each in (one, two, one, two, one, two)]
    assert [each.yes for each in found] == [True] * 4 + [False] * 2
    assert [each.left for each in found[:4]] == [3, 2, 1, 0]
    assert 14 <= found[-1].retry_after <= 16
    assert one.hit("b", 4, MINUTE).yes  # another key has its own


def test_a_share_comes_back_with_time_and_keys_do_not_pile_up(server: Valkey):
    limiter = Shared(server.url)
    window = timedelta(milliseconds=200)
    assert [limiter.hit("a", 2, window).yes for _ in range(3)] == [True, True, False]
    until(lambda: limiter.hit("a", 2, window).yes)
    until(lambda: not limiter._made.dbsize())


def test_gone_each_counts_by_itself_with_one_line_of_warning_and_it_is_found_again(
    server: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(shared_limiter, "REST", 0.2)
    app = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", redis_url=server.url)
    with app.app_context(), caplog.at_level(logging.WARNING):
        assert (hit("a", 3, MINUTE).yes, problem()) == (True, "")
        server.kill()
        began = time.monotonic()
        assert [hit("a", 3, MINUTE).yes for _ in range(4)] == [True, True, True, False]
        assert time.monotonic() - began < 2
        assert problem() == "gone"
        server.start()
        until(lambda: not problem())
        assert hit("a", 3, MINUTE).yes
    said = [record.getMessage() for record in caplog.records if record.name == "lms.redis"]
    assert said == ["Redis can't be reached (ConnectionError); each process counts by itself", "Redis is back"]


def test_no_server_at_the_start_stops_nothing(tmp_path: Path):
    app = an_app(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", redis_url="redis://:a-secret@127.0.0.1:9/0")
    assert app.test_client().get("/api/v1/me").status_code == 401
    assert "a-secret" not in repr(app.extensions["lms_settings"])
