"""What the pages can do and the API can't, said page action by page action, so that nothing is forgotten by accident."""

import pytest

from tests.support.make_house import all_rules

CALLS = {
    "accounts.closing_extend": "accounts_api.extend",
    "accounts.cohort_add": "accounts_api.add_members",
    "accounts.cohort_change": "accounts_api.change_cohort",
    "accounts.cohort_mentors": "accounts_api.set_mentors",
    "accounts.cohort_open": "accounts_api.open_cohort",
    "accounts.cohort_remove": "accounts_api.remove_member",
    "accounts.cohort_split_apply": "accounts_api.split_cohorts",
    "accounts.company_day_set": "accounts_api.set_company_days",
    "accounts.freeze_remove": "accounts_api.remove_freeze",
    "accounts.freeze_set": "accounts_api.set_freeze",
    "accounts.leave_apply": "accounts_api.note_leave",
    "accounts.leave_end": "accounts_api.end_leave",
    "accounts.leave_note": "accounts_api.note_leave",
    "accounts.leave_preview": "accounts_api.note_leave",
    "accounts.person_close": "accounts_api.close",
    "accounts.person_create": "accounts_api.hire",
    "accounts.person_end_sessions": "accounts_api.end_sessions",
    "accounts.person_facts": "accounts_api.change",
    "accounts.person_grant": "accounts_api.grant",
    "accounts.person_mentor": "accounts_api.set_mentor",
    "accounts.person_move": "accounts_api.move",
    "accounts.person_reopen": "accounts_api.reopen",
    "accounts.person_revoke": "accounts_api.revoke",
    "accounts.person_shops": "accounts_api.set_shops",
    "accounts.person_tags": "accounts_api.put_tags",
    "accounts.roster_apply": "accounts_api.set_roster",
    "accounts.roster_person_set": "accounts_api.set_roster",
    "accounts.roster_preview": "accounts_api.set_roster",
    "accounts.roster_set": "accounts_api.set_pattern",
    "accounts.roster_stop": "accounts_api.stop_pattern",
    "accounts.shift_set": "accounts_api.set_shift",
    "accounts.shop_add": "accounts_api.add_shop",
    "accounts.team_add": "accounts_api.add_team",
    "accounts.team_change": "accounts_api.change_team",
    "assignments.bulk_submit": "assignments_api.decide_many",
    "assignments.decide": "assignments_api.decide",
    "assignments.give_submit": "assignments_api.give",
    "assignments.rule_change": "assignments_api.change_rule",
    "assignments.rule_make": "assignments_api.make_rule",
    "assignments.rule_stop": "assignments_api.stop_rule",
    "content.archive_submit": "desk_api.archive",
    "content.confirm_marks": "marks_api.decide",
    "content.duplicate_submit": "desk_api.duplicate",
    "content.new_submit": "desk_api.new_document",
    "content.preview": "content_api.check",
    "content.publish_several_submit": "desk_api.publish_several",
    "content.publish_submit": "content_api.publish",
    "content.remove_file": "files_api.remove_file",
    "content.rename_submit": "desk_api.rename",
    "content.replace_submit": "desk_api.replace_words",
    "content.save": "content_api.save_draft",
    "content.tags_submit": "desk_api.tag_several",
    "content.upload": "files_api.upload",
    "courseware.keep": "courseware_api.keep",
    "courseware.upload": "courseware_api.keep",
    "drills.add_measure": "drills_api.add_measure",
    "drills.cancel_team_drill": "drills_api.cancel_team_drill",
    "drills.change_team_drill": "drills_api.change_team_drill",
    "drills.check_measure": "drills_api.check_measure",
    "drills.drop_measure": "drills_api.drop_measure",
    "drills.excuse_person": "drills_api.excuse_person",
    "drills.finish_measure": "drills_api.finish_measure",
    "drills.give_up": "drills_api.give_up",
    "drills.make_team_drill": "drills_api.make_team_drill",
    "drills.pause": "drills_api.pause",
    "drills.rate": "drills_api.self_rating",
    "drills.rescore_apply": "drills_api.rescore",
    "drills.resume": "drills_api.resume",
    "drills.retry": "drills_api.retry",
    "drills.start": "drills_api.start",
    "drills.step": "drills_api.step",
    "drills.tick": "drills_api.tick",
    "drills.void": "drills_api.void",
    "integrations.change_webhook": "integrations_api.act",
    "integrations.keep_webhook": "integrations_api.keep",
    "kb.ask": "kb_gaps_api.ask",
    "kb.confirm_several": "kb_care_api.confirm_several",
    "kb.gap_act": "kb_gaps_api.act",
    "kb.gap_open": "kb_gaps_api.open_gap",
    "kb.set_categories": "kb_categories_api.set_categories",
    "kb.suggest_submit": "kb_care_api.suggest",
    "kb.urgent_extend": "kb_urgent_api.extend",
    "kb.urgent_new_submit": "kb_urgent_api.send",
    "kb.urgent_withdraw": "kb_urgent_api.withdraw",
    "kb.verify": "kb_care_api.verify",
    "learning.answer_idea": "learning_api.answer_idea",
    "learning.attendance": "learning_api.note_attendance",
    "learning.cancel_session": "learning_api.cancel_session",
    "learning.certificate_plan_change": "learning_api.change_plan",
    "learning.certificate_plan_issue": "learning_api.issue_plan",
    "learning.certificate_plan_make": "learning_api.make_plan",
    "learning.certificate_revoke": "learning_api.revoke_certificate",
    "learning.change_campaign": "learning_api.change_campaign",
    "learning.change_session": "learning_api.change_session",
    "learning.change_survey": "learning_api.change_survey",
    "learning.choose": "learning_api.choose",
    "learning.complete": "learning_api.complete_document",
    "learning.confirm_people": "learning_api.confirm_task",
    "learning.copy_session": "learning_api.copy_session",
    "learning.cycle_act": "learning_api.act_on_cycle",
    "learning.cycle_begin": "learning_api.begin_cycle",
    "learning.decide": "learning_api.confirm_task",
    "learning.keep_offer": "learning_api.keep_offer",
    "learning.make_campaign": "learning_api.make_campaign",
    "learning.make_survey": "learning_api.make_survey",
    "learning.plan_session": "learning_api.plan_session",
    "learning.put_people": "learning_api.put_people",
    "learning.queue_change": "learning_api.change_queue",
    "learning.queue_make": "learning_api.make_queue",
    "learning.queue_override": "learning_api.override",
    "learning.queue_override_end": "learning_api.end_override",
    "learning.seat": "learning_api.seat",
    "learning.start_campaign": "learning_api.act_on_campaign",
    "learning.stop_campaign": "learning_api.act_on_campaign",
    "learning.stop_survey": "learning_api.stop_survey",
    "learning.suggest": "learning_api.suggest",
    "learning.support_idea": "learning_api.support_idea",
    "learning.watching": "learning_api.save_watching",
    "learning.work": "learning_api.save_task",
    "notifications.change_robot": "robots_api.act",
    "notifications.keep_robot": "robots_api.keep",
    "notifications.open_notice": "notifications_api.read",
    "notifications.read_all": "notifications_api.read",
    "performance.competency_change": "performance_api.change_competency",
    "performance.competency_make": "performance_api.make_competency",
    "performance.formula_new": "performance_api.make_formula",
    "performance.formula_save": "performance_api.change_formula",
    "performance.inspection_apply": "performance_api.take_inspections",
    "performance.inspection_item_change": "performance_api.change_check_item",
    "performance.inspection_item_make": "performance_api.make_check_item",
    "performance.inspection_preview": "performance_api.take_inspections",
    "performance.issue_proof": "performance_api.issue_proof",
    "performance.kpi_apply": "performance_api.figures_write",
    "performance.kpi_columns": "performance_api.figures_write",
    "performance.kpi_correct": "performance_api.figures_write",
    "performance.kpi_go_on": "performance_api.figures_write",
    "performance.kpi_preview": "performance_api.figures_write",
    "performance.metric_add": "performance_api.make_metric",
    "performance.metric_save": "performance_api.change_metric",
    "performance.save_rating": "performance_api.rate",
    "performance.scores_compute": "performance_api.compute_scores",
    "quizzes.act": "quizzes_api.act",
    "quizzes.bank_add_submit": "quizzes_api.add_questions",
    "quizzes.bank_apply": "quizzes_api.import_bank",
    "quizzes.bank_change_submit": "quizzes_api.tag_questions",
    "quizzes.bank_preview": "quizzes_api.import_bank",
    "quizzes.give_makeups": "quizzes_api.give_makeups",
    "quizzes.plan_marking": "quizzes_api.set_marking_plan",
    "quizzes.regrade_apply": "quizzes_api.regrade",
    "quizzes.regrade_continue": "quizzes_api.regrade",
    "quizzes.save": "quizzes_api.answer",
    "quizzes.save_mark": "quizzes_api.mark_answer",
    "quizzes.set_window": "quizzes_api.set_window",
    "quizzes.start": "quizzes_api.start",
    "quizzes.submit": "quizzes_api.submit",
    "quizzes.void": "quizzes_api.void",
    "quizzes.withdraw_makeup": "quizzes_api.withdraw_makeup",
    "readiness.change_staffing": "readiness_api.change_staffing",
    "readiness.discard_staffing": "readiness_api.discard_staffing",
    "readiness.give_staff_training": "readiness_api.give_staff_training",
    "readiness.make_staffing": "readiness_api.make_staffing",
    "readiness.take_forecast": "readiness_api.take_forecast",
    "reports.late_act": "late_api.ask_late",
    "reviews.act_on_appraisal_cycle": "reviews_api.act_on_appraisal_cycle",
    "reviews.add_peak_finding": "reviews_api.add_finding",
    "reviews.add_peak_measure": "reviews_api.add_measure",
    "reviews.begin_appraisal_cycle": "reviews_api.begin_appraisal_cycle",
    "reviews.change_appraisal_cycle": "reviews_api.change_appraisal_cycle",
    "reviews.change_award_rule": "reviews_api.change_award_rule",
    "reviews.change_badge": "reviews_api.change_badge",
    "reviews.change_deduction_rule": "reviews_api.change_deduction_rule",
    "reviews.change_peak_finding": "reviews_api.change_finding",
    "reviews.change_peak_review": "reviews_api.change_peak",
    "reviews.close_peak_review": "reviews_api.close_peak",
    "reviews.give_deduction": "reviews_api.give_deduction",
    "reviews.make_appraisal_cycle": "reviews_api.make_appraisal_cycle",
    "reviews.make_award_rule": "reviews_api.make_award_rule",
    "reviews.make_badge": "reviews_api.make_badge",
    "reviews.make_deduction_rule": "reviews_api.make_deduction_rule",
    "reviews.make_peak_review": "reviews_api.make_peak",
    "reviews.propose_award": "reviews_api.propose_award",
    "reviews.set_target": "reviews_api.put_target",
    "reviews.switch_award_rule": "reviews_api.switch_award_rule",
    "reviews.withdraw_award": "reviews_api.withdraw_award",
}
"""The call that does what a page does; of a file with a preview, the call that takes its rows all or not at all."""

