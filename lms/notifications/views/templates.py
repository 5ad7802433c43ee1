"""The settings of templates: how messages read, in both languages, with an example beside."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import gettext, say
from lms.notifications.actions.templates import change_template, reset_template
from lms.notifications.queries.wording import LANGUAGES, overridden, sample, shipped, templates
from lms.notifications.rules.wording import KINDS, Kind, Template, Wording, checked
from lms.notifications.views.room import bp
from lms.web.auth import current_actor, requires

NAMES = {"zh_CN": "中文", "en": "English"}


@bp.get("/settings/templates", endpoint="templates")
@requires(Permission.NOTIFY_EDIT)
def show_templates() -> str:
    """List the templates, and show the one that is named as it may be edited."""
    kind = _kind(request.args.get("name", "reminder"))
    found = templates()
    return _page(kind, {locale: found[kind.name, locale] for locale in LANGUAGES}, {})


@bp.post("/settings/templates")
@requires(Permission.NOTIFY_EDIT)
def change_templates() -> str | Response | tuple[str, int]:
    """Keep a template in both languages, show how it would read, or go back to the shipped wording of one language."""
    kind = _kind(request.form.get("name", ""))
    do = request.form.get("do", "save")
    back = redirect(url_for(".templates", name=kind.name), 303)
    if do.startswith("reset:"):
        with transaction():
            reset_template(current_actor(), kind.name, do.removeprefix("reset:"))
        flash(gettext("已恢复原来的写法。"), "ok")
        return back
    written = {
        locale: Template(subject=request.form.get(f"subject_{locale}", ""), body=_lines(f"body_{locale}"))
        for locale in LANGUAGES
    }
    wrong = _wrong(kind, written)
    if wrong or do == "preview":
        page = _page(kind, written, wrong)
        return (page, 422) if wrong else page
    present = templates()
    with transaction():
        for locale, template in written.items():
            if checked(kind, template.subject, template.body) != present[kind.name, locale]:
                change_template(current_actor(), kind.name, locale, subject=template.subject, body=template.body)
    flash(gettext("已保存，从下一条消息起用新的写法。"), "ok")
    return back


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise NotFound()
    return KINDS[name]


def _lines(field: str) -> str:
    return request.form.get(field, "").replace("\r\n", "\n")


def _wrong(kind: Kind, written: Mapping[str, Template]) -> dict[str, str]:
    """Return what is wrong, by the name of the field."""
    found: dict[str, str] = {}
    for locale, template in written.items():
        try:
            checked(kind, template.subject, template.body)
        except Invalid as error:
            found |= {f"{field}_{locale}": say(reason) for field, reason in error.fields.items()}
    return found


def _page(kind: Kind, written: Mapping[str, Template], wrong: Mapping[str, str]) -> str:
    examples: dict[str, Wording] = {locale: sample(kind, template, locale) for locale, template in written.items()}
    return render_template(
        "lms/notifications/templates.html",
        kinds=KINDS.values(),
        kind=kind,
        written=written,
        wrong=wrong,
        examples=examples,
        languages=NAMES,
        own=overridden(),
        shipped={locale: shipped(kind.name, locale) for locale in LANGUAGES},
    )
