"""Verbs of people, intakes, rosters, teams, slips and sign-in."""

from lms.accounts.actions.calendar import (
    end_leave,
    note_leave,
    remove_freeze,
    remove_shift,
    set_company_days,
    set_freeze,
    set_shift,
)
from lms.accounts.actions.cohorts import add_members, change_cohort, open_cohort, remove_member
from lms.accounts.actions.company import describe_company, invite_first
from lms.accounts.actions.own import change_password, make_token, revoke_token, set_preferences
from lms.accounts.actions.people import (
    apply_moves,
    change,
    close,
    closing,
    end_sessions,
    grant,
    hire,
    move,
    reopen,
    revoke,
    set_mentor,
    set_shops,
)
from lms.accounts.actions.rosters import Owner, set_days, set_pattern, stop_pattern
from lms.accounts.actions.sign_in import WrongPassword
from lms.accounts.actions.slips import PrintedSlip, make_slips
from lms.accounts.actions.tags import set_tags
from lms.accounts.actions.teams import add_shop, add_team, change_team, close_team, found_company

__all__ = [
    "Owner",
    "PrintedSlip",
    "WrongPassword",
    "add_members",
    "add_shop",
    "add_team",
    "apply_moves",
    "change",
    "change_cohort",
    "change_password",
    "change_team",
    "close",
    "close_team",
    "closing",
    "describe_company",
    "end_leave",
    "end_sessions",
    "found_company",
    "grant",
    "hire",
    "invite_first",
    "make_slips",
    "make_token",
    "move",
    "note_leave",
    "open_cohort",
    "remove_freeze",
    "remove_member",
    "remove_shift",
    "reopen",
    "revoke",
    "revoke_token",
    "set_company_days",
    "set_days",
    "set_freeze",
    "set_mentor",
    "set_pattern",
    "set_preferences",
    "set_shift",
    "set_shops",
    "set_tags",
    "stop_pattern",
]
