"""Published drills and what people do in them."""

from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import transaction
from lms.drills.actions import running
from lms.drills.actions.running import Sent
from lms.drills.queries.running import look
from lms.drills.rules.seen import LaneSeen, RunSeen
from tests.support.make_content import a_document

WARM, COLD = "抱歉让您等了，我马上查。", "快递的事我们催不了。"
GOOD_REPLY = "很理解您着急，已经登记加急，预计17号前发出。"
BAD_REPLY = "放心，保证今天到，一定到的。"


def a_drill_text(title: str = "催发货", *, seconds: int = 60, free: bool = True, **front: str) -> str:
    """Return the source of a drill: a first scene with two replies, one with a free reply, two endings.

    front: further properties by their Chinese name. seconds: of the first scene; the second one has 90.
    """
    lines = "".join(f"{name}: {value}\n" for name, value in front.items())
    middle = (
        """## 核实
`自由回复` `限时90秒` `字数5-60`
> 小雨：查完告诉我到底哪天到！

- 必说 `共情+10`：理解 | 抱歉
- 必说 `准确+10`：加急 & 17号
- 禁说 `准确-20`：保证今天到
- 命中禁用语 => [走人](#走人)
- 得分≥15 => [等消息](#等消息)
- 其他 => [走人](#走人)

"""
        if free
        else ""
    )
    target = "核实" if free else "等消息"
    return f"""---
类型: 演练
顾客: 小雨 | 老顾客 | 急性子
情绪: 40
评分: {{共情: 50, 准确: 30, 效率: 20}}
通过: 总分≥60
{lines}---
# {title}
订单已付款四天。

## 开场
`限时{seconds}秒`
> 系统：订单：8821；付款：11月11日
>
> 小雨：到底发没发货？

- [{WARM}](#{target}) `共情+10` `情绪+10`
- [{COLD}](#走人) `共情-10` `情绪-30`
- 超时 => [走人](#走人) `效率-10`

{middle}## 等消息
`结局:通过`
> 小雨：好，我等。

## 走人
`结局:失败`
> 小雨：差评！

## 复盘
- 顾客最在意的是什么？
"""


def a_published_drill(me: Actor, text: str | None = None, *, slug: str = "drills/urge") -> Document:
    return a_document(me, text or a_drill_text(), kind="drill", slug=slug)


def begun(actor: Actor, slug: str = "drills/urge") -> str:
    """Return the name of the actor's open run, begun where there was none."""
    with transaction():
        return running.start(actor, slug).public_id


def seen(actor: Actor, run_id: str) -> RunSeen:
    return look(actor, run_id)


def lane_of(actor: Actor, run_id: str, lane: int = 0) -> LaneSeen:
    return look(actor, run_id).lanes[lane]


def chose(actor: Actor, run_id: str, words: str, *, lane: int = 0, seq: int | None = None) -> None:
    """Send the ready reply of these words."""
    here = lane_of(actor, run_id, lane)
    choice = next((each.id for each in here.choices if each.text == words), "none")
    with transaction():
        running.step(actor, run_id, Sent(seq=seq or here.step, choice=choice, lane=lane))


def wrote(actor: Actor, run_id: str, words: str, *, lane: int = 0, seq: int | None = None) -> None:
    """Send a free reply."""
    here = lane_of(actor, run_id, lane)
    with transaction():
        running.step(actor, run_id, Sent(seq=seq or here.step, text=words, lane=lane))


def played_well(actor: Actor, slug: str = "drills/urge") -> str:
    """Play `a_drill_text` to its good end; return the run's name."""
    run_id = begun(actor, slug)
    chose(actor, run_id, WARM)
    wrote(actor, run_id, GOOD_REPLY)
    return run_id
