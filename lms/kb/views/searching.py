"""The page of results, and the few that are shown under the box while somebody types."""

from typing import Any

from flask import render_template, request, url_for

from lms.core.access import Actor, Permission
from lms.kb import queries
from lms.kb.queries import Wish
from lms.kb.rules import asking
from lms.kb.views.noting import log_search
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires

PAGE = 20
HINTS = 6
_LONGEST = 200  # characters of a filter in the address


def results(actor: Actor, query: str) -> str:
    """Return the page of what answers a query; the search is noted."""
    wish = asked_wish(query, limit=PAGE)
    answer = queries.answer(actor, wish)
    number = log_search(actor, query, answer.total, shop=wish.shop)
    state = {name: value for name, value in _state(wish).items() if value}
    return render_template(
        "lms/kb/results.html",
        query=query,
        answer=answer,
        wish=wish,
        state=state,
        shop=next((each for each in answer.shops if each.chosen), None),
        mine=[each for each in answer.shops if each.mine],
        base=url_for(".article", slug="~"),
        source=number,
        here=url_for(".index", **state),
    )


@bp.get("/kb/search/hints")
@requires(Permission.LEARN)
def hints() -> str:
    """Return the first answers to what is being typed, as a list for the box; `stopped`: they stopped, so note it."""
    actor = current_actor()
    query = request.args.get("q", "").strip()[: asking.LONGEST_QUERY]
    answer = queries.answer(actor, Wish(query=query, limit=HINTS))
    if query and "stopped" in request.args:
        log_search(actor, query, answer.total)
    return render_template("lms/kb/_hints.html", query=query, answer=answer, base=url_for(".article", slug="~"))


def asked_wish(query: str, *, limit: int) -> Wish:
    """Return the search that the address asks for; what makes no sense in it is left out."""
    args = request.args
    after = args.get("after", "")
    return Wish(
        query=query,
        shop=args.get("shop", "")[:_LONGEST],
        folder=args.get("folder", "")[:_LONGEST] or None,
        tag=args.get("tag", "")[:_LONGEST],
        in_review="in_review" in args,
        limit=limit,
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 4 else 0,
    )


def _state(wish: Wish) -> dict[str, Any]:
    return {
        "q": wish.query,
        "shop": wish.shop,
        "folder": wish.folder,
        "tag": wish.tag,
        "in_review": "1" if wish.in_review else "",
    }
