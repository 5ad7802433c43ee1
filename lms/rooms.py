"""Which rooms the house has: their pages, their API, their kinds of document and who listens to whom.

Part of the row of app.py: nothing below imports it.
"""

from apiflask import APIFlask

from lms.accounts import api as accounts_api
from lms.accounts import views as accounts_views
from lms.accounts.events import (
    CohortChanged,
    FreezeChanged,
    FreezeImpact,
    GroupReached,
    GroupSaid,
    PersonChanged,
    PersonHired,
    PersonLeft,
    PersonMoved,
    RosterChanged,
    Settled,
    SigningOut,
    TeamMoved,
    Told,
)
from lms.assignments import api as assignments_api
from lms.assignments import handlers as assignments
from lms.assignments import views as assignments_views
from lms.assignments.events import Confirming, Holding, HoldingChanged, PlanNames
from lms.content import handlers as content
from lms.content import kind as content_kind
from lms.content import kinds
from lms.content import views as content_views
from lms.content.api import desk as desk_api
from lms.content.api import documents as content_api
from lms.content.api import files as files_api
from lms.content.api import marks as marks_api
from lms.content.attachments.events import HowMuchSeen, PagesRead
from lms.content.events import (
    Archived,
    ArchivePreview,
    HowManySaw,
    Marked,
    Published,
    PublishPreview,
    QuestionsMissed,
    Renamed,
    Unarchived,
    Unmarked,
    WhoSaw,
)
from lms.core.bus import Bus
from lms.courseware import api as courseware_api
from lms.courseware import handlers as courseware
from lms.courseware import kind as courseware_kind
from lms.courseware import views as courseware_views
from lms.drills import api as drills_api
from lms.drills import handlers as drills
from lms.drills import kind as drills_kind
from lms.drills import views as drills_views
from lms.drills.events import DrillScored, DrillStarted
from lms.facts import FACTS
from lms.health import views as health_views
from lms.health.events import WaysAsked
from lms.home import outgoing
from lms.home import views as home_views
from lms.home.navigation import navigation
from lms.integrations import api as integrations_api
from lms.integrations import handlers as integrations
from lms.integrations import views as integrations_views
from lms.integrations import xapi_handlers as xapi
from lms.kb import duties as kb_duties
from lms.kb import handlers as kb_handlers
from lms.kb import kind as kb_kind
from lms.kb import views as kb_views
from lms.kb.api import care as kb_care_api
from lms.kb.api import categories as kb_categories_api
from lms.kb.api import gaps as kb_gaps_api
from lms.kb.api import knowledge as kb_api
from lms.kb.api import urgent as kb_urgent_api
from lms.kb.queries import seen as kb_seen
from lms.learning import api as learning_api
from lms.learning import handlers as learning
from lms.learning import kind as learning_kinds
from lms.learning import views as learning_views
from lms.learning.events import CertificateIssued, FilesNamed
from lms.learning.handlers import certificates
from lms.learning.handlers import surveys as feedback
from lms.learning.rules.certificates import STATE_WORDS as CERTIFICATE_WORDS
from lms.lti import handlers as lti
from lms.lti import views as lti_views
from lms.notifications import bar, group_handlers
from lms.notifications import handlers as notifications
from lms.notifications import views as notifications_views
from lms.notifications.api import deliveries as delivery_api
from lms.notifications.api import inbox as notifications_api
from lms.notifications.api import robots as robot_api
from lms.performance import api as performance_api
from lms.performance import score_handlers
from lms.performance import views as performance_views
from lms.performance.events import CompositeChanged, CompositesChanged, FiguresChanged, ProfileAsked
from lms.quizzes import api as quizzes_api
from lms.quizzes import handlers as quizzes
from lms.quizzes import kind as quizzes_kind
from lms.quizzes import rekeying
from lms.quizzes import views as quizzes_views
from lms.quizzes.actions import recall
from lms.quizzes.events import QuizGraded, QuizRegraded, QuizStarted
from lms.readiness import api as readiness_api
from lms.readiness import views as readiness_views
from lms.records import views as records_views
from lms.records.events import CorrectionImpact, DocumentCompleted, RecordAppended, StandingsRebuilt
from lms.reports import api as reports_api
from lms.reports import late_api
from lms.reports import views as reports_views
from lms.reviews import api as reviews_api
from lms.reviews import award_handlers
from lms.reviews import handlers as reviews
from lms.reviews import views as reviews_views
from lms.signon import handlers as signon
from lms.signon import views as signon_views
from lms.signon.views import scim as signon_scim
from lms.tables import metadata
from lms.web import errors

