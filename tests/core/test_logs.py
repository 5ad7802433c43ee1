"""Lines of the log: one object a record where asked for, the request's number in each, and nobody in any."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from lms.core import logs

SAID = "invalid literal: '13800138000' of 欧阳某某 <ouyang@example.cn>\nDETAIL:  Key (name)=(Ouyang)"


@pytest.fixture(params=["text", "json"])
def form(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def written(form: str) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    made, log = logs.handler(form, stream), logging.getLogger("lms.test")
    log.addHandler(made)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(made)


def test_a_line_has_time_level_number_and_facts(written: io.StringIO, form: str):
    token = logs.request_id.set("abcdef0123456789")
    logging.getLogger("lms.test").info("request", extra={"facts": {"status": 200, "ms": 12}})
    logs.request_id.reset(token)
    line = written.getvalue()
    assert line.count("\n") == 1
    if form == "json":
        found = json.loads(line)
        assert found["time"].endswith("Z")
        rest = {name: found[name] for name in ("level", "logger", "message", "status", "ms", "request_id")}
        assert rest == {
            "level": "info",
            "logger": "lms.test",
            "message": "request",
            "status": 200,
            "ms": 12,
            "request_id": "abcdef0123456789",
        }
    else:
        assert line.split(" ", 1)[1] == "INFO lms.test [abcdef0123456789] request status=200 ms=12\n"


def test_what_people_typed_or_are_is_left_out_of_messages_and_traces(written: io.StringIO):
    try:
        raise ValueError(SAID)
    except ValueError:
        logging.getLogger("lms.test").exception("unexpected error with %s", "欧阳某某")
    line = written.getvalue()
    assert "ValueError" in line
    assert "test_logs.py" in line
    for word in ("欧阳", "13800138000", "ouyang", "Ouyang"):
        assert word not in line


def test_digests_and_numbers_of_requests_stay():
    digest = "0123456789" * 6 + "abcd"
    assert logs.without_people(f"file {digest}") == f"file {digest}"
    assert logs.without_people("attempt 12345 took 17 ms") == "attempt 12345 took 17 ms"


def test_a_message_stays_in_its_line(written: io.StringIO):
    forged = "gone: /x\r\n2026-11-23T10:00:00.000Z INFO lms.security signed in person=admin\u2028\x1b[2K"
    logging.getLogger("lms.test").warning("%s", forged, extra={"facts": {"endpoint": "a\nb"}})
    assert written.getvalue().count("\n") == 1
    assert "\r" not in written.getvalue()
    assert "\x1b" not in written.getvalue()
