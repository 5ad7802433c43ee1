"""A host of any kind: a plain WSGI callable, without a framework, that has the academy under /training.

    python docs/examples/host_wsgi/app.py       # http://127.0.0.1:8101

It stands for what is written in another framework, or older than any. Who somebody is, is said by a cookie of its own,
signed with its own key; `identify` reads it out of the environ.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIServer, make_server

from lms import mount_wsgi
from lms.cli import main

FOLDER = Path(os.environ.get("DESK_FOLDER", Path(__file__).parent / "instance"))
PORT = int(os.environ.get("DESK_PORT", "8101"))
KEY = secrets.token_bytes(32)  # sign-ins end with the process, which is enough here
PEOPLE = {"A1001": "陈雨", "L1001": "王立"}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>小店后台</title><body style="font:16px/1.7 sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem">
{}</body></html>"""

Environ = dict[str, Any]


def signed(number: str) -> str:
    return f"{number}.{hmac.new(KEY, number.encode(), hashlib.sha256).hexdigest()}"


def who(environ: Environ) -> str | None:
    """Return the employee number that this host's own cookie names, None for nobody or for a forged one."""
    try:
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("shop_session")
    except CookieError:
        return None
    number = cookie.value.partition(".")[0] if cookie else ""
    good = cookie is not None and hmac.compare_digest(signed(number).encode(), cookie.value.encode())
    return number if good else None


def shop(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The host: one page, a sign-in and a sign-out."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/sign-in" and method == "POST":
        sent = parse_qs(environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), 10_000)).decode())
        number = sent.get("employee_no", [""])[0]
        cookie = signed(number) if number in PEOPLE else "; Max-Age=0"
        headers = [("Location", "/"), ("Set-Cookie", f"shop_session={cookie}; Path=/; HttpOnly; SameSite=Lax")]
        start_response("303 See Other", headers)
        return [b""]
    if path == "/sign-out" and method == "POST":
        headers = [("Location", "/"), ("Set-Cookie", "shop_session=; Path=/; Max-Age=0")]
        start_response("303 See Other", headers)
        return [b""]
    if path != "/":
        start_response("404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
        return [PAGE.format("<h1>小店没有这一页</h1>").encode()]
    number = who(environ)
    if number:
        words = (
            f"<h1>{escape(PEOPLE[number])}，你好</h1><p><a href='/training/'>去客服学院</a></p>"
            "<form method='post' action='/sign-out'><button>退出</button></form>"
        )
    else:
        chosen = "".join(f"<button name='employee_no' value='{no}'>{name}</button> " for no, name in PEOPLE.items())
        words = f"<h1>小店后台</h1><p>您是谁？</p><form method='post' action='/sign-in'>{chosen}</form>"
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [PAGE.format(words).encode()]


application = mount_wsgi(
    shop,
    "/training",
    identify=who,
    config={
        "instance_path": FOLDER / "academy",
        "base_url": f"http://127.0.0.1:{PORT}/training",
        "host_links": {"小店后台|Shop": "/"},
        "host_sign_in": "/",
        "accent": "#8a3b12",
    },
)
academy = application.mounts["/training"]
"""For the worker and other commands: `flask --app docs/examples/host_wsgi/app.py:academy lms worker`."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def prepare() -> None:
    """Make the academy's database and enter the people, as `lms db upgrade` and `lms staff import` do."""
    main.main(args=["db", "upgrade"], obj=academy, standalone_mode=False)
    staff = FOLDER / "staff.csv"
    staff.write_text("工号,姓名,团队\n" + "".join(f"{no},{name},客服组\n" for no, name in PEOPLE.items()), "utf-8")
    main.main(args=["staff", "import", str(staff), "--make-teams"], obj=academy, standalone_mode=False)


if __name__ == "__main__":
    prepare()
    print(f"\n  http://127.0.0.1:{PORT}\n", flush=True)
    make_server("127.0.0.1", PORT, application, server_class=Server).serve_forever()
