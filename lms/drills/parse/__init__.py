"""Reading a drill: every construct of it, every problem at once. Codes D30x to D31x."""

from collections.abc import Sequence

from lms.content.grammar.amounts import read_minutes, read_seconds
from lms.content.grammar.chips import DEDUCT
from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Word, find_word, folded
from lms.content.grammar.reading import Reading, Section
from lms.core.markup_tree import heading_id
from lms.core.texts import text
from lms.drills.parse.debrief import read_debrief, read_intro
from lms.drills.parse.frame import Frame
from lms.drills.parse.front import WORDS, read_channel, read_customer, read_dimensions, read_mood, read_paths
from lms.drills.parse.rules import read_passes
from lms.drills.parse.scene import read_scene
from lms.drills.spec import DrillSpec, Scene
from lms.questions.spec import Span

SCENE_LEVEL = 2
USUAL_MOOD = 50


def parse(source: str, path: str) -> Parsed[DrillSpec]:
    """Read a drill. path: in the repository, for its relative links."""
    return read_whole(source, path)[1]


def read_whole(source: str, path: str) -> tuple[DrillSpec, Parsed[DrillSpec]]:
    """Return what can be read of a drill even where it has errors, and the reading itself with its findings."""
    reading = Reading(source, path, scenes=True)
    reading.allow(WORDS)
    intro, *rest = reading.sections()
    chips = reading.chips(intro.chips, (DEDUCT,))
    scenes, debrief = _sorted(reading, rest)
    customer = read_customer(reading)
    mood = read_mood(reading)
    dimensions = read_dimensions(reading, all_deduct=bool(chips))
    frame = Frame(
        reading=reading,
        customer=customer.name,
        dimensions={folded(each.name): each.name for each in dimensions},
        scenes={heading_id(plain_text(each.title)): plain_text(each.title) for each in reversed(scenes)},
        has_mood=reading.entry(Word.MOOD) is not None,
    )
    seconds = reading.amount(Word.TIME, read_seconds, "8分钟")
    minutes = reading.amount(Word.DURATION, read_minutes, "10分钟")
    spec = DrillSpec(
        title=reading.title(),
        about=reading.about(),
        competencies=reading.many(Word.COMPETENCIES),
        minutes=minutes or 0,
        seconds=seconds,
        customer=customer,
        mood=mood,
        dimensions=dimensions,
        passes=read_passes(frame),
        channel=read_channel(reading),
        interruptible=reading.choice(Word.INTERRUPTIBLE, (Word.YES, Word.NO)) is Word.YES,
        concurrent=read_paths(reading, Word.CONCURRENT),
        word_lists=read_paths(reading, Word.WORD_LIST),
        shops=reading.many(Word.APPLIES_TO),
        intro=read_intro(frame, intro),
        scenes=_scenes(frame, scenes),
        debrief=read_debrief(frame, debrief) if debrief else None,
        intro_span=Span(first=intro.first, last=intro.last),
    )
    _mood_is_there(frame)
    return spec, reading.finish(spec)


def _sorted(reading: Reading, sections: Sequence[Section]) -> tuple[list[Section], list[Section]]:
    """Return the scenes, and the debrief with the smaller headings under it."""
    scenes: list[Section] = []
    debrief: list[Section] = []
    in_debrief = False
    for section in sections:
        is_debrief = section.level == SCENE_LEVEL and find_word(plain_text(section.title), (Word.DEBRIEF,)) is not None
        if section.level < SCENE_LEVEL:
            in_debrief = False  # a second title: said by the reading
        elif is_debrief:
            reading.note_word(plain_text(section.title), section.first)
            if debrief:
                problem = text(
                    "“%(name)s”在第 %(first)s 行已经有了，请合成一节。", name=section.title, first=debrief[0].first
                )
                reading.error("D318", section.first, problem)
            else:
                debrief.append(section)
            in_debrief = True
        elif section.level > SCENE_LEVEL and in_debrief:
            if debrief[-1].last < section.first:
                debrief.append(section)
        else:
            in_debrief = False
            if section.level > SCENE_LEVEL:
                new = "##" + reading.lines[section.first - 1].lstrip("#")
                fix = Fix(first=section.first, last=section.first, lines=(new,), label=text("改为 ##"))
                reading.error("D300", section.first, text("场景用二级标题（##）。"), fix)
            scenes.append(section)
    return scenes, debrief


def _scenes(frame: Frame, sections: Sequence[Section]) -> tuple[Scene, ...]:
    reading = frame.reading
    if not sections:
        reading.error("D300", 1, text("这个演练还没有场景。场景写成 ## 开头的一行，下面写顾客的话和选项。"))
    seen: dict[str, Section] = {}
    scenes = []
    for section in sections:
        title = plain_text(section.title)
        if not title:
            reading.error("D300", section.first, text("场景没有名称，请在 ## 后面写上。"))
        before = seen.get(heading_id(title))
        if title and before is not None:
            problem = text("“%(name)s”和第 %(first)s 行的场景重名，请改一个。", name=title, first=before.first)
            reading.error("D300", section.first, problem)
        seen.setdefault(heading_id(title), section)
        scenes.append(read_scene(frame, section))
    return tuple(scenes)


def _mood_is_there(frame: Frame) -> None:
    """Report a mood that something rests on and that the properties do not begin with."""
    if not frame.mood_line:
        return
    reading = frame.reading
    word = Word.MOOD.written(reading.language)
    fix = None
    if reading.front.last:
        last = reading.front.last
        fix = Fix(first=last, last=last - 1, lines=(f"{word}: {USUAL_MOOD}",), label=text("补上情绪"))
    problem = text("这里用到顾客的情绪，属性里还没有写开始时的情绪，例如“%(word)s: 40”。", word=word)
    reading.error("D302", frame.mood_line, problem, fix)
