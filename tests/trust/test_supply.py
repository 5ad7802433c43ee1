"""What runs here: pinned packages, a bill of them, and a start that asks nothing of any network."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from packaging.utils import canonicalize_name

from tests.support.supply import LOCK, ROOT, Pin, bill, pins, running


def test_every_package_is_pinned_by_version_and_hash():
    assert [pin.name for pin in pins(LOCK.read_text("utf-8")) if not pin.exact or not pin.hashes] == []


@pytest.mark.parametrize(
    ("lines", "exact", "hashes"),
    [
        ("flask==3.1.3 \\\n    --hash=sha256:00", True, 1),
        ('tomli==2.5.0 ; python_version < "3.11" \\\n    --hash=sha256:00 \\\n    --hash=sha256:01', True, 2),
        ("flask==3.1.3", True, 0),
        ("flask>=3.1", False, 0),
        ("flask==3.*", False, 0),
        ("flask @ https://example.com/flask.whl", False, 0),
    ],
)
def test_a_pin_that_is_none_is_seen(lines, exact, hashes):
    assert pins(lines) == [Pin(name=lines[:5], exact=exact, hashes=hashes, lines=lines)]


def test_the_bill_names_what_runs_and_not_what_tests(tmp_path):
    names = running()
    assert {"flask", "sqlalchemy", "markdown", "whoosh-reloaded", "psycopg", "authlib"} <= names
    assert names.isdisjoint({"pytest", "playwright", "moto", "django"})
    bill(tmp_path / "sbom.json")
    written = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    assert written["bomFormat"] == "CycloneDX"
    assert {canonicalize_name(each["name"]) for each in written["components"]} >= names - {"cffi", "colorama"}


def test_the_academy_starts_and_answers_without_any_network(tmp_path):
    """In a network of its own that has not even a loopback: nothing is fetched, at the start or for a page."""
    if os.getuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("not run: a network of one's own needs root and unshare")
    code = (
        "from lms import create_app\n"
        "app = create_app()\n"
        "from lms.core.db import db\n"
        "with app.app_context(): db.create_all()\n"
        "print(app.test_client().get('/sign-in').status_code)\n"
    )
    environment = {**os.environ, "LMS_INSTANCE_PATH": str(tmp_path / "instance"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120
    )
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip(f"not run: {done.stderr.strip()}")
    assert done.stdout.strip() == "200", done.stderr
