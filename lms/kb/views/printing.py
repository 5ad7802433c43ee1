"""An article on paper."""

from dataclasses import replace

from flask import render_template

from lms.content import queries as content
from lms.content.sections import shown_sections
from lms.content.show import shower
from lms.core.access import Permission
from lms.core.here import today
from lms.kb import queries
from lms.kb.rules import reading
from lms.kb.rules.blocks import without_internal
from lms.kb.views.article import groups_of
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires


@bp.get("/kb/<path:slug>/print")
@requires(Permission.LEARN)
def print_article(slug: str) -> str:
    """Show what may lie on a desk: with its version and the day, without 内部."""
    actor = current_actor()
    opened = content.open_published(actor, "article", slug)
    spec = queries.apart(opened.compiled_sha).spec
    intro, *sections = (replace(each, html=without_internal(each.html)) for each in (spec.intro, *spec.sections))
    show = shower([intro.html, *(each.html for each in sections)])
    first, parts = shown_sections(intro, sections, show)
    return render_template(
        "lms/kb/print.html",
        opened=opened,
        spec=spec,
        intro=first,
        groups=groups_of(parts, None),
        shops=queries.shop_names(opened.shops),
        review=reading.review_of(opened.verified_until, spec.about.review_days, today()),
        about=queries.about(actor, opened),
        actor=actor,
    )
