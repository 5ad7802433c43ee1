"""The kind that belongs to no slice of readers: word lists."""

from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.parts import Meta, PartSpec
from lms.content.rules.parts import section_parts
from lms.content.wordlists import spec as wordlists
from lms.content.wordlists.form import FORM as WORDS_FORM
from lms.content.wordlists.learner import learner_pieces
from lms.content.wordlists.lint import lint, lint_lists
from lms.content.wordlists.spec import WordListSpec


def _meta(spec: WordListSpec) -> Meta:
    about = spec.about
    return Meta(
        title=spec.title,
        summary=about.summary,
        tags=about.tags,
        audience=about.audience,
        owner=about.owner,
        review_days=about.review_days,
    )


def _parts(spec: WordListSpec) -> tuple[PartSpec, ...]:
    return section_parts(spec.sections)


KIND = Kind(
    name="words",
    word=Word.WORDS,
    folder="kb_content",
    spec=WordListSpec,
    parse=wordlists.parse,
    meta=_meta,
    parts=_parts,
    lint=lint,
    whole=lint_lists,
    safe_view=learner_pieces,
    form=WORDS_FORM,
)
