"""Banks of questions made to harm, and thousands of broken ones: nothing but a refusal comes of them, and soon.

The samples are shaped like what other systems export. SOAK=1 (`make soak`) tries twenty times as many mutants.
"""

import io
import os
import random
import socketserver
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from lms.core import xml
from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text
from lms.quizzes.importers import build
from lms.quizzes.importers.formats import FORMATS
from lms.quizzes.importers.reading import Taken
from tests.support.banks import GIFT, MOODLE, QTI, SAMPLES, asked, moodle, package
from tests.support.ending import ENDS

pytestmark = ENDS
MUTANTS = 4_000 if "SOAK" in os.environ else 300
"""For each format."""
TOKENS = [
    b"{", b"}", b"{}", b"~", b"=", b"#", b"####", b"->", b"%", b"%50%", b"%-100%", b"%1e9%", b"::", b"\\", b"[html]", b"[markdown]",
    b"\n\n", b"\r", b"\x00", b"\xff", b"//", b"$CATEGORY: $course$/top/" + b"a/" * 50, b"ANSWER: A\n", b"A. x\n", b"<", b">",
    b"<![CDATA[", b"]]>", b"<!--", b"&amp;", b"&x;", b"</text>", b"<answer fraction='1e400'/>", b"@@PLUGINFILE@@/a.png", b"[[1]]",
    b"{1:SHORTANSWER:=a}", b"____", b"![x](y)", b"<img src=//e.x/a.png>", b"<table><tr><td>", b"\xe2\x80\xae", "９９".encode(),
    b"1e999999999", b"0" * 400, b"`", b"*" * 60, b"[" * 60, b"<script>alert(1)</script>", b"\xef\xbb\xbf", b"- \xe7\xad\x94\xe6\xa1\x88\xef\xbc\x9aA",
]  # fmt: skip


def taken(name: str, data: bytes) -> Taken | Text:
    """What comes of a file: questions, or the sentence why there are none. Anything else fails the test."""
    reader = FORMATS[name].reader
    assert reader
    try:
        return reader(data)
    except (Unreadable, TooLarge) as error:
        return error.message


def mutants(name: str) -> Iterator[bytes]:
    """Files that a disk, a careless hand or a bad will makes of real ones, the same each time."""
    chance = random.Random(name if "SOAK" not in os.environ else None)
    for _ in range(MUTANTS):
        data = chance.choice(SAMPLES[name])
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            data = chance.choice(MUTATIONS)(data, chance)
        yield data


