"""分批: putting people into intakes of about the same size, as the plan says that was shown."""

from collections.abc import Mapping, Sequence

from lms.accounts.actions import cohorts
from lms.accounts.queries import batches as reading
from lms.accounts.queries.batches import Chosen
from lms.accounts.rules.batches import Batch, Split
from lms.core.access import Actor
from lms.core.errors import Conflict, Invalid
from lms.core.texts import text


def fill(actor: Actor, batches: Sequence[Batch], ids: Mapping[str, int]) -> None:
    """Make the intakes that are new and put everybody into theirs. ids: of people by login name."""
    for batch in batches:
        cohort_id = batch.cohort_id
        if cohort_id is None:
            made = cohorts.open_cohort(actor, name=batch.name, starts_on=batch.starts_on, series=batch.series)
            cohort_id = made.id
        cohorts.add_members(actor, cohort_id, [ids[key] for key in batch.keys])


def split(actor: Actor, chosen: Chosen, how: Split, shown: str) -> tuple[Batch, ...]:
    """Put those who work here and are in no intake into intakes. shown: the digest of the plan that was seen.

    Raises Invalid where it is nobody, Conflict where the plan is another one by now.
    """
    plan = reading.plan(actor, chosen, how)
    if not plan.batches:
        raise Invalid(text("没有要分批的人。"))
    if shown != plan.digest:
        raise Conflict(text("预览之后人员或批次变了，什么也没有改。请再看一遍。"))
    fill(actor, plan.batches, plan.ids)
    return plan.batches
