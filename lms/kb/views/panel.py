"""The side panel: everything that an agent needs between two messages, in 320 pixels beside the chat tool."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from markupsafe import Markup

from lms.assignments.queries import OpenCheck, open_checks
from lms.content import queries as content
from lms.content.kinds import kind_of
from lms.content.show import Shower, shower
from lms.core.access import Actor, Permission
from lms.core.errors import NotFound
from lms.core.here import today
from lms.kb import queries
from lms.kb.rules import asking, reading
from lms.kb.rules.answers import PanelAnswer, panel_answer
from lms.kb.rules.blocks import Script, marked
from lms.kb.views import looked
from lms.kb.views.article import asked_day, day_kinds
from lms.kb.views.keep_buttons import with_keep_buttons
from lms.kb.views.noting import log_opened, log_search
from lms.kb.views.room import bp
from lms.kb.views.voting import vote_form
from lms.web.addresses import this_page
from lms.web.auth import current_actor, requires

HITS = 8
_APART = "\x00"  # can't occur in what the renderer makes


@bp.get("/panel")
@requires(Permission.LEARN)
def panel() -> str:
    """Answer `q`, else show the article `open` at its section `at`, else what the reader keeps at hand."""
    actor = current_actor()
    query = request.args.get("q", "").strip()[: asking.LONGEST_QUERY]
    code = request.args.get("shop", "")[:40]
    found = queries.answer(actor, queries.Wish(query=query, shop=code, limit=HITS)) if query else queries.Answer()
    hits = found.hits
    choices = found.shops if found.words else queries.shop_choices(actor, code)
    shops = [each for each in choices if each.mine] or list(choices)
    shop = next((each for each in shops if each.chosen), None)
    slug, anchor = request.args.get("open", "")[:200], request.args.get("at", "")[:200]
    source = None
    if query and not slug:
        source = log_search(actor, query, found.total, origin="panel", shop=shop.code if shop else "")
    if not slug and hits:
        slug, anchor = hits[0].slug, hits[0].sentence.anchor
    answer = _answer(actor, slug, anchor, found.words, shop, choices) if slug else None
    state = {name: value for name, value in (("q", query), ("shop", shop.code if shop else "")) if value}
    return render_template(
        "lms/kb/panel.html",
        query=query,
        meant=found.meant,
        instead=found.instead,
        shops=_labels(shops),
        shop=shop.code if shop else "",
        state=state,
        source=source,
        answer=answer,
        hits=[hit for hit in hits if answer is None or hit.slug != answer["opened"].slug],
        kept=None if slug or query else _kept(actor),
        checks=[] if slug or query else _checks(actor),
        back=_back(state, bool(request.args.get("open"))),
        actor=actor,
    )


def _labels(shops: Sequence[queries.ShopChoice]) -> list[tuple[str, str]]:
    """Return code and short name: the platform, where no two are on the same one."""
    platforms = [each.platform for each in shops]
    return [(each.code, each.platform if platforms.count(each.platform) == 1 else each.name) for each in shops]


def _back(state: dict[str, str], opened: bool) -> str:
    """Return where Esc leads: from an article that was chosen to the search, from there to what is kept."""
    kept = urlencode(state if opened else {name: state[name] for name in state if name != "q"})
    return url_for(".panel") + (f"?{kept}" if kept else "")


def _answer(
    actor: Actor,
    slug: str,
    anchor: str,
    words: Sequence[str],
    shop: queries.ShopChoice | None,
    shops: Sequence[queries.ShopChoice],
) -> dict[str, Any] | None:
    try:
        opened = content.open_published(actor, "article", slug)
    except NotFound:
        return None
    apart = queries.apart(opened.compiled_sha)
    names = (shop.name, shop.platform, shop.code) if shop else ()
    found = panel_answer(apart.parts, anchor, words, names)
    about = queries.about(actor, opened)
    looked.note_view(actor, opened)
    log_opened(actor, opened.document_id)
    asked, wrong_day = asked_day()
    force = {
        each.anchor: {
            "title": each.title,
            "force": reading.force_of(each.validity, today()),
            "answer": reading.answer_for(each.validity, asked).value if asked else "",
        }
        for each in apart.spec.sections
        if each.validity
    }
    return {
        "opened": opened,
        "spec": apart.spec,
        "about": about,
        "found": found,
        "named": bool(apart.spec.sections) and found.anchor != apart.spec.sections[0].anchor and found.title,
        "shown": _shown(found, about.kept),
        "review": reading.review_of(opened.verified_until, apart.spec.about.review_days, today()),
        "elsewhere": bool(opened.shops and shop and not {shop.code, shop.name, shop.platform} & set(opened.shops)),
        "shops": [next((each.name for each in shops if each.code == code), code) for code in opened.shops],
        "dated": force.pop(found.anchor, None),
        "others": force,
        "kinds": day_kinds(apart.spec.sections),
        "asked": asked,
        "wrong_day": wrong_day,
        "vote": vote_form(opened.slug, about.solved, about.reason, this_page()),
        "slots": tuple(dict.fromkeys(slot for each in _scripts(found) for slot in each.slots)),
    }


def _scripts(found: PanelAnswer) -> tuple[Script, ...]:
    return ((found.script,) if found.script else ()) + found.scripts


def _shown(found: PanelAnswer, kept: frozenset[str]) -> dict[str, Any]:
    """Return the pieces of the answer as HTML for its reader; all references are looked up at once."""
    heads = [head for head, _ in found.verdict]
    tails = [tail for _, tail in found.verdict]
    scripts = [marked(each, named=True) for each in _scripts(found)]
    groups: list[Sequence[str]] = [heads, tails, found.lines, scripts, found.internal]
    flat = [piece for group in groups for piece in group]
    pieces = iter(_all(shower(flat), flat, kept))
    head, tail, lines, said, internal = ([next(pieces) for _ in group] for group in groups)
    return {"verdict": list(zip(head, tail, strict=True)), "lines": lines, "scripts": said, "internal": internal}


def _all(show: Shower, pieces: Sequence[str], kept: frozenset[str], form: str = "keep") -> list[Markup]:
    if not pieces:
        return []
    return list(with_keep_buttons(show(_APART.join(pieces)), kept, form).split(_APART))


def _checks(actor: Actor) -> list[tuple[OpenCheck, str]]:
    """Return the recurring checks that the reader owes, each with where it is done."""
    found = []
    for each in open_checks(actor.id):
        endpoint = kind_of(each.kind).open_endpoint
        if endpoint:
            found.append((each, url_for(endpoint, slug=each.slug)))
    return found


def _kept(actor: Actor) -> dict[str, Any]:
    """Return favourites, each 话术 ready to be copied, and recents."""
    favourites = queries.favourites(actor)
    said = [(each, marked(each.script, named=True)) for each in favourites if each.script]
    show = shower([html for _, html in said])
    scripts = [
        (each, with_keep_buttons(show(html), frozenset({each.key}), f"keep-{each.document_id}")) for each, html in said
    ]
    return {
        "articles": [each for each in favourites if not each.key],
        "scripts": scripts,
        "changed": [each for each in favourites if each.changed],
        "slugs": {each.document_id: each.slug for each in favourites},
        "recents": queries.recents(actor, looked.buffer().of(actor.id)),
        "slots": tuple(dict.fromkeys(slot for each, _ in said if each.script for slot in each.script.slots)),
    }
