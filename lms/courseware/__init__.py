"""Bought courseware: SCORM 1.2 and 2004 packages as items of a course, played in a confined frame."""