PAGES = (
    home_views,
    accounts_views,
    records_views,
    assignments_views,
    content_views,
    kb_views,
    learning_views,
    notifications_views,
    integrations_views,
    lti_views,
    health_views,
    courseware_views,
    signon_views,
    signon_scim,
    quizzes_views,
    drills_views,
    performance_views,
    reviews_views,
    readiness_views,
    reports_views,
)
API = (
    accounts_api,
    assignments_api,
    quizzes_api,
    drills_api,
    reports_api,
    late_api,
    learning_api,
    kb_api,
    kb_care_api,
    kb_categories_api,
    kb_urgent_api,
    kb_gaps_api,
    content_api,
    desk_api,
    files_api,
    courseware_api,
    marks_api,
    notifications_api,
    delivery_api,
    robot_api,
    performance_api,
    reviews_api,
    readiness_api,
    integrations_api,
)
KINDS = (
    *learning_kinds.KINDS,
    quizzes_kind.KIND,
    drills_kind.KIND,
    kb_kind.KIND,
    content_kind.KIND,
    courseware_kind.KIND,
)


def furnish(app: APIFlask) -> None:
    """Register every room and every subscription, in the one order in which handlers run."""
    for room in (*PAGES, *API):
        app.register_blueprint(room.bp)
    kinds.register(app, *KINDS)
    bar.init()
    app.jinja_env.globals.update(navigation=navigation, page_alerts=bar.bar, page_address=bar.here)
    app.jinja_env.globals.update(certificates_of=certificates.of_person, certificate_words=CERTIFICATE_WORDS)
    app.extensions["lms_metadata"] = metadata
    bus: Bus = app.extensions["lms_bus"]
    subscribe(bus)
    errors.shape(app, signon_scim.PREFIX, signon_scim.refusal)


