"""A quiz as its author wrote it: its rules, its sections and pools, their questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from lms.content.grammar.amounts import normal, read_percent, read_seconds, write_percent, write_seconds
from lms.content.grammar.blocks import BlockKind
from lms.content.grammar.chips import ALL, DRAW, EACH, TAG, ChipValue, Form
from lms.content.grammar.document import About, Parsed
from lms.content.grammar.findings import Finding
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word
from lms.content.grammar.reading import Reading
from lms.content.grammar.reading import Section as ReadSection
from lms.content.grammar.traps import open_lines
from lms.content.grammar.writing import FrontWriter, write_document, write_heading
from lms.core.points import Points
from lms.core.texts import text
from lms.questions.parse.items import has_boxes
from lms.questions.parse.question import parse_question, report_stray_chips, written_block
from lms.questions.parse.settings import read_points
from lms.questions.rich import rich
from lms.questions.spec import NOWHERE, Question, Rich, Span
from lms.questions.word_paste import word_findings
from lms.questions.write import points_chip_text, write_question
from lms.quizzes.blueprint import Draw, is_blueprint, read_draws, write_draw

DEFAULT_PASS_MARK = Fraction(60, 100)
_WORDS = (
    Word.USE, Word.PASS_MARK, Word.TIME, Word.ATTEMPTS, Word.COOLDOWN, Word.SHUFFLE, Word.OPEN_BOOK,
    Word.INTERRUPTIBLE, Word.COMPETENCIES, Word.CHECK_DAY, Word.PER_CHECK, Word.POSITIONS,
    Word.APPLIES_TO,
)  # fmt: skip
_SECTION_FORMS = (DRAW, ALL, EACH, TAG)
_PER_CHECK = re.compile(r"(\d{1,2}) ?(?:题|questions?)?", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,3}) ?(?:次|times?|x)?", re.IGNORECASE)


class Use(StrEnum):
    EXAM = "exam"  # 考试
    CHECK = "check"  # 小测
    PRACTICE = "practice"  # 练习
    RECURRING = "recurring"  # 知识考核: a few questions each week from what the person learned
    BANK = "bank"  # 题库: questions that nobody sits here; other quizzes draw from them

    @property
    def answers_at_once(self) -> bool:
        """Whether the key of a question may be seen as soon as it is answered."""
        return self in (Use.PRACTICE, Use.RECURRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizRules:
    """pass_mark: 0..1 of the points. seconds: length of an attempt; None = no limit.

    attempts: at least 1; None = any number. cooldown_seconds: from the end of an attempt to the start of the next,
    0 = none. interruptible: the learner may leave and come back; the clock goes on either way.
    """

    use: Use = Use.CHECK
    pass_mark: Fraction = DEFAULT_PASS_MARK
    seconds: int | None = None
    attempts: int | None = None
    cooldown_seconds: int = 0
    shuffle_questions: bool = False
    shuffle_options: bool = False
    open_book: bool = False
    interruptible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A check that comes back each week. weekday: 0 = Monday, on which it is given; questions: on one paper.

    positions: who gets it; empty = everybody who is an agent.
    """

    weekday: int = 0
    questions: int = 5
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section or pool. title: "" for questions before the first `##`. draw: how many; None = all.

    each: points of a question without its own; None = 1 point. tags: for every question of the section.
    draws: its blueprint, what is drawn from banks beside its own questions.
    """

    title: str = ""
    draw: int | None = None
    each: Points | None = None
    tags: tuple[str, ...] = ()
    intro: Rich | None = None
    questions: tuple[Question, ...] = ()
    draws: tuple[Draw, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizSpec:
    """title: its words alone. intro: what stands under the title. competencies: as written.

    shops: for whose agents the questions are, as written; empty = all. recurring: only of the use RECURRING, which has
    no questions of its own.
    """

    title: str
    about: About = field(default_factory=About)
    competencies: tuple[str, ...] = ()
    rules: QuizRules = QuizRules()
    intro: Rich | None = None
    sections: tuple[Section, ...] = ()
    recurring: Recurring | None = None
    shops: tuple[str, ...] = ()

    @property
    def is_bank(self) -> bool:
        return self.rules.use is Use.BANK

    @property
    def draws(self) -> tuple[Draw, ...]:
        """Every line of the blueprint."""
        return tuple(line for section in self.sections for line in section.draws)

    @property
    def banks(self) -> tuple[str, ...]:
        """The path of each bank that the quiz draws from, once."""
        return tuple(dict.fromkeys(line.target for line in self.draws))

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)


_USES = {
    Word.EXAM: Use.EXAM,
    Word.CHECK: Use.CHECK,
    Word.PRACTICE: Use.PRACTICE,
    Word.RECURRING: Use.RECURRING,
    Word.BANK: Use.BANK,
}
_WEEKDAYS = (
    Word.MONDAY, Word.TUESDAY, Word.WEDNESDAY, Word.THURSDAY, Word.FRIDAY, Word.SATURDAY, Word.SUNDAY,
)  # fmt: skip
MOST_PER_CHECK = 20


def parse(source: str, path: str) -> Parsed[QuizSpec]:
    """Read a quiz. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow(_WORDS)
    sections = reading.sections()
    typed = word_findings(open_lines(source))
    rules = _rules(reading)
    spec = QuizSpec(
        title=reading.title(),
        about=reading.about(),
        competencies=reading.many(Word.COMPETENCIES),
        rules=rules,
        intro=_intro(reading, sections[0]),
        sections=_sections(reading, sections[1:]),
        recurring=_recurring(reading, rules.use),
        shops=reading.many(Word.APPLIES_TO),
    )
    if rules.use is Use.RECURRING:
        if len(sections) > 1:
            problem = text("知识考核不写题：每人的题从自己学过的里面挑。请删去这里的题，或改用途。")
            reading.error("Q256", sections[1].first, problem)
    elif not typed and not spec.draws and all(section.level < 3 for section in sections):
        reading.error("Q255", 1, text("这份测验还没有题。题目写成 ### 开头的一行，下面写选项或答案。"))
    if spec.is_bank and spec.draws:
        reading.error("Q257", spec.draws[0].line, text("题库里只放题，不能再从别的题库抽。请删去这一行，或改用途。"))
    _replace(reading, typed)
    return reading.finish(spec)


