"""Tables of bought courseware."""

from lms.courseware.models.packages import CoursewareFile, CoursewarePackage
from lms.courseware.models.studying import CoursewareAttempt, CoursewareState

__all__ = ["CoursewareAttempt", "CoursewareFile", "CoursewarePackage", "CoursewareState"]
