"""What the store, the editor and the reports need to know of bought courseware."""

from lms.content.grammar.keywords import Word
from lms.content.kinds import Kind
from lms.content.learner import Facts, Piece, Words
from lms.content.parts import Meta
from lms.core.texts import text
from lms.courseware.spec import ScormSpec, parse
from lms.courseware.words import done_when_words


def _meta(spec: ScormSpec) -> Meta:
    return Meta(
        title=spec.title,
        summary=spec.about.summary,
        minutes=spec.minutes,
        tags=spec.about.tags,
        audience=spec.about.audience,
        owner=spec.about.owner,
        review_days=spec.about.review_days,
    )


def _pieces(spec: ScormSpec) -> tuple[Piece, ...]:
    facts = [text("完成条件：%(rule)s", rule=done_when_words(spec.done_when))]
    if spec.attempts:
        facts.append(text("最多 %(n)s 次", n=spec.attempts))
    return (Facts(texts=tuple(facts)), Words(html=spec.html))


KIND = Kind(
    name="scorm",
    word=Word.SCORM,
    folder="courses",
    spec=ScormSpec,
    parse=parse,
    meta=_meta,
    safe_view=_pieces,
    open_endpoint="courseware.intro",
)
