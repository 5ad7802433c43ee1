"""话术 and answers as files for other tools."""

from flask import Response, render_template, request

from lms.core.access import Permission
from lms.core.here import today
from lms.kb import queries
from lms.kb.exports import faq_csv, scripts_csv
from lms.kb.rules import exporting
from lms.kb.rules.browsing import categories
from lms.kb.rules.exporting import Places
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires

SHOWN = 8


@bp.get("/kb/export")
@requires(Permission.CONTENT_EDIT)
def export() -> str | Response:
    """Show what the files hold, or give one: `file=scripts` or `file=faq`."""
    places = Places(request.args["places"]) if request.args.get("places") in set(Places) else Places.BRACES
    restricted = request.args.get("restricted") == "1"
    folder = request.args.get("folder") or None
    articles = queries.exported(restricted=restricted, folder=folder)
    wanted = request.args.get("file")
    if wanted == "scripts":
        return _file(scripts_csv(articles, places), f"scripts-{today().isoformat()}.csv")
    if wanted == "faq":
        return _file(faq_csv(articles), f"faq-{today().isoformat()}.csv")
    scripts = exporting.script_rows(articles, places, today())
    faq = exporting.faq_rows(articles, today())
    return render_template(
        "lms/kb/export.html",
        scripts=scripts,
        faq=faq,
        shown=SHOWN,
        groups=exporting.counted(scripts),
        places=places.value,
        restricted=restricted,
        hidden=queries.restricted_count(),
        folder=folder or "",
        folders=categories((each.slug, each.tags) for each in queries.articles(current_actor())),
        chosen={
            name: value
            for name, value in (("places", places.value), ("restricted", "1" if restricted else ""), ("folder", folder))
            if value
        },
    )


def _file(data: bytes, name: str) -> Response:
    return Response(data, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
