"""What the store, the editor and the reports need to know of a drill."""

from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.parts import Meta
from lms.drills.form.table import FORM
from lms.drills.keyed import keyed
from lms.drills.learner import learner_pieces
from lms.drills.lint import lint
from lms.drills.lint.beside import lint_beside
from lms.drills.parse import parse
from lms.drills.parts import drill_parts, with_keys
from lms.drills.spec import DrillSpec


def _meta(spec: DrillSpec) -> Meta:
    """minutes: as written, else the limit of the whole run."""
    return Meta(
        title=spec.title,
        summary=spec.about.summary,
        minutes=spec.minutes or (-(-spec.seconds // 60) if spec.seconds else 0),
        tags=spec.about.tags,
        audience=spec.about.audience,
        owner=spec.about.owner,
        review_days=spec.about.review_days,
        shops=spec.shops,
    )


def _beside(spec: DrillSpec) -> tuple[str, ...]:
    return (*spec.concurrent, *spec.word_lists)


KIND = Kind(
    name="drill",
    word=Word.DRILL,
    folder="courses",
    spec=DrillSpec,
    parse=parse,
    meta=_meta,
    parts=drill_parts,
    with_keys=with_keys,
    lint=lint,
    whole=lint_beside,
    beside=_beside,
    keyed=keyed,
    safe_view=learner_pieces,
    open_endpoint="drills.intro",
    form=FORM,
)
