"""问卷与客服关怀: answering, the list, the questions, the results by revision and quarter, the monthly pulse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, gettext, say
from lms.learning.actions import surveys as acts
from lms.learning.models import Survey
from lms.learning.queries import surveys as reading
from lms.learning.queries.surveys import COURSE, PULSE, Released
from lms.learning.rules import surveys as rules
from lms.learning.rules.sharing import FEWEST, by
from lms.learning.rules.surveys import AFTER_A_COURSE, MOST_QUESTIONS, TYPES, Question, Tally, Type
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.charts import columns
from lms.web.numbers import whole

EMPTY_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with everything that was answered to it. words: shuffled, with a name where the survey has names."""

    tally: Tally
    words: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Answers of one revision or quarter, or of several that are only known together."""

    label: str
    n: int
    means: Sequence[float | None]


def said(words: str) -> str:
    """Return a shipped question in the reader's language, one that somebody wrote as it is."""
    return gettext(words)


# answering


@bp.get("/surveys/<survey_id>", endpoint="survey")
@requires(Permission.LEARN)
def survey_page(survey_id: str) -> str:
    """Show the questions to who was asked; who writes surveys sees what is asked."""
    return _answer_page(survey_id)


@bp.post("/surveys/<survey_id>")
@requires(Permission.LEARN)
def answer_survey(survey_id: str) -> Response | tuple[str, int]:
    actor = current_actor()
    about = _number(request.form.get("about", ""))
    try:
        with transaction():
            if request.form.get("do") == "decline":
                acts.decline(actor, survey_id, about)
            else:
                given = {name.removeprefix("q-"): value for name, value in request.form.items() if name[:2] == "q-"}
                acts.answer(actor, survey_id, about, given)
    except Invalid as refused:
        return _answer_page(survey_id, {key: say(reason) for key, reason in refused.fields.items()}), 422
    except DomainError as refused:
        if refused.status == 404:
            raise
        flash(say(refused.message), "warn")
    return redirect(url_for(".survey", survey_id=survey_id, about=about or None), 303)


def _answer_page(survey_id: str, errors: Mapping[str, str] | None = None) -> str:
    actor = current_actor()
    about = _number(request.form.get("about", "") or request.args.get("about", ""))
    try:
        ask = reading.ask_of(actor.id, survey_id, about)
        questions, title, anonymous, state = ask.questions, ask.title, ask.anonymous, ask.state
        kind, subject = ask.kind, ask.about_title
        back = content_href(ask.about_kind, ask.about_slug) if ask.about_id else url_for("home.index")
    except NotFound:
        if not allows(actor, Permission.SURVEY_EDIT):
            raise
        survey = reading.by_public_id(survey_id)
        questions, title, anonymous, state = rules.read(survey.questions), survey.title, survey.anonymous, "preview"
        kind, subject, back = survey.kind, "", url_for(".surveys")
    return render_template(
        "lms/learning/survey.html",
        survey_id=survey_id,
        about=about,
        questions=questions,
        title=title,
        anonymous=anonymous,
        state=state,
        pulse=kind == PULSE,
        subject=subject,
        back=back,
        errors=errors or {},
        typed=request.form,
        said=said,
        scale=range(1, rules.SCALE + 1),
        fewest=FEWEST,
        longest=rules.LONGEST_ANSWER,
    )


# the list and the questions


@bp.get("/surveys", endpoint="surveys")
@requires(Permission.SURVEY_RESULTS)
def survey_list() -> str:
    actor = current_actor()
    lines = reading.lines(Survey.kind == COURSE)
    return render_template(
        "lms/learning/surveys.html",
        lines=lines,
        ratings=reading.ratings({line.about_id for line in lines if line.about_id}),
        default=reading.default_survey(),
        own=reading.own_surveys(),
        edits=allows(actor, Permission.SURVEY_EDIT),
        fewest=FEWEST,
        href=content_href,
    )


@bp.get("/surveys/new")
@requires(Permission.SURVEY_EDIT)
def new_survey() -> str:
    """Show the form for a document's own questions, or without `document` for those after every course."""
    document = _number(request.args.get("document", "")) or None
    return _form_page(None, AFTER_A_COURSE, True, _("课程反馈"), document)