def _flipped(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if made:
            made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _part(data: bytes, chance: random.Random) -> tuple[int, int]:
    first = chance.randint(0, len(data))
    return first, min(len(data), first + chance.randint(0, 400))


def _without(data: bytes, chance: random.Random) -> bytes:
    first, last = _part(data, chance)
    return data[:first] + data[last:]


def _twice(data: bytes, chance: random.Random) -> bytes:
    first, last = _part(data, chance)
    return data[:last] + data[first:last] * chance.choice([1, 2, 30]) + data[last:]


def _with_token(data: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(data))
    return data[:place] + chance.choice(TOKENS) * chance.choice([1, 1, 3, 200]) + data[place:]


def _swapped(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    _flipped,
    _cut,
    _without,
    _twice,
    _with_token,
    _with_token,
    _swapped,
]


def check(found: Taken | Text) -> None:
    """A question that was taken is whole: it is written into a file and read back as it is."""
    if isinstance(found, Text):
        assert str(found)
        return
    for each in found.questions:
        assert build.settled(each.question) == each.question
        assert each.where.number > 0
    for refused in found.refused:
        assert str(refused.reason)
        assert refused.where.number > 0


@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_bank_gives_whole_questions_and_reasons_and_nothing_else(name):
    for data in mutants(name):
        check(taken(name, data))


@pytest.mark.soak
@pytest.mark.parametrize("name", SAMPLES)
def test_thousands_of_broken_banks_give_whole_questions_and_reasons(name):
    for _ in range(10):
        for data in mutants(name):
            check(taken(name, data))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_file_is_read_the_same_way_each_time(name):
    for number, data in enumerate(mutants(name)):
        if number < 20:
            assert taken(name, data) == taken(name, data)


LINES = {
    "one word": b"a",
    "open braces": b"{",
    "escapes": b"\\",
    "answers": b"=a~",
    "weights": b"~%50%a",
    "feedback": b"#",
    "arrows": b"->",
    "colons": b"::",
    "notes": b"// [tag:a]",
    "brackets": b"[",
    "stars": b"*a ",
    "ticks": b"` ",
    "tags": b"<b>",
    "gaps": b" ____",
    "spaces": b" \t",
    "strokes": b"//",
}


def grown(name: str, unit: bytes, size: int) -> bytes:
    line = unit * (size // len(unit))
    match name:
        case "gift":
            return b"::a::[markdown]" + line + b"{=a ~b}\n\n{" + line + b"}\n\n// " + line + b"\nb{=a ~" + line + b"}\n"
        case "aiken":
            return (
                line
                + b"\nA. a\nB. "
                + line
                + b"\nANSWER: A\n\n"
                + b"A. a\n" * (size // 40)
                + b"ANSWER: "
                + line
                + b"\n"
            )
        case "moodlexml":
            words = line.decode().replace("<", "&lt;")
            return moodle(asked("multichoice", words, ""), asked("cloze", words, ""), f"<a>{words}</a>")
        case _:
            return QTI["one.xml"].replace("几天", line.decode().replace("<", "&lt;")).encode()


@pytest.mark.parametrize("unit", LINES)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_line_of_a_megabyte_is_read_or_refused_soon(name, unit):
    taken(name, grown(name, LINES[unit], 1_000_000))


DENSE = {
    "bold": ("markdown", "**a** "),
    "code": ("markdown", "`a` "),
    "links": ("markdown", "[a](b) "),
    "quotes": ("markdown", r"\n> a"),
    "cells": ("markdown", r"\n|a|b|"),
    "tags": ("html", "<b>a</b>"),
    "escapes": ("plain", r"\\\\"),
    "bullets": ("plain", r"\n- a"),
    "labels": ("plain", r"\n答案\:A"),
}
"""What costs most within a question that is not too long: form and sign."""


@pytest.mark.parametrize("unit", DENSE)
def test_a_megabyte_of_questions_full_of_signs_is_read_or_refused_soon(unit):
    form, sign = DENSE[unit]
    words = sign * (18_000 // len(sign))
    taken("gift", f"[{form}]甲{{=a ~b####{words}}}\n\n".encode() * 25 + f"[{form}]{words}{{=a ~b}}\n\n".encode() * 25)


@pytest.mark.parametrize("name", SAMPLES)
def test_twice_the_questions_take_twice_the_time(name):
    """Counted in calls, which no machine slows down: four times as many may need eight times, a square is sixteen."""

    def spent(count: int) -> int:
        sizes = {
            "gift": lambda: GIFT.encode() * count,
            "aiken": lambda: SAMPLES["aiken"][0] * count,
            "moodlexml": lambda: b"<quiz>" + MOODLE[MOODLE.index(b"<question") : MOODLE.index(b"</quiz>")] * count + b"</quiz>",
            "qti": lambda: package(**{f"items/{n}.xml": QTI["several.xml"].encode() for n in range(10 * count)}),
        }  # fmt: skip
        data = sizes[name]()
        number = 0

        def count_call(_frame: FrameType, event: str, _arg: object) -> None:
            nonlocal number
            number += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(count_call)
        try:
            found = taken(name, data)
        finally:
            sys.setprofile(before)
        assert isinstance(found, Taken)
        return number

    spent(1)
    assert spent(16) < 8 * spent(4)


DEEP = 100_000
ENTITIES = b'<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>'


def hostile(address: str) -> dict[str, bytes]:
    """XML that asks for more than itself. address: where a listener would hear of it."""
    external = f'<!DOCTYPE quiz [<!ENTITY x SYSTEM "{address}">]><quiz><question type="&x;"/></quiz>'
    schema = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {address}"'
    include = f'<xi:include href="{address}" parse="text"/>'
    return {
        "a bomb of entities": ENTITIES,
        "an external entity": external.encode(),
        "a file as entity": external.replace(address, "file:///etc/passwd").encode(),
        "an external document type": f'<!DOCTYPE quiz SYSTEM "{address}"><quiz/>'.encode(),
        "a parameter entity": f'<!DOCTYPE quiz [<!ENTITY % x SYSTEM "{address}"> %x;]><quiz/>'.encode(),
        "a document type in UTF-16": external.encode("utf-16"),
        "a document type in UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE quiz+AD4-<quiz/>',
        "a document type behind a comment": b"<?a b?><!-- c --> " + ENTITIES,
        "an inclusion": f'<quiz xmlns:xi="{xml.INCLUSION}">{include}</quiz>'.encode(),
        "a schema of another host": f"<quiz {schema}/>".encode(),
        "a stylesheet of another host": f'<?xml-stylesheet href="{address}"?><quiz/>'.encode(),
        "depth": b"<quiz>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</quiz>",
        "depth without an end": b"<quiz>" * DEEP,
        "too many tags": b"<quiz>" + b"<a/>" * (xml.MOST_TAGS + 1) + b"</quiz>",
        "a picture of another host": moodle(asked("essay", f'<p><img src="{address}"></p>', "")),
        "a film of another host": moodle(asked("essay", f'<video src="{address}"></video>', "")),
    }


class _Heard(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.server.hits += 1  # type: ignore[attr-defined]  # the test's own server counts


@pytest.fixture(scope="module")
def listener() -> Iterator[socketserver.TCPServer]:
    """A server that counts who comes."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Heard) as server:
        server.hits = 0  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("name", ["moodlexml", "qti"])
@pytest.mark.parametrize("what", hostile("x"))
def test_xml_that_asks_for_more_than_itself_is_refused_and_nothing_is_fetched(listener, name, what):
    address = f"http://127.0.0.1:{listener.server_address[1]}/x"
    data = hostile(address)[what]
    if name == "qti":
        data = data.replace(b"quiz", b"assessmentItem")
    found = taken(name, data)
    assert isinstance(found, Text) or not found.questions
    assert listener.hits == 0


def a_zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


BOMBS = {
    "an entry that unpacks to a gigabyte's tenth": (lambda: package(**{"a.xml": bytes(61_000_000)}), "解开后太大"),
    "a package in a package": (lambda: package(**{"a.xml": package()}), "套着别的压缩包"),
    "a program": (lambda: package(**{"run.exe": b"MZ"}), "不收的文件"),
    "a page that runs": (lambda: package(**{"a.js": b"alert(1)"}), "不收的文件"),
    "a macro": (lambda: package(**{"xl/vbaProject.bin": b"x"}), "宏"),
    "a way out": (lambda: package(**{"../a.xml": b"<a/>"}), "内部结构不正常"),
    "thousands of entries": (lambda: a_zip({f"{n}.xml": b"" for n in range(5_001)} | {"imsmanifest.xml": b""}), "5000"),
    "half a package": (lambda: package()[:400], "压缩包坏了"),
    "nothing to ask": (lambda: a_zip({"imsmanifest.xml": b"<manifest/>"}), "没有题目"),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_package_made_to_harm_is_refused_as_a_whole(what):
    make, said = BOMBS[what]
    found = taken("qti", make())
    assert isinstance(found, Text)
    assert said in str(found)


def test_an_item_with_a_document_type_is_refused_and_its_neighbours_are_taken():
    found = taken("qti", package(**{"items/bad.xml": ENTITIES.replace(b"quiz", b"assessmentItem")}))
    assert isinstance(found, Taken)
    assert len(found.questions) == len(QTI) - 1
    assert "DOCTYPE" in str(found.refused[-1].reason)
