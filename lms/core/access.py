"""Who may do what, to whom: one table, read by the gate of every page and by every query."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    TRAINER = "trainer"
    QUALITY = "quality"
    DIRECTOR = "director"
    HR = "hr"
    ADMIN = "admin"


class Scope(StrEnum):
    """Whose things: one's own, one's mentees', those of the teams below a grant, or everybody's."""

    OWN = "own"
    MENTEES = "mentees"
    TEAM = "team"
    ALL = "all"


class Permission(StrEnum):
    LEARN = "learn"  # read, take quizzes, do tasks
    TASK_CONFIRM = "task.confirm"  # confirm tasks and sign off stages
    CONTENT_READ_ALL = "content.read.all"  # drafts and every audience
    CONTENT_EDIT = "content.edit"
    CONTENT_PUBLISH = "content.publish"
    QUIZ_RESULTS = "quiz.results"
    QUIZ_SCORES = "quiz.scores"  # the scores of many people, the list of quizzes
    QUIZ_MARK = "quiz.mark"  # mark written answers
    QUIZ_ANALYSIS = "quiz.analysis"  # how questions perform, over everybody
    QUIZ_REGRADE = "quiz.regrade"  # correct a key and mark again
    QUIZ_MANAGE = "quiz.manage"  # windows, extra time, pauses, sitting again
    DRILL_RESULTS = "drill.results"
    DRILL_REVIEW = "drill.review"  # rate and comment a run, overrule a finding
    DRILL_RESCORE = "drill.rescore"  # score runs anew with a mended rubric
    DRILL_SCHEDULE = "drill.schedule"  # team drills
    RECORD_VOID = "record.void"
    RECORD_READ = "record.read"  # the log over the API
    REPORT_READ = "report.read"
    PERSON_READ = "person.read"
    PERSON_EDIT = "person.edit"
    STAFF_IMPORT = "staff.import"
    COHORT_EDIT = "cohort.edit"
    SLIP_PRINT = "slip.print"
    ASSIGN = "assign"
    ROSTER_EDIT = "roster.edit"
    URGENT_SEND = "urgent.send"  # 紧急通知, and who has confirmed it
    RULE_EDIT = "rule.edit"  # who gets what by itself
    DUTY_EXEMPT = "duty.exempt"  # exempt from a duty, credit it, grant more time
    PERSON_PRIVATE = "person.private"  # kinds of leave, categories of exemptions
    CYCLE_EDIT = "cycle.edit"  # the quarter's training for all
    CERTIFICATE_EDIT = "certificate.edit"  # rules of certificates; revoke one
    QUEUE_EDIT = "queue.edit"  # what a queue of the floor asks of who takes it
    QUEUE_OVERRIDE = "queue.override"  # let somebody take a queue, or not, against the rule
    SESSION_EDIT = "session.edit"  # live sessions: plan them, note who came
    OFFER_EDIT = "offer.edit"  # what stands in the catalogue
    CALENDAR_EDIT = "calendar.edit"  # shifts, public holidays, silent times
    CAMPAIGN_EDIT = "campaign.edit"  # what has to be known before a peak, and by whom
    MESSAGE_SEND = "message.send"  # write to many people at once, chase late ones
    NOTIFY_EDIT = "notify.edit"  # ways out, templates, times of reminders, what was delivered
    WEBHOOK_EDIT = "webhook.edit"  # which systems are told of facts
    SURVEY_EDIT = "survey.edit"  # surveys and the pulse
    SURVEY_RESULTS = "survey.results"  # what surveys brought, from five answers on
    IDEA_ANSWER = "idea.answer"  # answer suggestions to the training plan
    KPI_READ = "kpi.read"  # figures of the people one looks after, and how they were imported
    KPI_IMPORT = "kpi.import"  # import figures, correct them
    METRIC_EDIT = "metric.edit"  # which metrics there are: unit, direction, bounds, red lines, synonyms
    PROFILE_READ = "profile.read"  # a person's profile: scores, figures, competencies; who may not see it finds nothing
    FORMULA_EDIT = "formula.edit"  # formulas of the composite score: weigh, try, publish, review
    COMPETENCY_EDIT = "competency.edit"  # what competencies there are and how levels are reached
    COMPETENCY_RATE = "competency.rate"  # rate the competencies of somebody, with evidence
    PROOF_PRINT = "proof.print"  # print the proof of training of a person
    INSPECTION_EDIT = "inspection.edit"  # import inspections, answer appeals against them, items
    INSPECTION_READ = "inspection.read"  # see inspections
    APPRAISAL_EDIT = "appraisal.edit"  # cycles and forms of appraisals; begin, calibrate, answer appeals
    APPRAISAL_READ = "appraisal.read"  # see appraisals
    APPRAISAL_WRITE = "appraisal.write"  # the supervisor's part of an appraisal
    AWARD_EDIT = "award.edit"  # rules of awards; confirm what they propose
    DEDUCTION_EDIT = "deduction.edit"  # deduct points by a rule, withdraw a deduction
    IMPACT_READ = "impact.read"  # whether a training helped
    TARGET_READ = "target.read"  # targets of the year, reviews of peaks
    TARGET_EDIT = "target.edit"  # set targets of the year, write the review of a peak
    STAFFING_READ = "staffing.read"  # forecasts, need and gap before a peak
    STAFFING_EDIT = "staffing.edit"  # forecasts and plans of staff before a peak
    PERSON_ERASE = "person.erase"  # erase a person on request
    TOKEN_OWN = "token.own"  # noqa: S105 - the name of a permission
    HEALTH_READ = "health.read"
    INSTALLATION_EDIT = "installation.edit"  # the first steps of an installation


class Relation(StrEnum):
    """A relation between two people that grants something, beside the roles."""

    MENTOR = "mentor"
    COHORT_TRAINER = "cohort_trainer"


POLICY: dict[Permission, dict[Role | Relation, Scope]] = {
    Permission.LEARN: {
        Role.AGENT: Scope.OWN,
        Role.LEAD: Scope.OWN,
        Role.TRAINER: Scope.OWN,
        Role.QUALITY: Scope.OWN,
        Role.DIRECTOR: Scope.OWN,
        Role.HR: Scope.OWN,
        Role.ADMIN: Scope.OWN,
    },
    Permission.TASK_CONFIRM: {
        Relation.MENTOR: Scope.MENTEES,
        Relation.COHORT_TRAINER: Scope.MENTEES,  # the classes of own cohorts; the queries of learning say whose
        Role.TRAINER: Scope.ALL,
        Role.LEAD: Scope.TEAM,
    },
    Permission.CONTENT_READ_ALL: {Role.TRAINER: Scope.ALL, Role.QUALITY: Scope.ALL, Role.DIRECTOR: Scope.ALL},
    Permission.CONTENT_EDIT: {Role.TRAINER: Scope.ALL},
    Permission.CONTENT_PUBLISH: {Role.TRAINER: Scope.ALL},
    Permission.QUIZ_RESULTS: {
        Role.AGENT: Scope.OWN,
        Relation.MENTOR: Scope.MENTEES,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.QUIZ_SCORES: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.QUIZ_MARK: {Role.TRAINER: Scope.ALL},
    Permission.QUIZ_ANALYSIS: {Role.TRAINER: Scope.ALL, Role.QUALITY: Scope.ALL, Role.DIRECTOR: Scope.ALL},
    Permission.QUIZ_REGRADE: {Role.TRAINER: Scope.ALL},
    Permission.QUIZ_MANAGE: {Role.TRAINER: Scope.ALL, Role.LEAD: Scope.TEAM},
    Permission.DRILL_RESULTS: {
        Role.AGENT: Scope.OWN,
        Relation.MENTOR: Scope.MENTEES,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.DRILL_REVIEW: {Relation.MENTOR: Scope.MENTEES, Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL},
    Permission.DRILL_RESCORE: {Role.TRAINER: Scope.ALL},
    Permission.DRILL_SCHEDULE: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL, Role.QUALITY: Scope.ALL},
    Permission.RECORD_VOID: {Role.TRAINER: Scope.ALL, Role.DIRECTOR: Scope.ALL},
    Permission.RECORD_READ: {Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.REPORT_READ: {
        Relation.MENTOR: Scope.MENTEES,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.PERSON_READ: {
        Relation.MENTOR: Scope.MENTEES,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.ALL,
    },
    Permission.PERSON_EDIT: {Role.HR: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.STAFF_IMPORT: {Role.HR: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.COHORT_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.SLIP_PRINT: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.ALL,
    },
    Permission.ASSIGN: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL, Role.QUALITY: Scope.ALL},
    Permission.ROSTER_EDIT: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.ALL,
    },
    Permission.RULE_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.DUTY_EXEMPT: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.PERSON_PRIVATE: {Role.HR: Scope.ALL},
    Permission.CYCLE_EDIT: {Role.TRAINER: Scope.ALL},
    Permission.CERTIFICATE_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.QUEUE_EDIT: {Role.TRAINER: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.QUEUE_OVERRIDE: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL},
    Permission.SESSION_EDIT: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL},
    Permission.OFFER_EDIT: {Role.TRAINER: Scope.ALL},
    Permission.CALENDAR_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL, Role.ADMIN: Scope.ALL},
    Permission.CAMPAIGN_EDIT: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL},
    Permission.MESSAGE_SEND: {Role.LEAD: Scope.TEAM, Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.NOTIFY_EDIT: {Role.ADMIN: Scope.ALL},
    Permission.WEBHOOK_EDIT: {Role.ADMIN: Scope.ALL},
    Permission.SURVEY_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.SURVEY_RESULTS: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.IDEA_ANSWER: {Role.TRAINER: Scope.ALL},
    Permission.URGENT_SEND: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
    },
    Permission.KPI_READ: {Role.LEAD: Scope.TEAM, Role.QUALITY: Scope.ALL, Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.KPI_IMPORT: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.METRIC_EDIT: {Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.PROFILE_READ: {
        Role.AGENT: Scope.OWN,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.OWN,
        Role.QUALITY: Scope.OWN,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.OWN,
    },
    Permission.FORMULA_EDIT: {Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.COMPETENCY_EDIT: {Role.TRAINER: Scope.ALL, Role.HR: Scope.ALL},
    Permission.COMPETENCY_RATE: {Role.LEAD: Scope.TEAM, Role.QUALITY: Scope.ALL},
    Permission.PROOF_PRINT: {
        Role.AGENT: Scope.OWN,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.OWN,
        Role.QUALITY: Scope.OWN,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.OWN,
    },
    Permission.INSPECTION_EDIT: {Role.QUALITY: Scope.ALL},
    Permission.INSPECTION_READ: {
        Role.AGENT: Scope.OWN,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.OWN,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.OWN,
    },
    Permission.APPRAISAL_EDIT: {Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.APPRAISAL_READ: {
        Role.AGENT: Scope.OWN,
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.OWN,
        Role.QUALITY: Scope.OWN,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
        Role.ADMIN: Scope.OWN,
    },
    Permission.APPRAISAL_WRITE: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL},
    Permission.AWARD_EDIT: {Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.DEDUCTION_EDIT: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL, Role.HR: Scope.ALL},
    Permission.IMPACT_READ: {
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.TARGET_READ: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.QUALITY: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.TARGET_EDIT: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL},
    Permission.STAFFING_READ: {
        Role.LEAD: Scope.TEAM,
        Role.TRAINER: Scope.ALL,
        Role.DIRECTOR: Scope.ALL,
        Role.HR: Scope.ALL,
    },
    Permission.STAFFING_EDIT: {Role.LEAD: Scope.TEAM, Role.DIRECTOR: Scope.ALL},
    Permission.PERSON_ERASE: {Role.HR: Scope.ALL},
    Permission.TOKEN_OWN: dict.fromkeys(Role, Scope.OWN),
    Permission.HEALTH_READ: {Role.ADMIN: Scope.ALL},
    Permission.INSTALLATION_EDIT: {Role.ADMIN: Scope.ALL},
}

TOKEN_SCOPES = ("read", "write", "kpi", "records", "content", "scim")
"""Words of a token's scope: write includes read; the others open one area; none at all = all that the person may do."""

