"""The canonical Markdown of a drill: what the table editor writes, and what reads back as the same drill."""

import re
from collections.abc import Iterable, Sequence

from lms.content.grammar.amounts import write_seconds
from lms.content.grammar.chips import EFFECT, ENDING, FREE, ID, LENGTH, REQUIRES, SET, TIME, write_chips
from lms.content.grammar.front import Entry, write_entry
from lms.content.grammar.inline import relative
from lms.content.grammar.keywords import Language, Word
from lms.content.grammar.writing import FrontWriter, write_document, write_heading
from lms.core.markup_tree import heading_id
from lms.drills.parse.front import CHANNELS
from lms.drills.parse.replies import unquoted
from lms.drills.spec import (
    TOTAL_ENOUGH,
    Bubble,
    Choice,
    Clause,
    Criterion,
    Customer,
    Debrief,
    Dimension,
    DrillSpec,
    Effects,
    Ending,
    PassRule,
    Requirement,
    Route,
    RouteKind,
    Scene,
)
from lms.questions.spec import Rich
from lms.questions.write import CRITERION_WORDS, label

_INDENT = "    "
_MARKUP = re.compile(r"[\\`*\[\]]")
_LONG_CLOCK = 300
_ROUTES = {RouteKind.TIMEOUT: Word.TIMEOUT, RouteKind.VIOLATED: Word.VIOLATED, RouteKind.ELSE: Word.OTHER}


def write(spec: DrillSpec, language: Language = Language.ZH, path: str = "") -> str:
    """Return the drill in canonical form. path: where it stands, for the paths of other files in its properties."""
    parts = [write_heading(spec.title, 1)]
    if spec.intro:
        parts.append(spec.intro.source)
    parts += [write_scene(scene, language) for scene in spec.scenes]
    if spec.debrief:
        parts.append(_debrief(spec.debrief, language))
    return write_document(_front(spec, language, path), parts)


def write_scene(scene: Scene, language: Language = Language.ZH) -> str:
    """Return a scene from its `##` on, without a line end behind it."""
    head = write_heading(scene.title, 2, scene_chips(scene, language))
    bubbles = "\n>\n".join(write_bubble(each, language) for each in scene.bubbles)
    lines = [
        *(line for each in scene.choices for line in choice_lines(each, language)),
        *(line for each in scene.rubric for line in criterion_lines(each, language)),
        *(line for each in scene.routes for line in route_lines(each, language)),
    ]
    above = f"{head}\n{bubbles}" if bubbles else head
    return "\n\n".join(part for part in (above, "\n".join(lines)) if part)


def scene_chips(scene: Scene, language: Language = Language.ZH) -> list[str]:
    """Return the chips under a scene's heading, its id too."""
    chinese = language is Language.ZH
    chips = []
    if scene.free:
        chips.append(FREE.written(language))
    if scene.seconds is not None:
        chips.append(TIME.written(language, time=_clock(scene.seconds, chinese=chinese)))
    if scene.longest is not None:
        chips.append(LENGTH.written(language, a=scene.shortest, b=scene.longest))
    if scene.ending is not None:
        word = Word.PASS if scene.ending is Ending.PASS else Word.FAIL
        chips.append(ENDING.written(language, text=word.written(language)))
    if scene.key:
        chips.append(ID.written(language, id=scene.key))
    return chips


def write_bubble(bubble: Bubble, language: Language = Language.ZH) -> str:
    """Return the lines of one message, each with its `>`."""
    chinese = language is Language.ZH
    speaker = bubble.speaker or Word.SYSTEM.written(language)
    if bubble.below is not None:
        speaker += f"（情绪低于{bubble.below}）" if chinese else f" (mood below {bubble.below})"
    said = f"{speaker}{'：' if chinese else ': '}{bubble.body.source}"
    return "\n".join(f"> {line}".rstrip() for line in said.split("\n"))


def choice_lines(choice: Choice, language: Language = Language.ZH) -> list[str]:
    """Return the lines of a reply in canonical form."""
    chips = [*effect_chips(choice.effects, language), *(_requirement(each, language) for each in choice.requires)]
    sent = f"- [{written_reply(choice.text)}](#{heading_id(choice.target)})"
    return [_with_chips(sent, chips), *_note(choice.note, language)]


def criterion_lines(criterion: Criterion, language: Language = Language.ZH) -> list[str]:
    """Return the lines of a criterion in canonical form."""
    word = CRITERION_WORDS[criterion.kind].written(language)
    head = _with_chips(word, effect_chips(criterion.effects, language))
    colon = "：" if language is Language.ZH else ": "
    return [f"- {head}{colon}{criterion.words}", *_note(criterion.note, language)]


