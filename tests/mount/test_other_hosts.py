"""The academy under a host without a framework and under Django, each started by its one command."""

import sqlite3

import pytest

from tests.support.hosts import running

pytestmark = pytest.mark.timeout(300)


def test_under_a_plain_wsgi_host(tmp_path):
    with running("host_wsgi", tmp_path) as shop:
        assert "您是谁" in shop.get("/").text
        assert shop.get("/training/me").status_code == 302
        assert shop.post("/sign-in", employee_no="A1001").status_code == 303
        page = shop.get("/training/me")
        assert "陈雨" in page.text
        assert '<a href="/">' in page.text  # the way back
        changed = shop.post("/training/language", at="/training/me", locale="en")
        assert changed.status_code == 302
        assert "Language" in shop.get("/training/me").text
        assert "小店没有这一页" in shop.get("/nothing").text
        shop.post("/sign-out")
        led = shop.get(shop.get("/training/me").headers["Location"])
        assert led.headers["Location"] == "/?next=/training/me"
        shop.browser.cookies.set("shop_session", "A1001.forged")
        assert shop.get("/training/me").status_code == 302


def test_under_django(tmp_path):
    with running("host_django", tmp_path, script="manage.py") as shop:
        led = shop.get(shop.get("/training/me").headers["Location"])
        assert led.headers["Location"] == "/accounts/login/?next=/training/me"
        at = led.headers["Location"]
        entered = shop.post("/accounts/login/", at=at, username="A1001", password="desk", next="/training/me")
        assert entered.headers["Location"] == "/training/me"
        assert "陈雨" in shop.get("/training/me").text
        assert shop.post("/training/language", at="/training/me", locale="en").status_code == 302
        assert "Language" in shop.get("/training/me").text
        names = {each.name for each in shop.browser.cookies.jar}
        assert names == {"sessionid", "csrftoken", "lms_session"}

        with sqlite3.connect(tmp_path / "shop.sqlite3") as database:  # an administrator of the host shuts the door
            database.execute("update auth_user set is_active = 0")
        assert shop.get("/training/me").status_code == 302
        with sqlite3.connect(tmp_path / "shop.sqlite3") as database:
            database.execute("update auth_user set is_active = 1")
            tables = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
        assert not tables & {"person", "record", "alembic_version"}
        assert shop.get("/training/me").status_code == 200
        assert shop.post("/accounts/logout/", at="/").status_code == 302
        assert shop.get("/training/me").status_code == 302
