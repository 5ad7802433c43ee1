"""企业微信, 钉钉 and 飞书: telling one person something there, and signing in through them.

Each by its public documentation; nothing here knows a table. A token lives in memory alone.
"""

from lms.accounts.platforms.base import Card, Platform, Who
from lms.accounts.platforms.dingtalk import DingTalk
from lms.accounts.platforms.feishu import Feishu
from lms.accounts.platforms.wecom import WeCom

PLATFORMS: dict[str, Platform] = {each.name: each for each in (WeCom(), DingTalk(), Feishu())}

__all__ = ["PLATFORMS", "Card", "Platform", "Who"]
