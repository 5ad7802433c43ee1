"""Whose thing is it: every route that names one, for everybody who might ask, with the status in a table.

A route with a parameter that stands in no table fails here. What somebody may not see is answered exactly like what
does not exist. The rows of roles alone (who gets through the gate) are in tests/web/test_gates.py.
"""

import itertools

import pytest

from lms.content import actions as content
from lms.content.attachments import actions as attachments
from lms.content.attachments.jobs import make_pages
from lms.core import clock
from lms.core.db import transaction
from tests.support import owners
from tests.support.asked import WHO, Asked, only_own
from tests.support.make import as_actor
from tests.support.make_content import a_document, a_draft, a_quiz_text, an_article_text
from tests.support.make_files import a_pdf
from tests.support.make_house import COURSE, a_house, address, ask, browser_of, object_rules, values_of
from tests.support.make_learning import lesson_text
from tests.support.make_played import a_drill_text

pytestmark = pytest.mark.timeout(1200)  # seconds: thousands of requests a test, on a machine that does other things too

VERSION = {"version": "{version}"}
#                                 own mate mentor lead other trainer quality hr admin director
CONFIRM = "403 403 {0} {0} 404 {0} 403 403 403 403"
EDIT_PERSON = "403 403 403 403 403 403 403 {0} {0} 403"
EDIT_COHORT = "403 403 403 403 403 {0} 403 {0} {0} 403"
ROSTER = "403 403 403 {0} 404 {0} 403 {0} {0} 403"
URGENT = "403 403 403 {0} 404 {0} {0} 403 403 {0}"
ONLY_TRAINER = "404 404 404 404 404 {0} 404 404 404 404"
ANALYSIS = "403 403 403 403 403 200 200 403 403 200"
MARK = "403 403 403 403 403 {0} 403 403 403 403"
SLIP = "403 403 403 200 404 200 403 200 200 403"
SCORES = "403 403 403 200 200 200 200 200 403 200"
RUN = "403 403 403 {0} {0} {0} 403 403 403 403"
MAKEUP = "403 403 403 {0} 404 {0} 403 403 403 403"
TEAM_DRILL = "404 404 200 200 404 200 200 200 403 200"
TEAM_DRILL_PLAN = "403 403 403 {0} 404 {0} {0} 403 403 403"
MEASURE = "303 404 404 303 404 303 303 404 404 404"
RUN_REVIEW = "403 403 {0} {0} 404 {0} 403 403 403 403"
MEETING = "{0} {0} {0} {0} 404 {0} 404 404 404 404"
RUNS_MEETING = "404 404 404 {0} 404 {0} 404 404 404 404"
SURVEY = "403 403 403 403 403 {0} 403 {0} 403 403"
VOID_RUN = "403 403 403 403 403 303 403 403 403 303"
RULE = "403 403 403 403 403 {0} 403 {0} 403 403"
WHY = "200 404 200 200 404 200 200 200 404 200"
CYCLE = "403 403 404 200 200 200 200 200 403 200"
CAMPAIGN = "403 403 404 200 404 200 200 200 403 200"
CERTIFICATE = "200 404 200 200 404 200 200 200 200 200"
WORD = "403 403 403 {0} 404 403 403 403 403 {0}"
QUEUE = "403 403 403 403 403 {0} 403 403 {0} 403"
CAMPAIGN_PLAN = "403 403 403 {0} 404 {0} 403 403 403 403"
TABLE = {
    ("GET", "learning.session"): Asked(MEETING.format(200)),
    ("POST", "learning.seat"): Asked("303 303 303 303 404 404 404 404 404 404"),
    ("GET", "learning.edit_session"): Asked(MAKEUP.format(200)),
    ("POST", "learning.change_session"): Asked(MAKEUP.format(422)),
    ("GET", "learning.ask_cancel_session"): Asked(MAKEUP.format(200)),
    ("POST", "learning.cancel_session"): Asked(MAKEUP.format(422)),
    ("POST", "learning.copy_session"): Asked(MAKEUP.format(303)),
    ("GET", "learning.session_people"): Asked(MAKEUP.format(200)),
    ("POST", "learning.put_people"): Asked(MAKEUP.format(303)),
    ("POST", "learning.attendance"): Asked(RUNS_MEETING.format(303)),
    ("GET", "learning.sheet"): Asked(RUNS_MEETING.format(200)),
    ("GET", "learning.check_in"): Asked(MEETING.format(200)),
    ("POST", "learning.sign_in"): Asked(MEETING.format(409)),
    ("GET", "learning.survey"): Asked("200 404 404 404 404 200 404 200 404 404"),
    ("POST", "learning.answer_survey"): Asked(only_own(422)),
    ("GET", "learning.edit_survey"): Asked(SURVEY.format(200)),
    ("POST", "learning.change_survey"): Asked(SURVEY.format(422)),
    ("POST", "learning.stop_survey"): Asked(SURVEY.format(303)),
    ("GET", "learning.survey_results"): Asked("403 403 403 200 200 200 403 200 403 200"),
    ("POST", "learning.support_idea"): Asked("303 " * 10),
    ("POST", "learning.answer_idea"): Asked(MARK.format(422)),
    ("GET", "learning.certificate"): Asked(CERTIFICATE),
    ("GET", "learning.certificate_pdf"): Asked(CERTIFICATE),
    ("POST", "learning.certificate_revoke"): Asked(SURVEY.format(422)),
    ("GET", "learning.certificate_plan"): Asked(SURVEY.format(200)),
    ("POST", "learning.certificate_plan_change"): Asked(SURVEY.format(422)),
    ("POST", "learning.certificate_plan_issue"): Asked(SURVEY.format(303)),
    ("GET", "learning.queue_edit"): Asked(QUEUE.format(200)),
    ("POST", "learning.queue_change"): Asked(QUEUE.format(422)),
    ("GET", "learning.queue_person"): Asked(WORD.format(200)),
    ("POST", "learning.queue_override"): Asked(WORD.format(422)),
    ("POST", "learning.queue_override_end"): Asked(WORD.format(303)),
    ("GET", "learning.campaign"): Asked(CAMPAIGN),
    ("GET", "learning.edit_campaign"): Asked(CAMPAIGN_PLAN.format(200)),
    ("POST", "learning.change_campaign"): Asked(CAMPAIGN_PLAN.format(422)),
    ("POST", "learning.start_campaign"): Asked(CAMPAIGN_PLAN.format(303)),
    ("GET", "learning.ask_stop_campaign"): Asked(CAMPAIGN_PLAN.format(200)),
    ("POST", "learning.stop_campaign"): Asked(CAMPAIGN_PLAN.format(303)),
    ("GET", "accounts.cohort"): Asked("403 403 200 200 404 200 200 200 200 200"),
    ("POST", "accounts.cohort_add"): Asked(EDIT_COHORT.format(422)),
    ("POST", "accounts.cohort_change"): Asked(EDIT_COHORT.format(422)),
    ("POST", "accounts.cohort_mentors"): Asked(EDIT_COHORT.format(302)),
    ("POST", "accounts.cohort_remove"): Asked(EDIT_COHORT.format(302)),
    ("POST", "accounts.cohort_slips"): Asked(SLIP),
    ("GET", "accounts.person"): Asked("403 403 200 200 404 200 200 200 200 200"),
    ("POST", "accounts.person_close"): Asked(EDIT_PERSON.format(302)),
    ("POST", "accounts.person_end_sessions"): Asked(EDIT_PERSON.format(302)),
    ("POST", "accounts.person_facts"): Asked(EDIT_PERSON.format(422)),
    ("POST", "accounts.person_grant"): Asked(EDIT_PERSON.format(422)),
    ("POST", "accounts.person_mentor"): Asked(EDIT_PERSON.format(422)),
    ("POST", "accounts.person_move"): Asked(EDIT_PERSON.format(422)),
    ("POST", "accounts.person_reopen"): Asked(EDIT_PERSON.format(302)),
    ("POST", "accounts.person_revoke"): Asked(EDIT_PERSON.format(302)),
    ("POST", "accounts.person_shops"): Asked(EDIT_PERSON.format(302)),
    ("POST", "accounts.person_slip"): Asked(SLIP),
    ("POST", "accounts.revoke_token"): Asked(only_own(302)),
    ("GET", "accounts.roster_person"): Asked(ROSTER.format(200)),
    ("POST", "accounts.roster_person_set"): Asked(ROSTER.format(302)),
    ("POST", "accounts.roster_stop"): Asked(ROSTER.format(302)),
    ("POST", "accounts.leave_end"): Asked(ROSTER.format(302)),
    ("POST", "accounts.freeze_remove"): Asked("403 403 403 403 403 302 403 302 302 403"),
    ("GET", "learning.feed"): Asked("200 " * 10),
    ("POST", "accounts.team_change"): Asked(EDIT_PERSON.format(422)),
    ("POST", "accounts.person_tags"): Asked(EDIT_PERSON.format(302)),
    ("GET", "assignments.rule"): Asked(RULE.format(200)),
    ("POST", "assignments.rule_change"): Asked(RULE.format(422)),
    ("GET", "assignments.rule_ask_stop"): Asked(RULE.format(200)),
    ("POST", "assignments.rule_stop"): Asked(RULE.format(303)),
    ("GET", "assignments.duty"): Asked(WHY),
    ("GET", "assignments_api.duty"): Asked(WHY),
    ("POST", "assignments.decide"): Asked("403 403 403 303 404 303 403 303 403 403", form={"act": "unextend"}),
    ("POST", "content.approve"): Asked(ONLY_TRAINER.format(422)),
    ("GET", "content.review"): Asked(ONLY_TRAINER.format(200)),
    ("POST", "content.send_back"): Asked(ONLY_TRAINER.format(422)),
    ("POST", "content.withdraw"): Asked("403 403 403 403 403 404 403 403 403 403"),
    ("POST", "content.draw_pages"): Asked("403 403 403 403 403 303 403 403 403 403"),
    ("GET", "kb.urgent_article"): Asked("302 302 302 302 404 404 404 404 404 404"),
    ("POST", "kb.urgent_confirm"): Asked("303 303 303 303 404 404 404 404 404 404"),
    ("POST", "kb.urgent_extend"): Asked(URGENT.format(303)),
    ("GET", "kb.urgent_live"): Asked(URGENT.format(200)),
    ("POST", "kb.urgent_withdraw"): Asked(URGENT.format(303)),
    ("POST", "kb.accept_suggestion"): Asked("403 403 403 403 403 303 403 403 403 403"),
    ("POST", "kb.decline_suggestion"): Asked("403 403 403 403 403 422 403 403 403 403"),
    ("POST", "kb.settle_talk"): Asked("303 403 403 403 403 303 403 403 403 403"),
    ("GET", "kb.suggestion"): Asked("200 404 404 404 404 200 404 404 404 404"),
    ("POST", "kb.take_back"): Asked(only_own(303)),
    ("POST", "kb.verify"): Asked(ONLY_TRAINER.format(303), form={"revision": "4"}),
    ("POST", "kb.withdraw_suggestion"): Asked(only_own(303)),
    ("GET", "kb_care_api.suggestion"): Asked("200 404 404 404 404 200 404 404 404 404"),
    ("POST", "kb_care_api.verify"): Asked(ONLY_TRAINER.format(200), json={"revision": 4}),
    ("GET", "kb.gap"): Asked("403 403 403 403 403 200 200 403 403 200"),
    ("POST", "kb.gap_act"): Asked("403 403 403 403 403 303 403 403 403 403", form={"do": "take"}),
    ("GET", "learning.cycle"): Asked(CYCLE),
    ("POST", "learning.cycle_act"): Asked("403 403 403 403 403 303 403 403 403 403", form={"do": "close"}),
    ("GET", "learning_api.cycle_progress"): Asked(CYCLE),
    ("POST", "learning.confirm_people"): Asked(CONFIRM.format(302), form={"person": "{person}"}),
    ("POST", "learning.decide"): Asked(CONFIRM.format(302), form=VERSION),
    ("GET", "learning.photo"): Asked("200 404 200 200 404 200 404 404 404 404"),
    ("POST", "learning.remove_photo"): Asked(only_own(409)),
    ("POST", "learning.sign_off"): Asked(CONFIRM.format(302), form={"person": "{person}"}),
    ("POST", "learning_api.confirm_task"): Asked(CONFIRM.format(200), json=VERSION),
    ("POST", "learning_api.return_task"): Asked(CONFIRM.format(200), json={**VERSION, "remark": "补一句"}),
    ("GET", "quizzes.confirm"): Asked(only_own(200)),
    ("GET", "quizzes.mark"): Asked(MARK.format(200), at="written"),
    ("POST", "quizzes.save_mark"): Asked(MARK.format(409), at="written"),
    ("POST", "quizzes.undo_mark"): Asked(MARK.format(303), at="written"),
    ("GET", "quizzes.scores"): Asked(SCORES),
    ("GET", "quizzes.score_sheet"): Asked(SCORES),
    ("GET", "quizzes.manage"): Asked(RUN.format(200)),
    ("POST", "quizzes.act"): Asked(RUN.format(303), form={"do": "pause"}),
    ("GET", "quizzes.live_seats"): Asked(RUN.format(200)),
    ("POST", "quizzes.set_window"): Asked(RUN.format(422)),
    ("GET", "quizzes.makeups"): Asked(RUN.format(200)),
    ("POST", "quizzes.give_makeups"): Asked(RUN.format(422)),
    ("POST", "quizzes.withdraw_makeup"): Asked(MAKEUP.format(303), form={"reason": "写错人"}),
    ("GET", "quizzes_api.scores"): Asked(SCORES),
    ("GET", "quizzes_api.sittings"): Asked(RUN.format(200)),
    ("POST", "quizzes_api.act"): Asked(RUN.format(409), json={"act": "pause"}),
    ("GET", "quizzes_api.windows"): Asked(RUN.format(200)),
    ("PUT", "quizzes_api.set_window"): Asked("403 403 403 403 403 200 403 403 403 403", json={"attempts": 2}),
    ("GET", "quizzes_api.makeups"): Asked(RUN.format(200)),
    ("POST", "quizzes_api.give_makeups"): Asked(RUN.format(422), json={"people": ["none"], "reason": "断电"}),
    ("POST", "quizzes_api.withdraw_makeup"): Asked(MAKEUP.format(204), json={"reason": "写错人"}),
    ("GET", "quizzes.analysis"): Asked(ANALYSIS),
    ("GET", "quizzes.analysed_question"): Asked(ANALYSIS),
    ("GET", "quizzes.bank_question"): Asked(MARK.format(200)),
    ("GET", "quizzes.unusual"): Asked(ANALYSIS),
    ("POST", "quizzes.say_seen"): Asked(MARK.format(404), form={"version": "0" * 64, "kind": "key"}),
    ("GET", "quizzes_api.analysis"): Asked(ANALYSIS),
    ("GET", "quizzes_api.export_bank"): Asked(MARK.format(200)),
    ("GET", "quizzes.regrades"): Asked(MARK.format(200)),
    ("GET", "quizzes.regrade_question"): Asked(MARK.format(200)),
    ("POST", "quizzes.regrade_apply"): Asked(MARK.format(422)),
    ("GET", "quizzes.regrade"): Asked(MARK.format(200)),
    ("POST", "quizzes.regrade_continue"): Asked(MARK.format(303)),
    ("GET", "quizzes_api.regrades"): Asked(MARK.format(200)),
    ("POST", "quizzes_api.regrade"): Asked(MARK.format(404), json={"question": "aaaaaa", "to": "all"}),
    ("GET", "quizzes.marking"): Asked(MARK.format(200)),
    ("POST", "quizzes.plan_marking"): Asked(MARK.format(303)),
    ("GET", "quizzes.next_answer"): Asked(MARK.format(302)),
    ("GET", "quizzes_api.written_answer"): Asked(MARK.format(200), at="written"),
    ("PUT", "quizzes_api.mark_answer"): Asked(
        MARK.format(200),
        json={"version": 0, "turn": "first", "lines": [{"line": 0, "points": 2}], "note": ""},
        at="written",
    ),
    ("GET", "quizzes_api.marking_plan"): Asked(MARK.format(200)),
    ("PUT", "quizzes_api.set_marking_plan"): Asked(MARK.format(200), json={"blind": True, "second_percent": 5}),
    ("GET", "quizzes.paper"): Asked(only_own(200)),
    ("GET", "quizzes.result"): Asked("200 404 200 200 404 200 200 200 404 200", at="done"),
    ("GET", "quizzes.transcript_print"): Asked("200 404 200 200 404 200 200 200 404 200", at="done"),
    ("GET", "quizzes.transcript_file"): Asked("200 404 200 200 404 200 200 200 404 200", at="done"),
    ("POST", "notifications.open_notice"): Asked(only_own(303)),
    ("POST", "notifications.change_robot"): Asked("403 403 403 403 403 403 403 403 303 403", form={"do": "off"}),
    ("POST", "notifications.try_channel"): Asked("403 403 403 403 403 403 403 403 404 403"),
    ("POST", "integrations.change_webhook"): Asked("403 403 403 403 403 403 403 403 303 403", form={"do": "off"}),
    ("GET", "integrations.enter"): Asked("302 " * 10),
    ("GET", "integrations.back"): Asked("404 " * 10),
    ("POST", "integrations.bind"): Asked("400 " * 10),
    ("POST", "integrations.off"): Asked("404 " * 10),
    ("POST", "quizzes.save"): Asked(only_own(303)),
    ("POST", "quizzes.submit"): Asked(only_own(303)),
    ("POST", "quizzes.void"): Asked("403 403 403 403 403 303 403 403 403 303", form={"reason": "代考"}),
    ("GET", "drills.team_drill"): Asked(TEAM_DRILL),
    ("GET", "drills.board"): Asked(TEAM_DRILL),
    ("GET", "drills.board_live"): Asked(TEAM_DRILL),
    ("GET", "drills.after_review"): Asked(TEAM_DRILL),
    ("GET", "drills_api.team_drill_result"): Asked(TEAM_DRILL),
    ("GET", "drills.edit_team_drill"): Asked(TEAM_DRILL_PLAN.format(200)),
    ("POST", "drills.change_team_drill"): Asked(TEAM_DRILL_PLAN.format(422)),
    ("GET", "drills.ask_cancel"): Asked(TEAM_DRILL_PLAN.format(200)),
    ("POST", "drills.cancel_team_drill"): Asked(TEAM_DRILL_PLAN.format(303)),
    ("POST", "drills.excuse_person"): Asked(TEAM_DRILL_PLAN.format(303), form={"person": "{number}", "reason": "产检"}),
    ("POST", "drills.save_after_review"): Asked(TEAM_DRILL_PLAN.format(422)),
    ("POST", "drills.add_measure"): Asked(TEAM_DRILL_PLAN.format(422)),
    ("POST", "drills.finish_measure"): Asked(only_own(303)),
    ("POST", "drills.check_measure"): Asked(MEASURE),
    ("POST", "drills.drop_measure"): Asked(MEASURE),
    ("GET", "drills.leave"): Asked(only_own(200)),
    ("GET", "drills.play"): Asked(only_own(200)),
    ("POST", "drills.give_up"): Asked(only_own(303), at="done"),
    ("POST", "drills.pause"): Asked(only_own(303)),
    ("POST", "drills.resume"): Asked(only_own(303)),
    ("POST", "drills.step"): Asked(only_own(422), form={"seq": "1", "choice": "c12345678"}),
    ("POST", "drills.tick"): Asked(only_own(303)),
    ("GET", "drills.debrief"): Asked("200 404 200 200 404 200 200 200 404 200", at="done"),
    ("GET", "drills.rate_again"): Asked("200 404 302 302 404 302 302 302 404 302", at="done"),
    ("POST", "drills.rate"): Asked(only_own(422), at="done"),
    ("POST", "drills.retry"): Asked(only_own(303), at="done"),
    ("GET", "drills.review"): Asked(RUN_REVIEW.format(200), at="done"),
    ("POST", "drills.save_review"): Asked(RUN_REVIEW.format(422), at="done"),
    ("POST", "drills.overrule"): Asked(RUN_REVIEW.format(303), form={"seq": "3", "line": "0", "held": "1"}, at="done"),
    ("POST", "drills.void"): Asked(VOID_RUN, form={"reason": "账号给别人用了"}, at="done"),
    ("GET", "drills.talk"): Asked(RUN_REVIEW.format(200), at="done"),
    ("GET", "drills.runs"): Asked("404 404 200 200 200 200 200 200 403 200"),
    ("GET", "drills.paths"): Asked("404 404 404 200 200 200 200 200 403 200"),
    ("GET", "drills.rescore"): Asked(MARK.format(200)),
    ("POST", "drills.rescore_apply"): Asked(MARK.format(422)),
    ("GET", "drills.mends"): Asked(MARK.format(200)),
    ("GET", "drills.try_"): Asked(MARK.format(200)),
    ("POST", "drills.try_step"): Asked(MARK.format(200)),
    ("GET", "drills.table_export"): Asked(MARK.format(200)),
    ("GET", "drills.table_import"): Asked(MARK.format(200)),
    ("POST", "drills.table_preview"): Asked(MARK.format(422)),
    ("POST", "drills.table_apply"): Asked(MARK.format(409)),
    ("POST", "drills.settle_mend"): Asked(MARK.format(404), form={"id": "1"}),
    ("GET", "drills_api.run_debrief"): Asked("409 404 200 200 404 200 200 200 404 200", at="done"),
    ("POST", "drills_api.self_rating"): Asked(only_own(422), json={}, at="done"),
    ("GET", "drills_api.run"): Asked(only_own(200)),
    ("POST", "drills_api.lookup"): Asked(only_own(204), json={"number": 1, "kind": "query"}),
    ("POST", "drills_api.pause"): Asked(only_own(409), json={}),
    ("POST", "drills_api.resume"): Asked(only_own(200), json={}),
    ("POST", "drills_api.step"): Asked(only_own(422), json={"seq": 1, "choice": "c12345678"}),
    ("POST", "drills_api.tick"): Asked(only_own(200), json={}),
    ("GET", "quizzes_api.attempt"): Asked(only_own(200)),
    ("PUT", "quizzes_api.answer"): Asked(only_own(200), json={"value": "o1", "seq": 7}),
    ("PUT", "quizzes_api.flag"): Asked(only_own(200), json={"flagged": True}),
    ("PUT", "quizzes_api.presence"): Asked(only_own(200), json={"tab": "0123456789abcdef", "take": True}),
    ("POST", "quizzes_api.submit"): Asked(only_own(200)),
    ("GET", "reports.person"): Asked("403 403 200 200 404 200 200 200 403 200"),
    **owners.table(),
}
"""Things of one person, asked for by everybody."""

