"""What is said of packages and of how somebody stands with one."""

from lms.core.texts import Text, text
from lms.courseware.rules.verdict import Status
from lms.courseware.spec import DoneWhen, Rule

STATUS_WORDS: dict[str, Text] = {
    Status.NEW.value: text("还没开始"),
    Status.STARTED.value: text("学习中"),
    Status.COMPLETED.value: text("看完"),
    Status.PASSED.value: text("通过"),
    Status.FAILED.value: text("未通过"),
}

SAID_WORDS: dict[str, Text] = {
    "passed": text("通过"),
    "failed": text("未通过"),
    "completed": text("看完"),
    "incomplete": text("没看完"),
    "browsed": text("翻看过"),
    "not attempted": text("还没开始"),
}
"""By the word of SCORM for how a part stands."""


def done_when_words(done_when: DoneWhen) -> Text:
    """Return a condition as a person reads it: "得分不低于 80 分"."""
    match done_when.rule:
        case Rule.SEEN:
            return text("看完全部内容")
        case Rule.PASSED:
            return text("课件判为通过")
        case Rule.SCORE:
            return text("得分不低于 %(n)s 分", n=f"{float((done_when.least or 0) * 100):g}")
