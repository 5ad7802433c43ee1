"""`lms quiz regrade …`: marking again from the command line."""

from collections.abc import Iterator

import click

from lms.accounts import queries as accounts
from lms.core.db import transaction
from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json, watched
from lms.core.texts import text
from lms.quizzes.actions import regrade as actions
from lms.quizzes.queries import impact as impacts
from lms.quizzes.queries.choosing import How, key_by, version_of
from lms.quizzes.queries.regrading import asked_in
from lms.quizzes.rules.regrade import Drop, Rekey


@click.command(cls=AppCommand)
@click.argument("slug")
@click.argument("key")
@click.option("--to-published", "how", flag_value=How.PUBLISHED.value, help="By the key that is published now.")
@click.option("--to-asked", "how", flag_value=How.AS_ASKED.value, help="By the key with which it was asked: undo.")
@click.option("--to-all", "how", flag_value=How.TO_ALL.value, help="Everybody who was asked it earns all of it.")
@click.option("--drop", "how", flag_value=How.DROP.value, help="It counts for nobody.")
@click.option("--version", default="", help="16 hex digits of the version that was asked, where there are several.")
@click.option("--remark", is_flag=True, help="Also answers that a person has marked.")
@click.option("--reason", default="", help="Why; learners see it. Needed to write.")
@click.option("--by", "who", default="", help="Employee number of who does it; needed to write.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def regrade(
    slug: str,
    key: str,
    how: str | None,
    version: str,
    remark: bool,
    reason: str,
    who: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mark closed attempts again after a key was corrected, or without a question.

    \b
    Example:
      lms quiz regrade onboarding/return-7d k3f9a2 --to-published --dry-run
      lms quiz regrade onboarding/return-7d k3f9a2 --drop --reason "题目有歧义" --by T1001
    """
    if how is None:
        raise click.UsageError(say(text("请写 --to-published、--to-asked、--to-all 或 --drop 中的一个。")))
    actor = None
    if not dry_run:
        actor = accounts.actor_by_employee_no(who) if who else None
        if actor is None:
            raise click.UsageError(say(text("请用 --by 写上判分人的工号，或用 --dry-run 只看不改。")))
    found = asked_in(slug, key)
    chosen = version_of(found, version)
    if chosen is None:
        raise click.ClickException(say(text("这道题还没有人答过，没有要重新判分的答卷。")))
    by = key_by(found, chosen, How(how))
    remark = remark or how == How.TO_ALL.value
    seen = impacts.impact(chosen.question, chosen.sha, Drop() if by is None else Rekey(by=by, remark=remark))
    counts = seen.plan.totals
    public_id = None
    if actor is not None:
        with transaction():
            public_id = actions.begin(
                actor,
                document_id=found.quiz.document_id,
                part_id=found.part_id,
                from_sha=chosen.sha,
                by=by,
                reason=reason,
                remark=remark,
            )
        portions = -(-counts.people // actions.AT_ONCE)
        for _last in watched(_portions(actions.number_of(public_id)), text("重新判分"), portions):
            pass
    if as_json:
        names = ("attempts", "people", "raised", "lowered", "unchanged", "to_pass", "to_fail", "undecided", "kept")
        tell_json({"id": public_id, "version": chosen.name, **{name: getattr(counts, name) for name in names}})
        return
    tell(
        text(
            "%(attempts)s 份答卷：升 %(raised)s，降 %(lowered)s，不变 %(unchanged)s；"
            "改为通过 %(to_pass)s，改为未通过 %(to_fail)s。",
            attempts=counts.attempts,
            raised=counts.raised,
            lowered=counts.lowered,
            unchanged=counts.unchanged,
            to_pass=counts.to_pass,
            to_fail=counts.to_fail,
        )
    )
    tell(text("已重新判分。") if public_id else text("什么也没有改。"))


def _portions(number: int) -> Iterator[int]:
    """Mark portion after portion again, each in its transaction."""
    after: int | None = 0
    while after is not None:
        with transaction():
            after = actions.portion(number, after)
        if after is not None:
            yield after