DOCUMENTS = {
    ("GET", "kb.article"): ("article", 200, {}),
    ("GET", "kb.change"): ("article", 200, {}),
    ("POST", "kb.confirm"): ("article", 303, {"revision": "2"}),
    ("GET", "kb.diff"): ("article", 200, {}),
    ("POST", "kb.favourite"): ("article", 302, {"keep": ""}),
    ("GET", "kb.history"): ("article", 200, {}),
    ("GET", "kb.going_on"): ("article", 302, {}),
    ("GET", "kb.print_article"): ("article", 200, {}),
    ("POST", "kb.speak"): ("article", 422, {}),
    ("GET", "kb.suggest"): ("article", 200, {}),
    ("POST", "kb.suggest_submit"): ("article", 422, {"revision": "2", "section": "时效"}),
    ("GET", "kb.talk"): ("article", 200, {}),
    ("GET", "kb.uses"): ("article", 200, {}),
    ("POST", "kb.vote"): ("article", 302, {"solved": "1"}),
    ("GET", "kb_api.article"): ("article", 200, None),
    ("POST", "learning.check"): ("lesson", 302, {"q": "1", "revision": "2", "answer": "o1"}),
    ("POST", "learning.complete"): ("lesson", 302, {"revision": "2"}),
    ("GET", "learning.course"): ("course", 200, {}),
    ("GET", "learning.curriculum"): ("curriculum", 200, {}),
    ("GET", "learning.lesson"): ("lesson", 200, {}),
    ("GET", "learning.task"): ("task", 200, {}),
    ("POST", "learning.work"): ("task", 302, {"version": "0", "evidence": "听了"}),
    ("POST", "learning_api.complete_document"): ("lesson", 200, None),
    ("PUT", "learning_api.save_task"): ("task", 200, None),
    ("GET", "quizzes.intro"): ("quiz", 200, {}),
    ("POST", "quizzes.mistakes"): ("quiz", 303, {}),
    ("POST", "quizzes.start"): ("quiz", 303, {}),
    ("GET", "drills.intro"): ("drill", 200, {}),
    ("POST", "drills.start"): ("drill", 303, {}),
    ("POST", "drills_api.start"): ("drill", 201, None),
    ("POST", "quizzes_api.start"): ("quiz", 201, None),
}
"""Documents: their kind, the status for who may read them, the form. None: the API, with JSON."""
BODIES = {
    "learning_api.complete_document": {"revision": 2},
    "learning_api.save_task": {"ticked": [0]},
}

