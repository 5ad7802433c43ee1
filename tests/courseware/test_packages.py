"""Packages of strangers: looked through before anything is kept, refused whole with every reason, nothing left behind."""

import io
import resource
import stat
import struct
import time
import zipfile

import pytest

from lms.core.access import Role
from lms.core.here import settings
from lms.courseware.actions import packages
from lms.demo import phoning
from tests.support.make import an_actor
from tests.support.make_courseware import (
    SPACES12,
    a_package,
    a_zip,
    looked_at,
    manifest12,
    manifest2004,
    one_page,
    steps2004,
    talk12,
)

PAGE = {"index.html": "<!doctype html><p>x"}


def entry(name, content=b"x", *, mode=0, compress=zipfile.ZIP_DEFLATED):
    """Return a good package with one further entry of this kind."""
    made = io.BytesIO(one_page("1"))
    with zipfile.ZipFile(made, "a") as packed:
        info = zipfile.ZipInfo("placeholder", (2026, 11, 2, 9, 0, 0))
        info.filename = name
        info.compress_type = compress
        info.external_attr = mode << 16
        packed.writestr(info, content)
    return made.getvalue()


def with_manifest(manifest, **files):
    return a_zip({"imsmanifest.xml": manifest, **PAGE, **files})


def renamed(old, new):
    """Return a package one of whose names was changed byte by byte, in both places."""
    assert len(old) == len(new)
    return entry(old.decode()).replace(old, new)


