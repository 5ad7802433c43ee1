"""Why an article did not help. Pure."""

from enum import StrEnum

LONGEST_NOTE = 500


class Reason(StrEnum):
    OUTDATED = "outdated"  # 过期了
    MISSING = "missing"  # 没写到
    UNCLEAR = "unclear"  # 看不懂
    HARD_TO_FIND = "hard_to_find"  # 找不到