TYPED = {"data": {"markdown": "# 改"}}
STUDIO = {
    "content.archive": (200, {}),
    "content.archive_submit": (422, TYPED),
    "content.diff": (200, {}),
    "content.drop_unsaved": (303, TYPED),
    "content.duplicate": (200, {}),
    "content.duplicate_submit": (422, TYPED),
    "content.edit": (200, {}),
    "content.files": (200, {}),
    "content.fix": (200, TYPED),
    "content.form": (200, TYPED),
    "content.hand_in": (422, TYPED),
    "content.history": (200, {}),
    "content.keep_unsaved": (200, TYPED),
    "content.paste": (422, TYPED),
    "content.preview": (200, TYPED),
    "content.publish": (200, {}),
    "content.publish_submit": (422, TYPED),
    "content.remove_file": (422, TYPED),
    "content.rename": (200, {}),
    "content.rename_submit": (422, TYPED),
    "content.restore": (422, TYPED),
    "content.save": (303, TYPED),
    "content.settle": (302, {}),
    "content.settle_file": (422, TYPED),
    "content.settle_submit": (422, TYPED),
    "content.upload": (422, TYPED),
    "content.version": (200, {}),
    "content.write_properties": (200, TYPED),
    "learning.new_lesson": (404, TYPED),
    "desk_api.archive": (200, {"json": {"dry_run": True}}),
    "desk_api.duplicate": (422, {"json": {"slug": "../up", "title": "x"}}),
    "desk_api.rename": (422, {"json": {"slug": "../up"}}),
    "desk_api.unarchive": (409, {"json": {}}),
    "files_api.document_files": (200, {}),
    "files_api.remove_file": (404, {"json": {"path": "elsewhere/x.png"}}),
    "files_api.upload": (422, {}),
    "content_api.document": (200, {}),
    "marks_api.decide": (404, {"json": {"verdict": "still_right"}}),
    "content_api.publish": (409, {"json": {"base_revision": 1, "note": "改好了", "minor": False}}),
    "content_api.revisions": (200, {}),
    "content_api.save_draft": (409, {"json": {"base_revision": None, "markdown": "# 改", "note": ""}}),
}
"""Documents on the desk: the status for a trainer and what is sent; nobody else gets through the gate."""

