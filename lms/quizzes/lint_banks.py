"""What is wrong between a quiz and the banks that it draws from: found wherever both are known. Codes Q26x."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.keywords import Word, find_word, nearest
from lms.core.texts import text
from lms.questions.lint import warning
from lms.quizzes.blueprint import Draw
from lms.quizzes.lint import guessing
from lms.quizzes.rules.draw import Banked, Banks, banked, draw, drawn_points, pool_of
from lms.quizzes.spec import QuizSpec, Section

_PATHS = (Word.COURSE, Word.CURRICULUM)


def lint_banks(
    parsed: Mapping[str, Parsed[Any]], minutes_of: Callable[[str], int | None]
) -> Iterator[tuple[str, Finding]]:
    """Yield by path what is wrong with blueprints, and courses that lead to a bank."""
    specs = {path: each.spec for path, each in parsed.items() if isinstance(each.spec, QuizSpec)}
    banks = {path: spec for path, spec in specs.items() if spec.is_bank}
    for path, spec in specs.items():
        if spec.draws:
            yield from ((path, finding) for finding in lint_blueprint(spec, specs))
    for path, each in parsed.items():
        if banks and _is_path(each):
            for link in each.links:
                if link.target in banks:
                    bank = banks[link.target].title
                    problem = text("“%(title)s”是题库，没有人直接考它，请换成一份测验。", title=bank)
                    yield path, warning("Q268", link.line, problem, Severity.ERROR)


def lint_blueprint(quiz: QuizSpec, known: Mapping[str, QuizSpec]) -> Iterator[Finding]:
    """Yield what is wrong with the lines of a blueprint. known: quizzes by path; of others nothing is said."""
    banks = {path: known[path] for path in quiz.banks if path in known and known[path].is_bank}
    questions = tuple(banked(banks).values())
    found = []
    for section in quiz.sections:
        for line in section.draws:
            if line.target in banks:
                found += list(_of_line(section, line, questions))
            elif line.target in known:
                problem = text("“%(title)s”不是题库，不能从它抽题。题库的属性里写“用途: 题库”。", title=line.title)
                found.append(warning("Q266", line.line, problem, Severity.ERROR))
    yield from found
    if len(banks) == len(quiz.banks) and not any(finding.severity is Severity.ERROR for finding in found):
        yield from list(_together(quiz, banks)) or guessing(quiz, banks)


def _of_line(section: Section, line: Draw, questions: tuple[Banked, ...]) -> Iterator[Finding]:
    inside = [each for each in questions if each.bank == line.target]
    names = {tag.casefold(): tag for each in inside for tag in each.tags}
    for tag in line.tags:
        if tag.casefold() not in names:
            guess = nearest(tag, list(names.values()))
            problem = (
                text("“%(bank)s”里没有带“#%(tag)s”的题，是否“#%(guess)s”？", bank=line.title, tag=tag, guess=guess)
                if guess
                else text("“%(bank)s”里没有带“#%(tag)s”的题。", bank=line.title, tag=tag)
            )
            yield warning("Q267", line.line, problem, Severity.ERROR)
            return
    pool = pool_of(line, questions)
    if len(pool) < line.count:
        problem = text(
            "要抽 %(draw)s 题，“%(bank)s”里够条件的只有 %(count)s 题，请加题、少抽或放宽标签和难度。",
            draw=line.count,
            bank=line.title,
            count=len(pool),
        )
        yield warning("Q261", line.line, problem, Severity.ERROR)
    elif len(pool) > line.count and len({drawn_points(section, each.question) for each in pool}) > 1:
        problem = text("题库里各题分值不同，每个人抽到的总分会不一样，请在这一节的标题下面写“每题N分”。")
        yield warning("Q262", line.line, problem)


def _together(quiz: QuizSpec, banks: Banks) -> Iterator[Finding]:
    """Say it where the lines take each other's questions away, or those that the quiz asks itself."""
    promised = sum(line.count for line in quiz.draws)
    drawn = sum(bool(item.bank) for item in draw(quiz, "count", banks=banks).items)
    if drawn < promised:
        problem = text(
            "这些抽题合起来要 %(promised)s 题，同一道题不重复出，只抽得出 %(drawn)s 题，请加题或少抽。",
            promised=promised,
            drawn=drawn,
        )
        yield warning("Q261", quiz.draws[0].line, problem, Severity.ERROR)


def _is_path(each: Parsed[Any]) -> bool:
    named = next((entry for entry in each.front.entries if find_word(entry.key, (Word.TYPE,))), None)
    return bool(named and named.texts and find_word(named.texts[0], _PATHS))
