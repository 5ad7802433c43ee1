"""What the store, the editor and the search need to know of an article."""

from collections.abc import Mapping
from dataclasses import replace

from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.parts import Meta, PartSpec
from lms.content.rules.parts import section_parts
from lms.kb.form import FORM
from lms.kb.learner import learner_pieces
from lms.kb.spec import ArticleSpec, parse
from lms.questions.keyed import keyed as keyed_view
from lms.questions.lint import lint_questions
from lms.questions.parts import keyed, match_questions, question_parts

REVIEW_DAYS = 180
"""An article that does not say how often it is reviewed is due twice a year."""


def _meta(spec: ArticleSpec) -> Meta:
    return Meta(
        title=spec.title,
        summary=spec.about.summary,
        tags=spec.about.tags,
        aliases=spec.aliases,
        audience=spec.about.audience,
        shops=spec.shops,
        owner=spec.about.owner,
        review_days=spec.about.review_days or REVIEW_DAYS,
    )


def _parts(spec: ArticleSpec) -> tuple[PartSpec, ...]:
    return (*section_parts(spec.sections), *question_parts(spec.self_checks))


def _with_keys(spec: ArticleSpec, keys: Mapping[int, str]) -> ArticleSpec:
    return replace(spec, self_checks=keyed(spec.self_checks, keys))


def _lint(spec: ArticleSpec) -> tuple[Finding, ...]:
    return tuple(lint_questions(spec.self_checks))


KIND = Kind(
    name="article",
    word=Word.ARTICLE,
    folder="kb_content",
    spec=ArticleSpec,
    parse=parse,
    meta=_meta,
    parts=_parts,
    with_keys=_with_keys,
    match=match_questions,
    lint=_lint,
    safe_view=learner_pieces,
    keyed=keyed_view,
    open_endpoint="kb.article",
    form=FORM,
)