def with_password():
    data = bytearray(one_page("1"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    return bytes(data)


def lying_about_size():
    data = bytearray(one_page("1"))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 4)
    return bytes(data)


def with_zip64():
    data = bytearray(one_page("1"))
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", data, end + 8, 0xFFFF, 0xFFFF)
    return bytes(data)


def many(number):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for each in range(number):
            packed.writestr(f"a{each}.txt", b"")
    return made.getvalue()


def bomb():
    return a_zip({"imsmanifest.xml": manifest12(), "index.html": b"0" * 60_000_000})


def bombs_of_many():
    piece = b"0" * 4_000_000
    return a_zip({"imsmanifest.xml": manifest12(), **PAGE, **{f"{n}.txt": piece for n in range(20)}})


def entity(body):
    return with_manifest(f'<?xml version="1.0"?>{body}<manifest {SPACES12}>&a;</manifest>')


def item(identifier="I", reference="R1", more=""):
    return f'<item identifier="{identifier}" identifierref="{reference}"><title>t</title>{more}</item>'


def resource_of(href, name="R1", more="", attributes=""):
    return (
        f'<resource identifier="{name}" type="webcontent" adlcp:scormtype="sco" href="{href}" {attributes}>'
        f"{more}</resource>"
    )


HOSTILE = {
    "no zip": lambda: b"GIF89a" + b"x" * 400,
    "empty": lambda: b"",
    "cut off": lambda: one_page("1")[:-30],
    "something before it": lambda: b"MZ" + one_page("1"),
    "something behind it": lambda: one_page("1") + b"x",
    "up and out": lambda: entry("../../evil.html"),
    "up from within": lambda: entry("a/../../evil.html"),
    "absolute": lambda: entry("/etc/evil.html"),
    "a drive": lambda: entry("C:/evil.html"),
    "a share": lambda: entry("\\\\host\\share\\evil.html"),
    "a backslash": lambda: renamed(b"a/evil.html", b"a\\evil.html"),
    "full-width dots": lambda: entry("．．/evil.html"),
    "a null": lambda: renamed(b"evil_x.html", b"evil\x00x.html"),
    "a control sign": lambda: entry("evil\x07.html"),
    "too long": lambda: entry("a" * 250 + ".html"),
    "an empty part": lambda: entry("a//evil.html"),
    "a symbolic link": lambda: entry("link.html", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
    "a pipe": lambda: entry("pipe.html", mode=stat.S_IFIFO | 0o644),
    "a device": lambda: entry("device.html", mode=stat.S_IFCHR | 0o644),
    "case clash": lambda: entry("INDEX.HTML"),
    "twice": lambda: renamed(b"indez.html", b"index.html"),
    "a program": lambda: entry("setup.exe"),
    "a script of the server": lambda: entry("shell.php"),
    "no suffix": lambda: entry("Makefile"),
    "a nested zip": lambda: entry("inner.dat", a_zip({"a": "b"})),
    "a nested zip as picture": lambda: entry("inner.png", b"Rar!\x1a\x07" + b"x" * 100),
    "a password": with_password,
    "a rare method": lambda: entry("rare.html", b"x" * 1000, compress=zipfile.ZIP_LZMA),
    "a size that lies": lambda: lying_about_size(),
    "zip64 that lies": lambda: with_zip64(),
    "too many": lambda: many(5_001),
    "a bomb": lambda: bomb(),
    "many bombs": lambda: bombs_of_many(),
    "no manifest": lambda: a_zip(PAGE),
    "an empty manifest": lambda: with_manifest(""),
    "no XML": lambda: with_manifest("hello"),
    "another XML": lambda: with_manifest("<html/>"),
    "no version": lambda: with_manifest("<manifest><organizations/></manifest>"),
    "xAPI, not SCORM": lambda: with_manifest(manifest12().replace("1.2<", "cmi5<")),
    "billion laughs": lambda: entity('<!DOCTYPE m [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>'),
    "a file of the server": lambda: entity('<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    "a document type": lambda: entity('<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "inclusion": lambda: with_manifest(
        manifest12(more='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')
    ),
    "deep": lambda: with_manifest(manifest12("<item>" * 100_000)),
    "deep and whole": lambda: with_manifest(manifest12('<item identifier="x">' * 150_000 + "</item>" * 150_000)),
    "wide": lambda: with_manifest(manifest12("<item/>" * 310_000)),
    "no organisation": lambda: with_manifest(manifest12().replace("organization ", "other ")),
    "no such default": lambda: with_manifest(manifest12().replace('default="O"', 'default="P"')),
    "no items": lambda: with_manifest(manifest12("")),
    "too many items": lambda: with_manifest(manifest12(item() * 501, resource_of("index.html"))),
    "no such resource": lambda: with_manifest(manifest12(item(reference="R9"))),
    "no href": lambda: with_manifest(manifest12(item(), resource_of(""))),
    "missing file": lambda: with_manifest(manifest12(item(), resource_of("missing.html"))),
    "another case": lambda: with_manifest(manifest12(item(), resource_of("Index.html"))),
    "out of the package": lambda: with_manifest(manifest12(item(), resource_of("../index.html"))),
    "out by encoding": lambda: with_manifest(manifest12(item(), resource_of("%2e%2e/index.html"))),
    "out by base": lambda: with_manifest(manifest12(item(), resource_of("index.html", attributes='xml:base="../"'))),
    "another site": lambda: with_manifest(manifest12(item(), resource_of("https://example.com/a.html"))),
    "a script": lambda: with_manifest(manifest12(item(), resource_of("javascript:alert(1)"))),
    "a missing part": lambda: with_manifest(
        manifest12(item(), resource_of("index.html", more='<file href="gone.js"/>'))
    ),
    "two of a name": lambda: with_manifest(manifest12(item(), resource_of("index.html") * 2)),
}


def kept():
    return (
        sorted(path for path in settings().uploads.rglob("*") if path.is_file()) if settings().uploads.exists() else []
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_refused_at_once_and_leaves_nothing(world, name):
    data, before = HOSTILE[name](), kept()
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    looked = looked_at(data, f"{name}.zip")
    assert looked.reasons, name
    assert looked.manifest is None
    assert time.perf_counter() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used < 300_000  # KB
    assert kept() == before


def test_every_reason_is_said_at_once(world):
    data = a_zip({"imsmanifest.xml": manifest12(), "a.exe": "x", "b.php": "x", "INDEX.html": "x", "index.html": "x"})
    assert len(looked_at(data).reasons) == 3
    wrong = manifest12(item("a", "R8") + item("b", "R1"), resource_of("gone.html", more='<file href="gone.js"/>'))
    assert len(looked_at(with_manifest(wrong)).reasons) >= 3


def test_a_package_says_what_is_in_it(world):
    looked = looked_at(talk12())
    assert looked.manifest is not None
    assert (looked.manifest.edition, looked.manifest.title, looked.files) == ("1.2", "退换货沟通", 4)
    assert [(sco.title, sco.path, float(sco.mastery)) for sco in looked.manifest.scos] == [
        ("退换货沟通", "index.html", 0.8)
    ]
    steps = looked_at(steps2004()).manifest
    assert (steps.edition, [entry.title for entry in steps.menu]) == ("2004", ["听", "核", "办"])


def test_names_in_gbk_are_read_and_a_folder_around_all_is_taken_off(world):
    manifest = manifest12(item(), resource_of("page/退货.html"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("course/imsmanifest.xml", manifest)
        packed.writestr("course/page/ABCD.html", "x")
    looked = looked_at(made.getvalue().replace(b"ABCD.html", "退货".encode("gbk") + b".html"))
    assert looked.reasons == ()
    assert {each.path for each in packages.unpack(looked)} == {"imsmanifest.xml", "page/退货.html"}


def test_bases_queries_assets_and_bounds_of_a_manifest(world):
    items = (
        '<item identifier="H"><title>章</title>'
        '<item identifier="A" identifierref="R1" parameters="?lang=zh"><title>一</title>'
        '<adlcp:dataFromLMS>起点</adlcp:dataFromLMS><adlcp:completionThreshold minProgressMeasure="0.7"/>'
        '<imsss:sequencing><imsss:objectives><imsss:primaryObjective satisfiedByMeasure="true">'
        "<imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>"
        "</imsss:sequencing></item>"
        '<item identifier="B" identifierref="R2" isvisible="false"><title>二</title></item></item>'
    )
    resources = (
        '<resource identifier="R1" adlcp:scormType="sco" xml:base="a/" href="x.html?m=1"/>'
        '<resource identifier="R2" adlcp:scormType="asset" href="a/x.html"/>'
    )
    looked = looked_at(a_zip({"imsmanifest.xml": manifest2004(items, resources), "a/x.html": "x"}))
    first, second = looked.manifest.scos
    assert (first.path, first.query, float(first.mastery), float(first.threshold)) == (
        "a/x.html",
        "m=1&lang=zh",
        0.6,
        0.7,
    )
    assert (first.launch_data, first.reports, second.reports, second.mastery) == ("起点", True, False, None)
    assert [(entry.title, entry.depth, entry.sco) for entry in looked.manifest.menu] == [("章", 0, None), ("一", 1, 0)]


def test_the_same_file_is_one_package(world):
    trainer = an_actor(Role.TRAINER)
    assert a_package(trainer).id == a_package(trainer).id


def test_several_organisations_are_said_and_the_default_one_is_taken(world):
    more = '<organization identifier="P"><title>另一套</title></organization>'
    looked = looked_at(with_manifest(manifest12(more=more)))
    assert (looked.manifest.title, len(looked.notes)) == ("退换货沟通", 1)


def test_the_package_of_the_sample_company_is_taken_in_as_it_is(world):
    looked = looked_at(phoning.packed(), "客服电话礼仪.zip")
    assert (looked.reasons, looked.notes, looked.framed) == ((), (), False)
    assert (looked.manifest.edition, looked.manifest.title, len(looked.manifest.scos)) == ("1.2", "客服电话礼仪", 1)
    assert phoning.packed() == phoning.packed()
