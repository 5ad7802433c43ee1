"""A drill in the editor's preview: what a learner would see before the first reply. Pure.

Never effects, routes, rubrics or notes: the preview is what may be seen over somebody's shoulder.
"""

from collections.abc import Iterator

from lms.content.learner import Facts, Piece, Said, Words
from lms.core.texts import Text, text
from lms.drills.rules.play import begin, bubbles
from lms.drills.spec import Channel, DrillSpec

CHANNELS = {Channel.CHAT: text("在线"), Channel.PHONE: text("电话"), Channel.MAIL: text("邮件")}


def learner_pieces(spec: DrillSpec) -> tuple[Piece, ...]:
    """Return the introduction, who the customer is, and what stands in the chat at first."""
    return tuple(_pieces(spec))


def _pieces(spec: DrillSpec) -> Iterator[Piece]:
    yield Facts(texts=tuple(_facts(spec)))
    if spec.intro:
        yield Words(html=spec.intro.html)
    for bubble in bubbles(spec, begin(spec)):
        yield Said(speaker=bubble.speaker, html=bubble.body.html, card=bubble.card)


def _facts(spec: DrillSpec) -> Iterator[Text | str]:
    yield CHANNELS[spec.channel]
    customer = spec.customer
    yield "，".join(each for each in (customer.name, customer.about, customer.temper) if each)
    if spec.seconds is None:
        yield text("不限时间")
    elif spec.seconds % 60 == 0:
        yield text("限时 %(minutes)s 分钟", minutes=spec.seconds // 60)
    else:
        yield text("限时 %(seconds)s 秒", seconds=spec.seconds)
    if spec.mood is not None:
        yield text("开场情绪 %(mood)s", mood=spec.mood)
    if spec.concurrent:
        yield text("同时还有 %(n)s 位顾客", n=len(spec.concurrent))
    if spec.interruptible:
        yield text("可以暂停")
