"""As small as a Django project can be that has people who sign in."""

import os
import secrets
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("DESK_FOLDER", HERE.parent / "instance"))
PORT = int(os.environ.get("DESK_PORT", "8102"))
FOLDER.mkdir(parents=True, exist_ok=True)
_key = FOLDER / "django_key"
if not _key.exists():
    _key.touch(mode=0o600)
    _key.write_text(secrets.token_hex(32))

SECRET_KEY = _key.read_text()
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "shop.sqlite3"}}
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
USE_TZ = True
LANGUAGE_CODE = "zh-hans"
