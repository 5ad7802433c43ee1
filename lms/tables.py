"""Every room's tables, in one metadata: what the migrations and the tests of the whole schema need."""

from lms.accounts import models as accounts
from lms.assignments import models as assignments
from lms.content import models as content
from lms.core import models as core
from lms.core.db import Base
from lms.courseware import models as courseware
from lms.drills import models as drills
from lms.integrations import models as integrations
from lms.kb import models as kb
from lms.learning import models as learning
from lms.lti import models as lti
from lms.notifications import models as notifications
from lms.performance import models as performance
from lms.quizzes import models as quizzes
from lms.readiness import models as readiness
from lms.records import models as records
from lms.reviews import models as reviews
from lms.search import models as search
from lms.signon import models as signon
from lms.web import models as web

ROOMS = (
    core,
    search,
    web,
    accounts,
    content,
    records,
    assignments,
    quizzes,
    drills,
    learning,
    kb,
    performance,
    reviews,
    readiness,
    notifications,
    integrations,
    lti,
    courseware,
    signon,
)

metadata = Base.metadata
