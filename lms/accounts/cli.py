"""`lms staff …` and `lms token …`: import people, print sign-in slips, make tokens."""

import socket
import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app, render_template

from lms.accounts import actions, queries
from lms.accounts.actions import slips as slip_actions
from lms.accounts.actions import staff as staff_actions
from lms.accounts.rules.batches import LEAST, MOST, Split
from lms.accounts.rules.sign_in import code_shown
from lms.accounts.rules.staff_known import Leavers, StaffPlan
from lms.accounts.rules.tokens import USUAL_DAYS
from lms.accounts.slip_codes import slip_link, slip_qr
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import local, settings
from lms.core.i18n import say
from lms.core.installation import company
from lms.core.terminal import AppCommand, tell, tell_json
from lms.core.texts import text

staff = click.Group("staff", help="People: import a list, print sign-in slips, make the first administrator.")
token = click.Group("token", help="API tokens.")


@staff.command("import", cls=AppCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--make-teams", is_flag=True, help="Make the teams that the file names and nobody knows.")
@click.option(
    "--intakes-of",
    type=click.IntRange(LEAST, MOST),
    help="Put those who are new into intakes (批次) of about the same size, at most so many people in one.",
)
@click.option("--leavers", is_flag=True, help="The file is complete: who is missing in it leaves.")
@click.option("--confirm-leavers", is_flag=True, help="Yes, that many people leave.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_staff(
    file: Path,
    dry_run: bool,
    make_teams: bool,
    intakes_of: int | None,
    leavers: bool,
    confirm_leavers: bool,
    as_json: bool,
) -> None:
    """Take in people from a CSV or XLSX file, all rows or none; exit 1 and every reason if one is refused.

    \b
    Example:
      lms staff import staff.xlsx --dry-run
      lms staff import everybody.csv --leavers --dry-run
      lms staff import staff.csv --make-teams
      lms staff import temps.xlsx --intakes-of 50
    """
    data, actor = file.read_bytes(), queries.console()
    how = Split(most=intakes_of) if intakes_of else None
    if make_teams and not dry_run:
        with transaction():
            made = staff_actions.make_teams(actor, data)
        if made:
            tell(text("新建团队：%(names)s。", names="、".join(made)))
    plan = staff_actions.plan_staff(actor, data, how, complete=leavers)
    _show(plan, as_json)
    if plan.refused:
        click.get_current_context().exit(1)
    if not dry_run and plan.can_apply:
        with transaction():
            staff_actions.apply_staff(
                actor, data, shown=fingerprint(plan), how=how, complete=leavers, confirmed=confirm_leavers
            )
        if not as_json:
            tell(text("已导入。"))


def _show(plan: StaffPlan, as_json: bool) -> None:
    if as_json:
        tell_json(
            {
                "new": [change.employee_no for change in plan.new],
                "changed": [change.employee_no for change in plan.changed],
                "unchanged": plan.unchanged,
                "intakes": [{"name": batch.name, "people": batch.size} for batch in plan.batches],
                "leaving": [each.employee_no for each in plan.leavers.people] if plan.leavers else [],
                "too_many_leave": plan.leavers.too_many if plan.leavers else False,
                "refused": [
                    {
                        "line": row.line,
                        "employee_no": row.employee_no,
                        "reasons": [say(reason) for reason in row.reasons],
                    }
                    for row in plan.refused
                ],
            }
        )
        return
    for row in plan.refused:
        reasons = " ".join(say(reason) for reason in row.reasons)
        tell(text("第 %(line)s 行 %(no)s：%(reasons)s", line=row.line, no=row.employee_no, reasons=reasons))
    for batch in plan.batches:
        tell(text("%(name)s：%(n)s 人", name=batch.name, n=batch.size))
    tell(
        text(
            "新增 %(new)s 人，更新 %(changed)s 人，%(unchanged)s 人没有变化，%(refused)s 行不能导入。",
            new=len(plan.new),
            changed=len(plan.changed),
            unchanged=plan.unchanged,
            refused=len(plan.refused),
        )
    )
    if plan.leavers is not None:
        _show_leavers(plan.leavers)


def _show_leavers(gone: Leavers) -> None:
    for each in gone.people:
        tell(text("离职：%(no)s %(name)s", no=each.employee_no, name=each.name))
    for each in gone.kept:
        tell(text("名单里没有，但不停用：%(no)s %(name)s", no=each.employee_no, name=each.name))
    for each in gone.closed:
        tell(text("名单里有，但账号已停用，没有恢复：%(no)s %(name)s", no=each.employee_no, name=each.name))
    tell(
        text(
            "%(n)s 人不在名单里，会停用（在职 %(all)s 人，不用确认的最多 %(most)s 人）。",
            n=len(gone.people),
            all=gone.among,
            most=gone.allowed,
        )
    )


@staff.command(cls=AppCommand)
@click.option("--cohort", required=True, help="Name of the intake (批次).")
@click.option("--all", "everybody", is_flag=True, help="Also for those who have a password already.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to print (HTML).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def slips(cohort: str, everybody: bool, output: Path | None, as_json: bool) -> None:
    """Make sign-in slips for an intake: each lets one person in once within 48 hours. Older slips are void.

    \b
    Example:
      lms staff slips --cohort 2611期
      lms staff slips --cohort 2611期 -o slips.html
    """
    actor = queries.console()
    found = next((row for row in queries.cohorts(actor) if row.name == cohort), None)
    if found is None:
        raise NotFound(text("没有叫“%(name)s”的批次。", name=cohort))
    members = [
        row for row in queries.cohort_members(actor, found.id) if row.active and (everybody or not row.has_password)
    ]
    with transaction():
        made = actions.make_slips(actor, [row.id for row in members])
    _print_slips(made, output, as_json)


@staff.command(cls=AppCommand)
@click.argument("employee_no")
@click.option("--name", required=True, help="The person's name.")
def admin(employee_no: str, name: str) -> None:
    """Make somebody an administrator and print the sign-in slip; the person is entered if unknown.

    \b
    Example:
      lms staff admin ADMIN --name 王芳
    """
    actor = queries.console()
    with transaction():
        root = actions.found_company(company())
        person = queries.active_by_no(employee_no) or actions.hire(
            actor, employee_no=employee_no, name=name, team_id=root.id
        )
        actions.grant(actor, person.id, Role.ADMIN, root.id)
        made = actions.make_slips(actor, [person.id])
    _print_slips(made, None, False)


def invite_first(host: str, port: int) -> None:
    """Print the way in for the first administrator while nobody can sign in; say nothing once somebody can."""
    with transaction():
        slip = actions.invite_first(queries.console(), name=say(text("管理员")))
    if slip is None:
        return
    reached = _own_address() if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host  # noqa: S104
    with current_app.test_request_context(base_url=settings().base_url or f"http://{reached}:{port}"):
        link = slip_link(slip.token)
    tell(text("还没有人能登录。第一位管理员请打开下面的地址设密码，接着按首次设置的五步做："))
    click.echo(f"\n  {link}\n")
    tell(
        text(
            "打不开就在登录页选“用登录条上的号码”，填工号 %(no)s、登录码 %(code)s。"
            "%(time)s 前有效，用一次作废；重新启动会换一个新的。",
            no=slip.employee_no,
            code=code_shown(slip.code),
            time=f"{local(slip.expires_at):%Y-%m-%d %H:%M}",
        )
    )
    sys.stdout.flush()


def _own_address() -> str:
    """Return an address of this machine under which others are likely to reach it."""
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"


def _print_slips(made: list[slip_actions.PrintedSlip], output: Path | None, as_json: bool) -> None:
    base = settings().base_url or "http://127.0.0.1:8000"
    with current_app.test_request_context(base_url=base):
        rows: list[dict[str, Any]] = [
            {"slip": one, "code": code_shown(one.code), "url": (url := slip_link(one.token)), "qr": slip_qr(url)}
            for one in made
        ]
        if output is not None:
            output.write_text(render_template("lms/accounts/slips_file.html", slips=rows, base=base), "utf-8")
    if as_json:
        tell_json([{"employee_no": row["slip"].employee_no, "code": row["code"], "url": row["url"]} for row in rows])
    elif output is not None:
        tell(text("%(n)s 张登录条写到 %(file)s。", n=len(rows), file=output))
    else:
        for row in rows:
            click.echo(f"{row['slip'].employee_no}\t{row['code']}\t{row['url']}\t{row['slip'].name}")
        if made:
            tell(text("%(time)s 前有效，用一次作废。", time=f"{local(made[0].expires_at):%Y-%m-%d %H:%M}"))


@token.command(cls=AppCommand)
@click.argument("employee_no")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="read, write, kpi, records, content or scim; may be given several times; none = all that the person may do.",
)
@click.option("--days", type=int, default=USUAL_DAYS, show_default=True, help="How long it holds, 1 to 366.")
@click.option("--label", default="lms token create", help="What it is for.")
def create(employee_no: str, scopes: tuple[str, ...], days: int, label: str) -> None:
    """Make an API token for a person and print it alone; it is not shown again.

    \b
    Example:
      lms token create L1001 --scope read --days 90
    """
    person = queries.active_by_no(employee_no)
    actor = queries.actor_by_id(person.id) if person else None
    if actor is None:
        raise NotFound(text("没有找到在职员工 %(no)s。", no=employee_no))
    with transaction():
        made = actions.make_token(actor, label=label, scope=scopes, days=days, on_console=True)
    click.echo(made)