FILES = {"content.file": {}, "content.file_page": {"number": 1}, "content.file_words": {}}
"""What shows a file of a document: whoever may read a document that shows it, and authors whatever its state."""

FOR_ALL = {
    "accounts.slip_link": "the token in the address is the whole secret",
    "learning.verify": "whoever has a code may ask; it says surname, plan and days",
    "performance.verify_proof": "whoever has a code may ask; it says surname, days, number of items and digest",
}


def rows(app):
    return [(method, rule) for rule in object_rules(app) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]


def test_every_route_that_names_a_thing_stands_in_one_table(app):
    missing = [
        (method, rule.endpoint)
        for method, rule in rows(app)
        if ((method, rule.endpoint) in TABLE)
        + ((method, rule.endpoint) in DOCUMENTS)
        + (rule.endpoint in STUDIO)
        + (rule.endpoint in FILES)
        + (rule.endpoint in FOR_ALL)
        != 1
    ]
    assert missing == []
    there = {(method, rule.endpoint) for method, rule in rows(app)}
    assert {*TABLE, *DOCUMENTS} <= there
    assert {*STUDIO, *FILES, *FOR_ALL} <= {endpoint for _, endpoint in there}


def sent(house, asked):
    """Return what goes with the request: filled in, and as the form or the JSON that it is."""
    own = {"person": str(house.own.id), "version": str(house.work_version), "number": house.own.employee_no}
    if asked.json is None:
        return {"data": {name: value.format(**own) for name, value in asked.form.items()}}
    known: dict[object, object] = {"{version}": int(own["version"]), "{number}": own["number"]}
    return {
        "json": {
            name: known.get(value, value) if isinstance(value, str) else value for name, value in asked.json.items()
        }
    }


