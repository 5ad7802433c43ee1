"""Tables of the room."""

from lms.readiness.models.staffing import DailyVolume, StaffDay, StaffPlan, StaffSkill, StaffTeam

__all__ = ["DailyVolume", "StaffDay", "StaffPlan", "StaffSkill", "StaffTeam"]
