"""What the store, the editor and the reports need to know of a quiz."""

from collections.abc import Mapping
from dataclasses import replace

from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.parts import Meta, PartSpec
from lms.questions.keyed import keyed as keyed_view
from lms.questions.parts import keyed, match_questions, question_parts
from lms.quizzes.form import FORM
from lms.quizzes.learner import learner_pieces
from lms.quizzes.lint import lint
from lms.quizzes.spec import QuizSpec, parse


def _meta(spec: QuizSpec) -> Meta:
    """minutes: the limit; without one a minute for each question that is asked."""
    asked = sum(len(section.questions) if section.draw is None else section.draw for section in spec.sections)
    if spec.recurring:
        asked = spec.recurring.questions
    minutes = asked if spec.rules.seconds is None else -(-spec.rules.seconds // 60)
    return Meta(
        title=spec.title,
        summary=spec.about.summary,
        minutes=max(1, minutes),
        tags=spec.about.tags,
        audience=spec.about.audience,
        owner=spec.about.owner,
        review_days=spec.about.review_days,
    )


def _parts(spec: QuizSpec) -> tuple[PartSpec, ...]:
    return question_parts(spec.questions)


def _with_keys(spec: QuizSpec, keys: Mapping[int, str]) -> QuizSpec:
    sections = []
    start = 0
    for section in spec.sections:
        sections.append(replace(section, questions=keyed(section.questions, keys, start)))
        start += len(section.questions)
    return replace(spec, sections=tuple(sections))


KIND = Kind(
    name="quiz",
    word=Word.QUIZ,
    folder="quizzes",
    spec=QuizSpec,
    parse=parse,
    meta=_meta,
    parts=_parts,
    with_keys=_with_keys,
    match=match_questions,
    lint=lint,
    safe_view=learner_pieces,
    keyed=keyed_view,
    open_endpoint="quizzes.intro",
    form=FORM,
)