REASONS = {
    "the sign-in, the session, the looks and the own words of who sits in front of the browser": """
        accounts.change_password accounts.language accounts.make_token accounts.preferences accounts.revoke_token
        accounts.sign_in_submit accounts.sign_out accounts.slip_password_submit accounts.slip_submit
        integrations.badge integrations.bind integrations.off kb.favourite kb.share_submit learning.feed_set
        learning.sign_in lti.choose_these notifications.change_preferences records.own_export reviews.choose_leaders
        signon.logout
    """,
    "another protocol has its own way in: SCIM, LTI, SCORM": """
        courseware.commit courseware.start lti.launch lti.login_posted
    """,
    "a help while a text is written on the desk; the API takes the whole text": """
        content.drop_unsaved content.fix content.form content.keep_unsaved content.paste content.write_properties
        content.settle_file content.settle_submit content.restore content.inspect content.draw_pages
        drills.table_apply drills.table_begin drills.table_preview drills.tickets_make drills.tickets_preview
        drills.try_step assignments.rule_preview learning.new_lesson learning.check quizzes.mistakes
    """,
    "a file of people, days or forecasts is read beside its preview; `lms staff import` and SCIM take it by themselves": """
        accounts.company_days_apply accounts.company_days_preview accounts.staff_apply accounts.staff_preview
        accounts.staff_teams content.import_apply content.import_preview kb.gap_import_apply kb.gap_import_preview
        performance.inspection_import_items readiness.apply_days readiness.preview_days
    """,
    "slips carry the key to an account and are printed by whoever hands them out": """
        accounts.cohort_slips accounts.many_slips accounts.person_slip
    """,
    "a signature or a judgement, given by a person with the whole in view": """
        content.approve content.hand_in content.send_back content.withdraw drills.overrule drills.save_after_review
        drills.save_review drills.settle_mend kb.accept_suggestion kb.decline_suggestion kb.settle_talk kb.urgent_confirm
        kb.confirm kb.vote kb.speak kb.take_back kb.withdraw_suggestion learning.answer_survey learning.sign_off
        learning.remove_photo performance.answer_appeal performance.appeal_inspection performance.formula_confirm
        performance.formula_publish performance.formula_reviewed quizzes.undo_mark quizzes.say_seen records.erase
        records.export reviews.adjust_appraisal reviews.answer_appeal reviews.answer_deduction reviews.appeal_appraisal
        reviews.appeal_deduction reviews.decide_award reviews.release_appraisal reviews.return_appraisal
        reviews.show_goal reviews.sign_appraisal reviews.skip_self reviews.write_self reviews.write_supervisor
        reviews.end_goal reviews.make_goal
    """,
    "set once for the installation by an administrator or who is in charge": """
        home.setup_cohort_open home.setup_company_save home.setup_content_load home.setup_content_owner
        learning.switch_pulse lti.change_platform lti.keep_platform lti.resend_scores
        notifications.change_reminders notifications.change_templates
        notifications.resend notifications.try_channel integrations.xapi_resend
        performance.inspection_rules_set
        performance.metric_titles performance.score_files_switch
        reviews.adopt_deduction_rules
        reviews.write_appraisal_form
    """,
}
"""Why a page's action has no call."""


def why_none():
    return {endpoint: reason for reason, endpoints in REASONS.items() for endpoint in endpoints.split()}


@pytest.fixture
def page_actions(sqlite_app):
    return {
        rule.endpoint
        for rule in all_rules(sqlite_app)
        if "POST" in rule.methods and not rule.rule.startswith(("/api/", "/scim/"))
    }


def test_each_action_of_a_page_has_its_call_or_the_reason_why_there_is_none(page_actions):
    assert sorted(page_actions - CALLS.keys() - why_none().keys()) == []
    assert sorted((CALLS.keys() | why_none().keys()) - page_actions) == []
    assert sorted(CALLS.keys() & why_none().keys()) == []
    assert len(why_none()) == sum(len(endpoints.split()) for endpoints in REASONS.values())


def test_each_call_that_is_named_is_there(sqlite_app):
    known = {rule.endpoint for rule in all_rules(sqlite_app) if rule.rule.startswith("/api/v1/")}
    assert sorted(set(CALLS.values()) - known) == []
