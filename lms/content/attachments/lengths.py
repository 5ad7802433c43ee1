"""Lengths of films as people say them. Pure."""

from lms.core.texts import Text, text


def spoken(milliseconds: int) -> Text:
    """Return 3 分 20 秒, rounded up to whole seconds."""
    minutes, seconds = divmod(-(-max(0, milliseconds) // 1000), 60)
    if not minutes:
        return text("%(s)s 秒", s=seconds)
    if not seconds:
        return text("%(m)s 分钟", m=minutes)
    return text("%(m)s 分 %(s)s 秒", m=minutes, s=seconds)


def said_of(percent: int, seen: int, still: int) -> Text:
    """Return how far somebody is with a film. percent: asked for; seen: percent; still: milliseconds missing."""
    if still:
        return text(
            "要看完 %(percent)s%%，已看 %(seen)s%%，还差 %(time)s。", percent=percent, seen=seen, time=spoken(still)
        )
    return text("要看完 %(percent)s%%，已看够。", percent=percent)