@pytest.fixture
def house(world):
    """The house, in which no clock of a quiz or drill goes on, however long the tables take."""
    with clock.frozen(clock.now()):
        yield a_house()


def test_things_of_a_person(world, house):
    browsers = {who: browser_of(world, house.people[who]) for who in WHO}
    wrong = []
    for method, rule in rows(world):
        asked = TABLE.get((method, rule.endpoint))
        if asked is None:
            continue
        values = values_of(house, rule)[0]
        if "attempt_id" in values:
            values["attempt_id"] = house.attempts[asked.at]
        if "run_id" in values:
            values["run_id"] = house.runs[asked.at]
        path = address(world, rule, values)
        for who, browser in browsers.items():
            status, text = ask(world, *browser, method, path, **sent(house, asked))
            if status != asked.status(who):
                wrong.append((method, rule.endpoint, who, status, asked.status(who)))
            if status == 404 and text != missing_text(world, *browser, method, rule, house, asked):
                wrong.append((method, rule.endpoint, who, "a foreign thing is not answered like a missing one"))
    assert wrong == []


def missing_text(world, client, csrf, method, rule, house, asked):
    """Return what is answered where there is no such thing."""
    there = values_of(house, rule)[0]
    values = {name: 999_999_999 if isinstance(value, int) else "0" * 32 for name, value in there.items()}
    if "stage" in there:
        values["stage"] = there["stage"]  # a number within a thing, not the name of one
    status, text = ask(world, client, csrf, method, address(world, rule, values), **sent(house, asked))
    assert status == 404
    return text


