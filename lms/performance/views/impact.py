"""培训有没有用: choose a document and a figure; what changed, in words, as a picture, as numbers; each question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request

from lms.core.access import Permission
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import Text
from lms.performance.drawing import period_words
from lms.performance.queries import impact as reading
from lms.performance.queries.figures import metrics
from lms.performance.queries.impact import Compared, Subject
from lms.performance.rules import impact_words as words
from lms.performance.rules.impact import FEWEST, Point, Span
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain
from lms.performance.rules.validity import FEWEST_ANSWERS, Link
from lms.performance.views.room import bp
from lms.web.auth import requires
from lms.web.lines import Lines, Mark, lines
from lms.web.numbers import whole
from lms.web.tables import EXPORTS, download

WEEKS = (2, 4, 8)
"""How long before and after."""
OVERS = (13, 26, 52)
"""In how many weeks the people were trained."""
USUAL_METRIC, USUAL_WEEKS, USUAL_OVER = "csat", 4, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the address asks for; what does not exist there falls back to the usual."""

    metric: Metric
    weeks: int
    over: int


def chosen_of(args: Mapping[str, str], known: Mapping[str, Metric]) -> Chosen:
    """Return what is asked for. known: at least one metric."""
    metric = known.get(args.get("metric", "")) or known.get(USUAL_METRIC) or next(iter(known.values()))
    weeks, over = whole(args.get("weeks")), whole(args.get("over"))
    return Chosen(
        metric=metric,
        weeks=weeks if weeks in WEEKS else USUAL_WEEKS,
        over=over if over in OVERS else USUAL_OVER,
    )


@bp.get("/impact")
@requires(Permission.IMPACT_READ)
def impact() -> str | Response:
    """Show what may be looked at, or what one training changed."""
    known = metrics()
    chosen = chosen_of(request.args, known)
    subjects = reading.subjects()
    name = request.args.get("document", "")
    common = {
        "subjects": subjects,
        "known": known,
        "chosen": chosen,
        "weeks_offered": WEEKS,
        "overs_offered": OVERS,
        "fewest": FEWEST,
    }
    if not name:
        return render_template("lms/performance/impact_choice.html", **common)
    subject = reading.subject(name)
    found = reading.compared(subject.id, chosen.metric, weeks=chosen.weeks, over=chosen.over, today=today())
    if request.args.get("format") in EXPORTS:
        return _file(subject, found, chosen)
    answered = []
    if subject.kind == "quiz":
        answered = reading.answered(subject.id, chosen.metric, weeks=chosen.weeks, over=chosen.over, today=today())
    order = [Link.REVERSED, Link.TELLS, Link.NONE, Link.TOO_FEW]
    return render_template(
        "lms/performance/impact.html",
        subject=subject,
        found=found,
        told=found.impact,
        chart=_chart(found, chosen.metric),
        spans=_spans(found),
        questions=sorted(answered, key=lambda each: order.index(each.link.link)),
        said=[each for each in answered if each.link.link is not Link.TOO_FEW],
        fewest_answers=FEWEST_ANSWERS,
        words=words,
        period=period_words,
        listed=subject.id in {each.id for each in subjects},
        **common,
    )


def _spans(found: Compared) -> list[tuple[str, Span]]:
    """Return the spans that can be shown, with what they are called."""
    n = found.width
    if found.grain is Grain.MONTH:
        names = (
            _("前 %(first)s–%(last)s 个月", first=n + 1, last=2 * n) if n > 1 else _("再前一个月"),
            _("前 %(n)s 个月", n=n),
            _("后 %(n)s 个月", n=n),
        )
    else:
        names = (
            _("前 %(first)s–%(last)s 周", first=n + 1, last=2 * n),
            _("前 1–%(n)s 周", n=n),
            _("后 1–%(n)s 周", n=n),
        )
    told = found.impact
    return [(name, span) for name, span in zip(names, (told.earlier, told.before, told.after), strict=True) if span]


def _chart(found: Compared, metric: Metric) -> Lines | None:
    spans = _spans(found)
    if len(spans) < 2:
        return None
    places = [0.12 + 0.76 * number / (len(spans) - 1) for number in range(len(spans))]
    high = metric.high if metric.unit in (Unit.PERCENT, Unit.SCORE) else None

    def marks(points: Sequence[Point], shift: float) -> list[Mark]:
        return [
            Mark(at=at + shift, value=point.value, low=point.interval.low, high=point.interval.high)
            for at, point in zip(places, points, strict=True)
        ]

    return lines(
        [
            ("other", marks([span.others for _, span in spans], 0.012)),
            ("main", marks([span.trained for _, span in spans], -0.012)),
        ],
        [(at, name) for at, (name, _span) in zip(places, spans, strict=True)],
        low=metric.low,
        high=high,
    )


def _file(subject: Subject, found: Compared, chosen: Chosen) -> Response:
    """Return the numbers behind the sentence as a sheet: all together, then each wave that may be shown."""
    told = found.impact
    headers = [
        _("哪一批"),
        _("学过的人"),
        _("对照的人"),
        _("学过的人的变化"),
        _("对照的人的变化"),
        _("差值"),
        _("95 %% 区间下限"),
        _("95 %% 区间上限"),
    ]
    rows: list[list[object]] = []
    if told.effect is not None and told.before and told.after:
        effect = told.effect
        changes = [
            told.after.trained.value - told.before.trained.value,
            told.after.others.value - told.before.others.value,
        ]
        rows.append(
            [
                _("合计"),
                told.trained,
                told.others,
                *(round(each, 3) for each in (*changes, effect.value, effect.interval.low, effect.interval.high)),
            ]
        )
    rows += [
        [
            str(found.period(wave.step)),
            wave.trained,
            wave.others,
            *(round(each, 3) for each in (wave.change, wave.other_change, wave.effect)),
            "",
            "",
        ]
        for wave in told.waves
    ]
    title = say(Text("%(metric)s · %(title)s", {"metric": chosen.metric.name, "title": subject.title}))
    return download(request.args["format"], title, headers, rows)