def route_lines(route: Route, language: Language = Language.ZH) -> list[str]:
    """Return the lines of a route in canonical form."""
    if route.kind is RouteKind.SCORE:
        when = f"{Word.SCORE.written(language)}≥{route.at_least}"
    else:
        when = _ROUTES[route.kind].written(language)
    lead = f"- {when} => [{_escaped(route.target)}](#{heading_id(route.target)})"
    return [_with_chips(lead, effect_chips(route.effects, language)), *_note(route.note, language)]


def effect_chips(effects: Effects, language: Language = Language.ZH) -> list[str]:
    """Return the chips of points, mood and flags, in this order."""
    chips = [EFFECT.written(language, name=each.dimension, signed=f"{each.points:+d}") for each in effects.points]
    if effects.mood:
        chips.append(EFFECT.written(language, name=Word.MOOD.written(language), signed=f"{effects.mood:+d}"))
    return chips + [SET.written(language, text=flag) for flag in effects.sets]


def written_reply(words: str) -> str:
    """Return the words of a reply as they stand in `[ ]`: what Markdown would take for its own is escaped."""
    words = " ".join(words.split())
    return _escaped(words if unquoted(words) == words else f"“{words}”")


def written_passes(rule: PassRule, language: Language = Language.ZH) -> str:
    """Return `总分≥75 且 合规≥60 或 …`."""
    both, either = (f" {word.written(language)} " for word in (Word.AND, Word.OR))
    return either.join(both.join(_clause(each, language) for each in clauses) for clauses in rule)


def written_weights(dimensions: Sequence[Dimension], language: Language = Language.ZH) -> str:
    """Return the line of the properties that names the dimensions."""
    pairs = tuple((each.name, str(each.weight)) for each in dimensions)
    return write_entry(Entry(key=Word.RUBRIC.written(language), line=0, pairs=pairs))


def written_customer(customer: Customer) -> str:
    """Return `称呼 | 身份 | 性格`."""
    return " | ".join((customer.name, customer.about, customer.temper)).rstrip(" |")


def _front(spec: DrillSpec, language: Language, path: str) -> str:
    chinese = language is Language.ZH
    front = FrontWriter(Word.DRILL, language)
    front.about(spec.about)
    front.many(Word.APPLIES_TO, spec.shops)
    front.many(Word.COMPETENCIES, spec.competencies)
    front.minutes(Word.DURATION, spec.minutes or None)
    front.one(Word.TIME, write_seconds(spec.seconds, chinese=chinese) if spec.seconds else None)
    front.word(Word.CHANNEL, next(word for word, channel in CHANNELS.items() if channel is spec.channel))
    front.word(Word.INTERRUPTIBLE, Word.YES if spec.interruptible else None)
    front.one(Word.CUSTOMER, written_customer(spec.customer))
    front.one(Word.MOOD, None if spec.mood is None else str(spec.mood))
    front.pairs(Word.RUBRIC, [(each.name, str(each.weight)) for each in spec.dimensions])
    front.many(Word.DEDUCT, [each.name for each in spec.dimensions if each.deduct])
    front.one(Word.PASS, None if spec.passes == TOTAL_ENOUGH else written_passes(spec.passes, language))
    front.many(Word.CONCURRENT, [relative(each, path) for each in spec.concurrent])
    front.many(Word.WORD_LIST, [relative(each, path) for each in spec.word_lists])
    return front.written()


def _clock(seconds: int, *, chinese: bool) -> str:
    """Return the clock of a scene, short ones in seconds as people say them: 90秒, 5分钟."""
    if seconds < _LONG_CLOCK:
        return f"{seconds}{'秒' if chinese else 's'}"
    return write_seconds(seconds, chinese=chinese)


def _clause(clause: Clause, language: Language) -> str:
    return f"{clause.dimension or Word.TOTAL.written(language)}{clause.compared.value}{clause.limit}"


def _requirement(need: Requirement, language: Language) -> str:
    if need.compared is None:
        return REQUIRES.written(language, text=need.flag)
    return REQUIRES.written(language, text=f"{Word.MOOD.written(language)}{need.compared.value}{need.mood}")


def _with_chips(line: str, chips: Sequence[str]) -> str:
    return f"{line} {write_chips(chips)}" if chips else line


def _note(note: Rich | None, language: Language) -> Iterable[str]:
    if note is not None:
        yield f"{_INDENT}- {label(Word.NOTE, language)}{' '.join(note.source.split())}"


def _escaped(words: str) -> str:
    return _MARKUP.sub(lambda match: f"\\{match[0]}", words)


def _debrief(debrief: Debrief, language: Language) -> str:
    chips = [ID.written(language, id=debrief.key)] if debrief.key else []
    head = write_heading(Word.DEBRIEF.written(language), 2, chips)
    asks = "\n".join(f"- {label(Word.SELF_RATING, language)}{_escaped(each)}" for each in debrief.asks)
    below = [part for part in (asks, debrief.body.source) if part]
    gap = "\n\n" if chips else "\n"
    return head + (gap + "\n\n".join(below) if below else "")
