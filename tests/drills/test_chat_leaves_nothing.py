"""What a trainer pastes is nowhere afterwards: not in a table, a file, a log, a cookie, a temporary file."""

import contextlib
import logging
import os
import re
import tempfile
import zlib
from html import unescape

import pytest
from sqlalchemy import MetaData, inspect, select

from lms.core.access import Role
from lms.core.db import db
from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.drills.views import tickets
from tests.support.make import a_person, sign_in
from tests.support.pages import token

PAGE = "/drills/from-chat"
SECRETS = {
    "phone": "13912340078",
    "spaced phone": "137 1234 5566",
    "order": "3344556677889900",
    "card": "6222021001116245702",
    "id card": "11010519491231002X",
    "name": "周芷若",
    "nickname": "秋天第一杯奶茶",
    "address": "珞喻路1037号",
    "mail": "zhou.zr@example.com",
    "wechat": "zhouzr_0615",
    "parcel": "SF1234567890123",
    "unclear": "483920",
    "whole sentence": "这一句只在原文里有吗",
}
CHAT = """秋天第一杯奶茶 2026-11-15 00:02:11
包裹呢？订单3344556677889900，快递单号SF1234567890123
收件人：周芷若，13912340078，武汉市洪山区珞喻路1037号，备用 137 1234 5566
店:小美 2026-11-15 00:03:01
您好，我查一下
秋天第一杯奶茶 2026-11-15 00:04:00
退到6222021001116245702，身份证11010519491231002X，邮箱zhou.zr@example.com，微信zhouzr_0615
柜子 483920
店:小美 2026-11-15 00:04:40
收到
"""
REFUSED = CHAT.replace("00:04:40", "25:61:40") + "这一句只在原文里有吗"


def rows(number=1):
    said = [line for line in CHAT.splitlines() if not re.search(r"\d{2}:\d{2}:\d{2}$", line)]
    return [["1", SECRETS["nickname"], "买家" if n % 2 == 0 else "客服", text] for n, text in enumerate(said * number)]


HEAD = ["会话ID", "发送者", "角色", "内容"]
BOOK = xlsx_bytes("聊天", HEAD, rows())


@pytest.fixture
def trainer(fresh, monkeypatch, caplog):
    """A signed-in browser on a database of its own. Where temporary files would lie there is no folder."""
    caplog.set_level(logging.DEBUG)
    with fresh.app_context():
        person = a_person(Role.TRAINER)
        client = fresh.test_client()
        sign_in(client, person)
        monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
        yield client


def post(client, path=PAGE, **values):
    """Send a form as a browser does; the bytes are put together here, for the library would use a temporary file."""
    body = b""
    for name, value in {"csrf_token": token(client, PAGE), **values}.items():
        head = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, tuple):
            value, head = value[0], f'{head}; filename="{value[1]}"\r\nContent-Type: application/octet-stream'
        else:
            value = value.encode()
        body += b"--edge\r\n" + head.encode() + b"\r\n\r\n" + value + b"\r\n"
    return client.post(path, data=body + b"--edge--\r\n", content_type="multipart/form-data; boundary=edge")


def everything(app, client, caplog):
    """Return all that is kept, by where it is: each table, each file of the instance, the log, the cookies."""
    found = {"log": caplog.text, "cookies": "".join(str(each.value) for each in client._cookies.values())}
    tables = MetaData()
    tables.reflect(db.engine)
    assert len(inspect(db.engine).get_table_names()) > 50
    with db.engine.connect() as connection:
        for table in tables.tables.values():
            found[f"table {table.name}"] = "\n".join(
                opened(value) for row in connection.execute(select(table)) for value in row
            )
    for folder, _, names in os.walk(app.extensions["lms_settings"].instance_path):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = opened(file.read())
    return found


def opened(value):
    if not isinstance(value, bytes):
        return str(value)
    with contextlib.suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("utf-8", "ignore") + value.decode("gb18030", "ignore") + value.decode("utf-16-le", "ignore")


def leaks(app, client, caplog, but=()):
    kept = everything(app, client, caplog)
    return [
        (what, where)
        for where, held in kept.items()
        for what, secret in SECRETS.items()
        if what not in but and secret in held
    ]


@pytest.mark.committed
def test_the_walk_keeps_the_masked_draft_and_nothing_else(fresh, trainer, caplog):
    page = post(trainer, chat=CHAT).get_data(as_text=True)
    assert [what for what, secret in SECRETS.items() if secret in page] == ["unclear"]
    talks = unescape(re.search(r'<textarea name="talks"[^>]*>(.*?)</textarea>', page, re.S)[1])
    asked = dict.fromkeys(re.findall(r'name="(decide-\w+)"', page), "mask")
    assert post(trainer, f"{PAGE}/make", talks=talks, title="").status_code == 422
    assert post(trainer, f"{PAGE}/make", talks=talks, title="包裹").status_code == 422
    assert post(trainer, talks=talks, also="收到", swap="1").status_code == 200
    assert leaks(fresh, trainer, caplog) == []
    assert post(trainer, f"{PAGE}/make", talks=talks, title="包裹", **asked).status_code == 303
    assert any("【手机号1】" in held for held in everything(fresh, trainer, caplog).values())
    assert leaks(fresh, trainer, caplog) == []


@pytest.mark.committed
def test_what_was_refused_is_kept_nowhere(fresh, trainer, caplog):
    large = csv_bytes(HEAD, rows(500))
    for sent in (
        {"chat": REFUSED},
        {"chat": "这一句只在原文里有吗" + CHAT.replace(":", " ")},
        {"chat": CHAT * 600},
        {"file": (large, "chat.csv")},
        {"file": (large * 12, "chat.csv")},
        {"file": (CHAT.encode() + b"\x00\xff", "chat.csv")},
        {"file": (csv_bytes(["会话ID", "内容"], [[each[0], each[3]] for each in rows()]), "a.csv")},
        {"talks": CHAT},
        {"talks": f'[[["x",0,"{SECRETS["phone"]}"]]]'},
    ):
        answer = post(trainer, **sent)
        assert answer.status_code >= 400, sent
        assert post(trainer, f"{PAGE}/make", **{**sent, "title": SECRETS["phone"]}).status_code >= 400
    assert leaks(fresh, trainer, caplog) == []


@pytest.mark.committed
def test_a_file_is_read_without_a_file_of_ours(fresh, trainer, caplog):
    """The larger one would be put on the disk while it arrives, if this page did not say otherwise."""
    wide = [[*row[:3], row[3] + "。" * 3_000] for row in rows(30)]
    assert len(csv_bytes(HEAD, wide)) > 600_000
    for data in (csv_bytes(HEAD, rows()), BOOK, csv_bytes(HEAD, wide)):
        assert post(trainer, file=(data, f"{SECRETS['name']}.csv")).status_code == 200
    assert leaks(fresh, trainer, caplog) == []


@pytest.mark.committed
def test_a_failure_that_nobody_foresaw_is_logged_without_the_chat(fresh, trainer, caplog, monkeypatch):
    def fails(pasted):
        raise ValueError(pasted)

    monkeypatch.setattr(tickets, "read_pasted", fails)
    assert post(trainer, chat=CHAT).status_code == 400
    assert "ValueError" in caplog.text
    assert leaks(fresh, trainer, caplog) == []
