"""The kinds that no slice plays yet: drills and word lists are stored, versioned and shown as source."""

from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.parts import Meta, PartSpec
from lms.content.rules.parts import section_parts
from lms.content.source_kinds import SourceSpec, parse_drill, parse_words


def _meta(spec: SourceSpec) -> Meta:
    about = spec.about
    return Meta(
        title=spec.title,
        summary=about.summary,
        tags=about.tags,
        audience=about.audience,
        owner=about.owner,
        review_days=about.review_days,
    )


def _parts(spec: SourceSpec) -> tuple[PartSpec, ...]:
    return section_parts(spec.sections[1:])  # the first one stands above all headings


DRILL = Kind(
    name="drill",
    word=Word.DRILL,
    folder="courses",
    spec=SourceSpec,
    parse=parse_drill,
    meta=_meta,
    parts=_parts,
)
WORDS = Kind(
    name="words",
    word=Word.WORDS,
    folder="kb_content",
    spec=SourceSpec,
    parse=parse_words,
    meta=_meta,
    parts=_parts,
)
KINDS = (DRILL, WORDS)
