"""Cutting a release: `python -m tests.support.released 1.0.0`.

Freezes the migrations as they are, saves a small installation of this version for the tests of later upgrades, writes the
version into pyproject.toml and CHANGES.md, and says what is left to do. Nothing is committed.
"""

import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from lms.core.clock import now
from lms.core.migrations import regenerate
from tests.support.make_backups import an_installation, lms

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "tests" / "upgrades" / "released"
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)


def save(folder, version):
    """Save an installation of the present schema with people and work in it, as SQL text and as a backup."""
    with tempfile.TemporaryDirectory() as place:
        app, _ = an_installation(Path(place), f"sqlite:///{place}/lms.sqlite3")
        with closing(sqlite3.connect(f"{place}/lms.sqlite3")) as database:
            (folder / f"{version}.sql").write_text("\n".join(database.iterdump()) + "\n", "utf-8")
        done = lms(app, "backup", folder / f"{version}.tar")
        assert done.exit_code == 0, done.stderr


def written(text, pattern, new):
    """Return the text with the one place of the pattern written anew."""
    found, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{pattern} is not to be found")
    return found


def main(version):
    if not VERSION.fullmatch(version):
        raise SystemExit("a version is written like 1.0.0")
    if version in regenerate.released():
        raise SystemExit(f"{version} is released already")
    if not regenerate.released():
        regenerate.main([])  # the last time that 0001 is written from the models
    project, changes = ROOT / "pyproject.toml", ROOT / "CHANGES.md"
    project_text = written(project.read_text("utf-8"), r'^version = ".*"$', f'version = "{version}"')
    head = f"## {version} ({now():%Y-%m-%d})"
    changes_text = written(changes.read_text("utf-8"), r"^## Unreleased$", f"## Unreleased\n\n{head}")
    save(SAVED, version)
    project.write_text(project_text, "utf-8")
    changes.write_text(changes_text, "utf-8")
    with regenerate.RELEASED.open("a", encoding="utf-8") as file:
        file.write(f"{version} {regenerate.newest()}\n")
    print(f"{version} is cut, with migration {regenerate.newest()}. Left to do:")
    print("  make test        # installs the new version number, and upgrades what was saved just now")
    print(f"  git add -A && git commit -m 'Release {version}' && git tag v{version}")
    print("From now on a change of the models gets a migration of its own: make migration MESSAGE='what changes'")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("python -m tests.support.released VERSION")
    main(sys.argv[1])
