"""`lms appraisals …`: whether what was frozen and signed is still what it was."""

import click

from lms.core.i18n import say
from lms.core.terminal import AppCommand, tell, tell_json
from lms.core.texts import Text, text
from lms.reviews.queries.freezing import verified

group = click.Group("appraisals", help="Appraisals: verify what was frozen and signed.")


@group.command(cls=AppCommand)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(as_json: bool) -> None:
    """Count the sha256 of every frozen appraisal anew and compare every signature; exit 1 if one does not fit.

    \b
    Example:
      lms appraisals verify
    """
    found = verified()
    problems: list[Text] = [
        text("考核 %(id)s 第 %(n)s 版：封存的内容和校验码不一致。", id=row, n=version)
        if what == "paper"
        else text("考核 %(id)s 第 %(n)s 版：签字的不是这份内容。", id=row, n=version)
        for row, version, what in found.broken
    ]
    if as_json:
        tell_json(
            {
                "papers": found.papers,
                "signatures": found.signatures,
                "erased": found.erased,
                "problems": [say(each) for each in problems],
            }
        )
    else:
        for each in problems:
            click.echo(say(each))
        tell(
            text(
                "已核对 %(papers)s 份封存、%(signatures)s 个签字，%(erased)s 份内容已删除，发现 %(problems)s 处问题。",
                papers=found.papers,
                signatures=found.signatures,
                erased=found.erased,
                problems=len(problems),
            )
        )
    if problems:
        click.get_current_context().exit(1)