@pytest.mark.parametrize("endpoint", ["learning.confirm_people", "learning.sign_off"])
def test_a_foreign_person_in_the_form_is_as_unknown_as_in_the_address(world, house, endpoint):
    client, csrf = browser_of(world, house.people["lead"])
    [rule] = [rule for rule in object_rules(world) if rule.endpoint == endpoint]
    path = address(world, rule, values_of(house, rule)[0])
    for person in (house.people["stranger"].id, 999_999_999):
        status, _ = ask(world, client, csrf, "POST", path, data={"person": str(person)})
        assert status == 404


def test_slips_of_a_stranger_are_as_unknown_as_of_nobody(world, house):
    client, csrf = browser_of(world, house.people["lead"])
    answers = {
        ask(world, client, csrf, "POST", "/people/slips", data={"person": [house.own.employee_no, number]})
        for number in (house.people["stranger"].employee_no, "nobody-at-all")
    }
    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1


# documents by their state

READERS = {
    "published": set(WHO),
    "hidden": {"trainer", "quality", "hr", "director"},  # meant for HR; the others read every audience
    "drafts": set(),
    "gone": set(),
    "missing": set(),
}


def sources():
    """Return a source of each kind that leads nowhere out of its folder."""
    task = "---\n类型: 任务\n时长: 9分钟\n确认人: 带教\n---\n# 旁听\n\n- [ ] 记下问题\n"
    plan = "---\n类型: 培训计划\n---\n# 培训\n\n## 第一段\n`第1-1天`\n\n- [课时](lesson.md) `第1天`\n"
    return {
        "article": an_article_text("怎么退货"),
        "lesson": lesson_text(),
        "task": task,
        "quiz": a_quiz_text(),
        "course": COURSE.replace("own.md", "lesson.md").replace("../quizzes/going.md", "task.md"),
        "curriculum": plan,
        "drill": a_drill_text(),
    }


