"""The two forms that come with the product: 季度绩效评估表 and 转正评估表. Companies write their own versions. Pure."""

from dataclasses import dataclass

from lms.core.texts import Text, text
from lms.reviews.rules.appraisal_forms import Asked, FormSpec, Kind, Question

QUARTERLY = "quarterly"
PROBATION = "probation"
FORM_KINDS: dict[str, Text] = {QUARTERLY: text("季度考核"), PROBATION: text("转正评估")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """key: names the form through all its versions; kind: one of FORM_KINDS."""

    key: str
    kind: str
    name: Text
    spec: FormSpec


def _mark(key: str, section: Text, words: Text, weight: int, hint: Text | None = None) -> Question:
    return Question(
        key=key,
        section=section.id,
        text=words.id,
        hint=hint.id if hint else "",
        kind=Kind.MARK,
        asked=Asked.BOTH,
        weight=weight,
    )


def _text(key: str, section: Text, words: Text, asked: Asked, hint: Text | None = None) -> Question:
    return Question(
        key=key, section=section.id, text=words.id, hint=hint.id if hint else "", kind=Kind.TEXT, asked=asked
    )


_WORK, _TEAM, _WORDS = text("服务与专业"), text("协作与纪律"), text("总结与下一步")

_QUARTERLY = Shipped(
    key="quarterly",
    kind=QUARTERLY,
    name=text("季度绩效评估表"),
    spec=FormSpec(
        customer=70,
        supervisor=30,
        self=0,
        questions=(
            _mark(
                "service",
                _WORK,
                text("听懂顾客真正要什么，先安抚、再解决"),
                25,
                text("看会话和质检原话，不凭印象。"),
            ),
            _mark("knowledge", _WORK, text("商品、活动和平台规则答得准，不乱承诺"), 25),
            _mark("trouble", _WORK, text("投诉和疑难能接住，该升级时及时升级"), 20),
            _mark("learning", _TEAM, text("培训按时完成，错过的能补上，并用到接待里"), 15),
            _mark("team", _TEAM, text("交接清楚，愿意帮同事，遵守排班"), 15),
            _text(
                "proud", _WORDS, text("这个季度做得最好的一件事"), Asked.SELF, text("写清是哪天、哪件事、结果怎样。")
            ),
            _text("hard", _WORDS, text("最难的地方，需要什么支持"), Asked.SELF),
            _text("good", _WORDS, text("做得好的地方（附例子）"), Asked.SUPERVISOR),
            _text("better", _WORDS, text("最需要改进的一点，怎么改、谁来帮"), Asked.SUPERVISOR),
        ),
    ),
)

_BASICS, _RESULT = text("岗位要求"), text("结论")

_PROBATION = Shipped(
    key="probation",
    kind=PROBATION,
    name=text("转正评估表"),
    spec=FormSpec(
        customer=40,
        supervisor=60,
        self=0,
        questions=(
            _mark("rules", _BASICS, text("熟悉退换货、运费险、价保等规则，能自己查到依据"), 25),
            _mark("tools", _BASICS, text("后台、工单和快捷话术用得熟"), 15),
            _mark("speaking", _BASICS, text("用语得体，没有碰过禁用语和红线"), 25),
            _mark("alone", _BASICS, text("能独立接待，并发时不乱"), 20),
            _mark("attitude", _BASICS, text("守时、肯学、听得进反馈"), 15),
            _text("learnt", _RESULT, text("试用期学会了什么，还有什么没把握"), Asked.SELF),
            _text(
                "verdict",
                _RESULT,
                text("转正意见"),
                Asked.SUPERVISOR,
                text("按期转正、延长试用期或不予转正，写明理由和依据。"),
            ),
            _text("next", _RESULT, text("转正后三个月的重点"), Asked.SUPERVISOR),
        ),
    ),
)

SHIPPED: tuple[Shipped, ...] = (_QUARTERLY, _PROBATION)
