"""Every hostile file at the doors of the academy, in one process: refused with a sentence, soon, in little memory.

A file has 2 seconds of the processor and 300 MB, as TRICKS of tests/support/hostile_archives.py and BODIES of
hostile_xml.py count them; whoever is refused leaves nothing behind. Here each goes to the door it is made for; `make
soak` sends each in every form to every door.
"""

import json
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import hostile_archives as archives
from tests.support import hostile_xml as xml
from tests.support.hostile_doors import MOST, Met

ROOT = Path(__file__).parents[2]
SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """what: the trick. may: be taken, for it harms nobody."""

    what: str
    door: str
    name: str
    make: Callable[[], bytes]
    may: bool = False


SHAPES = {
    "document": (archives.word, "a.docx"),
    "people": (archives.sheet, "a.xlsx"),
    "courseware": (archives.course, "a.zip"),
    "bank": (archives.bank, "a.zip"),
    "attachment": (archives.slides, "a.pptx"),
}
"""By the door, what travels as an archive."""
OTHERS = {".docx": "document", ".xlsx": "people", ".zip": "courseware", ".imscc": "bank"}


def archives_at(doors: Iterable[str]) -> Iterator[Sent]:
    """Every trick in the form that these doors take."""
    for door in doors:
        shape, name = SHAPES[door]
        for what, trick in archives.TRICKS.items():
            yield Sent(
                what=f"{what} ({door})",
                door=door,
                name=name,
                make=lambda shape=shape, trick=trick: trick(shape()),
                may=what in archives.HARMLESS,
            )


def containers() -> Iterator[Sent]:
    for what, (name, data) in archives.not_archives().items():
        yield Sent(what=what, door=OTHERS[Path(name).suffix], name=name, make=lambda data=data: data)


def bodies_at(doors: Iterable[str], address: str) -> Iterator[Sent]:
    """Every XML in the file that these doors take it in."""
    for carrier in doors:
        name, make = xml.CARRIERS[carrier]
        for what, body in xml.BODIES.items():
            yield Sent(
                what=f"{what} ({carrier})",
                door="bank" if carrier == "package" else carrier,
                name=name,
                make=lambda body=body, make=make: make(body, address),
                may=what in xml.HARMLESS,
            )


def banks(address: str) -> Iterator[Sent]:
    for what, (name, data) in xml.shaped(address).items():
        yield Sent(what=what, door="bank", name=name, make=lambda data=data: data, may=True)


def each_in_turn(every: Sequence[Sent], forms: int) -> list[Sent]:
    """Each trick in one form, the forms in turn. every: all tricks in the first form, then in the next."""
    tricks = len(every) // forms
    return [every[place % forms * tricks + place] for place in range(tricks)]


class _Heard(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.server.hits += 1  # type: ignore[attr-defined]  # the test's own server counts


@pytest.fixture
def listener() -> Iterator[tuple[str, Callable[[], int]]]:
    """An address on the loopback, and how often somebody came there."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Heard) as server:
        server.hits = 0  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/x", lambda: server.hits  # type: ignore[attr-defined]
        server.shutdown()


def met(folder: Path, files: Sequence[Sent], every_door: bool = False) -> tuple[list[tuple[Sent, Met]], int, int]:
    """Send the files in a process of their own; return what came of each, how many doors there are, bytes of children."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.hostile_doors", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        doors: list[str] = json.loads(process.stdout.readline())["doors"]
        found = []
        for number, sent in enumerate(files):
            path = folder / f"{number}"
            path.write_bytes(sent.make())
            for door in doors if every_door else [sent.door]:
                process.stdin.write(json.dumps({"door": door, "file": path.name, "name": sent.name}) + "\n")
                process.stdin.flush()
                answer: dict[str, Any] = json.loads(process.stdout.readline())
                found.append((sent, Met(**{**answer, "left": tuple(answer["left"])})))
            path.unlink()
        process.stdin.close()
        children = json.loads(process.stdout.readline())["children"]
    assert process.returncode == 0
    return found, len(doors), children


def troubles(sent: Sent, answer: Met) -> list[str]:
    found = []
    if answer.status >= 500:
        found.append(f"status {answer.status}")
    if not answer.refused and answer.door == sent.door and not sent.may:
        found.append("was taken")
    if answer.refused and not any(sign in answer.said for sign in "。！？."):
        found.append(f"no sentence: {answer.said!r}")
    if answer.seconds > SECONDS:
        found.append(f"{answer.seconds:.2f} s")
    if answer.memory > MOST:
        found.append(f"{answer.memory // 1_000_000} MB")
    if answer.left:
        found.append(f"left {', '.join(answer.left)[:300]}")
    return [f"{sent.what} at {answer.door}: {each}" for each in found]


def check(folder: Path, files: Sequence[Sent], every_door: bool = False) -> None:
    found, doors, children = met(folder, files, every_door)
    slowest = max(found, key=lambda each: each[1].seconds)
    largest = max(found, key=lambda each: each[1].memory)
    print(
        f"{len(archives.TRICKS) + len(archives.not_archives())} archives, {len(xml.BODIES)} XML, {len(files)} files, {len({each.door for _, each in found})} of {doors} doors, {len(found)} times sent: "
        f"{sum(each.refused for _, each in found)} refused, {sum(not each.refused for _, each in found)} taken; slowest "
        f"{slowest[1].seconds:.2f} s ({slowest[0].what} at {slowest[1].door}), most memory {largest[1].memory // 1_000_000} "
        f"MB ({largest[0].what} at {largest[1].door}), of the children {children // 1_000_000} MB"
    )
    wrong = [each for sent, answer in found for each in troubles(sent, answer)]
    assert not wrong, "\n".join(wrong)


def test_there_are_sixty_archives_and_forty_xml():
    assert len(archives.TRICKS) + len(archives.not_archives()) >= 60
    assert len(xml.BODIES) >= 40


@pytest.mark.timeout(400)
def test_each_at_the_door_it_is_made_for(tmp_path: Path, listener: tuple[str, Callable[[], int]]):
    """In one form each. Slides are looked at in a process of their own, a second each: only the soak has them."""
    address, hits = listener
    packed = [door for door in SHAPES if door != "attachment"]
    plain = ["bank as moodlexml", "bank as qti", "courseware", "document", "people", "package"]
    files = [
        *each_in_turn(list(archives_at(packed)), len(packed)),
        *containers(),
        *each_in_turn(list(bodies_at(plain, address)), len(plain)),
        *banks(address),
    ]
    check(tmp_path, files)
    assert hits() == 0


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_each_in_every_form_at_every_door(tmp_path: Path, listener: tuple[str, Callable[[], int]]):
    address, hits = listener
    files = [*archives_at(SHAPES), *containers(), *bodies_at(xml.CARRIERS, address), *banks(address)]
    check(tmp_path, files, every_door=True)
    assert hits() == 0