@pytest.fixture
def library(world, house):
    """The house with a document of each kind in each state, all under `<state>/<kind>`."""
    trainer = as_actor(house.people["trainer"])
    for kind, source in sources().items():
        a_document(trainer, source, kind=kind, slug=f"published/{kind}")
        a_document(trainer, source.replace("---\n", "---\n可见: [人事]\n", 1), kind=kind, slug=f"hidden/{kind}")
        a_draft(trainer, source, kind=kind, slug=f"drafts/{kind}")
        still_there = source.replace("(lesson", "(../published/lesson").replace("(task", "(../published/task")
        gone = a_document(trainer, still_there, kind=kind, slug=f"gone/{kind}")
        with transaction():
            content.archive(trainer, gone.id)
    return house


def test_documents_by_their_state(world, library):
    readers = ["mate", "lead", "trainer", "quality", "hr", "admin", "director"]
    browsers = {who: browser_of(world, library.people[who]) for who in readers}
    wrong = []
    for method, rule in rows(world):
        if (method, rule.endpoint) not in DOCUMENTS:
            continue
        kind, open_status, form = DOCUMENTS[method, rule.endpoint]
        body = {"json": BODIES.get(rule.endpoint)} if form is None else {"data": form}
        for who, browser in browsers.items():
            missing = None
            for state in reversed(READERS):
                values = {"slug": f"{state}/{kind}", **({"kind": kind} if "kind" in rule.arguments else {})}
                status, text = ask(world, *browser, method, address(world, rule, values), **body)
                expected = open_status if who in READERS[state] else 404
                missing = missing or text
                if status != expected:
                    wrong.append((method, rule.endpoint, who, state, status, expected))
                elif status == 404 and text != missing:
                    wrong.append((method, rule.endpoint, who, state, "not answered like a missing one"))
    assert wrong == []


