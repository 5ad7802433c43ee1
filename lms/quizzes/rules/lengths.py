"""How a length of time is written for people. Pure; lengths are in seconds."""

from lms.core.texts import Text, text


def exact_length(seconds: float) -> Text:
    """Return a length to the second below an hour, to the minute above: "48 秒", "6 分 12 秒", "1 小时 5 分"."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return text("%(h)s 小时 %(m)s 分", h=minutes // 60, m=minutes % 60)
    return text("%(m)s 分 %(s)s 秒", m=minutes, s=rest) if minutes else text("%(s)s 秒", s=rest)


def rough_length(seconds: float) -> Text:
    """Return a length to the second below two minutes, to the minute above: "90 秒", "9 分钟"."""
    if seconds < 120:
        return text("%(n)s 秒", n=round(seconds))
    return text("%(count)s 分钟", count=round(seconds / 60))
