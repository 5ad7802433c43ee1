"""走向图: the scenes of a drill as a map with how people went, and its best, typical and worst path."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms.content import queries as content
from lms.core.access import Actor, Permission, Scope, allows, scopes
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.points import decimal_text
from lms.drills.blueprint import bp
from lms.drills.parse import parse
from lms.drills.queries.paths import MOST_RUNS, Gone, gone
from lms.drills.rules.graph import Graph, GraphLink, graph_of
from lms.drills.rules.paths import Done, Path, PathStep, Verdict, search_paths
from lms.drills.spec import DrillSpec, Effects, RouteKind, Scene
from lms.questions.spec import CriterionKind
from lms.web.auth import current_actor, requires

THIN, THICK = 1.5, 6.0
"""Thickness of a link that nobody took, and what the one taken most has beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A link of the map. runs: that took it. width: of its line. best: it lies on the best path."""

    link: GraphLink
    runs: int
    width: float
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way out of a scene. kind: choice | score | violated | else | timeout. best: it is taken on the best path."""

    text: str
    kind: str
    target: str
    effects: Effects
    runs: int
    best: bool


@bp.get("/drills/<path:slug>/paths")
@requires(Permission.DRILL_RESULTS)
def paths(slug: str) -> str | BaseResponse:
    """Show the map of the published drill, with draft=1 of its draft.

    Whoever may not read every drill may still play this one: what its rubric asks for is kept from him.
    """
    actor = current_actor()
    if not may_see(actor):
        raise NotFound()
    work = content.open_work("drill", slug)
    card = work.card
    if card.slug != slug:
        return redirect(url_for(".paths", slug=card.slug), 301)
    may_edit = allows(actor, Permission.CONTENT_EDIT)
    is_draft = may_edit and work.draft_id is not None and bool(request.args.get("draft") or not card.published_id)
    drill = _drill(work.draft_id if is_draft else card.published_id, card.path, is_draft=is_draft)
    is_broken = drill is None
    if drill is None:
        if not is_draft:
            raise NotFound()
        drill = DrillSpec(title=card.title)
    went = gone(card.document_id, drill)
    report = search_paths(drill) if drill.scenes else None
    best = frozenset(report.best.links) if report and report.best else frozenset()
    graph = graph_of(drill)
    return render_template(
        "lms/drills/paths.html",
        drill=card,
        spec=drill,
        graph=graph,
        links=_drawn(graph, drill, went, best),
        went=went,
        report=report,
        verdicts=Verdict,
        tables=[(scene, _rows(scene, went, report.best if report else None)) for scene in drill.scenes],
        step_words=partial(_step_words, drill, may_read=allows(actor, Permission.CONTENT_READ_ALL)),
        score=_score,
        most_runs=MOST_RUNS,
        is_draft=is_draft,
        is_broken=is_broken,
        may_edit=may_edit,
        has_draft=may_edit and work.draft_id is not None and card.published_id is not None and not is_draft,
        has_published=is_draft and card.published_id is not None,
    )


def may_see(actor: Actor) -> bool:
    """Whether the actor sees results of teams: the map tells what each reply leads to."""
    return bool(scopes(actor, Permission.DRILL_RESULTS) - {Scope.OWN, Scope.MENTEES})


def _drill(revision_id: int | None, path: str, *, is_draft: bool) -> DrillSpec | None:
    if revision_id is None:
        return None
    if is_draft:
        return parse(content.text(revision_id), path).spec
    found: DrillSpec = content.compiled(revision_id)
    return found


def _drawn(graph: Graph, drill: DrillSpec, went: Gone, best: frozenset[tuple[str, str]]) -> list[Drawn]:
    most = max(went.links.values(), default=0) or 1
    found = []
    for link in graph.links:
        ends = drill.scenes[link.source].title, drill.scenes[link.target].title
        runs = went.links[ends]
        found.append(
            Drawn(link=link, runs=runs, width=round(THIN + THICK * runs / most, 1) if runs else THIN, best=ends in best)
        )
    return sorted(found, key=lambda each: (each.best, each.runs))  # what matters most is drawn over the rest


def _rows(scene: Scene, went: Gone, best: Path | None) -> list[Row]:
    if scene.ending is not None:
        return []
    steps = [each for each in best.steps if each.scene == scene.title] if best else []
    rows = [
        Row(
            text=choice.text,
            kind="choice",
            target=choice.target,
            effects=choice.effects,
            runs=went.replies[scene.title, choice.id],
            best=any(each.text == choice.text for each in steps),
        )
        for choice in scene.choices
        if not scene.free
    ]
    for route in scene.routes:
        late = route.kind is RouteKind.TIMEOUT
        if late or scene.free:
            done = Done.TIMEOUT if late else Done.TEXT
            ends = (scene.title, route.target)
            rows.append(
                Row(
                    text=str(route.at_least) if route.kind is RouteKind.SCORE else "",
                    kind=route.kind.value,
                    target=route.target,
                    effects=route.effects,
                    runs=went.replies[scene.title, done.value] if late else went.links[ends],
                    best=any(each.done is done and each.target == route.target for each in steps),
                )
            )
    return rows


def _step_words(drill: DrillSpec, step: PathStep, *, may_read: bool) -> str:
    """Return what is done at a step of a path, for a person. may_read: also the phrases of its rubric."""
    if step.done is Done.CHOICE:
        return _("回复：%(text)s", text=step.text)
    if step.done is Done.TIMEOUT:
        return _("没有回复，超时")
    said = _said(drill.scene(step.scene), step.held, may_read=may_read)
    if step.listed:
        said = [*said, _("说了禁用语")]
    return _("自己写：%(said)s", said=_("；").join(said)) if said else _("自己写：评分标准里的一条也没有说到")


def _said(scene: Scene, held: Sequence[int], *, may_read: bool) -> list[str]:
    names = {CriterionKind.MUST: _("必说"), CriterionKind.SHOULD: _("应说"), CriterionKind.NEVER: _("禁说")}
    return [
        _("%(kind)s %(words)s", kind=names[line.kind], words=line.words if may_read else _("第 %(n)s 条", n=place + 1))
        for place, line in ((each, scene.rubric[each]) for each in held)
    ]


def _score(value: Fraction | int | None) -> str:
    return "–" if value is None else decimal_text(value, 0)
