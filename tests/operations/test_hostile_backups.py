"""Backups that are damaged or made to do harm are refused with a reason, and nothing has changed."""

import gzip
import io
import json
import pickle
import resource
import tarfile
import time
import zipfile
from hashlib import sha256

import pytest
from sqlalchemy import inspect

from lms.core.db import db
from lms.operations import container, restoring
from lms.operations.container import BrokenBackup
from tests.support.make_backups import a_blank, an_installation, lines, lms, pack, parts, tree

pytestmark = pytest.mark.committed


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The members of a sound backup, by name."""
    folder = tmp_path_factory.mktemp("sound")
    app, _ = an_installation(folder, f"sqlite:///{folder / 'lms.sqlite3'}")
    assert lms(app, "backup", folder / "a.tar").exit_code == 0
    return parts(folder / "a.tar")


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """An empty installation, in which nothing may ever happen here."""
    return a_blank(tmp_path_factory.mktemp("target") / "blank")


PERSON = "tables/person/000001.jsonl.gz"


def sealed(members, edit=lambda manifest: None):
    """Return the members with a manifest that fits them again, as somebody would make it who wants to be believed."""
    made = dict(members)
    manifest = json.loads(made[container.MANIFEST])
    manifest["head"] = sha256(made[container.HEAD]).hexdigest()
    for table in manifest["tables"]:
        rows = [line for name, data in made.items() if name.startswith(f"tables/{table}/") for line in lines(data)]
        manifest["tables"][table] = {"rows": len(rows), "sha256": sha256(b"".join(rows)).hexdigest()}
    edit(manifest)
    made[container.MANIFEST] = json.dumps(manifest).encode()
    made[container.SEAL] = sha256(made[container.MANIFEST]).hexdigest().encode()
    return made


def rows(members, change, table="person"):
    """Return the backup, sealed anew, with other lines in a table."""
    name = f"tables/{table}/000001.jsonl.gz"
    return pack(sealed({**members, name: gzip.compress(b"".join(change(lines(members[name]))))}))


def cell(members, column, value, table="person"):
    """Return the backup with another value in the first row of a table."""
    head = json.loads(members[container.HEAD])
    shape = next(each for each in head["tables"] if each["name"] == table)
    place = [name for name, _ in shape["columns"]].index(column)

    def change(found):
        row = json.loads(found[0])
        row[place] = value
        return [json.dumps(row).encode() + b"\n", *found[1:]]

    return rows(members, change, table)


def head(members, edit):
    plain = json.loads(members[container.HEAD])
    edit(plain)
    return pack(sealed({**members, container.HEAD: json.dumps(plain).encode()}))


def manifest(members, edit):
    return pack(sealed(members, edit))


def named(members, name, data=b"x"):
    """Return the backup with one more member, before its manifest."""
    found = list(members.items())
    return pack([*found[:-2], (name, data), *found[-2:]])


def kind(members, letter, link="../../etc/passwd"):
    def change(info):
        if info.name == PERSON:
            info.type, info.linkname = letter, link

    return pack(members, change)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def without(members, start):
    return pack({name: data for name, data in members.items() if not name.startswith(start)})


def bomb(members):
    """Return the backup with a part that unpacks to 100 MB of lines."""
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=9) as file:
        for _ in range(10):
            file.write(b"[]\n" * 3_500_000)
    return pack({**members, PERSON: made.getvalue()})


def one_long_line(members):
    return pack({**members, PERSON: gzip.compress(b"[" * 70_000_000, 9)})


class Evil:
    def __reduce__(self):
        return (open, ("/tmp/never-there", "w"))


def a_zip(_):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../evil", "x")
    return made.getvalue()


def many(_, count=20_000):
    return pack([(f"files/{number % 256:02x}/{number % 256:02x}{number:062x}", b"") for number in range(count)])


HOSTILE = {
    # what is no backup at all
    "empty": lambda m: b"",
    "text": lambda m: b"hello" * 1000,
    "zip slip": a_zip,
    "pickle": lambda m: pickle.dumps(Evil()),
    "gzip of it": lambda m: gzip.compress(pack(m)),
    "nulls": lambda m: bytes(10_240),
    "sqlite": lambda m: b"SQLite format 3\0" + bytes(4080),
    "another tar": lambda m: pack({"readme.txt": b"x"}),
    # cut, changed, doubled
    "cut in the middle": lambda m: pack(m)[: len(pack(m)) // 2],
    "cut before the end": lambda m: pack(m)[:-1024],
    "cut by a byte": lambda m: pack(m)[:-1],
    "more after the end": lambda m: pack(m) + b"x",
    "twice": lambda m: pack(m) + pack(m),
    "byte of the head": lambda m: flipped(pack(m), 700),
    "byte of rows": lambda m: flipped(pack(m), pack(m).index(m[PERSON]) + len(m[PERSON]) // 2),
    "byte of a header": lambda m: flipped(pack(m), pack(m).index(PERSON.encode()) + 110),
    "byte of the manifest": lambda m: flipped(pack(m), pack(m).index(m[container.MANIFEST]) + 60),
    "byte of a photo": lambda m: pack({n: b"y" + d[1:] if n.startswith("files/") else d for n, d in m.items()}),
    "byte of the filling": lambda m: pack(m).replace(m[container.SEAL] + b"\0", m[container.SEAL] + b"x", 1),
    # members missing or too many
    "no head": lambda m: without(m, container.HEAD),
    "no manifest": lambda m: without(m, container.MANIFEST),
    "no seal": lambda m: without(m, container.SEAL),
    "no erasures": lambda m: without(m, container.ERASURES),
    "no people": lambda m: without(m, "tables/person/"),
    "no photos": lambda m: without(m, "files/"),
    "table of nobody": lambda m: named(m, "tables/evil/000001.jsonl.gz", gzip.compress(b"[]\n")),
    "member twice": lambda m: pack([*list(m.items())[:1], *m.items()]),
    "wrong order": lambda m: pack([*list(m.items())[:1], *reversed(list(m.items())[1:])]),
    "part left out": lambda m: pack({n.replace("person/000001", "person/000002"): d for n, d in m.items()}),
    # names and kinds of members
    "way out": lambda m: named(m, "files/../../../etc/cron.d/evil"),
    "absolute": lambda m: named(m, "/etc/passwd"),
    "drive": lambda m: named(m, "C:\\evil"),
    "share": lambda m: named(m, "\\\\host\\share"),
    "control": lambda m: named(m, "files/\x01"),
    "long": lambda m: named(m, "files/" + "a" * 94),
    "case": lambda m: named(m, "Manifest.json"),
    "gbk": lambda m: named(m, "文件".encode("gbk").decode("utf-8", "surrogateescape")),
    "symlink": lambda m: kind(m, tarfile.SYMTYPE),
    "hard link": lambda m: kind(m, tarfile.LNKTYPE),
    "device": lambda m: kind(m, tarfile.CHRTYPE, ""),
    "fifo": lambda m: kind(m, tarfile.FIFOTYPE, ""),
    "folder": lambda m: kind(m, tarfile.DIRTYPE, ""),
    "pickled rows": lambda m: pack({**m, PERSON: pickle.dumps(Evil())}),
    "template": lambda m: named(m, "templates/lms/base.html"),
    # sealed by somebody who wants to be believed
    "wrong count": lambda m: manifest(m, lambda p: p["tables"]["person"].update(rows=1)),
    "wrong digest": lambda m: manifest(m, lambda p: p["tables"]["person"].update(sha256="0" * 64)),
    "wrong files": lambda m: manifest(m, lambda p: p["files"].update(count=999)),
    "negative count": lambda m: manifest(m, lambda p: p["tables"]["person"].update(rows=-1)),
    "other product": lambda m: head(m, lambda p: p.update(product="moodle")),
    "later format": lambda m: head(m, lambda p: p.update(format=2)),
    "other schema": lambda m: head(m, lambda p: p.update(schema="9999")),
    "table too many": lambda m: head(m, lambda p: p["tables"].append({**p["tables"][0], "name": "extra"})),
    "table too few": lambda m: head(m, lambda p: p["tables"].pop()),
    "column of another name": lambda m: head(m, lambda p: p["tables"][0]["columns"][0].__setitem__(0, "evil")),
    "sql in a name": lambda m: head(m, lambda p: p["tables"][0].update(name='x"; DROP TABLE person; --')),
    "sql in a column": lambda m: head(m, lambda p: p["tables"][0]["columns"][0].__setitem__(0, 'a" --')),
    "row twice": lambda m: rows(m, lambda found: [*found, found[0]]),
    "row that refers to nobody": lambda m: cell(m, "person_id", 10**9, "membership"),
    "rows in another order": lambda m: rows(m, lambda found: found[::-1]),
    "number too large": lambda m: cell(m, "id", 2**63),
    "number of 5,000 digits": lambda m: rows(m, lambda found: [b"[" + b"9" * 5000 + b"]\n", *found[1:]]),
    "text for a number": lambda m: cell(m, "id", "1"),
    "nul": lambda m: cell(m, "name", "a\0b"),
    "half a surrogate": lambda m: rows(m, lambda found: [found[0].replace(b'"', b'"\\ud800', 1), *found[1:]]),
    "no day": lambda m: cell(m, "hired_on", "2026-02-31"),
    "nested": lambda m: rows(m, lambda found: [b"[" * 100_000 + b"\n"]),
    "nothing where something has to be": lambda m: cell(m, "public_id", None),
    # bombs
    "bomb": bomb,
    "one long line": one_long_line,
    "20,000 members": many,
    "size that lies": lambda m: lying(m),
}


def lying(members):
    """Return the backup whose second member says that it has 8 TB."""

    def change(info):
        if info.name == PERSON:
            info.size = 1 << 43

    made = io.BytesIO()
    for name, data in members.items():
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        change(info)
        made.write(info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512))
    return made.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_backup_is_refused_and_nothing_has_changed(sound, blank, tmp_path, name):
    path = tmp_path / "hostile.tar"
    path.write_bytes(HOSTILE[name](sound))
    folder = blank.extensions["lms_settings"].instance_path
    before = tree(folder / "uploads") if (folder / "uploads").exists() else {}
    started, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = lms(blank, "restore", path)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert len(done.stderr.splitlines()) >= 1
    with blank.app_context():
        with db.engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            assert not there or connection.exec_driver_sql("SELECT count(*) FROM person").scalar() == 0
        db.engine.dispose()
    late = {"row twice", "row that refers to nobody", "rows in another order", "nothing where something has to be", "table too many",
            "table too few", "column of another name"}  # fmt: skip
    if name not in late:  # what only the database can find out has made its empty tables, and kept the photos
        assert (tree(folder / "uploads") if (folder / "uploads").exists() else {}) == before
        assert time.process_time() - started < 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 300_000


def test_at_least_fifty_are_tried():
    assert len(HOSTILE) >= 50


def test_the_sound_one_is_taken_so_that_the_others_were_refused_for_what_they_are(sound, tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(pack(sealed(sound)))
    blank = a_blank(tmp_path / "blank")
    done = lms(blank, "restore", path)
    assert done.exit_code == 0, done.stderr


def test_verify_names_every_table_that_is_damaged(sound, tmp_path):
    path = tmp_path / "a.tar"
    changed = {
        name: gzip.compress(b"".join(lines(data)[1:])) if name.startswith(("tables/team/", PERSON[:14])) else data
        for name, data in sound.items()
    }
    path.write_bytes(pack(changed))
    with pytest.raises(BrokenBackup) as caught:
        restoring.look(path)
    said = " ".join(map(str, caught.value.problems))
    assert "person" in said
    assert "team " in said


def test_the_file_is_one_that_any_tar_reads(sound, tmp_path):
    (tmp_path / "a.tar").write_bytes(pack(sound))
    with tarfile.open(tmp_path / "a.tar") as archive:
        assert archive.getnames()[0] == container.HEAD