def write(spec: QuizSpec, language: Language = Language.ZH) -> str:
    """Return the quiz in canonical form."""
    front = FrontWriter(Word.QUIZ, language)
    rules = spec.rules
    front.about(spec.about)
    front.word(Word.USE, next(word for word, use in _USES.items() if use is rules.use))
    front.many(Word.APPLIES_TO, spec.shops)
    if spec.recurring:
        front.word(Word.CHECK_DAY, _WEEKDAYS[spec.recurring.weekday])
        front.one(Word.PER_CHECK, str(spec.recurring.questions))
        front.many(Word.POSITIONS, spec.recurring.positions)
    elif not spec.is_bank:
        _write_rules(front, rules, language)
    front.many(Word.COMPETENCIES, spec.competencies)
    parts = [write_heading(spec.title, 1)]
    if spec.intro:
        parts.append(spec.intro.source)
    for section in spec.sections:
        parts.extend(_write_section(section, language))
    return write_document(front.written(), parts)


def _write_rules(front: FrontWriter, rules: QuizRules, language: Language) -> None:
    chinese = language is Language.ZH
    front.one(Word.PASS_MARK, write_percent(rules.pass_mark))
    front.one(Word.TIME, write_seconds(rules.seconds, chinese=chinese) if rules.seconds else None)
    front.one(Word.ATTEMPTS, str(rules.attempts) if rules.attempts else None)
    front.one(Word.COOLDOWN, write_seconds(rules.cooldown_seconds, chinese=chinese) if rules.cooldown_seconds else None)
    shuffled = [Word.QUESTIONS] * rules.shuffle_questions + [Word.OPTIONS] * rules.shuffle_options
    front.words(Word.SHUFFLE, shuffled)
    front.word(Word.OPEN_BOOK, Word.YES if rules.open_book else None)
    front.word(Word.INTERRUPTIBLE, None if rules.interruptible else Word.NO)


def _rules(reading: Reading) -> QuizRules:
    use = reading.choice(Word.USE, tuple(_USES))
    shuffle = reading.choices(Word.SHUFFLE, (Word.QUESTIONS, Word.OPTIONS))
    pass_mark = reading.amount(Word.PASS_MARK, read_percent, "80%")
    if use is Word.RECURRING:
        return QuizRules(use=Use.RECURRING, pass_mark=Fraction(0), shuffle_options=True)
    if use is Word.BANK:
        return QuizRules(use=Use.BANK)
    return QuizRules(
        use=Use.CHECK if use is None else _USES[use],
        pass_mark=DEFAULT_PASS_MARK if pass_mark is None else pass_mark,
        seconds=reading.amount(Word.TIME, read_seconds, "15分钟"),
        attempts=reading.amount(Word.ATTEMPTS, _read_count, "3"),
        cooldown_seconds=reading.amount(Word.COOLDOWN, read_seconds, "24小时") or 0,
        shuffle_questions=Word.QUESTIONS in shuffle,
        shuffle_options=Word.OPTIONS in shuffle,
        open_book=reading.choice(Word.OPEN_BOOK, (Word.YES, Word.NO)) is Word.YES,
        interruptible=reading.choice(Word.INTERRUPTIBLE, (Word.YES, Word.NO)) is not Word.NO,
    )