@bp.post("/surveys/new")
@requires(Permission.SURVEY_EDIT)
def make_survey() -> Response | tuple[str, int]:
    document = _number(request.form.get("document", "")) or None
    try:
        questions = rules.written(_lines(), AFTER_A_COURSE)
        with transaction():
            acts.make(
                current_actor(),
                document_id=document,
                title=request.form.get("title", ""),
                questions=questions,
                anonymous=bool(request.form.get("anonymous")),
            )
    except DomainError as refused:
        if refused.status == 404:
            raise
        return _form_page(None, None, None, None, document, refused), refused.status
    flash(_("已保存，从现在起学完的人会被问到。"), "ok")
    return redirect(url_for(".surveys"), 303)


@bp.get("/surveys/<survey_id>/edit")
@requires(Permission.SURVEY_EDIT)
def edit_survey(survey_id: str) -> str:
    survey = reading.by_public_id(survey_id)
    return _form_page(survey, rules.read(survey.questions), survey.anonymous, survey.title, survey.document_id)


@bp.post("/surveys/<survey_id>/edit")
@requires(Permission.SURVEY_EDIT)
def change_survey(survey_id: str) -> Response | tuple[str, int]:
    survey = reading.by_public_id(survey_id)
    is_pulse = survey.kind == PULSE
    document = survey.document_id
    try:
        questions = rules.written(_lines(), rules.read(survey.questions))
        with transaction():
            changed = acts.change(
                current_actor(),
                survey_id,
                title=request.form.get("title", ""),
                questions=questions,
                anonymous=is_pulse or bool(request.form.get("anonymous")),
            ).public_id
    except DomainError as refused:
        return _form_page(reading.by_public_id(survey_id), None, None, None, document, refused), refused.status
    if changed == survey_id:
        flash(_("已保存。"), "ok")
    else:
        flash(_("已经有人答过，所以另起了一份；原来的结果保留。"), "ok")
    return redirect(url_for(".pulse" if is_pulse else ".surveys"), 303)


@bp.post("/surveys/<survey_id>/stop")
@requires(Permission.SURVEY_EDIT)
def stop_survey(survey_id: str) -> Response:
    with transaction():
        kind = acts.stop(current_actor(), survey_id).kind
    flash(_("已停止，不再问新的人。结果保留。"), "ok")
    return redirect(url_for(".pulse" if kind == PULSE else ".surveys"), 303)


def _lines() -> list[tuple[str, str, str]]:
    form = request.form
    return [
        (form.get(f"type-{n}", ""), form.get(f"text-{n}", ""), form.get(f"options-{n}", ""))
        for n in range(MOST_QUESTIONS + EMPTY_ROWS)
    ]


def _form_page(
    survey: Survey | None,
    questions: Sequence[Question] | None,
    anonymous: bool | None,
    title: str | None,
    document: int | None,
    refused: DomainError | None = None,
) -> str:
    """Show the form: with these values, or with what was typed and why it was refused."""
    if questions is None:
        filled = [(kind, words, options) for kind, words, options in _lines() if words or options]
    else:
        filled = [(each.type, each.text, "\n".join(each.options)) for each in questions]
    empty: list[tuple[str, str, str]] = [(Type.SCALE.value, "", "")] * EMPTY_ROWS
    card = content.cards([document]).get(document) if document else None
    if document and card is None:
        raise NotFound()
    return render_template(
        "lms/learning/survey_form.html",
        survey=survey,
        rows=[*filled, *empty][: MOST_QUESTIONS + EMPTY_ROWS],
        anonymous=bool(request.form.get("anonymous")) if anonymous is None else anonymous,
        title=request.form.get("title", "") if title is None else title,
        document=document,
        subject=card.title if card else "",
        pulse=survey is not None and survey.kind == PULSE,
        types=TYPES,
        errors={key: say(reason) for key, reason in refused.fields.items()} if refused else {},
        error=say(refused.message) if refused else "",
        most=MOST_QUESTIONS,
    )


# results


