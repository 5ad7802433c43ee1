"""The forms of appraisals: which there are, one version, writing the next one."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.i18n import _, say
from lms.reviews.actions import appraisal_forms as acts
from lms.reviews.queries import appraisal_forms as reading
from lms.reviews.queries.appraisal_forms import FormRow, said
from lms.reviews.rules.appraisal_forms import (
    ASKED_WORDS,
    KIND_WORDS,
    MARK_WORDS,
    MOST_QUESTIONS,
    SIDE_WORDS,
    Line,
    Side,
    written,
)
from lms.reviews.rules.shipped_forms import FORM_KINDS
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole

EMPTY_LINES = 3


@bp.get("/reviews/forms")
@requires(Permission.APPRAISAL_EDIT)
def appraisal_forms() -> str:
    """Show the forms that are offered for new rounds."""
    return render_template(
        "lms/reviews/appraisal_forms.html", forms=reading.forms(), kinds=FORM_KINDS, sides=SIDE_WORDS, said=said
    )


@bp.get("/reviews/forms/<appraisal_form_id>")
@requires(Permission.APPRAISAL_EDIT)
def appraisal_form(appraisal_form_id: str) -> str:
    """Show one version as it is asked, and the versions before and after it."""
    form = reading.form(appraisal_form_id)
    return render_template(
        "lms/reviews/appraisal_form.html",
        form=form,
        versions=reading.versions(form.key),
        kinds=FORM_KINDS,
        sides=SIDE_WORDS,
        asked=ASKED_WORDS,
        mark_words=MARK_WORDS,
        said=said,
    )


@bp.get("/reviews/forms/<appraisal_form_id>/edit")
@requires(Permission.APPRAISAL_EDIT)
def edit_appraisal_form(appraisal_form_id: str) -> str:
    form = reading.form(appraisal_form_id)
    lines = [
        Line(
            section=said(each.section),
            text=said(each.text),
            hint=said(each.hint),
            kind=each.kind.value,
            asked=each.asked.value,
            weight=str(each.weight or ""),
        )
        for each in form.spec.questions
    ]
    weights = {side: str(form.spec.weight(side)) for side in Side}
    return _form_page(form, said(form.name), "", weights, lines)


@bp.post("/reviews/forms/<appraisal_form_id>/edit")
@requires(Permission.APPRAISAL_EDIT)
def write_appraisal_form(appraisal_form_id: str) -> Response | tuple[str, int]:
    """Make what was typed the next version of the form."""
    form = reading.form(appraisal_form_id)
    typed = request.form
    lines = [
        Line(
            section=typed.get(f"section-{n}", ""),
            text=typed.get(f"text-{n}", ""),
            hint=typed.get(f"hint-{n}", ""),
            kind=typed.get(f"kind-{n}", ""),
            asked=typed.get(f"asked-{n}", ""),
            weight=typed.get(f"weight-{n}", "").strip(),
        )
        for n in range(MOST_QUESTIONS + EMPTY_LINES)
    ]
    shares = {side: typed.get(f"weight_{side.value}", "").strip() for side in Side}
    name, why = typed.get("name", ""), typed.get("why", "")
    try:
        spec = written(lines, {side: whole(share) for side, share in shares.items()}, form.spec)
        with transaction():
            made = acts.write_version(current_actor(), appraisal_form_id, name=name, spec=spec, why=why)
    except DomainError as refused:
        return _form_page(form, name, why, shares, [each for each in lines if each.text], refused), refused.status
    flash(_("新的一版已保存，以后开始的考核用它；已开始的不变。"), "ok")
    return redirect(url_for(".appraisal_form", appraisal_form_id=made), 303)


def _form_page(
    form: FormRow,
    name: str,
    why: str,
    weights: Mapping[Side, str],
    lines: list[Line],
    refused: DomainError | None = None,
) -> str:
    values: dict[str, Any] = {
        "form": form,
        "name": name,
        "why": why,
        "weights": weights,
        "lines": [*lines, *[Line()] * EMPTY_LINES][: MOST_QUESTIONS + EMPTY_LINES],
        "kinds": KIND_WORDS,
        "asked": ASKED_WORDS,
        "sides": SIDE_WORDS,
        "errors": {key: say(reason) for key, reason in refused.fields.items()} if refused else {},
        "error": say(refused.message) if refused else "",
        "said": said,
    }
    return render_template("lms/reviews/appraisal_form_edit.html", **values)
