"""Giving duties, keeping them in step with people, rosters and documents, and rolling completions up.

Everything here runs in the caller's transaction. Locks: persons first (`lock_people`), the log head last.
"""

from lms.assignments.actions.cards import DELTA, MUST_READ, Asked, ask_to_read, keep_must_read, no_longer_asked
from lms.assignments.actions.days import reschedule
from lms.assignments.actions.follow import lay_out_anew
from lms.assignments.actions.give import assign, withdraw_occasion, withdraw_rounds
from lms.assignments.actions.keeping import bring_to_rest, keep_in_step
from lms.assignments.actions.relief import (
    credit,
    end_exemption,
    end_extension,
    exempt,
    extend,
    take_back_credit,
)
from lms.assignments.actions.ruling import (
    change_rule,
    give_to_lately_hired,
    keep_rule,
    make_rule,
    stop_rule,
)
from lms.assignments.actions.settle import first_completion, item_done, opened, recount, took_part
from lms.assignments.actions.soon import keep_soon, reschedule_soon
from lms.assignments.audience import HIRED_LATELY

__all__ = [
    "DELTA",
    "HIRED_LATELY",
    "MUST_READ",
    "Asked",
    "ask_to_read",
    "assign",
    "bring_to_rest",
    "change_rule",
    "credit",
    "end_exemption",
    "end_extension",
    "exempt",
    "extend",
    "first_completion",
    "give_to_lately_hired",
    "item_done",
    "keep_in_step",
    "keep_must_read",
    "keep_rule",
    "keep_soon",
    "lay_out_anew",
    "make_rule",
    "no_longer_asked",
    "opened",
    "recount",
    "reschedule",
    "reschedule_soon",
    "stop_rule",
    "take_back_credit",
    "took_part",
    "withdraw_occasion",
    "withdraw_rounds",
]
