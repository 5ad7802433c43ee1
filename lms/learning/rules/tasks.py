"""How a task goes from working to confirmed, and who may say so. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.core.errors import Conflict
from lms.core.texts import Text, text
from lms.learning.spec.task import ConfirmedBy, Evidence, TaskSpec

LONGEST_EVIDENCE = 5_000
LONGEST_REMARK = 500
MOST_PHOTOS = 9
LARGEST_PHOTO = 10_000_000
"""Bytes of one photo; a phone's picture has 2 to 6 million."""


class WorkState(StrEnum):
    WORKING = "working"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CONFIRMED = "confirmed"


EDITABLE = frozenset({WorkState.WORKING, WorkState.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a task asks for. steps: number of lines of its checklist."""

    steps: int
    text: bool
    photo: bool


def needs_of(task: TaskSpec) -> Needs:
    return Needs(
        steps=len(task.checklist),
        text=Evidence.WRITING in task.evidence,
        photo=Evidence.PHOTO in task.evidence,
    )


def valid_ticks(ticked: Iterable[int], steps: int) -> list[int]:
    """Return the ticked lines in order, each once; what is not on the checklist is left out."""
    return sorted({position for position in ticked if 0 <= position < steps})


def missing(needs: Needs, ticked: Collection[int], evidence: str, photos: int) -> Mapping[str, Text]:
    """Return what still keeps the task from being handed in, by the name of the input."""
    reasons: dict[str, Text] = {}
    open_steps = needs.steps - len(set(ticked))
    if open_steps > 0:
        reasons["ticked"] = text("清单还有 %(n)s 项没有勾选。", n=open_steps)
    if needs.text and not evidence.strip():
        reasons["evidence"] = text("请写下做了什么、结果怎样。")
    if needs.photo and photos == 0:
        reasons["photo"] = text("请至少上传一张照片。")
    return reasons


def must_be_editable(state: str) -> None:
    """Raise Conflict where the work waits for its confirmation or has it."""
    if state == WorkState.SUBMITTED:
        raise Conflict(text("已经提交，正在等确认。要修改请先撤回。"), code="submitted")
    if state == WorkState.CONFIRMED:
        raise Conflict(text("这项任务已经确认，不能再改。"), code="confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What one person may confirm: everything, the people of teams, mentees, members of own cohorts."""

    actor_id: int
    everything: bool
    teams: frozenset[int]
    mentees: frozenset[int]
    cohort_members: frozenset[int]

    def may_confirm(self, person_id: int, team_id: int | None, confirmer: str) -> bool:
        """Say whether this person may confirm a task of another. Nobody confirms what they did themselves.

        A class (讲师) is confirmed by the cohort's trainer, all else by the mentor; a trainer and the lead of the
        team may confirm both, so that nobody waits for somebody on leave.
        """
        if person_id == self.actor_id or confirmer == ConfirmedBy.SELF:
            return False
        if self.everything or team_id in self.teams:
            return True
        if confirmer == ConfirmedBy.TRAINER:
            return person_id in self.cohort_members
        return person_id in self.mentees

    def may_sign_off(self, person_id: int, team_id: int | None) -> bool:
        """Say whether this person may sign off a stage of another (带教验收)."""
        return self.may_confirm(person_id, team_id, ConfirmedBy.MENTOR)


def image_type(head: bytes) -> str | None:
    """Return the media type of a picture by its first 12 bytes, or None: the name of a file proves nothing."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def why_photo_refused(content: bytes, largest: int, photos: int) -> Text | None:
    """Return why a photo is not taken, or None. largest: bytes; photos: how many are there already."""
    if photos >= MOST_PHOTOS:
        return text("最多上传 %(n)s 张照片。请先删掉一张。", n=MOST_PHOTOS)
    if not content:
        return text("这个文件是空的，请重新选择。")
    if len(content) > largest:
        return text(
            "照片有 %(size)s MB，最大 %(most)s MB。请在相册里压缩后再传。",
            size=f"{len(content) / 1_000_000:.1f}",
            most=f"{largest / 1_000_000:.0f}",
        )
    if image_type(content[:12]) is None:
        return text("只收 JPG、PNG、WebP 照片。截图或相册里的照片都可以，文档和视频不行。")
    return None