@bp.get("/surveys/<survey_id>/results", endpoint="survey_results")
@requires(Permission.SURVEY_RESULTS)
def results(survey_id: str) -> str:
    actor = current_actor()
    survey = reading.by_public_id(survey_id)
    about = _number(request.args.get("about", ""))
    counted = [line for line in reading.lines(Survey.id == survey.id) if not about or line.about_id == about]
    if about and not counted:
        raise NotFound()
    answers = reading.released(actor, survey, about)
    questions = rules.read(survey.questions)
    scales = [question for question in questions if question.type == Type.SCALE]
    quarters = _slices(answers, scales, "quarter")
    return render_template(
        "lms/learning/survey_results.html",
        survey=survey,
        subject=counted[0].about_title if about else "",
        about=about,
        asked=sum(line.asked for line in counted),
        answered=sum(line.answered for line in counted),
        released=sum(line.released for line in counted),
        shown=len(answers),
        parts=[_asked(question, answers) for question in questions] if answers else [],
        texts_hidden=survey.anonymous and not reading.sees_all(actor),
        scales=scales,
        quarters=quarters,
        revisions=_slices(answers, scales, "revision") if about else [],
        bars=_bars([each.means[0] for each in quarters if each.means]) if len(quarters) > 1 and scales else (),
        said=said,
        fewest=FEWEST,
        pulse=survey.kind == PULSE,
    )


def _asked(question: Question, answers: Sequence[Released]) -> Asked:
    if question.type != Type.TEXT:
        return Asked(tally=rules.tally(question, [each.values for each in answers]), words=())
    given = {each.id: (str(each.values[question.key]), each.name) for each in answers if question.key in each.values}
    order = rules.shuffled(question.key, list(given))
    return Asked(tally=rules.tally(question, [each.values for each in answers]), words=[given[id] for id in order])


def _slices(answers: Sequence[Released], scales: Sequence[Question], name: str) -> list[Slice]:
    """Return means by revision or quarter; where a batch mixes several, they stand together."""
    found = []
    for group in by({each.id: (each.batch, getattr(each, name)) for each in answers}):
        values = [each.values for each in answers if each.id in group.answers]
        if len(values) < FEWEST:
            continue
        means = [rules.tally(question, values).mean for question in scales]
        found.append(Slice(label=_label(group.names, name), n=len(values), means=means))
    return found


def _label(names: Sequence[Any], name: str) -> str:
    if name == "quarter":
        return _("%(first)s 到 %(last)s", first=names[0], last=names[-1]) if len(names) > 1 else str(names[0])
    if len(names) > 1:
        return _("第 %(numbers)s 版合计", numbers="、".join(str(each) for each in names))
    return _("第 %(n)s 版", n=names[0]) if names[0] else _("没有记版本")


def _bars(means: Sequence[float | None]) -> Any:
    return columns([mean or 0 for mean in means], width=640, height=120, most=rules.SCALE)


# the pulse


@bp.get("/pulse", endpoint="pulse")
@requires(Permission.SURVEY_RESULTS)
def pulse() -> str:
    """Show the monthly pulse: whether it is on, what is asked, and how the months compare."""
    months = reading.pulses()
    running = reading.running_pulse()
    answers = reading.released_of([month.id for month in months])
    counted = {line.survey_id: line for line in reading.lines(Survey.kind == PULSE)}
    questions = rules.read(months[0].questions) if months else rules.PULSE
    scales = [question for question in questions if question.type == Type.SCALE]
    rows = [
        (
            month,
            counted.get(month.id),
            [rules.tally(question, answers[month.id]).mean for question in scales] if month.id in answers else None,
        )
        for month in months
    ]
    charts = [
        (question, _bars([means[n] if means else None for _month, _line, means in reversed(rows)]))
        for n, question in enumerate(scales)
    ]
    return render_template(
        "lms/learning/pulse.html",
        running=running,
        rows=rows,
        scales=scales,
        questions=questions,
        charts=charts if len(rows) > 1 else [],
        edits=allows(current_actor(), Permission.SURVEY_EDIT),
        said=said,
        fewest=FEWEST,
    )


@bp.post("/pulse")
@requires(Permission.SURVEY_EDIT)
def switch_pulse() -> Response:
    """Switch the pulse on: it opens at once for this month, and by itself for each later one."""
    months = reading.pulses()
    questions = rules.read(months[0].questions) if months else rules.PULSE
    with transaction():
        acts.begin_pulse(current_actor(), questions)
    flash(_("已开启。几分钟内会问到每个客服和组长，以后每月自动问一次。"), "ok")
    return redirect(url_for(".pulse"), 303)


def _number(given: str) -> int:
    return whole(given) or 0