def subscribe(bus: Bus) -> None:
    """Say who listens to which fact. The order of the lines is the order of the handlers."""
    bus.subscribe(RecordAppended, assignments.on_record)
    bus.subscribe(RecordAppended, certificates.on_record)
    bus.subscribe(StandingsRebuilt, assignments.on_standings_rebuilt)
    bus.subscribe(StandingsRebuilt, certificates.on_standings_rebuilt)
    bus.subscribe(HoldingChanged, certificates.on_holding_changed)
    bus.subscribe(PersonHired, certificates.on_hired)
    bus.subscribe(PersonLeft, certificates.on_left)
    bus.subscribe(PersonHired, assignments.on_hired)
    bus.subscribe(PersonMoved, assignments.on_moved)
    bus.subscribe(PersonMoved, assignments.on_moved_days)
    bus.subscribe(TeamMoved, assignments.on_team_moved)
    bus.subscribe(PersonChanged, assignments.on_moved)
    bus.subscribe(PersonLeft, assignments.on_moved)
    bus.subscribe(HoldingChanged, assignments.on_holding)
    bus.subscribe(RosterChanged, assignments.on_roster)
    bus.subscribe(FreezeChanged, assignments.on_roster)
    bus.subscribe(CohortChanged, assignments.on_roster)
    bus.subscribe(PersonLeft, content.on_left)
    bus.subscribe(Published, content.on_published)
    bus.subscribe(Archived, content.on_archived)
    bus.subscribe(Published, assignments.on_published)
    bus.subscribe(Published, kb_handlers.on_published)
    bus.subscribe(Published, kb_duties.on_published)
    bus.subscribe(Published, rekeying.on_published)
    bus.subscribe(Archived, kb_duties.on_archived)
    bus.subscribe(Unarchived, kb_duties.on_unarchived)
    bus.subscribe(Archived, kb_handlers.on_offered_otherwise)
    bus.subscribe(Unarchived, kb_handlers.on_offered_otherwise)
    bus.subscribe(Renamed, kb_handlers.on_offered_otherwise)
    bus.subscribe(PagesRead, kb_handlers.on_pages_read)
    bus.subscribe(PersonHired, kb_handlers.on_hired)
    bus.subscribe(PersonMoved, kb_handlers.on_moved)
    bus.subscribe(PersonHired, kb_duties.on_hired)
    bus.subscribe(PersonMoved, kb_duties.on_moved)
    bus.subscribe(TeamMoved, kb_duties.on_team_moved)
    bus.subscribe(QuizGraded, recall.remember)
    bus.subscribe(DrillScored, drills.on_scored)
    bus.subscribe(Published, quizzes.on_published)
    bus.subscribe(Marked, quizzes.on_marked)
    bus.subscribe(Unmarked, quizzes.on_unmarked)
    bus.subscribe(Told, notifications.on_told)
    bus.subscribe(Settled, notifications.on_settled)
    bus.subscribe(FreezeChanged, notifications.on_silence)
    bus.subscribe(RosterChanged, notifications.on_silence)
    bus.subscribe(GroupSaid, group_handlers.on_group_said)
    bus.subscribe(RecordAppended, notifications.on_record)
    bus.subscribe(DocumentCompleted, feedback.on_document_completed)
    for fact in FACTS:
        if fact is not CompositeChanged:  # those are told of together
            bus.subscribe(fact, integrations.on_fact)
    bus.subscribe(CompositesChanged, integrations.on_composites)
    bus.subscribe(QuizStarted, xapi.on_started)
    bus.subscribe(DrillStarted, xapi.on_started)
    bus.subscribe(QuizGraded, xapi.on_quiz)
    bus.subscribe(QuizRegraded, xapi.on_quiz)
    bus.subscribe(DrillScored, xapi.on_drill)
    bus.subscribe(DocumentCompleted, xapi.on_completed)
    bus.subscribe(CertificateIssued, xapi.on_certificate)
    bus.subscribe(RecordAppended, xapi.on_record)
    bus.subscribe(QuizGraded, lti.on_quiz)
    bus.subscribe(QuizRegraded, lti.on_quiz)
    bus.subscribe(DrillScored, lti.on_drill)
    bus.subscribe(DocumentCompleted, lti.on_completed)
    bus.subscribe(FiguresChanged, score_handlers.on_figures)
    bus.answer(SigningOut, signon.on_signing_out)
    bus.answer(FilesNamed, courseware.on_files_named)
    bus.answer(WaysAsked, outgoing.on_ways_asked)
    bus.answer(GroupReached, group_handlers.on_group_reached)
    bus.answer(HowMuchSeen, learning.on_how_much_seen)
    bus.answer(PublishPreview, content.on_publish_preview)
    bus.answer(PublishPreview, quizzes.on_publish_preview)
    bus.answer(PublishPreview, rekeying.on_publish_preview)
    bus.answer(ArchivePreview, quizzes.on_archive_preview)
    bus.answer(QuestionsMissed, quizzes.on_questions_missed)
    bus.answer(Confirming, kb_duties.on_confirming)
    bus.answer(PublishPreview, kb_duties.on_publish_preview)
    bus.answer(HowManySaw, kb_seen.how_many_saw)
    bus.answer(WhoSaw, kb_seen.who_saw)
    bus.answer(PublishPreview, assignments.on_publish_preview)
    bus.answer(ArchivePreview, assignments.on_archive_preview)
    bus.answer(CorrectionImpact, assignments.on_correction_impact)
    bus.answer(CorrectionImpact, certificates.on_correction_impact)
    bus.answer(Holding, certificates.on_holding)
    bus.answer(PlanNames, certificates.on_plan_names)
    bus.answer(FreezeImpact, assignments.on_freeze_impact)
    bus.answer(ProfileAsked, award_handlers.on_profile_asked)
    bus.answer(ProfileAsked, reviews.on_profile)
    bus.subscribe(PersonMoved, reviews.on_moved)
    bus.subscribe(TeamMoved, reviews.on_team_moved)
