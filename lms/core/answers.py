"""What went wrong on a way out, in plain words, and what to do about it. Pure."""

from dataclasses import dataclass

from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """what: what happened; do: what to do, where somebody has to. detail: what the other side said."""

    what: Text
    do: Text | None = None
    detail: str = ""


WORDS: dict[str, tuple[Text, Text | None]] = {
    "read": (text("发出前已在站内读过或办完，没有再打扰"), None),
    "settled": (text("发出前事情已经办完或不再要求，没有再打扰"), None),
    "left": (text("这个人已离职，没有发"), None),
    "stale": (text("三天没能发出，已过时"), text("先看渠道为什么不通；仍要发请点重发。")),
    "off": (text("机器人已停用，没有发"), None),
    "nobody": (text("在这个渠道上找不到这个人"), text("核对手机号，或请本人从平台打开一次学院。")),
    "taken": (text("平台账号已连着另一个人"), text("两个人可能登记了同一个手机号，请人事核对。")),
    "user": (text("平台不认识这个账号，或应用对他不可见"), text("在平台后台把他加进应用的可见范围，再重发。")),
    "stranger": (text("不是本企业的成员"), None),
    "recipient": (text("邮箱地址不对，或对方邮局不收"), text("请人事改好邮箱，再重发。")),
    "mail": (text("邮件服务器没有收下"), text("看后面的原话；多半是发件人或频率的限制。")),
    "auth": (text("平台不让我们进"), text("检查密钥是否填对、是否过期，服务器 IP 是否在平台的可信名单里。")),
    "setting": (text("设置不完整"), text("按“通知渠道”页的提示补齐。")),
    "busy": (text("对方说发得太快，会自动再发"), None),
    "http": (text("对方服务器出错，或地址不对"), text("一会儿会自动再发；一直这样请检查地址。")),
    "rejected": (
        text("学习记录库不收这一条"),
        text("按状态码查记录库的日志；409 是同一编号已有别的内容。改好后可以重发。"),
    ),
    "code": (text("平台返回了一个错误"), text("按错误码查平台的文档。")),
    "name": (text("找不到对方的服务器"), text("检查地址拼写，或服务器能否解析域名。")),
    "refused": (text("连不上对方的服务器"), text("检查端口、防火墙，或对方是否停机。")),
    "tls": (text("加密连接没有建立"), text("检查对方的证书；内网证书要装进系统。")),
    "timeout": (text("对方太久没有回应，会自动再发"), None),
    "broken": (text("连接中途断了，会自动再发"), None),
    "too_large": (text("对方的回应太大"), text("检查地址是否写对。")),
    "unreadable": (text("对方的回应看不懂"), text("检查地址是否写对。")),
    "private": (text("这个地址在内网，默认不允许"), text("确认要发，请管理员把它写进 LMS_OUTBOUND_PRIVATE。")),
    "scheme": (text("地址要以 https:// 开头"), text("改好地址再试。")),
    "address": (text("地址写得不对"), text("改好地址再试。")),
    "bug": (text("学院自己出了错"), text("请把时间告诉维护的人；会自动再发。")),
}


def explain(answer: str) -> Explained | None:
    """Return what an answer that is kept means; None for none, as of what arrived."""
    word, _, detail = answer.partition(" ")
    if not word:
        return None
    what, do = WORDS.get(word, WORDS["code"])
    return Explained(what=what, do=do, detail=detail.strip() if word in WORDS else answer)
