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
from lms.quizzes.lint_banks import lint_banks
from lms.quizzes.rules.holding import on_one_paper
from lms.quizzes.spec import QuizSpec, parse


def _meta(spec: QuizSpec) -> Meta:
    """minutes: the limit; without one a minute for each question that is asked; of a bank none."""
    asked = on_one_paper(spec)
    if spec.recurring:
        asked = spec.recurring.questions
    minutes = max(1, asked if spec.rules.seconds is None else -(-spec.rules.seconds // 60))
    return Meta(
        title=spec.title,
        summary=spec.about.summary,
        minutes=0 if spec.is_bank else minutes,
        tags=spec.about.tags,
        audience=spec.about.audience,
        owner=spec.about.owner,
        review_days=spec.about.review_days,
        shops=spec.shops,
        use=spec.rules.use.value,
    )


def _parts(spec: QuizSpec) -> tuple[PartSpec, ...]:
    return question_parts(spec.questions)


def _banks(spec: QuizSpec) -> tuple[str, ...]:
    return spec.banks


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
    whole=lint_banks,
    beside=_banks,
    safe_view=learner_pieces,
    keyed=keyed_view,
    open_endpoint="quizzes.intro",
    form=FORM,
)
