"""What a reply does and needs: `共情+10`, `情绪-5`, `记下:已核实`, `前提:已核实`, `前提:情绪≥30`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.amounts import normal
from lms.content.grammar.chips import EFFECT, REQUIRES, SET, find_chips, read_chip
from lms.content.grammar.keywords import Word, folded
from lms.core.texts import text
from lms.drills.parse.frame import Frame
from lms.drills.parse.rules import COMPARED, compared_by
from lms.drills.spec import LEAST_MOOD, MOST_MOOD, Effect, Effects, Requirement

FORMS = (EFFECT, SET, REQUIRES)
MOST_POINTS = 1_000
_NO_SIGN = re.compile(r"(?P<name>[^\W\d_][\w ]{0,30}?) ?:? ?(?P<points>[+-]? ?\d{1,4}) ?(?:分|pts?)?", re.IGNORECASE)
_MOOD = re.compile(rf"(?:情绪|mood) ?(?P<sign>{COMPARED}) ?(?P<limit>\d{{1,3}})", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*[,，、;；]\s*")
_BARE = re.compile(r"[^\W\d_][\w ]{0,30}?\s*[+＋\-－−–]\s*\d{1,4}")


@dataclass(slots=True)
class Settings:
    """The chips of one line."""

    effects: Effects
    requires: tuple[Requirement, ...] = ()


@dataclass(slots=True)
class _Found:
    points: dict[str, int] = field(default_factory=dict)
    mood: int | None = None
    sets: list[str] = field(default_factory=list)
    requires: list[Requirement] = field(default_factory=list)


def read_effects(frame: Frame, chips: Sequence[tuple[int, str]], *, requires: bool) -> Settings:
    """Return what the chips say. chips: line and text of each. requires: whether 前提 may stand here."""
    found = _Found()
    for line, written in chips:
        value = read_chip(written, FORMS)
        if value is None:
            _unknown(frame, line, written, requires=requires)
        elif value.form is EFFECT:
            _effect(frame, found, line, value.values["name"].strip(), value.number("signed"))
        elif value.form is SET:
            frame.reading.chip(line, written, FORMS)
            found.sets.extend(each for each in _SEVERAL.split(value.values["text"].strip()) if each)
        elif not requires:
            frame.reading.error("D312", line, text("前提只能写在选项上，请删去“%(chip)s”。", chip=written))
        else:
            frame.reading.chip(line, written, FORMS)
            for each in _SEVERAL.split(value.values["text"].strip()):
                _requirement(frame, found, line, each)
    effects = Effects(
        points=tuple(Effect(name, points) for name, points in found.points.items()),
        mood=found.mood or 0,
        sets=tuple(dict.fromkeys(found.sets)),
    )
    return Settings(effects, tuple(dict.fromkeys(found.requires)))


def bare_effects(written: str) -> list[str]:
    """Return the effects of a text that stand there without backticks; [] where anything else stands there too."""
    rest = _BARE.sub("", written)
    return [each.strip() for each in _BARE.findall(written)] if not re.sub(r"[\s,，、;；]", "", rest) else []


def chips_of(line: int, written: str) -> list[tuple[int, str]]:
    return [(line, chip.text) for chip in find_chips(written)]


def _unknown(frame: Frame, line: int, written: str, *, requires: bool) -> None:
    match = _NO_SIGN.fullmatch(normal(written))
    if match is not None and (folded(match["name"]) in frame.dimensions or frame.is_mood(match["name"])):
        points = match["points"].replace(" ", "")
        meant = match["name"].strip() + (points if points[0] in "+-" else f"+{points}")
        problem = text("“%(chip)s”写成“%(meant)s”：加分用 +，减分用 -。", chip=written, meant=meant)
        frame.reading.error("D311", line, problem, frame.mended(line, written, meant))
        return
    frame.reading.unknown_chip(line, written, FORMS if requires else FORMS[:2])


def _effect(frame: Frame, found: _Found, line: int, name: str, points: int) -> None:
    reading = frame.reading
    if abs(points) > MOST_POINTS:
        reading.error("D311", line, text("一次最多加减 %(most)s 分。", most=MOST_POINTS))
    if frame.is_mood(name):
        reading.note_word(name, line)
        frame.needs_mood(line)
        if found.mood is not None:
            reading.error("D311", line, text("“%(name)s”在这一行写了两次，请合成一个。", name=name))
        found.mood = points
        return
    known = frame.dimension(name, line)
    if known is None:
        return
    if known in found.points:
        reading.error("D311", line, text("“%(name)s”在这一行写了两次，请合成一个。", name=name))
    found.points[known] = points


def _requirement(frame: Frame, found: _Found, line: int, written: str) -> None:
    plain = normal(written)
    match = _MOOD.fullmatch(plain)
    if match is None:
        if not plain:
            return
        if re.match(rf"(?:情绪|mood)\s*(?:{COMPARED}|\d)", plain, re.IGNORECASE):
            problem = text("看不懂前提“%(written)s”，请写成“前提:情绪≥30”或“前提:情绪<20”。", written=written)
            frame.reading.error("D312", line, problem)
        found.requires.append(Requirement(flag=plain))
        return
    limit = int(match["limit"])
    frame.needs_mood(line)
    frame.reading.note_word(Word.MOOD.zh if "情绪" in plain else Word.MOOD.en, line)
    if not LEAST_MOOD <= limit <= MOST_MOOD:
        frame.reading.error("D312", line, text("情绪从 0 到 100，写不到 %(limit)s。", limit=limit))
    found.requires.append(Requirement(compared=compared_by(match["sign"]), mood=limit))