def _recurring(reading: Reading, use: Use) -> Recurring | None:
    day = reading.choice(Word.CHECK_DAY, _WEEKDAYS)
    count = reading.amount(Word.PER_CHECK, _read_per_check, "5")
    positions = reading.many(Word.POSITIONS)
    if use is not Use.RECURRING:
        return None
    return Recurring(
        weekday=0 if day is None else _WEEKDAYS.index(day),
        questions=Recurring().questions if count is None else count,
        positions=positions,
    )


def _read_per_check(written: str) -> int | None:
    match = _PER_CHECK.fullmatch(normal(written))
    return int(match[1]) if match and 1 <= int(match[1]) <= MOST_PER_CHECK else None


def _read_count(written: str) -> int | None:
    match = _COUNT.fullmatch(normal(written))
    return int(match[1]) or None if match else None


def _intro(reading: Reading, section: ReadSection) -> Rich | None:
    shown = [block for block in section.blocks if block.kind is not BlockKind.COMMENT and not is_blueprint(block)]
    source = "\n\n".join(written_block(reading, block) for block in shown)
    for block in section.blocks if section.level < 2 else ():
        if is_blueprint(block):
            reading.error("Q264", block.first, text("从题库抽题要写在一节里，请在上面加一行 ## 小节名称。"))
    for block in shown:
        if block.is_list and has_boxes(block):
            reading.error("Q251", block.first, text("这里有选项，没有题目，请在上面写一行 ### 题目。"))
        if block.kind is BlockKind.PARAGRAPH:
            report_stray_chips(reading, block)
    return rich(source, reading.link) if source.strip() else None


def _sections(reading: Reading, read: Sequence[ReadSection]) -> tuple[Section, ...]:
    """Return the sections; questions before the first `##` make one without a name."""
    groups: list[tuple[ReadSection | None, list[Question]]] = []
    for section in read:
        if section.level == 2:
            groups.append((section, []))
        elif section.level == 3:
            if not groups:
                groups.append((None, []))
            question = parse_question(reading, section)
            if question is not None:
                groups[-1][1].append(question)
        elif section.level > 3:
            reading.error("Q252", section.first, text("题目用三级标题（###），小节用二级标题（##）。"))
    return tuple(_section(reading, heading, questions) for heading, questions in groups)


def _section(reading: Reading, heading: ReadSection | None, questions: Sequence[Question]) -> Section:
    if heading is None:
        return Section(questions=tuple(questions))
    chips = reading.chips(heading.chips, _SECTION_FORMS)
    draw = _only(reading, chips, (DRAW, ALL))
    each = _only(reading, chips, (EACH,))
    count = draw[1].number() if draw and draw[1].form is DRAW else None
    if draw and count == 0:
        reading.error("Q253", draw[0], text("抽 0 题就没有题了，请写至少 1 题，或用“全部”。"))
    return Section(
        title=plain_text(heading.title),
        draw=count,
        each=read_points(reading, each[0], each[1].values["x"]) if each else None,
        tags=tuple(dict.fromkeys(value.values["text"].strip() for _, value in chips if value.form is TAG)),
        intro=_intro(reading, heading),
        questions=tuple(questions),
        draws=read_draws(reading, heading.blocks),
        span=Span(first=heading.first, last=heading.last),
    )


def _only(
    reading: Reading, chips: Sequence[tuple[int, ChipValue]], forms: Sequence[Form]
) -> tuple[int, ChipValue] | None:
    found = [(line, value) for line, value in chips if value.form in forms]
    for line, value in found[1:]:
        reading.error("Q209", line, text("“%(chip)s”这类设置写了两次，请只留一个。", chip=value.chip))
    return found[0] if found else None


def _replace(reading: Reading, typed: Sequence[Finding]) -> None:
    """Where questions are typed the Word way, say that alone: what else is wrong there follows from it."""
    for finding in typed:
        assert finding.fix
        inside = range(finding.fix.first, finding.fix.last + 1)
        reading.findings = [other for other in reading.findings if other.line not in inside]
        reading.findings.append(finding)


def _write_section(section: Section, language: Language) -> list[str]:
    parts = []
    if section.title:
        chips = [] if section.draws and not section.questions else [_drawn(section, language)]
        if section.each is not None:
            chips.append(EACH.written(language, x=points_chip_text(section.each)))
        chips += [TAG.written(language, text=tag) for tag in section.tags]
        parts.append(write_heading(section.title, 2, chips))
    if section.intro:
        parts.append(section.intro.source)
    if section.draws:
        parts.append("\n".join(write_draw(line, language) for line in section.draws))
    return parts + [write_question(question, language) for question in section.questions]


def _drawn(section: Section, language: Language) -> str:
    return ALL.written(language) if section.draw is None else DRAW.written(language, n=section.draw)
