"""Import of staff: upload, what would happen, then exactly that."""

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from lms.accounts import queries
from lms.accounts.actions import staff
from lms.accounts.rules.batches import LEAST, MOST, USUAL, Split
from lms.accounts.rules.staff_words import COLUMNS, EXPLAINED
from lms.accounts.views import uploads
from lms.accounts.views.blueprint import bp
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole
from lms.web.tables import EXPORTS, download


def _page(**more: object) -> str:
    more = {"how": None, "usual": USUAL, "least": LEAST, "most": MOST, **more}
    return render_template("lms/accounts/staff_import.html", columns=COLUMNS, explained=EXPLAINED, **more)


def how_to_split(values: Mapping[str, str]) -> Split | None:
    """Return what a form asks for, None where it does not ask to split. Raises Invalid."""
    if not values.get("split"):
        return None
    most = whole(values.get("most", "").strip() or str(USUAL))
    if most is None or not LEAST <= most <= MOST:
        reason = text("每批人数请填 %(least)s 到 %(most)s。", least=LEAST, most=MOST)
        raise Invalid(reason, fields={"most": reason})
    return Split(most=most, by_team=bool(values.get("by_team")))


def again_of(how: Split | None, *, complete: bool) -> dict[str, str]:
    """Return the hidden fields with which the same file is asked for once more."""
    return {**split_again(how), **({"complete": "1"} if complete else {})}


def split_again(how: Split | None) -> dict[str, str]:
    """Return the hidden fields that ask for the same once more."""
    if how is None:
        return {}
    return {"split": "1", "most": str(how.most), **({"by_team": "1"} if how.by_team else {})}


def leads_by_team() -> dict[int, str]:
    """Return the names of the leads of each team that has one, by the team's id."""
    return {team_id: leads for team_id, (_people, leads) in queries.team_heads().items() if leads}


@bp.get("/people/import")
@requires(Permission.STAFF_IMPORT)
def staff_import() -> str | Response:
    """Show where to upload; `?format=` gives a sheet to fill in, with examples that no import takes."""
    if request.args.get("format") in EXPORTS:
        return download(
            request.args["format"],
            _("人员导入模板"),
            [uploads.head(column) for column in COLUMNS],
            [[example.get(column.key, "") for column in COLUMNS] for example in _examples()],
            more=[
                (
                    _("怎么填"),
                    [_("列"), _("要不要填"), _("怎么写")],
                    [
                        [uploads.head(column), _("必填") if column.required else _("选填"), say(EXPLAINED[column.key])]
                        for column in COLUMNS
                    ],
                )
            ],
        )
    return _page()


def _examples() -> list[dict[str, str]]:
    """Return a trainer, a mentor and a new hire of today, as one would write them."""
    day, team, trainer = today(), _("售后一组"), _("培训师")
    return [
        {"employee_no": "T1001", "name": _("示例：苏岩"), "team": team, "position": trainer, "roles": trainer},
        {
            "employee_no": "A1009",
            "name": _("示例：周敏"),
            "team": team,
            "position": "客服专员",
            "hired_on": (day - timedelta(days=600)).isoformat(),
        },
        {
            "employee_no": "A1099",
            "name": _("示例：林小满"),
            "team": team,
            "position": "客服专员",
            "hired_on": day.isoformat(),
            "employment": _("临时"),
            "mentor": "A1009",
            "leaving_on": (day + timedelta(days=90)).isoformat(),
            "tags": _("大促支援、夜班"),
            "wecom": "linxiaoman",
        },
    ]


@bp.post("/people/import")
@requires(Permission.STAFF_IMPORT)
def staff_preview() -> str | tuple[str, int]:
    """Show what the file would do; nothing is changed."""
    actor = current_actor()
    try:
        return _preview(actor, uploads.uploaded(), how_to_split(request.form))
    except DomainError as error:
        return _page(error=say(error.message)), error.status


def _preview(actor: Actor, data: bytes, how: Split | None) -> str:
    complete = bool(request.form.get("complete"))
    plan = staff.plan_staff(actor, data, how, complete=complete)
    missing = staff.missing_teams(actor, data) if plan.refused else []
    again = again_of(how, complete=complete)
    sure = {"confirmed": "1"} if plan.leavers and plan.leavers.too_many else {}
    return _page(
        plan=plan,
        apply_with={**again, **sure},
        missing=missing,
        key=uploads.keep(actor, data),
        digest=fingerprint(plan),
        how=how,
        again=again,
        leads=leads_by_team() if plan.batches else {},
    )


@bp.post("/people/import/teams")
@requires(Permission.STAFF_IMPORT)
def staff_teams() -> str | tuple[str, int]:
    """Make the teams that a previewed file names and nobody knows, then show the preview again."""
    actor = current_actor()
    try:
        data = uploads.kept(actor, request.form.get("key", ""))
        with transaction():
            made = staff.make_teams(actor, data)
        page = _preview(actor, data, how_to_split(request.form))
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    if made:
        flash(_("新建团队：%(names)s。", names=_("、").join(made)), "ok")
    return page


@bp.post("/people/import/apply")
@requires(Permission.STAFF_IMPORT)
def staff_apply() -> Response | tuple[str, int]:
    """Do what was shown, all of it or nothing."""
    actor, key = current_actor(), request.form.get("key", "")
    try:
        data = uploads.kept(actor, key)
        with transaction():
            how = how_to_split(request.form)
            plan = staff.apply_staff(
                actor,
                data,
                shown=request.form.get("digest", ""),
                how=how,
                complete=bool(request.form.get("complete")),
                confirmed=bool(request.form.get("confirmed")),
            )
    except DomainError as error:
        return _page(error=say(error.message)), error.status
    uploads.drop(actor, key)
    flash(_("已导入：新增 %(new)s 人，更新 %(changed)s 人。", new=len(plan.new), changed=len(plan.changed)), "ok")
    if plan.leavers and plan.leavers.people:
        flash(_("不在名单里的 %(n)s 人已停用。", n=len(plan.leavers.people)), "ok")
    if plan.batches:
        flash(_("分进 %(n)s 个批次，可以逐批排班、打印登录条。", n=len(plan.batches)), "ok")
        return redirect(url_for(".cohorts"))
    return redirect(url_for("home.setup") if session.get("setup") else url_for(".people"))