def test_the_desk_opens_every_state_to_a_trainer_and_nothing_to_others(world, library):
    browsers = {who: browser_of(world, library.people[who]) for who in ("trainer", "quality", "lead")}
    wrong = []
    for method, rule in rows(world):
        open_status, body = STUDIO.get(rule.endpoint, (0, {}))
        for state in ("published", "drafts", "missing") if open_status else ():
            values = {"kind": "article", "slug": f"{state}/article", "number": 1, "mark_id": 999_999}
            path = address(world, rule, {name: values[name] for name in rule.arguments})
            for who, browser in browsers.items():
                status, _ = ask(world, *browser, method, path, **body)
                expected = 403 if who != "trainer" else 404 if state == "missing" else open_status
                if status != expected:
                    wrong.append((method, rule.endpoint, who, state, status, expected))
    assert wrong == []


def test_files_by_the_state_of_the_document_that_shows_them(world, house):
    """Of a state there is one document that shows one file; the bytes are the same, the paths are not."""
    trainer = as_actor(house.people["trainer"])
    browsers = {who: browser_of(world, house.people[who]) for who in WHO}
    received = attachments.receive("退货.pdf", a_pdf())
    paths = {"missing": "kb_content/missing/files/none.pdf"}
    for state in ("published", "hidden", "drafts", "gone"):
        with transaction():
            row = attachments.attach(trainer, f"kb_content/{state}/files", "退货.pdf", received)
            paths[state], row_id = row.path, row.id
        make_pages(row_id)
        text = an_article_text(body=f"## 时效\n看[说明](files/{row.path.rpartition('/')[2]})。")
        text = text.replace("---\n", "---\n可见: [人事]\n", 1) if state == "hidden" else text
        made = (a_draft if state == "drafts" else a_document)(trainer, text, slug=f"{state}/article")
        if state == "gone":
            with transaction():
                content.archive(trainer, made.id)
    wrong = []
    for method, rule in rows(world):
        for who, state in itertools.product(WHO, READERS) if rule.endpoint in FILES else ():
            path = address(world, rule, {"path": paths[state], **FILES[rule.endpoint]})
            status, _ = ask(world, *browsers[who], method, path)
            author = who == "trainer" and state != "missing"
            expected = 200 if author or who in READERS[state] else 404
            if status != expected:
                wrong.append((rule.endpoint, who, state, status, expected))
    assert wrong == []