AREAS: dict[str, frozenset[Permission]] = {
    "kpi": frozenset(
        {
            Permission.KPI_READ,
            Permission.KPI_IMPORT,
            Permission.METRIC_EDIT,
            Permission.INSPECTION_READ,
            Permission.INSPECTION_EDIT,
        }
    ),
    "content": frozenset({Permission.CONTENT_READ_ALL, Permission.CONTENT_EDIT, Permission.CONTENT_PUBLISH}),
}
"""What a word opens for reading and writing, beside the person's own permissions."""

READ_AREAS: dict[str, frozenset[Permission]] = {"records": frozenset({Permission.RECORD_READ, Permission.REPORT_READ})}
"""What a word opens for reading."""

_WIDTH = [Scope.OWN, Scope.MENTEES, Scope.TEAM, Scope.ALL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as read from the database at this request. Nothing of it is kept in a cookie.

    teams_below: ids of every team at or below one on which a lead's grant stands today.
    mentees: ids of the people whose mentor this is today. shops: ids of the shops served.
    token_scope: what the bearer token was made for (TOKEN_SCOPES); empty = all, and always so in a browser.
    """

    id: int
    public_id: str
    employee_no: str
    name: str
    locale: str
    theme: str
    team_id: int | None
    team_name: str
    position: str
    roles: frozenset[Role]
    teams_below: frozenset[int] = frozenset()
    leads_root: bool = False
    mentees: frozenset[int] = frozenset()
    trains_cohorts: frozenset[int] = frozenset()
    shops: frozenset[int] = frozenset()
    token_scope: frozenset[str] = frozenset()

    @property
    def is_new_hire_only(self) -> bool:
        return self.roles <= {Role.AGENT}


def covers(token_scope: frozenset[str], permission: Permission | None, *, changes: bool) -> bool:
    """Return whether a token of this scope may be used behind a gate; what its person may do is asked beside it.

    permission: of the gate, None = open to all. changes: whether the call is more than a look. `scim` opens no gate
    of a permission: the calls of SCIM ask for the word itself.
    """
    if not token_scope or "write" in token_scope:
        return True
    if not changes and (permission is None or "read" in token_scope):
        return True
    opened = [AREAS.get(word, frozenset()) for word in token_scope]
    if not changes:
        opened += [READ_AREAS.get(word, frozenset()) for word in token_scope]
    return any(permission in each for each in opened)


def scopes(actor: Actor, permission: Permission) -> frozenset[Scope]:
    """Return every scope in which the actor holds the permission; empty where it is not held at all."""
    granted = POLICY[permission]
    found = {granted[role] for role in actor.roles if role in granted}
    if actor.mentees and Relation.MENTOR in granted:
        found.add(granted[Relation.MENTOR])
    if actor.trains_cohorts and Relation.COHORT_TRAINER in granted:
        found.add(granted[Relation.COHORT_TRAINER])
    if Scope.TEAM in found and actor.leads_root:
        found.add(Scope.ALL)
    return frozenset(found)


def allows(actor: Actor, permission: Permission) -> bool:
    """Return whether the actor holds the permission in any scope."""
    return bool(scopes(actor, permission))


def widest(actor: Actor, permission: Permission) -> Scope | None:
    """Return the widest scope in which the actor holds the permission, or None."""
    held = scopes(actor, permission)
    return max(held, key=_WIDTH.index) if held else None
