"""Django and the academy as one WSGI callable: `gunicorn shop.serving:application` in life."""

from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from lms import mount_wsgi
from lms.cli import main

PEOPLE = {"A1001": "陈雨", "L1001": "王立"}


def who(environ: dict[str, str]) -> str | None:
    """Return the user name of Django's session, which is the employee number. Runs outside of Django's own request.

    `get_user` checks what Django itself would: that the session is alive, the user active, the password unchanged.
    """
    close_old_connections()
    try:
        key = parse_cookie(environ.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
        if not key:
            return None
        request = HttpRequest()
        request.session = SessionStore(key)
        user = get_user(request)
        return user.get_username() if user.is_authenticated else None
    finally:
        close_old_connections()


application = mount_wsgi(
    get_wsgi_application(),
    "/training",
    identify=who,
    config={
        "instance_path": settings.FOLDER / "academy",
        "base_url": f"http://127.0.0.1:{settings.PORT}/training",
        "host_links": {"小店|Shop": "/"},
        "host_sign_in": settings.LOGIN_URL,
    },
)
academy = application.mounts["/training"]
"""For commands: `DJANGO_SETTINGS_MODULE=shop.settings flask --app shop.serving:academy lms worker`."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def prepare() -> None:
    """Enter the people on both sides, once, and make the academy's database."""
    for number, name in PEOPLE.items():
        if not User.objects.filter(username=number).exists():
            User.objects.create_user(number, password="desk", first_name=name)  # noqa: S106 - of the example
    main.main(args=["db", "upgrade"], obj=academy, standalone_mode=False)
    staff = settings.FOLDER / "staff.csv"
    staff.write_text("工号,姓名,团队\n" + "".join(f"{no},{name},客服组\n" for no, name in PEOPLE.items()), "utf-8")
    main.main(args=["staff", "import", str(staff), "--make-teams"], obj=academy, standalone_mode=False)


def serve() -> None:
    """Serve until Ctrl-C; the server of the standard library is enough for looking at it."""
    print(f"\n  http://127.0.0.1:{settings.PORT}    A1001 · L1001, password: desk\n", flush=True)
    make_server("127.0.0.1", settings.PORT, application, server_class=Server).serve_forever()
